import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explain, run } from '../../src/flow.ts';
import type { Sources } from '../../src/flow.ts';
import {
  acceptCandidates,
  addFingerprints,
  dismissCandidates,
  importCandidates,
  listCandidates,
  listFingerprints,
  takeFingerprintBack,
} from '../../src/flow/candidates.ts';
import { hash, letAdaProbe, lookByMachine } from '../support/candidates.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.UTC(2026, 10, 23, 12);
const ADA = { as: 'Ada', reason: 'in the lab' };
const LAB_X = { kind: 'certificate', value: hash(1), source: 'Lab X', group: 'lab-x', seen: '2026-11-20', note: '' };
const SCAN = { source: 'ScanX', group: 'scan-x', as: 'Ada', maxHosts: 50 };

let database: TestDatabase;
let sources: Sources;
const worlds: TestWorld[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  sources = await openTestSources(database);
});

afterAll(async () => {
  for (const world of worlds) await world.store.close();
  await database?.close();
});

/** An operation with the servers 127.66.0.1 and .2, which one group names. */
async function openLab(words: Parameters<typeof drill>[1] = {}): Promise<TestWorld> {
  const world = await openTestWorld(database);
  worlds.push(world);
  const file = await openTestFile(database, '127.66.0.1:443\n127.66.0.2:443\n');
  await run(world, sources, drill([file], { source: 'feed', group: 'feed', ...words }));
  await letAdaProbe(world, 'lab');
  return world;
}

const again = (world: TestWorld) => run(world, sources, drill([]));
const judged = async (world: TestWorld, server = '127.66.0.1') => {
  const { case: caseView, weighing } = await explain(world, sources, 'lab', server);
  return { state: caseView?.state === 'held' ? 'held' : 'passes', basis: caseView?.assessment?.basis, weighing };
};
const idOf = async (world: TestWorld, words = LAB_X): Promise<string> => {
  const [recorded] = (await addFingerprints(world, 'lab', words, 'Ada')).recorded;
  if (recorded === undefined) throw new Error('nothing was put on file');
  return recorded.fingerprintId;
};
const scan = async (world: TestWorld, text: string, words: Partial<typeof SCAN> & { map?: string } = {}) =>
  importCandidates(world, 'lab', await openTestFile(database, text), { ...SCAN, ...words });
const rows = (...lines: readonly string[]): string => ['ip,port,certificate_sha256,timestamp', ...lines].join('\n');

