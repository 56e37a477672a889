import { DatabaseError } from 'pg';
import type { Pool, PoolClient } from 'pg';
import type { Rejection } from '../../domain/import-outcome.ts';
import type { Operation } from '../../domain/operation.ts';
import { problem, ProblemError } from '../../domain/problem.ts';
import type { Provider } from '../../domain/provider.ts';
import type { BatchRow } from '../../domain/rows.ts';
import { BatchTree } from '../../ledger/batch.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { Random } from '../../ports/random.ts';
import type {
  Batch,
  BatchKind,
  EntryDraft,
  ImportRecord,
  NoticeRecord,
  ReadTransaction,
  Store,
  WriteTransaction,
} from '../../ports/store.ts';
import { insertRows } from './batch-rows.ts';
import { APP_ROLE, openPool, Session, unreachable } from './connect.ts';
import type { DatabaseAccess } from './connect.ts';
import { appendEntry, ledgerHead, readLedger } from './ledger-store.ts';
import { casesToDecide, casesToNotify, serversToJudge, serversToLocate } from './step-facts.ts';
import { caseViews, noticeViews, operationFigures, providerViews, serverViews } from './view-queries.ts';

/** Tries of a transaction that lost a race. */
const MAX_TRIES = 5;
/** Serialisation failure and deadlock: the other one has won, and nothing of ours was kept. */
const LOST_RACES: ReadonlySet<string> = new Set(['40001', '40P01']);
/** Where two may both find nothing and both write the first row. A duplicate anywhere else is a bug, and is told. */
const FIRST_ROWS: ReadonlySet<string> = new Set([
  'ledger_entry_pkey',
  'ledger_head_pkey',
  'operation_organisation_id_name_key',
]);
/** Longer than any one run holds an operation, so that a process that hangs does not hang all others for ever. */
const LOCK_TIMEOUT_MS = 600_000;

/** The store of one organisation in a PostgreSQL whose schema is up to date. */
export function openPostgresStore(access: DatabaseAccess, organisationId: string, random: Random): Store {
  const pool = openPool(access.app);

  async function inTransaction<Value>(begin: string, work: (session: Session) => Promise<Value>): Promise<Value> {
    const client = await connect(pool, access);
    let broken: Error | undefined;
    try {
      const session = new Session(client);
      await session.run(begin);
      try {
        // The role once more: a connection string may bring options of its own. Zone and date style as the queries
        // here expect them, whatever an administrator has set for the database.
        await session.run(
          `select set_config('role', '${APP_ROLE}', true), set_config('dismantle.organisation', $1, true),
                  set_config('search_path', 'dismantle', true), set_config('timezone', 'UTC', true),
                  set_config('datestyle', 'ISO, YMD', true), set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', true)`,
          [organisationId],
        );
        const value = await work(session);
        await session.run('commit');
        return value;
      } catch (cause) {
        await session.run('rollback').catch((error: unknown) => {
          broken = error instanceof Error ? error : new Error(String(error));
        });
        throw cause;
      }
    } finally {
      client.release(broken);
    }
  }

  return {
    async read(work) {
      try {
        return await inTransaction('begin isolation level repeatable read read only', (session) =>
          work(readTransaction(session)),
        );
      } catch (cause) {
        throw explained(cause);
      }
    },
    async write(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await inTransaction('begin', (session) => work(writeTransaction(session, random)));
        } catch (cause) {
          if (attempt >= MAX_TRIES || !isLostRace(cause)) throw explained(cause);
        }
      }
    },
    close: () => pool.end(),
  };
}

