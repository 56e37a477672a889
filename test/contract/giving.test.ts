import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLOCK_DEFAULTS } from '../../src/domain/clock.ts';
import { parseImportOptions, run } from '../../src/flow.ts';
import { give, parseRecipient } from '../../src/flow/giving.ts';
import type { Giving, GivingFormat, GivenTlp } from '../../src/flow/giving.ts';
import { retract } from '../../src/flow/clock.ts';
import { openApprovalLab } from '../support/approvals.ts';
import type { ApprovalLab } from '../support/approvals.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { deconflict, lift, sayHandsOff } from '../support/deconfliction.ts';
import { drill, labLocator, openTestFile } from '../support/world.ts';

/* From what people and sources have said to what a recipient gets, through the real store. */

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database?.close());

const [FIRST, SECOND, THIRD, FOURTH] = ['192.0.2.11', '192.0.2.12', '198.51.100.7', '203.0.113.9'] as const;
const HOSTS = [FIRST, SECOND, THIRD, FOURTH];

async function openLab(): Promise<ApprovalLab> {
  const lab = await openApprovalLab(database, {
    hosts: HOSTS,
    sources: {
      locator: labLocator({ '192.0.2.': { asn: 64496, holder: 'Prairie' } }),
      warningLists: { 'some-list': ['198.51.100.250/32'], 'amazon-aws': ['192.0.2.0/24'] },
    },
  });
  await deconflict(lab.world, lab.ada);
  return lab;
}

async function given(
  lab: ApprovalLab,
  to: string,
  format: GivingFormat = 'list',
  { ceiling = null, live = false }: { ceiling?: GivenTlp | null; live?: boolean } = {},
): Promise<Giving & { readonly text: string; readonly hosts: readonly string[] }> {
  const giving = await give(lab.world, 'lab', {
    to: parseRecipient(to),
    format,
    ceiling,
    live,
    organisation: 'CERT Example',
  });
  const text = giving.files.map(({ pieces }) => [...pieces()].join('')).join('');
  return { ...giving, text, hosts: HOSTS.filter((host) => text.includes(host)) };
}

async function serialOf(lab: ApprovalLab): Promise<string> {
  return /invalid\. (\d+)/.exec((await given(lab, 'community', 'rpz')).text)?.[1] ?? '';
}

/** One more source says one more thing, marked. */
async function hear(lab: ApprovalLab, rows: string, tlp: string): Promise<void> {
  const file = await openTestFile(database, `server,last_seen,evidence\n${rows}\n`);
  const options = parseImportOptions({ group: 'three', source: `feed ${tlp}`, tlp });
  await run(lab.world, lab.sources, { ...drill([file]), options });
}