describe('a fingerprint on file and our own look', () => {
  test('one group and a matching look pass; a look alone, an open port and a withdrawn fingerprint do not', async () => {
    const world = await openLab();
    expect(await judged(world)).toMatchObject({ state: 'held', basis: 'none' });
    // It answers, and shows the very certificate, which nobody has tied to anything.
    await lookByMachine(world, 'lab', [{ server: '127.66.0.1', certificate: hash(1) }]);
    await again(world);
    expect(await judged(world)).toMatchObject({ state: 'held', basis: 'none' });
    const fingerprint = await idOf(world);
    await again(world);
    expect(await judged(world)).toMatchObject({ state: 'held' });
    await lookByMachine(world, 'lab', [{ server: '127.66.0.1', certificate: hash(1) }]);
    await again(world);
    expect(await judged(world)).toMatchObject({
      state: 'passes',
      basis: 'matching-probe',
      weighing: { matches: [{ fingerprint: { fingerprintId: fingerprint }, objection: null }] },
    });
    expect((await explain(world, sources, 'lab', '127.66.0.1')).case?.assessment?.fingerprints).toEqual([fingerprint]);
    expect(await judged(world, '127.66.0.2')).toMatchObject({ state: 'held' });

    await takeFingerprintBack(world, 'lab', fingerprint.slice(0, 8), ADA);
    await again(world);
    expect(await judged(world)).toMatchObject({ state: 'held', basis: 'none', weighing: { matches: [] } });
    // Put on file once more, it counts once more, and so does the look.
    expect(await idOf(world)).toBe(fingerprint);
    await again(world);
    expect(await judged(world)).toMatchObject({ state: 'passes' });
  });

  test('the next round judges nothing anew where the same fingerprint matches', async () => {
    const world = await openLab();
    await idOf(world);
    const look = { server: '127.66.0.1', certificate: hash(1) };
    await lookByMachine(world, 'lab', [look]);
    await again(world);
    const before = (await world.store.read((transaction) => transaction.ledgerHead())).entries;
    await lookByMachine(world, 'lab', [look]);
    await again(world);
    expect((await world.store.read((transaction) => transaction.ledgerHead())).entries).toBe(before + 1);
  });

  test('what answers as something else since, or was seen a month ago, does not count', async () => {
    const world = await openLab();
    await idOf(world);
    await lookByMachine(world, 'lab', [
      { server: '127.66.0.1', certificate: hash(1) },
      { server: '127.66.0.2', certificate: hash(1) },
    ]);
    await lookByMachine(world, 'lab', [{ server: '127.66.0.1', certificate: hash(9) }]);
    await again(world);
    expect(await judged(world)).toMatchObject({ state: 'held' });
    expect(await judged(world, '127.66.0.2')).toMatchObject({ state: 'passes' });
    world.setClock(START + 31 * DAY_MS);
    await again(world);
    expect(await judged(world, '127.66.0.2')).toMatchObject({
      state: 'held',
      weighing: { matches: [{ objection: 'too-old' }] },
    });
  });

  test('the same group that lists the server has not said a second thing, but another that ties the same value has', async () => {
    const world = await openLab();
    await idOf(world, { ...LAB_X, source: 'feed', group: 'feed' });
    await lookByMachine(world, 'lab', [{ server: '127.66.0.1', certificate: hash(1) }]);
    await again(world);
    expect(await judged(world)).toMatchObject({ state: 'held', weighing: { matches: [{ objection: 'same-group' }] } });
    await idOf(world);
    await again(world);
    expect(await judged(world)).toMatchObject({ state: 'passes', basis: 'matching-probe' });
  });

  test('a look bears more than the one fingerprint that it names, and each counts', async () => {
    const world = await openLab();
    await idOf(world, { ...LAB_X, source: 'feed', group: 'feed' });
    await idOf(world, { ...LAB_X, kind: 'http-header', value: 'X-Panel: Example' });
    const headers = [['x-panel', 'Example']] as const;
    await lookByMachine(world, 'lab', [{ server: '127.66.0.1', certificate: hash(1), headers }]);
    await again(world);
    expect(await judged(world)).toMatchObject({
      state: 'passes',
      weighing: { matches: [{ objection: 'same-group' }, { fingerprint: { kind: 'http-header' }, objection: null }] },
    });
  });
});

