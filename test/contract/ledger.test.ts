import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Session } from '../../src/adapters/postgres/connect.ts';
import { readLedger, replayLedger } from '../../src/adapters/postgres/ledger-store.ts';
import { derivedId } from '../../src/domain/derived-id.ts';
import { openOperation } from '../../src/steps/intake/open-operation.ts';
import type { AuditReport } from '../../src/ledger/audit.ts';
import { buildProof } from '../../src/ledger/build-proof.ts';
import type { RowPlace } from '../../src/ledger/build-proof.ts';
import { canonicalJson } from '../../src/ledger/canonical.ts';
import { originOf, signCheckpoint } from '../../src/ledger/checkpoint.ts';
import { introductionBody, rotationBody } from '../../src/ledger/key-chain.ts';
import { createSigner, formatVerifierKey, privateKeyFromSeed } from '../../src/ledger/note.ts';
import { formatProof } from '../../src/ledger/proof.ts';
import { verifyProof } from '../../src/ledger/verify-proof.ts';
import type { ProofReport } from '../../src/ledger/verify-proof.ts';
import type { ReadTransaction } from '../../src/ports/store.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { liveThrough } from '../support/history.ts';
import { auditOf, auditOfReader, exportOf } from '../support/ledger.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

let database: TestDatabase;
const opened: TestWorld[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  for (const world of opened) await world.store.close();
  await database?.close();
});

async function newWorld(sibling?: TestWorld): Promise<TestWorld> {
  const world = await openTestWorld(database, sibling);
  opened.push(world);
  return world;
}

