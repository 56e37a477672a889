import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { readPlaybook } from '../../src/adapters/playbook/read-playbook.ts';
import { EVIDENCE_CLASSES } from '../../src/domain/evidence.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import { CAPACITIES, AUTHORITIES_IN_FORCE } from '../../src/domain/method.ts';
import { LOOK_OUTCOMES } from '../../src/domain/look.ts';
import type { MethodRow } from '../../src/domain/method.ts';
import type { MethodTable } from '../../src/domain/method-table.ts';
import type { Operation } from '../../src/domain/operation.ts';
import { PROVIDER_TYPES, TRUSTS } from '../../src/domain/provider.ts';
import type { Provider } from '../../src/domain/provider.ts';
import { RELIABILITIES } from '../../src/domain/reliability.ts';
import type { ListHit } from '../../src/domain/rows.ts';
import { HOST_TYPES, SERVER_KINDS } from '../../src/domain/server.ts';
import type { ServerAttestation, Statement } from '../../src/domain/statement.ts';
import { NOTHING_TO_DRAFT } from '../../src/policy/missing.ts';
import { decideMethod } from '../../src/policy/method-table/decide-method.ts';
import type { DecideFacts } from '../../src/ports/store.ts';
import { decideCase, needsNotice } from '../../src/steps/decide/decide-case.ts';
import { judgeServer } from '../../src/steps/identify/judge-server.ts';
import { assembleNotices } from '../../src/steps/notify/assemble-notices.ts';
import { draftNotice } from '../../src/steps/notify/draft-notice.ts';
import { recipientOf } from '../../src/steps/notify/draft-notices.ts';
import { ownNoticeTexts } from '../support/notice-facts.ts';
import { unwrap } from '../support/world.ts';

/*
 * Whatever servers come in and whatever is said of them: what reaches a draft has passed identify, stands on no ground
 * that forbids it, and says its evidence, its method and how many have to approve. The pure cores, one after the other as
 * the flow has them, with the product's own method table and texts.
 */

const NOW = Date.parse('2026-11-25T12:00:00Z');
const DAY_MS = 86_400_000;
const RUNS = Number(process.env['DISMANTLE_DRAFT_RUNS'] ?? 3000);

let table: MethodTable;
let rows: ReadonlyMap<string, MethodRow>;

beforeAll(async () => {
  table = unwrap(await readPlaybook(fileURLToPath(new URL('../../playbooks/default.dmn', import.meta.url))));
  rows = new Map(table.rows.map(({ result }) => [result.id, result]));
});

const ago = fc.integer({ min: 0, max: 400 }).map((days) => NOW - days * DAY_MS);

const statement: fc.Arbitrary<Statement> = fc.record({
  source: fc.constantFrom('feed one', 'feed two'),
  group: fc.constantFrom('', 'a', 'b', 'c'),
  reliability: fc.option(fc.constantFrom(...RELIABILITIES), { nil: null }),
  evidence: fc.constantFrom(...EVIDENCE_CLASSES),
  seen: fc.option(ago, { nil: null }),
  received: fc.constant(NOW),
  reference: fc.option(fc.constantFrom('https://r.example/1', 'https://r.example/2016/01/x'), { nil: null }),
});

const attestation: fc.Arbitrary<ServerAttestation> = fc.record({
  person: fc.constant('Ada Example'),
  reason: fc.constant('seen'),
  at: ago,
  evidence: fc.option(fc.constantFrom(...EVIDENCE_CLASSES), { nil: null }),
  seen: fc.option(ago, { nil: null }),
});

const hit: fc.Arbitrary<ListHit> = fc.record({
  list: fc.constantFrom('sinkholes', 'akamai', 'vpn-ipv4', 'root-servers'),
  version: fc.constant('1'),
  effect: fc.constantFrom('never', 'hold', 'hostname-only', 'note'),
  entry: fc.constant('x'),
});