describe('what goes on file', () => {
  test('is told by a source that is not ourselves, in one group, once', async () => {
    const world = await openLab();
    const reasonFor = async (more: Partial<typeof LAB_X>, own: readonly string[] = []) => {
      const { rejected, recorded } = await addFingerprints(world, 'lab', { ...LAB_X, ...more }, 'Ada', own);
      expect(recorded).toHaveLength(0);
      return rejected[0]?.reason;
    };
    expect(await reasonFor({ source: 'Own Probe' })).toContain('ourselves');
    expect(await reasonFor({ group: 'dismantle' })).toContain('ourselves');
    expect(await reasonFor({ source: 'example-cert' }, ['Example CERT'])).toContain('ourselves');
    expect(await reasonFor({ source: ' ' })).toContain('no source is named');
    expect(await reasonFor({ source: 'feed', group: 'another' })).toContain('belongs to the group "feed"');
    expect(await reasonFor({ value: 'abc' })).toContain('not a SHA-256');
    expect(await reasonFor({ seen: '20.11.2026' })).toContain('year first');
    expect(await reasonFor({ seen: '2027-11-20' })).toContain('future');
    expect(await reasonFor({ kind: 'http-header', value: 'Server: nginx' })).toContain('honest servers');
    await idOf(world);
    const twice = { ...LAB_X, value: `SHA256:${LAB_X.value.toUpperCase()}`, source: 'lab x' };
    expect(await addFingerprints(world, 'lab', twice, 'Ada')).toMatchObject({ recorded: [], repeated: 1 });
    expect(await reasonFor({ value: hash(2), group: 'lab-y' })).toContain('belongs to the group "lab-x"');
    expect(await listFingerprints(world, 'lab')).toMatchObject([
      { source: 'Lab X', group: 'lab-x', withdrawnAt: null },
    ]);
  });

  test('of a file, bad rows are told by file, line, value and reason, and the rest goes on', async () => {
    const world = await openLab();
    const file = await openTestFile(
      database,
      [
        '# by hand',
        'kind,value,source,group,seen,note',
        `certificate,${hash(1)},Lab X,lab-x,2026-11-20,"two\nlines, =1+1"`,
        'certificate,xyz,Lab X,lab-x,,',
        `http-header,"X-Panel: Example 1.0",Lab X,lab-x,,`,
        `spki,${hash(3)},Lab Y,lab-y,,`,
        `certificate,"${hash(4)},Lab X`,
      ].join('\n'),
    );
    const { recorded, rejected } = await addFingerprints(world, 'lab', file, 'Ada');
    expect(recorded.map(({ kind, value }) => [kind, value])).toEqual([
      ['certificate', hash(1)],
      ['http-header', 'x-panel: Example 1.0'],
      ['public-key', hash(3)],
    ]);
    expect(rejected.map(({ file: name, line, reason }) => [name, line, reason])).toEqual([
      [file.name, 5, expect.stringContaining('SHA-256')],
      [file.name, 8, expect.stringContaining('quotation mark')],
    ]);
  });
});