describe('what an intruder with all rights changes in the database', () => {
  let world: TestWorld;

  beforeAll(async () => {
    world = await newWorld();
    await liveThrough(database, world);
  });

  class TakenBack extends Error {}

  /** Changes something as the superuser, audits what is then there, and takes it back. */
  async function auditAfter(change: (session: Session) => Promise<void>): Promise<AuditReport> {
    let report: AuditReport | null = null;
    const attempt = inTransactionAs(database.superuser, world.organisationId, async (session) => {
      await session.run(`set local session_replication_role = 'replica'`);
      await change(session);
      await session.run('set local role dismantle_app');
      report = await auditOfReader(readLedger(session));
      throw new TakenBack();
    });
    await expect(attempt).rejects.toThrow(TakenBack);
    if (report === null) throw new Error('nothing was audited');
    return report;
  }

  /** The last batch that has rows in a table: its entry, and the batch. */
  async function batchWith(session: Session, table: string): Promise<{ sequence: number; batchId: string }> {
    const found = await session.row<{ sequence: string; batchId: string }>(
      `select b.sequence, b.batch_id as "batchId" from batch b
       where b.organisation_id = $1 and exists (select from ${table} t where t.batch_id = b.batch_id)
       order by b.sequence desc limit 1`,
      [world.organisationId],
    );
    if (found === null) throw new Error(`no batch has rows in ${table}`);
    return { sequence: Number(found.sequence), batchId: found.batchId };
  }

  const CHANGES: Readonly<Record<string, (column: string) => string>> = {
    text: (column) => `coalesce(${column}, '') || 'x'`,
    uuid: () => `'00000000-0000-8000-8000-0000000000ff'`,
    integer: (column) => `coalesce(${column}, 0) + 1`,
    bigint: (column) => `coalesce(${column}, 0) + 1`,
    boolean: (column) => `not ${column}`,
    date: (column) => `coalesce(${column}, '2026-01-01') + 1`,
    'timestamp with time zone': (column) => `coalesce(${column}, '2026-01-01Z') + interval '1 millisecond'`,
    'text[]': (column) => `array_append(${column}, 'x')`,
    jsonb: (column) =>
      `case jsonb_typeof(${column}) when 'array' then ${column} || '[1]' else coalesce(${column}, '{}') || '{"name": 1}' end`,
  };

  test('nothing is found where nothing was changed', async () => {
    expect(await auditAfter(() => Promise.resolve())).toMatchObject({ ok: true, findings: [] });
  });

  test.each([
    'sighting',
    'rejection',
    'identification',
    'registration',
    'provider_version',
    'location',
    'kind_judgement',
    'decision',
  ])('is found in each column of one %s, and its entry is named', async (table) => {
    // recorded_at chooses the partition that a sighting lies in, and says nothing that is read.
    const columns = await inTransactionAs(database.superuser, null, (session) =>
      session.rows<{ name: string; type: string }>(
        `select attname as name, format_type(atttypid, null) as type from pg_attribute
           where attrelid = 'dismantle.${table}'::regclass and attnum > 0
             and not attisdropped and attname not in ('organisation_id', 'batch_id', 'position', 'recorded_at')`,
      ),
    );
    expect(columns.length).toBeGreaterThan(0);
    for (const { name, type } of columns) {
      const change = CHANGES[type];
      if (change === undefined) throw new Error(`no change for a ${type}`);
      let sequence = 0;
      const report = await auditAfter(async (session) => {
        const batch = await batchWith(session, table);
        sequence = batch.sequence;
        const checks = await session.rows<{ name: string }>(
          `select conname as name from pg_constraint where conrelid = 'dismantle.${table}'::regclass and contype = 'c'`,
        );
        for (const check of checks) await session.run(`alter table ${table} drop constraint "${check.name}"`);
        await session.run(
          `update ${table} set ${name} = ${change(name)}
             where batch_id = $1 and position = (select max(position) from ${table} where batch_id = $1)`,
          [batch.batchId],
        );
      });
      expect(report.findings[0], `${table}.${name}`).toMatchObject({ kind: 'row-root', sequence });
    }
  });

  test.each([
    ['removed from the middle', `delete from sighting where batch_id = $1 and position = 1`, 'row-count'],
    ['removed at the end', `delete from sighting where batch_id = $1 and position >= 4`, 'row-count'],
    [
      'added far behind the last one',
      `insert into sighting select (jsonb_populate_record(s, '{"position": 1000000}')).*
       from sighting s where batch_id = $1 and position = 0`,
      'row-count',
    ],
    [
      'swapped with another',
      `update sighting set position = case position when 0 then 1 else 0 end where batch_id = $1 and position in (0, 1)`,
      'row-root',
    ],
  ])('is found when a row is %s', async (_, sql, kind) => {
    let sequence = 0;
    const report = await auditAfter(async (session) => {
      const first = await session.row<{ sequence: string; batchId: string }>(
        `select sequence, batch_id as "batchId" from batch where organisation_id = $1 order by sequence limit 1`,
        [world.organisationId],
      );
      sequence = Number(first?.sequence);
      await session.run('alter table sighting drop constraint sighting_pkey');
      await session.run(sql, [first?.batchId]);
    });
    expect(report.findings[0]).toMatchObject({ kind, sequence });
  });

  test.each([
    [
      'a body',
      `update ledger_body set body = replace(body, '"schema":1', '"schema":2') where sequence = 5`,
      'commitment',
      5,
    ],
    ['a salt', `update ledger_body set salt = repeat('0', 64) where sequence = 5`, 'commitment', 5],
    ['an actor', `update ledger_entry set actor = 'somebody else' where sequence = 5`, 'hash', 5],
    ['a subject', `update ledger_entry set subject = subject || 'x' where sequence = 5`, 'hash', 5],
    ['a time', `update ledger_entry set recorded_at = recorded_at + interval '1 ms' where sequence = 5`, 'hash', 5],
    ['a commitment', `update ledger_entry set commitment = repeat('0', 64) where sequence = 5`, 'hash', 5],
    ['a hash', `update ledger_entry set hash = repeat('0', 64) where sequence = 5`, 'hash', 5],
    ['a link', `update ledger_entry set previous_hash = repeat('0', 64) where sequence = 5`, 'link', 5],
    ['a removed body', 'delete from ledger_body where sequence = 5', 'erasure', 5],
    ['a removed entry', 'delete from ledger_entry where sequence = 5', 'gap', 5],
    ['a removed head', 'delete from ledger_head', 'trailing-bytes', null],
    [
      'the last entry',
      `delete from ledger_entry where sequence = (select max(sequence) from ledger_entry where organisation_id = current_organisation())`,
      'cut-tail',
      expect.any(Number),
    ],
  ])('is found in %s', async (_, sql, kind, sequence) => {
    const report = await auditAfter((session) =>
      session.run(sql.includes(' where ') ? `${sql} and organisation_id = current_organisation()` : sql),
    );
    expect(report.ok).toBe(false);
    expect(report.findings).toContainEqual(expect.objectContaining({ kind, sequence }));
  });
});

