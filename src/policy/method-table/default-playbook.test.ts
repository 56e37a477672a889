import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPlaybook } from '../../adapters/playbook/read-playbook.ts';
import { AUTHORITIES_IN_FORCE, CAPACITIES, CONTACTS } from '../../domain/method.ts';
import type { MethodFacts, MethodRow } from '../../domain/method.ts';
import type { MethodTable } from '../../domain/method-table.ts';
import { PROVIDER_TYPES, TRUSTS } from '../../domain/provider.ts';
import { HOST_TYPES, SERVER_KINDS } from '../../domain/server.ts';
import { TEMPLATES } from '../../../test/support/notice-facts.ts';
import { checkMethodTable } from './check-method-table.ts';
import { decideMethod } from './decide-method.ts';

const FILE = join(import.meta.dirname, '../../../playbooks/default.dmn');
const EU = 'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE'.split(' ');

let table: MethodTable;
beforeAll(async () => {
  const read = await readPlaybook(FILE);
  if (!read.ok) throw new Error(read.problem.message);
  table = read.value;
});

const FACTS: MethodFacts = {
  capacity: 'csirt',
  assetType: 'address',
  kind: 'dedicated',
  ground: 'open',
  country: 'BR',
  providerType: 'hosting',
  trust: 'unknown',
  authority: 'none',
  contact: 'known',
};

function decide(facts: Partial<MethodFacts>): MethodRow {
  const found = decideMethod(table, { ...FACTS, ...facts });
  if (!found.ok) throw new Error(found.problem.message);
  return found.value;
}

const LIVED_ON = ['BR', 'CO', 'ID', 'KG'];

/** Every combination of facts over a few telling countries: 81,920 for each country. */
function* allFacts(): Generator<MethodFacts> {
  for (const country of ['US', 'DE', 'GB', 'ID', 'ZZ', null])
    for (const capacity of CAPACITIES)
      for (const assetType of HOST_TYPES)
        for (const kind of SERVER_KINDS)
          for (const ground of ['open', 'hostname-only'] as const)
            for (const providerType of PROVIDER_TYPES)
              for (const trust of TRUSTS)
                for (const authority of AUTHORITIES_IN_FORCE)
                  for (const contact of CONTACTS)
                    yield { capacity, assetType, kind, ground, country, providerType, trust, authority, contact };
}

/** Decided once for all rules. */
let decided: readonly { readonly facts: MethodFacts; readonly row: MethodRow }[] | undefined;

/** The first combination for which a rule does not hold, told in full; null when it holds for all. */
function counterexample(rule: (row: MethodRow, facts: MethodFacts) => boolean): string | null {
  decided ??= [...allFacts()].map((facts) => ({ facts, row: decide(facts) }));
  for (const { facts, row } of decided) {
    if (!rule(row, facts)) return `${row.id}: ${JSON.stringify(facts)}`;
  }
  return null;
}

const hasOrder = (facts: MethodFacts): boolean =>
  facts.authority === 'court-order' || facts.authority === 'standing-order';

describe('the table as a whole', () => {
  it('has a row for every combination of facts, none that never decides, none uncited, none that breaks a hard rule', () => {
    expect(checkMethodTable(table, TEMPLATES)).toEqual({
      sound: true,
      rows: 73,
      // The countries: those of the EU, US, GB, the four where servers lived on, any other, not known.
      combinations: 4 * 4 * 8 * 2 * (EU.length + 2 + LIVED_ON.length + 2) * 8 * 4 * 5 * 2,
      uncovered: 0,
      gaps: [],
      findings: [],
    });
  });

  it('ends in a row that takes everything', () => {
    const last = table.rows.at(-1);
    expect(last?.result.id).toBe('abuse-notice');
    expect(new Set(last?.cells)).toEqual(new Set(['-']));
  });

  it('explains each row, claims no review by counsel, and asks to preserve first wherever it asks anything', () => {
    for (const { explanation, result } of table.rows) {
      expect(explanation, result.id).toMatch(/\.$/);
      expect(result.reviewedByCounsel, result.id).toBe(false);
      expect(['preserve', 'none'], result.id).toContain(result.asks[0]);
    }
  });

  it('decides a million cases without growing', () => {
    const facts = [...allFacts()].filter((_, number) => number % 97 === 0);
    for (const each of facts) decide(each);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let number = 0; number < 1_000_000; number++) decideMethod(table, facts[number % facts.length] ?? FACTS);
    globalThis.gc?.();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 1024 * 1024);
  });
});