async function connect(pool: Pool, access: DatabaseAccess): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (cause) {
    throw unreachable(access.app, cause);
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

function isLostRace(cause: unknown): boolean {
  if (LOST_RACES.has(codeOf(cause))) return true;
  return cause instanceof DatabaseError && cause.code === '23505' && FIRST_ROWS.has(cause.constraint ?? '');
}

/** pg tells of a connection that broke between two statements in words alone. */
function isConnectionLost(cause: unknown): boolean {
  const code = codeOf(cause);
  if (code === '57P01' || code === '57P02' || code === '57P03' || code === '25P03' || code.startsWith('08'))
    return true;
  if (code === 'ECONNRESET' || code === 'EPIPE') return true;
  return (
    cause instanceof Error && /^(Connection terminated|Client has encountered a connection error)/.test(cause.message)
  );
}

/** PostgreSQL's own words for what a person can see to; everything else goes on as the bug that it is. */
function explained(cause: unknown): unknown {
  if (cause instanceof ProblemError) return cause;
  const code = codeOf(cause);
  if (code === '53100')
    return problem(
      'database',
      'the disk is full; nothing was changed',
      'Make room where the data directory lies, then run the command again',
      cause,
    );
  if (code === '55P03') {
    return problem(
      'database',
      'another command has been working on this for a long time; nothing was changed',
      'Run the same command again when the other one has finished',
      cause,
    );
  }
  if (code === '57014') {
    return problem(
      'database',
      'PostgreSQL cancelled a statement; nothing is half-done',
      'Raise the statement_timeout that is set for this database or role',
      cause,
    );
  }
  if (isConnectionLost(cause)) {
    return problem('database', 'PostgreSQL went away; nothing is half-done', 'Run the same command again', cause);
  }
  return cause;
}

function readTransaction(session: Session): ReadTransaction {
  return {
    findOperation: (name) => findOperation(session, name),
    operations: () =>
      session.rows<Operation>(
        'select operation_id as id, name, drill, malware from operation order by opened_at, name',
      ),
    findImport: (operationId, sha256) => findImport(session, operationId, sha256),
    rejections: (importId, limit) =>
      session.rows<Rejection>(
        `select i.file, r.line, r.value, r.reason
         from rejection r join import i on i.organisation_id = r.organisation_id and i.import_id = r.batch_id
         where r.batch_id = $1 order by r.position limit $2`,
        [importId, limit],
      ),
    serversToJudge: (operationId) => serversToJudge(session, operationId),
    serversToLocate: (operationId) => serversToLocate(session, operationId),
    casesToDecide: (operationId) => casesToDecide(session, operationId),
    casesToNotify: (operationId, rowIds) => casesToNotify(session, operationId, rowIds),
    provider: (key) =>
      session.row<Provider>(
        'select key, name, asn, country, type, trust, channel, contact, source from provider where key = $1',
        [key],
      ),
    noticeRecords: (operationId) =>
      session.rows<NoticeRecord>(
        `select notice_id as "noticeId", provider_key as "providerKey", method, message_id as "messageId", reference,
                hash, message_sha256 as "messageSha256", file_name as "fileName", missing, state,
                (extract(epoch from drafted_at) * 1000)::bigint as "draftedAt"
         from notice where operation_id = $1 order by provider_key, method`,
        [operationId],
      ),
    async noticeMessage(sha256) {
      const row = await session.row<{ message: Buffer }>('select message from notice_message where sha256 = $1', [
        sha256,
      ]);
      return row?.message ?? null;
    },
    async damagedMessages() {
      const rows = await session.rows<{ reference: string }>(
        `with named as (
           select distinct on (e.subject) b.body::jsonb->>'reference' as reference, b.body::jsonb->>'messageSha256' as sha256
           from ledger_entry e
           join ledger_body b on b.organisation_id = e.organisation_id and b.sequence = e.sequence
           where e.kind = 'notice.drafted'
           order by e.subject, e.sequence desc)
         select n.reference from named n
         left join notice_message m on m.sha256 = n.sha256
         where m.message is null or encode(sha256(m.message), 'hex') <> n.sha256
         order by n.reference`,
      );
      return rows.map(({ reference }) => reference);
    },
    servers: (operationId) => serverViews(session, operationId),
    cases: (operationId) => caseViews(session, operationId),
    providers: (operationId) => providerViews(session, operationId),
    notices: (operationId) => noticeViews(session, operationId),
    figures: (operationId) => operationFigures(session, operationId),
    async ledgerHead() {
      const { entries, root } = await ledgerHead(session);
      return { entries, root };
    },
    ledgerReader: () => readLedger(session),
  };
}

function writeTransaction(session: Session, random: Random): WriteTransaction {
  return {
    ...readTransaction(session),
    async lockOperation(operationId) {
      // The row itself stays free for readers and for foreign keys that point to it.
      await session.run(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [operationId]);
    },
    executeSql: async (sql, values) => ({ rows: await session.rows(sql, values) }),
    async append(draft) {
      await appendEntry(session, random, draft, 0);
    },
    openBatch: (kind, operationId, batchId) =>
      Promise.resolve(new PostgresBatch(session, random, kind, operationId, batchId)),
    async keepMessage(sha256, message) {
      await session.run(
        `insert into notice_message (organisation_id, sha256, message) values (current_organisation(), $1, $2)
         on conflict do nothing`,
        [sha256, message],
      );
    },
  };
}

function findOperation(session: Session, name: string): Promise<Operation | null> {
  return session.row<Operation>(
    'select operation_id as id, name, drill, malware from operation where lower(name) = lower($1)',
    [name],
  );
}

function findImport(session: Session, operationId: string, sha256: string): Promise<ImportRecord | null> {
  return session.row<ImportRecord>(
    `select i.import_id as "importId", i.file, i.format, i.sha256, i.independence_group as "group", i.rows, i.accepted,
            i.rejected,
            coalesce((select jsonb_agg(jsonb_build_object('person', a.person, 'reason', a.reason)
                               order by a.attested_at, a.person, a.reason)
                      from attestation a
                      where a.organisation_id = i.organisation_id and a.import_id = i.import_id), '[]') as attestations
     from import i where i.operation_id = $1 and i.sha256 = $2`,
    [operationId, sha256],
  );
}

class PostgresBatch implements Batch {
  private readonly tree = new BatchTree();
  private readonly session: Session;
  private readonly random: Random;
  private readonly kind: BatchKind;
  private readonly operationId: string;
  private readonly batchId: string;

  constructor(session: Session, random: Random, kind: BatchKind, operationId: string, batchId: string) {
    this.session = session;
    this.random = random;
    this.kind = kind;
    this.operationId = operationId;
    this.batchId = batchId;
  }

  get count(): number {
    return this.tree.count;
  }

  async add(rows: readonly BatchRow[]): Promise<void> {
    if (rows.length === 0) return;
    await insertRows(this.session, this.batchId, this.tree.count, rows);
    for (const row of rows) this.tree.add(canonicalJson(row));
  }

  async finish(draft: EntryDraft): Promise<void> {
    const rows = this.tree.summary();
    const body = { ...draft.body, rows };
    const entry = await appendEntry(this.session, this.random, { ...draft, body }, rows.count);
    await this.session.run(
      `insert into batch (organisation_id, batch_id, operation_id, kind, sequence)
       values (current_organisation(), $1, $2, $3, $4)`,
      [this.batchId, this.operationId, this.kind, entry.sequence],
    );
  }
}