describe('candidates', () => {
  test('a new address with a fingerprint on file is offered, and nothing more happens to it', async () => {
    const world = await openLab();
    await idOf(world);
    const text = rows(
      `198.51.100.7,443,${hash(1)},2026-11-22T10:00:00.123456`,
      `198.51.100.8,443,${hash(2)},2026-11-22`,
      '198.51.100.9,80,,2026-11-22',
      `127.66.0.2,8443,${hash(1)},2026-11-22`,
      `10.0.0.1,443,${hash(1)},2026-11-22`,
      `172.16.0.1,443,${hash(1)},2026-11-22`,
      `198.51.100.10,,${hash(1)},2026-11-22`,
      `198.51.100.11,443,${hash(1)},22.11.2026`,
      `198.51.100.12,443,deadbeef,2026-11-22`,
      `198.51.100.7,443,${hash(1)},2026-11-23`,
    );
    const outcome = await scan(world, text);
    expect(outcome).toMatchObject({ rows: 10, bare: 1, matching: 3, repeated: 0, tracked: 1, rejected: 5 });
    expect(outcome.rejections.map(({ line }) => line)).toEqual([6, 7, 8, 9, 10]);
    expect(outcome.offered).toMatchObject([{ host: '198.51.100.7', port: 443, line: 2, moved: false }]);
    expect(await scan(world, text)).toMatchObject({ offered: [], repeated: 1, tracked: 1 });
    expect(await listCandidates(world, 'lab', false)).toMatchObject([
      { host: '198.51.100.7', source: 'ScanX', group: 'scan-x', seenAt: Date.UTC(2026, 10, 23), settledAs: null },
    ]);
    await again(world);
    await expect(explain(world, sources, 'lab', '198.51.100.7')).rejects.toThrow('has no server');
  });

  test('accepted, it is a sighting by that source that passes nothing by itself; a matching look lets it pass', async () => {
    const world = await openLab();
    await idOf(world);
    const { offered } = await scan(world, rows(`127.66.9.7,443,${hash(1)},2026-11-22`));
    const id = offered[0]?.candidateId ?? '';
    const accepted = await acceptCandidates(world, 'lab', [id.slice(0, 13)], { ...ADA, tlp: 'amber' });
    expect(accepted).toMatchObject({ accepted: [{ host: '127.66.9.7' }], repeated: 0, refused: [] });
    expect(await acceptCandidates(world, 'lab', [id], ADA)).toMatchObject({ accepted: [], repeated: 1 });
    await expect(dismissCandidates(world, 'lab', [id], ADA)).rejects.toThrow('accepted before');
    await again(world);
    const { sightings } = await explain(world, sources, 'lab', '127.66.9.7');
    expect(sightings).toMatchObject([{ source: 'ScanX', group: 'scan-x', port: 443, tlp: 'amber' }]);
    expect(await judged(world, '127.66.9.7')).toMatchObject({
      state: 'held',
      weighing: { assessment: { evidence: { class: 'fingerprint', source: 'ScanX' } } },
    });
    // A second scan has seen the same service, and says no more of what it is.
    const second = await scan(world, rows(`127.66.9.7,443,${hash(1)},2026-11-22`), {
      source: 'ScanY',
      group: 'scan-y',
    });
    expect(second).toMatchObject({ offered: [], tracked: 1 });
    await lookByMachine(world, 'lab', [{ server: '127.66.9.7', certificate: hash(1) }]);
    await again(world);
    expect(await judged(world, '127.66.9.7')).toMatchObject({ state: 'passes', basis: 'matching-probe' });
    expect(await auditOf(world.store)).toMatchObject({ ok: true });
  });

  test('two scans of one service are offered both, and together corroborate nothing', async () => {
    const world = await openLab();
    await idOf(world);
    const text = rows(`127.66.9.7,443,${hash(1)},2026-11-22`);
    const one = await scan(world, text);
    const two = await scan(world, `${text}\n`, { source: 'ScanY', group: 'scan-y' });
    const ids = [...one.offered, ...two.offered].map(({ candidateId }) => candidateId);
    expect((await acceptCandidates(world, 'lab', ids, ADA)).accepted).toHaveLength(2);
    await again(world);
    expect(await judged(world, '127.66.9.7')).toMatchObject({
      state: 'held',
      weighing: { groups: [{ objection: null }, { objection: 'cites-the-same-reports' }] },
    });
  });

  test('a certificate that our look found on an identified server is searched for, and tells where a dark one has moved', async () => {
    const world = await openLab({ attest: 'Ada', reason: 'seen in the lab' });
    await lookByMachine(world, 'lab', [
      { server: '127.66.0.1', certificate: hash(5), publicKey: hash(6) },
      { server: '127.66.0.2', certificate: hash(7), names: ['*.cloudfront.net'] },
    ]);
    const outcome = await scan(
      world,
      [
        'host;port;cert;pubkey',
        `198.51.100.7;443;${hash(5)};${hash(6)}`,
        `198.51.100.8;443;${hash(50)};${hash(6)}`,
        `198.51.100.9;443;${hash(7)};`,
        `198.51.100.10;443;${hash(8)};`,
      ].join('\n'),
      { map: 'certificate=cert,public-key=4' },
    );
    expect(outcome.offered.map(({ host, kind }) => [host, kind])).toEqual([
      ['198.51.100.7', 'certificate'],
      ['198.51.100.8', 'public-key'],
    ]);
    expect(outcome.common).toMatchObject([
      { value: hash(7), rows: 1, reason: expect.stringContaining('cloudfront.net') },
    ]);
    const waiting = async () => (await listCandidates(world, 'lab', false)).map(({ matches }) => matches);
    const stays = [{ name: '127.66.0.1', moved: false }];
    expect(await waiting()).toMatchObject([stays, stays]);
    // What answers there later is not the botnet's, and what it shows is not searched for.
    await lookByMachine(world, 'lab', [{ server: '127.66.0.1', certificate: hash(8) }]);
    const moved = [{ name: '127.66.0.1', moved: true }];
    expect(await waiting()).toMatchObject([moved, moved]);
    await lookByMachine(world, 'lab', [{ server: '127.66.0.1', certificate: null }]);
    expect(await waiting()).toMatchObject([moved, moved]);
    const later = await scan(world, rows(`198.51.100.20,443,${hash(5)},`, `198.51.100.21,443,${hash(8)},`));
    expect(later.offered).toMatchObject([{ host: '198.51.100.20', moved: true }]);
  });

  test('the certificate of a server that is held, or that is a shared host, is not searched for', async () => {
    const world = await openLab();
    await lookByMachine(world, 'lab', [{ server: '127.66.0.1', certificate: hash(5) }]);
    expect(await scan(world, rows(`198.51.100.7,443,${hash(5)},`))).toMatchObject({ matching: 0, offered: [] });
  });

  test('what stands on more hosts than the bound is not offered, in one file or in many, and that is told', async () => {
    const world = await openLab();
    await idOf(world);
    const many = (from: number, to: number): string =>
      rows(...Array.from({ length: to - from }, (_, index) => `198.18.1.${from + index},443,${hash(1)},`));
    expect(await scan(world, many(1, 7), { maxHosts: 5 })).toMatchObject({
      matching: 6,
      offered: [],
      common: [{ kind: 'certificate', value: hash(1), rows: 6, hosts: 6 }],
    });
    expect((await scan(world, many(1, 6), { maxHosts: 5 })).offered).toHaveLength(5);
    expect(await scan(world, many(10, 15), { maxHosts: 5 })).toMatchObject({ offered: [], common: [{ rows: 5 }] });
    expect((await scan(world, many(10, 15), { maxHosts: 50 })).offered).toHaveLength(5);
  });

  test('dismissed, it is not offered again, and a person may still change their mind', async () => {
    const world = await openLab();
    await idOf(world);
    const { offered } = await scan(world, rows(`127.66.9.7,443,${hash(1)},2026-11-21`));
    const ids = offered.map(({ candidateId }) => candidateId);
    expect(await dismissCandidates(world, 'lab', ids, ADA)).toBe(1);
    expect(await dismissCandidates(world, 'lab', ids, ADA)).toBe(0);
    expect(await scan(world, rows(`127.66.9.7,443,${hash(1)},2026-11-22`))).toMatchObject({ offered: [], repeated: 1 });
    expect(await listCandidates(world, 'lab', false)).toEqual([]);
    expect((await acceptCandidates(world, 'lab', ids, ADA)).accepted).toHaveLength(1);
    await expect(acceptCandidates(world, 'lab', ['00000000'], ADA)).rejects.toThrow('no candidate has the id');
    await expect(acceptCandidates(world, 'lab', [''], ADA)).rejects.toThrow('no candidate has the id');
  });

  test('a source that belongs to another group is refused before anything is offered', async () => {
    const world = await openLab();
    await idOf(world);
    const text = rows(`127.66.9.7,443,${hash(1)},2026-11-21`);
    await expect(scan(world, text, { source: 'Feed', group: 'another' })).rejects.toThrow(
      'belongs to the group "feed"',
    );
    await expect(scan(world, text, { source: 'LAB X', group: 'scan' })).rejects.toThrow('belongs to the group "lab-x"');
  });
});

test('no file makes more of a scan than its rows say, whatever is written in it', async () => {
  const world = await openLab();
  await idOf(world);
  const odd = fc.oneof(
    fc.constantFrom(
      hash(1),
      hash(2),
      '443',
      '198.51.100.7',
      '=cmd|1',
      '"',
      '\0',
      '\ud800',
      '#',
      'sha256:',
      '::1',
      '1e9',
      '',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const line = fc.array(odd, { maxLength: 6 }).map((fields) => fields.join(','));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
      const outcome = await scan(world, rows(...lines));
      expect(outcome.rejected + outcome.bare + outcome.matching).toBeLessThanOrEqual(outcome.rows);
      for (const { host } of outcome.offered) expect(host).toBe('198.51.100.7');
    }),
    { numRuns: 15 },
  );
  expect((await listCandidates(world, 'lab', true)).length).toBeLessThanOrEqual(2);
});