describe('what must never happen, over every combination of facts', () => {
  it('writes to nobody about sinkholes, .onion and blockchain names', () => {
    expect(
      counterexample(
        (row, facts) =>
          !(facts.kind === 'sinkhole' || facts.assetType === 'onion' || facts.assetType === 'blockchain-name') ||
          (row.method === 'not-seizable' && row.addressee === 'nobody' && row.template === 'none'),
      ),
    ).toBeNull();
  });

  it('never mails a bulletproof provider before an order', () => {
    expect(
      counterexample(
        (row, facts) =>
          facts.trust !== 'bulletproof' || hasOrder(facts) || (row.channel === 'none' && row.template === 'none'),
      ),
    ).toBeNull();
  });

  it('asks for no more than a name on hostname-only ground, even under an order', () => {
    const mild = new Set(['preserve', 'clean', 'block-hostname', 'none']);
    expect(
      counterexample((row, facts) => facts.ground !== 'hostname-only' || row.asks.every((ask) => mild.has(ask))),
    ).toBeNull();
  });

  it('cleans or isolates victims, and never suspends or null-routes them', () => {
    const mild = new Set(['preserve', 'clean', 'isolate', 'block-hostname', 'none']);
    expect(
      counterexample(
        (row, facts) =>
          !(
            facts.kind === 'compromised-host' ||
            (facts.kind === 'iot-device' && (facts.assetType === 'address' || facts.providerType === 'registrar'))
          ) || row.asks.every((ask) => mild.has(ask)),
      ),
    ).toBeNull();
  });

  it('never null-routes or suspends a CDN edge, a shared host or a Tor exit', () => {
    const shared = new Set(['cdn-fronted', 'shared-hosting', 'tor-exit']);
    expect(
      counterexample(
        (row, facts) =>
          !shared.has(facts.kind) ||
          facts.assetType !== 'address' ||
          !row.asks.some((ask) => ask === 'null-route' || ask === 'suspend'),
      ),
    ).toBeNull();
  });

  it('lets only a rights owner claim copyright', () => {
    expect(
      counterexample((row, facts) => row.method !== 'copyright-notice' || facts.capacity === 'rights-owner'),
    ).toBeNull();
  });

  it('lets only an authority issue an order by statute: under Article 9 of the DSA, or in Indonesia', () => {
    expect(
      counterexample((row, facts) => !row.id.includes('-authority-order') || facts.capacity === 'authority'),
    ).toBeNull();
  });

  it('serves no court order where none is in force', () => {
    expect(
      counterexample(
        (row, facts) =>
          row.method !== 'court-order' ||
          hasOrder(facts) ||
          (facts.authority === 'statute' && facts.capacity === 'authority'),
      ),
    ).toBeNull();
  });

  it('asks a whole name to be suspended only for names, and a host to be null-routed only for addresses', () => {
    expect(
      counterexample(
        (row, facts) =>
          (!row.asks.includes('suspend-domain') || facts.assetType === 'domain') &&
          (!row.asks.includes('null-route') || facts.assetType === 'address'),
      ),
    ).toBeNull();
  });

  it('takes two people for whatever suspends, null-routes, serves an order or claims copyright', () => {
    const intrusive = new Set(['null-route', 'suspend', 'suspend-domain']);
    expect(
      counterexample(
        (row) =>
          row.approvals >= 2 ||
          !(
            row.method === 'court-order' ||
            row.method === 'copyright-notice' ||
            row.asks.some((ask) => intrusive.has(ask))
          ),
      ),
    ).toBeNull();
  });
});

