import { afterAll, beforeAll, expect, test } from 'vitest';
import { derivedId } from '../../src/domain/derived-id.ts';
import type { BatchRow } from '../../src/domain/rows.ts';
import { explain, run } from '../../src/flow.ts';
import type { BatchKind } from '../../src/ports/store.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/*
 * Versions before the fields of migration 2 wrote rows and bodies without them. They have to audit as they were hashed,
 * replay, and be judged anew by the next run.
 */

let database: TestDatabase;
let world: TestWorld;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
});
afterAll(() => database?.close());

const OPERATION = '00000000-0000-8000-8000-0000000000e1';
const SERVER = derivedId('server', OPERATION, 'address', '198.18.7.7');
const CASE = derivedId('case', SERVER, 1);
const BATCHES = ['e2', 'e3', 'e4', 'e5'].map((end) => `00000000-0000-8000-8000-0000000000${end}`);

const ROWS: readonly (readonly [BatchKind, object, BatchRow])[] = [
  [
    'import',
    { file: 'a', format: 'list', sha256: '0'.repeat(64), source: 'a', sourceKey: 'a', group: '', reliability: null, tlp: null, snapshot: false, counts: { rows: 1, accepted: 1, rejected: 0, repeated: 0, undated: 0 } },
    { type: 'sighting', line: 1, serverId: SERVER, hostType: 'address', host: '198.18.7.7', port: 443, scheme: null, path: null, firstSeen: null, lastSeen: '2026-11-20T00:00:00.000Z', status: null, label: null, reference: null, tlp: null, configurationId: null },
  ],
  ['identify', {}, { type: 'identification', caseId: CASE, serverId: SERVER, outcome: 'held', heldBy: ['needs-corroboration'], groups: [''], attestedBy: [], groundChecked: false, listHits: [] }],
  [
    'locate',
    {},
    { type: 'location', serverId: SERVER, providerKey: null, asn: 64_500, holder: 'Lab', country: 'DE', source: 'lab', dataDate: '2026-11-01' },
  ],
]; // prettier-ignore

test('rows that know nothing of the newer fields audit, replay, and are judged anew', async () => {
  await world.store.write(async (transaction) => {
    const entry = (kind: string, subject: string, body: object) => ({
      actor: 'an earlier version',
      recordedAt: world.clock.now(),
      kind,
      subject,
      body: { schema: 1, operation: OPERATION, ...body },
    });
    await transaction.append(entry('operation.opened', OPERATION, { name: 'lab', drill: true, malware: null }));
    for (const [index, [kind, body, row]] of ROWS.entries()) {
      const batch = await transaction.openBatch(kind, OPERATION, BATCHES[index] ?? '', world.clock.now());
      await batch.add([row]);
      await batch.finish(entry(`${kind}.recorded`, BATCHES[index] ?? '', body));
    }
  });
  const differences = () => world.store.write((transaction) => transaction.stateDifferences());
  expect(await differences()).toEqual([]);
  expect(await auditOf(world.store)).toMatchObject({
    ok: true,
  });

  const sources = await openTestSources(database);
  expect(await explain(world, sources, 'lab', '198.18.7.7')).toMatchObject({ case: { state: 'held' } });
  await run(
    world,
    sources,
    drill([await openTestFile(database, '198.18.7.7:443\n')], { group: 'b', attest: 'Ada', reason: 'x' }),
  );
  expect(await explain(world, sources, 'lab', '198.18.7.7')).toMatchObject({
    case: { state: expect.stringMatching(/identified|located|decided|drafted/) },
  });
  expect(await differences()).toEqual([]);
  expect(await auditOf(world.store)).toMatchObject({
    ok: true,
  });
});