describe('giving out', () => {
  test('gives what went through the gates, to whom it is for', async () => {
    const lab = await openLab();
    expect(await given(lab, 'community')).toMatchObject({ given: 4, leftOut: {}, drill: true, hosts: HOSTS });
    expect(await given(lab, 'country:de')).toMatchObject({ hosts: [FIRST, SECOND], leftOut: { 'not-theirs': 2 } });
    const { provider } = await lab.world.store.read(async (transaction) => {
      const operation = await transaction.findOperation('lab');
      for await (const page of transaction.givingFacts(operation?.id ?? '', lab.world.clock.now()))
        for (const facts of page) if (facts.host === FIRST) return facts;
      throw new Error('it is not there');
    });
    expect((await given(lab, `provider:${provider?.key}`)).hosts).toEqual([FIRST, SECOND]);
    await expect(given(lab, 'provider:nobody')).rejects.toThrow('there is no provider "nobody"');
    await expect(given(lab, 'community', 'list', { ceiling: 'amber' })).rejects.toThrow(
      'TLP:AMBER is not for the community',
    );
  });

  test('gives the same bytes for the same facts, and others for others', async () => {
    const lab = await openLab();
    for (const format of ['csv', 'stix', 'misp', 'rpz'] as const) {
      const before = (await given(lab, 'community', format)).text;
      lab.world.setClock(lab.world.clock.now() + 60_000);
      expect((await given(lab, 'community', format)).text).toBe(before);
    }
    const before = (await given(lab, 'community', 'stix')).text;
    await hear(lab, `${FIRST}:8443,2026-11-22,sandbox-run`, 'green');
    expect((await given(lab, 'community', 'stix')).text).not.toBe(before);
  });

  test('leaves out what nobody was asked about, and what somebody has asked to leave alone', async () => {
    const lab = await openApprovalLab(database, { hosts: HOSTS });
    expect(await given(lab, 'community')).toMatchObject({ given: 0, leftOut: { 'not-deconflicted': 4 } });
    await deconflict(lab.world, lab.ada);
    // A zone that has changed has a greater serial, else no other name server would take it.
    const serials = [await serialOf(lab)];
    const later = () => lab.world.setClock(lab.world.clock.now() + 60_000);
    later();
    await sayHandsOff(lab.world, lab.ada, FIRST, lab.world.clock.now() + 86_400_000);
    expect(await given(lab, 'community')).toMatchObject({ given: 3, leftOut: { 'hands-off': 1 } });
    serials.push(await serialOf(lab));
    later();
    await lift(lab.world, lab.ada, FIRST);
    expect(await given(lab, 'community')).toMatchObject({ given: 4 });
    serials.push(await serialOf(lab));
    await sayHandsOff(lab.world, lab.ada, FIRST, lab.world.clock.now() + 3_600_000);
    lab.world.setClock(lab.world.clock.now() + 3_600_000);
    expect(await given(lab, 'community')).toMatchObject({ given: 3, leftOut: { 'not-deconflicted': 1 } });
    serials.push(await serialOf(lab));
    expect(serials).toEqual([...new Set(serials)].toSorted());
  });

  test('tells no port that only a stricter word names, and no server that only such words name', async () => {
    const lab = await openLab();
    await hear(lab, `${FIRST}:8443,2026-11-22,sandbox-run`, 'red');
    await hear(lab, `${FIRST}:9443,2026-11-22,sandbox-run`, 'amber');
    expect((await given(lab, 'community')).text).toContain(`${FIRST}:443\n`);
    expect((await given(lab, 'community')).text).not.toMatch(/8443|9443/);
    expect((await given(lab, 'country:DE')).text).toContain(`${FIRST}:443\n${FIRST}:9443\n`);
    expect((await given(lab, 'community', 'list', { ceiling: 'clear' })).leftOut).toEqual({ marking: 4 });

    await lab.go(['203.0.113.200'], { tlp: 'red' });
    for (const format of ['list', 'stix', 'misp', 'csv'] as const) {
      expect((await given(lab, 'community', format)).text).not.toContain('203.0.113.200');
      expect((await given(lab, 'country:DE', format)).text).not.toContain('203.0.113.200');
    }
  });

  test('what is held by a list, or carried by one feed alone, is not given', async () => {
    const lab = await openLab();
    await hear(lab, '203.0.113.77:443,2026-11-22,sandbox-run', 'green');
    await lab.go(['198.51.100.250']);
    const { text, leftOut } = await given(lab, 'community');
    expect(text).not.toMatch(/203\.0\.113\.77|198\.51\.100\.250/);
    expect(leftOut).toEqual({ held: 2 });
  });

  test('what was taken back is revoked and deleted under its old ids, though its sources have gone quiet', async () => {
    const lab = await openLab();
    const idsOf = (text: string) =>
      [...text.matchAll(/"id":"((?:infrastructure|indicator)--[^"]+)"/g)].map(([, id]) => id);
    const before = await given(lab, 'community', 'stix');
    lab.world.setClock(lab.world.clock.now() + 3_600_000);
    await retract(lab.world, lab.bo.key.signing, { ...lab.sources, clock: CLOCK_DEFAULTS }, 'lab', {
      name: lab.bo.name,
      target: FIRST,
      reason: 'a resolver',
    });
    await inTransactionAs(database.access.owner, lab.world.organisationId, (session) =>
      session.run(
        `insert into last_withdrawal (organisation_id, operation_id, source_key, server_id, sequence, position)
         select distinct s.organisation_id, i.operation_id, i.source_key, s.server_id, 1000000, 0
         from sighting s join import i on i.import_id = s.batch_id where s.host = $1`,
        [FIRST],
      ),
    );
    const after = await given(lab, 'community', 'stix');
    expect(after).toMatchObject({ given: 4, revoked: 1, leftOut: {} });
    expect(idsOf(after.text)).toEqual(idsOf(before.text));
    const revoked = after.text.split('\n').filter((line) => line.includes('"revoked":true'));
    expect(revoked.some((line) => line.includes('"type":"indicator"'))).toBe(true);
    expect(after.text.split('\n').filter((line) => line.includes(FIRST) && !line.includes('"revoked":true'))).toEqual(
      [],
    );
    expect((await given(lab, 'community', 'misp')).text).toMatch(
      /"value":"192\.0\.2\.11\|443","to_ids":false,"deleted":true/,
    );
    for (const format of ['list', 'csv', 'rpz', 'suricata'] as const) {
      expect(await given(lab, 'community', format)).toMatchObject({ given: 3, leftOut: { retracted: 1 } });
      expect((await given(lab, 'community', format)).text).not.toMatch(/192\.0\.2\.11\b|11\.2\.0\.192/);
    }
  });

  test('what is confirmed dark leaves the lists and ends its indicator; --live keeps what lives', async () => {
    const lab = await openLab();
    await inTransactionAs(database.access.owner, lab.world.organisationId, async (session) => {
      for (const [host, verdict, confirmed] of [
        [FIRST, 'dark', true],
        [SECOND, 'dark', false],
        [THIRD, 'c2-live', false],
      ] as const)
        // prettier-ignore
        await session.run(
          `insert into server_verdict (organisation_id, server_id, operation_id, verdict, since, dark_at, confirmed_at)
           select organisation_id, server_id, operation_id, $2, '2026-11-23', case when $2 = 'dark' then timestamptz '2026-11-23' end,
                  case when $3 then timestamptz '2026-11-23 07:00Z' end
           from server where host = $1`,
          [host, verdict, confirmed],
        );
    });
    expect(await given(lab, 'community')).toMatchObject({ hosts: [SECOND, THIRD, FOURTH], leftOut: { over: 1 } });
    expect((await given(lab, 'community', 'list', { live: true })).hosts).toEqual([THIRD]);
    const { text } = await given(lab, 'community', 'stix');
    expect(text.match(/"valid_until":"2026-11-23T07:00:00.000Z"/g)).toHaveLength(1);
    expect(text.match(/"state:confirmed-dark"/g)).toHaveLength(2);
  });
});