describe('a proof of rows', () => {
  let world: TestWorld;

  beforeAll(async () => {
    world = await newWorld();
    await liveThrough(database, world);
  });

  /** Builds a proof as `dismantle ledger prove` does, and reads it back. */
  function prove(places: (transaction: ReadTransaction) => Promise<readonly RowPlace[]>): Promise<ProofReport> {
    return world.store.read(async (transaction) => {
      const { organisation, entries: size, root } = await transaction.ledgerReader().head();
      const signer = createSigner(originOf(organisation), privateKeyFromSeed(Buffer.alloc(32, 7)));
      const checkpoint = signCheckpoint({ origin: signer.name, size, root }, signer);
      const signed = { checkpoint, rotations: [], verifierKey: formatVerifierKey(signer) };
      const built = await buildProof(transaction.proofs(), await places(transaction), organisation, signed, size);
      if (!built.ok) throw new Error(built.reason);
      return verifyProof(formatProof(built.value));
    });
  }

  test('holds for each row of each batch of the ledger, in the very words of the export', async () => {
    const exported = (await exportOf(world.store)).toString('utf8').trimEnd().split('\n').slice(1);
    const places: RowPlace[] = [];
    const rows: string[] = [];
    let sequence = 0;
    let index = 0;
    for (const line of exported) {
      const { row, entry }: { row?: object; entry?: { sequence: number } } = JSON.parse(line);
      index = entry === undefined ? index + 1 : -1;
      sequence = entry?.sequence ?? sequence;
      if (row === undefined) continue;
      places.push({ sequence, index });
      rows.push(canonicalJson(row));
    }
    expect(places.length).toBeGreaterThan(50);
    const report = await prove(() => Promise.resolve(places));
    expect(report.findings).toEqual([]);
    expect(report.facts.map(({ row }) => canonicalJson(row))).toEqual(rows);
  });

  test('is found by file and line, with and without the folders of the file’s name', async () => {
    const [operation] = await world.store.read((transaction) => transaction.operations());
    const alpha = await world.store.read(async (transaction) => {
      for await (const page of transaction.ledgerReader().entries()) {
        for (const { content } of page) {
          if (content !== 'erased' && content.body.includes('"group":"alpha"')) return JSON.parse(content.body).file;
        }
      }
      throw new Error('nothing of the group alpha');
    });
    const report = await prove(async (transaction) => {
      const { files, places } = await transaction.proofs().rowsOfLine(operation?.id ?? '', String(alpha), 4);
      expect(files).toBe(1);
      return places;
    });
    expect(report).toMatchObject({
      ok: true,
      facts: [{ row: { type: 'sighting', line: 4, host: '192.0.2.11', port: 449 } }],
    });
    await world.store.read(async (transaction) => {
      const proofs = transaction.proofs();
      expect(await proofs.rowsOfLine(operation?.id ?? '', 'nothing.csv', 4)).toEqual({ files: 0, places: [] });
      expect(await proofs.rowsOfLine(operation?.id ?? '', String(alpha), 9999)).toEqual({ files: 1, places: [] });
      expect((await proofs.rowsOfLine(world.organisationId, String(alpha), 4)).files).toBe(0);
    });
  });

  test('of a server has every row of every import that names it, rejected rows by their line', async () => {
    const [operation] = await world.store.read((transaction) => transaction.operations());
    const serverId = derivedId('server', operation?.id ?? '', 'address', '203.0.113.5');
    const report = await prove((transaction) => transaction.proofs().rowsOfServer(serverId, 10));
    expect(report.ok).toBe(true);
    expect(report.facts.map(({ row }) => [row['host'], row['port']])).toEqual([
      ['203.0.113.5', 447],
      ['203.0.113.5', 8443],
    ]);
    expect(await world.store.read((transaction) => transaction.proofs().rowsOfServer(serverId, 1))).toHaveLength(1);
  });

  test('knows nothing of another organisation', async () => {
    const other = await newWorld();
    await openOperation(other, { name: 'lab', drill: true, malware: null });
    const [operation] = await world.store.read((transaction) => transaction.operations());
    const serverId = derivedId('server', operation?.id ?? '', 'address', '203.0.113.5');
    await other.store.read(async (transaction) => {
      expect(await transaction.proofs().rowsOfServer(serverId, 10)).toEqual([]);
      expect(await transaction.proofs().entry(2)).toBe(null);
      let hashes = 0;
      for await (const page of transaction.proofs().hashes()) hashes += page.length;
      expect(hashes).toBe(1);
    });
  });
});