describe('a provider that nobody knows how to reach', () => {
  it('is never written to; its national CSIRT is, unless an order, a copyright agent or the name itself leads on', () => {
    expect(
      counterexample(
        (row, facts) =>
          facts.contact === 'known' ||
          row.channel === 'none' ||
          row.addressee === 'csirt' ||
          row.method === 'court-order' ||
          row.method === 'copyright-notice' ||
          (row.method === 'registrar-request' && facts.country === null),
      ),
    ).toBeNull();
  });

  it('is where alone a server is referred to the CSIRT, besides universities, authorities, and names that no registrar can act on', () => {
    expect(
      counterexample(
        (row, facts) =>
          row.method !== 'csirt-referral' ||
          facts.contact === 'none' ||
          row.id === 'registrar-victim' ||
          row.id === 'registrar-shared' ||
          facts.providerType === 'education' ||
          facts.providerType === 'government',
      ),
    ).toBeNull();
  });

  it.each([
    ['US', 'us-csirt-referral', 'Cybersecurity and Infrastructure Security Agency'],
    ['GB', 'uk-csirt-referral', 'National Cyber Security Centre'],
    ['DE', 'eu-csirt-referral', 'NIS 2'],
    ['BR', 'br-csirt-referral', 'CERT.br'],
    ['CO', 'co-csirt-referral', 'ColCERT'],
    ['ID', 'id-csirt-referral', 'Id-SIRTII/CC'],
    ['KG', 'kg-csirt-referral', 'CERT-KG'],
    ['CH', 'csirt-referral', 'national CSIRT'],
    [null, 'csirt-referral', 'national CSIRT'],
  ])('goes in %s by row %s, as a courtesy that asks to preserve and to isolate', (country, id, name) => {
    for (const kind of ['dedicated', 'unknown'] as const) {
      const row = decide({ contact: 'none', country, kind });
      expect(row).toMatchObject({
        id,
        method: 'csirt-referral',
        addressee: 'csirt',
        binding: 'courtesy',
        asks: ['preserve', 'isolate'],
        template: 'csirt-referral',
      });
      expect(row.law).toContain(name);
    }
  });

  it('changes nothing about what must not be touched, and an order in force still goes first', () => {
    expect(decide({ contact: 'none', kind: 'sinkhole' }).addressee).toBe('nobody');
    expect(decide({ contact: 'none', assetType: 'onion' }).method).toBe('not-seizable');
    expect(decide({ contact: 'none', trust: 'bulletproof' }).method).toBe('law-enforcement-referral');
    expect(decide({ contact: 'none', country: 'US', authority: 'court-order' }).id).toBe('us-court-order');
    expect(decide({ contact: 'none', ground: 'hostname-only', authority: 'court-order' }).method).toBe('court-order');
  });

  it('has devices and hacked machines cleaned, and no more than the name asked for on shared ground', () => {
    expect(decide({ contact: 'none', kind: 'iot-device' }).asks).toEqual(['preserve', 'clean']);
    expect(decide({ contact: 'none', kind: 'compromised-host' }).asks).toEqual(['preserve', 'clean', 'isolate']);
    for (const facts of [{ kind: 'cdn-fronted' }, { ground: 'hostname-only' }] as const) {
      expect(decide({ contact: 'none', ...facts }).asks).toEqual(['preserve', 'block-hostname']);
    }
  });

  it('is a registrar to be looked up first where not even its country is known', () => {
    const name = { assetType: 'domain', providerType: 'registrar', contact: 'none' } as const;
    expect(decide({ ...name, country: null }).method).toBe('registrar-request');
    expect(decide({ ...name, country: 'CO' })).toMatchObject({ id: 'no-contact-domain', approvals: 2 });
  });
});

describe('the countries where servers lived on in 2020', () => {
  it.each([
    ['BR', 'br', '12.737/2012', 'CERT.br', 'Article 19'],
    ['CO', 'co', 'Law 1273 of 2009', 'ColCERT', 'exequatur'],
    ['ID', 'id', 'Law 1/2024', 'Id-SIRTII/CC', 'Article 436'],
    ['KG', 'kg', 'No. 127 of 28 October 2021', 'CERT-KG', 'No. 121 of 17 July 2024'],
  ])(
    '%s has its own law in the notice, its own CSIRT told in parallel, and its own order',
    (country, prefix, law, csirt, order) => {
      const rented = decide({ country, kind: 'dedicated' });
      expect(rented).toMatchObject({
        id: `${prefix}-abuse-notice-dedicated`,
        asks: ['preserve', 'null-route'],
        approvals: 2,
        binding: 'courtesy',
      });
      const unknown = decide({ country, kind: 'unknown' });
      expect(unknown).toMatchObject({ id: `${prefix}-abuse-notice`, asks: ['preserve', 'isolate'], approvals: 1 });
      for (const row of [rented, unknown]) {
        expect(row.citation).toContain(law);
        expect(row.escalation).toContain(csirt);
        expect(row.escalation).toContain('at the same time, not after');
      }
      const served = decide({ country, authority: 'court-order' });
      expect(served).toMatchObject({ id: `${prefix}-court-order`, binding: 'courtesy', approvals: 2 });
      expect(served.citation).toContain(order);
      expect(decide({ country, kind: 'iot-device' }).method).toBe('isp-remediation');
      expect(decide({ country, trust: 'bulletproof' }).method).toBe('law-enforcement-referral');
      expect(decide({ country, assetType: 'domain', providerType: 'registrar' }).method).toBe('registrar-request');
    },
  );

  it('Indonesia lets its authority have access cut by statute, and nobody else', () => {
    expect(decide({ country: 'ID', authority: 'statute', capacity: 'authority' })).toMatchObject({
      id: 'id-authority-order',
      binding: 'binding',
    });
    expect(decide({ country: 'ID', authority: 'statute', capacity: 'csirt' }).method).toBe('abuse-notice');
  });
});