const provider: fc.Arbitrary<Provider> = fc.record({
  key: fc.constant('as64500'),
  name: fc.constant('Example Hosting'),
  asn: fc.constant(64_500),
  country: fc.option(fc.constantFrom('US', 'DE', 'GB', 'BR', 'CO', 'ID', 'KG', 'JP'), { nil: null }),
  type: fc.constantFrom(...PROVIDER_TYPES),
  trust: fc.constantFrom(...TRUSTS),
  channel: fc.constantFrom('mail', 'form', 'designated-agent'),
  contact: fc.option(fc.constant('abuse@hosting.example'), { nil: null }),
  source: fc.constant('book.yaml'),
});

const HOSTS = {
  address: '203.0.113.7',
  domain: 'c2.example',
  onion: `${'a'.repeat(56)}.onion`,
  'blockchain-name': 'c2.bit',
};

const server = fc.record({
  hostType: fc.constantFrom(...HOST_TYPES),
  statements: fc.array(statement, { minLength: 1, maxLength: 5 }),
  attestations: fc.array(attestation, { maxLength: 1 }),
  attestedImports: fc.constantFrom<readonly string[]>([], ['Bo Example']),
  hits: fc.option(fc.array(hit, { maxLength: 2 }), { nil: null }),
  kind: fc.constantFrom(...SERVER_KINDS),
  provider: fc.option(provider, { nil: null }),
  csirt: fc.constantFrom<Provider | null>(null, {
    key: 'csirt:DE', name: 'CSIRT Example', asn: null, country: 'DE', type: 'government', trust: 'cooperative',
    channel: 'mail', contact: 'cert@csirt.example', source: 'csirts.csv',
  }),
  authority: fc.constantFrom(...AUTHORITIES_IN_FORCE),
  capacity: fc.constantFrom(...CAPACITIES),
  mayBeTold: fc.boolean(),
  isNamed: fc.boolean(),
  otherProvider: fc.constantFrom(null, 'as64501'),
  look: fc.option(
    fc.record({
      at: ago,
      outcome: fc.constantFrom(...LOOK_OUTCOMES),
      vantage: fc.constant('our own line'),
      lastLiveAt: fc.constant(null),
    }),
    { nil: null },
  ),
  deconflicted: fc.boolean(),
  partner: fc.constant(null),
  handsOff: fc.constantFrom(null, { party: 'Police', until: NOW + DAY_MS }),
}); // prettier-ignore

const operation: Operation = { id: 'an operation', name: 'lab', drill: true, malware: 'Examplebot' };