describe('entries about the ledger itself', () => {
  test('are appended as any other, replayed, and name the keys in their order', async () => {
    const world = await newWorld();
    const [first, second] = [1, 2].map((number) =>
      createSigner(originOf('x'), privateKeyFromSeed(Buffer.alloc(32, number))),
    );
    if (first === undefined || second === undefined) throw new Error('no keys');
    await world.store.write(async (transaction) => {
      await transaction.lockLedger();
      for (const [kind, body] of [
        ['key.introduced', introductionBody(first)],
        ['key.rotated', rotationBody(first, second, 1, 'why')],
        ['checkpoint.timestamped', { schema: 1, checkpoint: '', tsa: '', genTime: '', token: '' }],
      ] as const) {
        await transaction.append({ actor: 'a test', recordedAt: world.clock.now(), kind, subject: 'x', body });
      }
    });
    await inTransactionAs(database.access.owner, world.organisationId, replayLedger);
    const chain = await world.store.read((transaction) => transaction.keyChain());
    expect(chain.keys.map(formatVerifierKey)).toEqual([first, second].map(formatVerifierKey));
    expect(chain.changes).toMatchObject([{ sequence: 2, lost: false }]);
  });
});

describe('appending', () => {
  let before = 0;
  beforeEach(() => {
    before = opened.length;
  });
  // Each store has connections of its own, and a server has room for so many only.
  afterEach(async () => {
    for (const world of opened.splice(before)) await world.store.close();
  });

  test('from four stores at once into an empty ledger is gapless, whole, and never goes back in time', async () => {
    const first = await newWorld();
    const worlds = [first, await newWorld(first), await newWorld(first), await newWorld(first)];
    for (const [index, world] of worlds.entries()) world.setClock(Date.UTC(2026, 10, 23, 12 - index));
    await Promise.all(
      worlds.flatMap((world, index) =>
        Array.from({ length: 10 }, (_, number) =>
          openOperation(world, { name: `operation-${index}-${number}`, drill: true, malware: null }),
        ),
      ),
    );
    expect(await auditOf(first.store)).toMatchObject({ ok: true, findings: [], entries: 40 });
    expect(await first.store.read((transaction) => transaction.operations())).toHaveLength(40);
  });

  test('from eight writers of 25 entries each is gapless and whole, each writer’s own entries in their order', async () => {
    const first = await newWorld();
    const worlds = [first];
    while (worlds.length < 8) worlds.push(await newWorld(first));
    await Promise.all(
      worlds.map(async (world, writer) => {
        for (let number = 0; number < 25; number++) {
          await openOperation(world, { name: `writer-${writer}-${number}`, drill: true, malware: null });
        }
      }),
    );
    expect(await auditOf(first.store)).toMatchObject({ ok: true, findings: [], entries: 200 });
    const entries = await first.store.read(async (transaction) => {
      const all = [];
      for await (const page of transaction.ledgerReader().entries()) all.push(...page);
      return all;
    });
    expect(entries.map(({ entry }) => entry.sequence)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
    const names = (await first.store.read((transaction) => transaction.operations())).map(({ name }) => name);
    expect(new Set(names).size).toBe(200);
    const ids = new Map(
      (await first.store.read((transaction) => transaction.operations())).map(({ id, name }) => [id, name]),
    );
    const inOrder = entries.map(({ entry }) => ids.get(entry.subject) ?? '');
    for (let writer = 0; writer < 8; writer++) {
      const own = inOrder.filter((name) => name.startsWith(`writer-${writer}-`));
      expect(own).toEqual(Array.from({ length: 25 }, (_, number) => `writer-${writer}-${number}`));
    }
  });

  test('of one and the same operation by four at once opens it once', async () => {
    const first = await newWorld();
    const worlds = [first, await newWorld(first), await newWorld(first), await newWorld(first)];
    const operations = await Promise.all(
      worlds.map((world) => openOperation(world, { name: 'one', drill: true, malware: null })),
    );
    expect(new Set(operations.map(({ id }) => id)).size).toBe(1);
    expect(await auditOf(first.store)).toMatchObject({ ok: true, entries: 1 });
  });

  test('in a transaction that fails leaves no entry and no gap', async () => {
    const world = await newWorld();
    await openOperation(world, { name: 'before', drill: true, malware: null });
    const failing = world.store.write(async (transaction) => {
      await transaction.append({
        actor: 'a test',
        recordedAt: world.clock.now(),
        kind: 'operation.opened',
        subject: '00000000-0000-8000-8000-0000000000aa',
        body: {
          schema: 1,
          operation: '00000000-0000-8000-8000-0000000000aa',
          name: 'half',
          drill: true,
          malware: null,
        },
      });
      throw new Error('after the entry');
    });
    await expect(failing).rejects.toThrow('after the entry');
    await openOperation(world, { name: 'after', drill: true, malware: null });
    expect(await auditOf(world.store)).toMatchObject({ ok: true, entries: 2 });
    expect((await world.store.read((transaction) => transaction.operations())).map(({ name }) => name)).toEqual([
      'before',
      'after',
    ]);
  });

  test('of what breaks a key is a bug that is told at once, and not tried again', async () => {
    const world = await newWorld();
    const { id } = await openOperation(world, { name: 'one', drill: true, malware: null });
    let tries = 0;
    const failing = world.store.write(async (transaction) => {
      tries += 1;
      await transaction.append({
        actor: 'a test',
        recordedAt: world.clock.now(),
        kind: 'operation.opened',
        subject: id,
        body: { schema: 1, operation: id, name: 'another', drill: true, malware: null },
      });
    });
    await expect(failing).rejects.toMatchObject({ code: '23505', constraint: 'operation_pkey' });
    expect(tries).toBe(1);
    expect(await auditOf(world.store)).toMatchObject({ ok: true, entries: 1 });
  });

  test.each([['reading'], ['writing']])(
    'after a connection was cut while %s: a problem in words, then all as before',
    async (what) => {
      const world = await newWorld();
      await openOperation(world, { name: 'one', drill: true, malware: null });
      const cutOff = async (): Promise<void> => {
        await inTransactionAs(database.superuser, null, (session) =>
          session.run(
            `select pg_terminate_backend(pid, 5000) from pg_stat_activity
           where datname = current_database() and application_name = 'dismantle' and state = 'idle in transaction'`,
          ),
        );
      };
      const broken =
        what === 'reading'
          ? world.store.read(async (transaction) => {
              await cutOff();
              return transaction.operations();
            })
          : world.store.write(async (transaction) => {
              await cutOff();
              return transaction.operations();
            });
      await expect(broken).rejects.toMatchObject({ problem: { code: 'database', hint: expect.any(String) } });
      await openOperation(world, { name: 'two', drill: true, malware: null });
      expect(await auditOf(world.store)).toMatchObject({ ok: true, entries: 2 });
    },
  );
});