describe('what happens to whom', () => {
  it('refers a bulletproof provider to the police, and serves the order once there is one', () => {
    expect(decide({ trust: 'bulletproof' })).toMatchObject({
      method: 'law-enforcement-referral',
      addressee: 'law-enforcement',
    });
    expect(decide({ trust: 'bulletproof', country: 'US', authority: 'court-order' }).id).toBe('us-court-order');
  });

  it('serves a US order under the All Writs Act and Rule 65(b), with two approvals', () => {
    const row = decide({ country: 'US', authority: 'court-order' });
    expect(row).toMatchObject({ id: 'us-court-order', method: 'court-order', binding: 'binding', approvals: 2 });
    expect(row.citation).toContain('28 U.S.C. §1651(a)');
    expect(row.citation).toContain('Fed. R. Civ. P. 65(b)');
    expect(decide({ country: 'US', authority: 'standing-order' }).id).toBe('us-standing-order');
  });

  it('shows an order of another country as a courtesy', () => {
    expect(decide({ country: 'CH', authority: 'court-order' })).toMatchObject({
      id: 'court-order',
      binding: 'courtesy',
    });
    expect(decide({ country: 'GB', authority: 'court-order' })).toMatchObject({
      id: 'uk-court-order',
      binding: 'courtesy',
    });
  });

  it('gives a US rights owner the statutory notice, under penalty of perjury, to the designated agent', () => {
    const row = decide({ capacity: 'rights-owner', country: 'US' });
    expect(row).toMatchObject({
      method: 'copyright-notice',
      channel: 'designated-agent',
      approvals: 2,
      customerTold: 'yes',
    });
    expect(row.citation).toContain('17 U.S.C. §512(c)(3)');
    expect(row.evidence).toContain('penalty of perjury');
    expect(decide({ capacity: 'company', country: 'US' }).method).toBe('abuse-notice');
  });

  it.each(EU)('gives hosting, cloud and CDN providers in %s a notice under Article 16 of the DSA', (country) => {
    for (const [providerType, kind] of [
      ['hosting', 'dedicated'],
      ['cloud', 'unknown'],
      ['cdn', 'compromised-host'],
    ] as const) {
      const row = decide({ country, providerType, kind });
      expect(row).toMatchObject({ method: 'dsa-notice', template: 'dsa-notice', customerTold: 'yes' });
      expect(row.citation).toContain('Regulation (EU) 2022/2065, Article 16');
    }
    expect(decide({ country, providerType: 'unknown' }).method).toBe('abuse-notice');
  });

  it('gives no DSA notice in the United Kingdom, Norway or Switzerland', () => {
    for (const country of ['GB', 'NO', 'CH']) expect(decide({ country }).method).toBe('abuse-notice');
  });

  it('lets an authority order under Article 9 with a statute, a court order or a standing order', () => {
    for (const authority of ['statute', 'court-order', 'standing-order'] as const) {
      expect(decide({ capacity: 'authority', country: 'FR', authority }).id).toBe('eu-authority-order');
    }
    expect(decide({ capacity: 'authority', country: 'FR', authority: 'none' }).method).toBe('dsa-notice');
    expect(decide({ capacity: 'csirt', country: 'FR', authority: 'statute' }).method).toBe('dsa-notice');
  });

  it('sends devices, and everything behind an access provider, to the ISP for remediation', () => {
    for (const facts of [
      { kind: 'iot-device' },
      { kind: 'iot-device', country: 'DE' },
      { providerType: 'isp', kind: 'unknown' },
    ] as const) {
      expect(decide(facts)).toMatchObject({ method: 'isp-remediation', addressee: 'isp', template: 'isp-remediation' });
    }
  });

  it('has compromised hosts cleaned or isolated, under the DSA where that applies', () => {
    expect(decide({ kind: 'compromised-host' }).asks).toEqual(['preserve', 'clean', 'isolate']);
    expect(decide({ kind: 'compromised-host', country: 'NL' })).toMatchObject({
      method: 'dsa-notice',
      asks: ['preserve', 'clean', 'isolate'],
    });
  });

  it('asks a conduit to block a hostname where a CDN, shared hosting or protected ground stands in front', () => {
    for (const facts of [{ kind: 'cdn-fronted' }, { kind: 'shared-hosting' }, { ground: 'hostname-only' }] as const) {
      expect(decide(facts)).toMatchObject({ addressee: 'conduit', asks: ['preserve', 'block-hostname'], approvals: 1 });
    }
  });

  it('asks for a Tor exit to be cleaned only, with the two approvals that a held server needs', () => {
    expect(decide({ kind: 'tor-exit' })).toMatchObject({ asks: ['preserve', 'clean'], approvals: 2 });
  });

  it('asks the registrar about a domain, and has a hacked site cleaned instead', () => {
    expect(decide({ assetType: 'domain', providerType: 'registrar' })).toMatchObject({
      method: 'registrar-request',
      addressee: 'registrar',
      asks: ['preserve', 'suspend-domain'],
    });
    expect(decide({ assetType: 'domain', country: null, providerType: 'unknown' }).method).toBe('registrar-request');
    expect(decide({ assetType: 'domain', kind: 'compromised-host' }).asks).not.toContain('suspend-domain');
  });

  it('asks no registrar to clean, isolate or switch off a machine, and refers what it cannot act on to the CSIRT', () => {
    const machine = new Set(['clean', 'isolate', 'null-route', 'suspend']);
    expect(
      counterexample(
        (row, facts) =>
          facts.assetType !== 'domain' ||
          facts.providerType !== 'registrar' ||
          row.addressee === 'csirt' ||
          row.addressee === 'law-enforcement' ||
          !row.asks.some((ask) => machine.has(ask)),
      ),
    ).toBeNull();
    for (const kind of ['compromised-host', 'iot-device', 'shared-hosting', 'cdn-fronted'] as const) {
      for (const country of ['DE', 'US', 'BR', null]) {
        for (const ground of ['open', 'hostname-only'] as const) {
          expect(decide({ assetType: 'domain', providerType: 'registrar', kind, country, ground })).toMatchObject({
            method: 'csirt-referral',
            addressee: 'csirt',
            approvals: 1,
          });
        }
      }
    }
    const fronted = { assetType: 'domain', providerType: 'registrar', kind: 'cdn-fronted', country: 'US' } as const;
    expect(decide({ ...fronted, authority: 'court-order' }).id).toBe('us-court-order-domain');
    expect(decide({ ...fronted, kind: 'compromised-host', authority: 'court-order' }).id).toBe('registrar-victim');
  });

  it('reaches universities and authorities through their national CSIRT, with their own desk in parallel', () => {
    for (const providerType of ['education', 'government'] as const) {
      const row = decide({ providerType });
      expect(row).toMatchObject({ id: 'public-sector', method: 'csirt-referral', addressee: 'csirt' });
      expect(row.escalation).toContain('in parallel');
    }
  });

  it('gives an unresponsive provider one notice with a short clock', () => {
    const row = decide({ trust: 'unresponsive' });
    expect(row).toMatchObject({ id: 'unresponsive', method: 'abuse-notice', deadlineHours: 24 });
  });

  it('falls back to the provider’s own terms, with the law of the US and the UK where they apply', () => {
    expect(decide({ country: 'US' }).citation).toContain('18 U.S.C. §1030(a)(5)(A)');
    expect(decide({ country: 'GB' }).citation).toContain('Computer Misuse Act 1990');
    expect(decide({ country: null, kind: 'unknown', providerType: 'unknown' })).toMatchObject({
      id: 'abuse-notice',
      asks: ['preserve', 'isolate'],
      approvals: 1,
    });
  });

  it('null-routes only what is known to be rented for the botnet', () => {
    expect(decide({ kind: 'dedicated' })).toMatchObject({ asks: ['preserve', 'null-route'], approvals: 2 });
    expect(decide({ kind: 'unknown' })).toMatchObject({ asks: ['preserve', 'isolate'], approvals: 1 });
  });
});