test(`no generated server reaches a draft without evidence, approvals and method (${RUNS} of them)`, async () => {
  const drafting = { texts: await ownNoticeTexts(), program: 'dismantle/test' };
  let drafted = 0;
  fc.assert(
    fc.property(server, (facts) => {
      const host = HOSTS[facts.hostType];
      const { hits } = facts;
      const checked =
        hits === null ? null : { lists: new Set(hits.map(({ list }) => list)), warningListsGiven: true, hits };
      const judged = judgeServer({ ...facts, serverId: 's', host, names: [], current: null }, checked, NOW);
      if (judged === null || judged.outcome === 'held') return;
      const asked: DecideFacts = {
        ...facts, caseId: 'c', serverId: 's', host, state: 'located', groundChecked: judged.groundChecked, listHits: judged.listHits,
        assessment: judged.assessment ?? null, country: facts.provider?.country ?? null, current: null,
      }; // prettier-ignore
      const chooseMethod = (of: Parameters<typeof decideMethod>[1]): MethodRow => unwrap(decideMethod(table, of));
      const setup = {
        capacity: facts.capacity,
        playbook: 'p',
        chooseMethod,
        gates: { evidenceDays: 7, probeHours: 24 },
      };
      const decision = decideCase(asked, setup, NOW);
      const row = rows.get(decision?.rowId ?? '');
      if (decision === null || row === undefined) throw new Error('nothing was decided');
      if (!needsNotice(row) || decision.providerKey === null) return;
      // The same server, which a partner sees to by now, is in no draft.
      const handedOver = decideCase({ ...asked, partner: 'cert-example' }, setup, NOW);
      expect(NOTHING_TO_DRAFT.some((code) => handedOver?.missing.includes(code))).toBe(true);
      if (NOTHING_TO_DRAFT.some((code) => decision.missing.includes(code))) return;
      const sightings = facts.statements.map(({ group, evidence, seen }) => ({
        group, port: 443, label: null, evidence, importedAt: isoInstant(NOW), firstSeen: null,
        lastSeen: seen === null ? null : isoInstant(seen), status: null,
      })); // prettier-ignore
      const endpoints = [{ port: 443, scheme: null, path: null }];
      const [group] = assembleNotices(
        operation,
        [
          {
            ...asked,
            providerKey: decision.providerKey,
            method: decision.method,
            rowId: row.id,
            missing: decision.missing,
            endpoints,
            sightings,
          },
        ],
        rows,
      );
      if (group === undefined) throw new Error('nothing was assembled');
      const addressed = decision.providerKey === facts.csirt?.key ? facts.csirt : facts.provider;
      if (addressed === null) throw new Error('a draft to nobody known');
      const draft = draftNotice(
        {
          operation, sender: { organisation: 'CERT', email: 'a@cert.example', contestEmail: 'a@cert.example', phone: null, capacity: facts.capacity },
          provider: addressed, to: recipientOf(row, addressed), row, approvals: group.approvals, items: group.items, messageId: 'm@cert.example',
          token: 'DSM-AAAAAA', draftedAt: isoInstant(NOW), reportIds: group.reportIds, informed: [], languages: [],
        },
        drafting,
      ); // prettier-ignore
      drafted += 1;

      // It passed identify, and stands on no ground that forbids it.
      expect(judged.assessment?.basis).not.toBe('none');
      expect(judged.listHits.some(({ effect }) => effect === 'never' || effect === 'hold')).toBe(false);
      // The draft says what was seen of each server, by which method, and how many have to approve.
      expect(draft.items.every(({ evidence }) => evidence.length > 0)).toBe(true);
      expect(draft.text).toMatch(/HOW THIS IS KNOWN\n\n- /);
      expect(draft.method).toBe(row.method);
      expect(draft.approvals).toBeGreaterThanOrEqual(row.approvals);
      expect(draft.approvals).toBeGreaterThanOrEqual(1);
      // What it lacks is listed with the decision: fresh evidence, a second source, an order.
      const seen = judged.assessment?.evidence?.seen ?? null;
      const isFresh = seen !== null && NOW - Date.parse(seen) <= 7 * DAY_MS;
      const gates = ['no-evidence-of-c2', 'evidence-undated', 'evidence-too-old'];
      expect(decision.missing.some((code) => gates.includes(code))).toBe(!isFresh);
      expect(decision.missing.includes('attested-import-only')).toBe(judged.assessment?.basis === 'attested-import');
      const { look } = facts;
      const isAlive = look !== null && (look.outcome === 'live' || look.outcome === 'c2-live');
      const isFound = isAlive && NOW - look.at <= DAY_MS;
      const looks = ['no-fresh-probe', 'not-seen-alive'];
      expect(decision.missing.some((code) => looks.includes(code))).toBe(!isFound);
      expect(decision.missing.includes('no-deconfliction')).toBe(!facts.deconflicted);
      expect(decision.missing.includes('hands-off')).toBe(facts.handsOff !== null);
      const isOrdered = facts.authority === 'court-order' || facts.authority === 'standing-order';
      if (addressed.trust === 'bulletproof' && !isOrdered) {
        expect([row.addressee, decision.missing]).not.toEqual([
          'hosting',
          expect.not.arrayContaining(['bulletproof-without-order']),
        ]);
      }
      // Devices and hacked hosts are cleaned, never taken away; on shared ground only a name may be touched.
      const asks = draft.asks.flatMap((entry) => entry.asks);
      const intrusive = ['null-route', 'suspend', 'refuse-re-lease'];
      if (facts.kind === 'iot-device' || facts.kind === 'compromised-host') {
        expect(asks.filter((ask) => intrusive.includes(ask))).toEqual([]);
      }
      if (judged.listHits.some(({ effect }) => effect === 'hostname-only')) {
        expect(asks.filter((ask) => intrusive.includes(ask))).toEqual([]);
      }
    }),
    { numRuns: RUNS },
  );
  // A property over nothing proves nothing.
  expect(drafted).toBeGreaterThan(RUNS / 30);
});
