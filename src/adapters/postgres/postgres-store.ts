import { DatabaseError, escapeLiteral } from 'pg';
import type { Pool, PoolClient } from 'pg';
import type { Rejection } from '../../domain/import-outcome.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { Provider } from '../../domain/provider.ts';
import type { Random } from '../../ports/random.ts';
import type { ImportRecord, NoticeRecord, ReadTransaction, Store, WriteTransaction } from '../../ports/store.ts';
import { peopleReads } from './people-queries.ts';
import { approvalReads } from './approval-queries.ts';
import { authorityReads } from './authority-queries.ts';
import { deconflictionReads } from './deconfliction-queries.ts';
import { candidateReads } from './candidate-queries.ts';
import { clockReads } from './clock-queries.ts';
import { collectionReads, collectionWrites } from './collection-queries.ts';
import { contributionReads, contributionWrites } from './contribution-queries.ts';
import { mailReads } from './mail-queries.ts';
import { methodTableReads } from './method-table-queries.ts';
import { namedMessages } from './named-messages.ts';
import { dispatchReads } from './dispatch-queries.ts';
import { figureReads } from './figures-queries.ts';
import { givingReads } from './giving-queries.ts';
import { readAsOf } from './as-of.ts';
import { doorRecordReads } from './door-queries.ts';
import { verdictReads } from './verdict-queries.ts';
import { watchReads } from './watch-queries.ts';
import { webhookReads, webhookWrites } from './webhook-queries.ts';
import { evidenceReads } from './evidence-queries.ts';
import { assignmentReads } from './assignment-queries.ts';
import { signInReads, signInWrites } from './sign-in-queries.ts';
import { accessReads, doorReads, partnerReads } from './access-queries.ts';
import { APP_ROLE, openPool, OUTSIDER_ROLE, patiently, Session, unreachable } from './connect.ts';
import type { DatabaseAccess } from './connect.ts';
import { codeOf, explained } from './explain.ts';
import { lockLedger, readKeyChain } from './key-entries.ts';
import { eraseEntries, erasableEntries, noticesOnlyAbout } from './erasure.ts';
import { configurationViews, importViews, sightingViews } from './intake-views.ts';
import { appendEntry, entriesAfter, entryHeads, ledgerHead, ledgerTip, readLedger } from './ledger-store.ts';
import { proofQueries } from './proof-queries.ts';
import { PostgresBatch } from './postgres-batch.ts';
import { severanceReads } from './severance-queries.ts';
import { feedSourceReads, feedSourceWrites } from './source-queries.ts';
import { strikeReads } from './strike-queries.ts';
import { workReads, workWrites } from './work-queries.ts';
import { plannedFor } from './pages.ts';
import { looksBefore } from './look-queries.ts';
import { SessionLocks } from './session-locks.ts';
import { stateDifferences } from './state-check.ts';
import {
  casesToDecide,
  casesToNotify,
  mayBeAskedAbout,
  providerWords,
  registryAnswers,
  serversToJudge,
  serversToLocate,
  serversToLookUp,
  statementsOf,
} from './step-facts.ts';
import {
  caseView,
  caseViews,
  noticeNames,
  noticeViews,
  operationFigures,
  providerViews,
  serverView,
  serverViews,
} from './view-queries.ts';
import { instant } from './sql-values.ts';

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

const LOCK = 'select pg_advisory_xact_lock(hashtextextended($1, 0))';

/** How a transaction begins that sees one moment, and changes nothing. */
const READING = 'begin isolation level repeatable read read only';

/** The store of one organisation in a PostgreSQL whose schema is up to date. */
export function openPostgresStore(access: DatabaseAccess, organisationId: string, random: Random): Store {
  const stores = openPostgresStores(access, random);
  return { ...stores.of(organisationId), close: () => stores.close() };
}

export interface PostgresStores {
  /** The store of one organisation; closing it closes nothing that others use. */
  of(organisationId: string): Store;
  close(): Promise<void>;
}

/** The stores of all organisations of a database, over the same connections. */
export function openPostgresStores(access: DatabaseAccess, random: Random): PostgresStores {
  const pool = openPool(access.app);
  const locks = new SessionLocks(access.app);
  return {
    of: (organisationId) => storeOf({ access, pool, locks, random }, organisationId),
    async close() {
      await locks.close();
      await pool.end();
    },
  };
}

interface Connections {
  readonly access: DatabaseAccess;
  readonly pool: Pool;
  readonly locks: SessionLocks;
  readonly random: Random;
}

function storeOf({ access, pool, locks, random }: Connections, organisationId: string): Store {
  const organisation = escapeLiteral(organisationId);
  const knows =
    access.schema === undefined ? '' : `; select dismantle.assert_known_schema(${escapeLiteral(access.schema)})`;

  async function inTransaction<Value>(
    begin: string,
    work: (session: Session) => Promise<Value>,
    {
      end = 'commit',
      plans = 'anew',
      role = APP_ROLE,
      outsider = '',
    }: {
      end?: 'commit' | 'rollback';
      plans?: 'anew' | 'never-kept';
      role?: string;
      outsider?: string;
    } = {},
  ): Promise<Value> {
    const client = await connect(pool, access);
    let broken: Error | undefined;
    try {
      const session = new Session(client, plans);
      // The role once more: a connection string may bring options of its own. Zone and date style as the queries
      // here expect them, whatever an administrator has set for the database. In one message, and the first question right
      // behind it: where the beginning fails, whatever is asked next is refused.
      const begun = session.run(
        `${begin};
         set local role ${role}; ${outsider}set local dismantle.organisation = ${organisation}; set local search_path = dismantle;
         set local timezone = 'UTC'; set local datestyle = 'ISO, YMD'; set local lock_timeout = ${LOCK_TIMEOUT_MS}${session.planSetting()}${knows}`,
      );
      begun.catch(() => {});
      try {
        const value = await work(session);
        await begun;
        // What was only read is known; whoever has the connection next comes behind the end.
        if (begin === READING) session.end(end, 'with-the-next').catch(() => {});
        else await session.end(end);
        return value;
      } catch (cause) {
        await session.run('rollback').catch((error: unknown) => {
          broken = error instanceof Error ? error : new Error(String(error));
        });
        await begun;
        throw cause;
      }
    } finally {
      client.release(broken);
    }
  }

  return {
    async read(work) {
      try {
        return await inTransaction(READING, (session) => work(readTransaction(session)));
      } catch (cause) {
        throw explained(cause, access.whyGone);
      }
    },
    async asOf(moment, work) {
      try {
        // Rolled back whatever happens: what is made for it, temporary tables and views, must not outlive it.
        return await inTransaction(
          'begin isolation level repeatable read',
          (session) => readAsOf(session, moment, () => work(readTransaction(session))),
          { end: 'rollback', plans: 'never-kept' },
        );
      } catch (cause) {
        throw explained(cause, access.whyGone);
      }
    },
    async write(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await inTransaction('begin', (session) => work(writeTransaction(session, random)));
        } catch (cause) {
          if (attempt >= MAX_TRIES || !isLostRace(cause)) throw explained(cause, access.whyGone);
        }
      }
    },
    readAsPartner: (partner, work) =>
      readAsOutsider(`set local dismantle.partner = ${escapeLiteral(partner)};`, (session) =>
        work(partnerReads(session)),
      ),
    readAtDoor: (noticeId, work) =>
      readAsOutsider(`set local dismantle.notice = ${escapeLiteral(noticeId)};`, (session) => work(doorReads(session))),
    exclusively: (key, work) => locks.exclusively(`${organisationId} ${key}`, work),
    close: () => Promise.resolve(),
  };

  async function readAsOutsider<Value>(outsider: string, work: (session: Session) => Promise<Value>): Promise<Value> {
    try {
      return await inTransaction(READING, work, {
        role: OUTSIDER_ROLE,
        outsider,
      });
    } catch (cause) {
      throw explained(cause, access.whyGone);
    }
  }
}

async function connect(pool: Pool, access: DatabaseAccess): Promise<PoolClient> {
  try {
    return await patiently(() => pool.connect());
  } catch (cause) {
    const reason = access.whyGone?.() ?? null;
    if (reason !== null) throw new ProblemError(reason, cause);
    throw unreachable(access.app, cause);
  }
}

function isLostRace(cause: unknown): boolean {
  if (LOST_RACES.has(codeOf(cause))) return true;
  return cause instanceof DatabaseError && cause.code === '23505' && FIRST_ROWS.has(cause.constraint ?? '');
}

function readTransaction(session: Session): ReadTransaction {
  const { prepared } = session;
  return {
    ...peopleReads(prepared),
    ...accessReads(prepared),
    ...assignmentReads(prepared),
    ...doorRecordReads(prepared),
    ...signInReads(prepared),
    ...approvalReads(prepared),
    ...authorityReads(prepared),
    ...deconflictionReads(prepared),
    ...clockReads(session),
    ...mailReads(prepared),
    ...dispatchReads(prepared),
    ...watchReads(session),
    ...verdictReads(prepared),
    ...candidateReads(prepared),
    ...evidenceReads(session),
    ...figureReads(session),
    ...givingReads(session),
    ...collectionReads(session),
    ...contributionReads(session),
    ...severanceReads(session),
    ...strikeReads(session),
    ...workReads(prepared),
    ...feedSourceReads(prepared),
    ...webhookReads(prepared),
    ...methodTableReads(prepared),

    findOperation: (name) => findOperation(prepared, name),
    operation: (id) => prepared.row<Operation>(`${OPERATION} where operation_id = $1`, [id]),
    operations: () => prepared.rows<Operation>(`${OPERATION} order by opened_at, name`),
    findImport: (operationId, sha256, sourceKey) => findImport(prepared, operationId, sha256, sourceKey),
    groupOfSource: async (operationId, sourceKey) =>
      (
        await prepared.row<{ group: string }>(
          'select independence_group as "group" from import where operation_id = $1 and source_key = $2 order by sequence desc limit 1',
          [operationId, sourceKey],
        )
      )?.group ?? null,
    rejections: (importId, limit) =>
      session.rows<Rejection>(
        `select i.file, r.line, r.value, r.reason
         from rejection r join import i on i.organisation_id = r.organisation_id and i.import_id = r.batch_id
         where r.batch_id = $1 order by r.position limit $2`,
        [importId, limit],
      ),
    serversToJudge: (operationId) => serversToJudge(session, operationId),
    serversToLookUp: (operationId) => serversToLookUp(session, operationId),
    mayBeAskedAbout: (operationId, serverIds) => mayBeAskedAbout(session, operationId, serverIds),
    serversToLocate: (operationId) => serversToLocate(session, operationId),
    casesToDecide: (operationId, now) => casesToDecide(session, operationId, now),
    casesToNotify: (operationId, rowIds, without, providerKey) =>
      casesToNotify(session, operationId, rowIds, without, providerKey),
    looksBefore: (asked) => looksBefore(session, asked),
    provider: (key) =>
      prepared.row<Provider>(
        'select key, name, asn, country, type, trust, channel, contact, source, contacts from provider where key = $1',
        [key],
      ),
    async providersOf(keys) {
      const found = await prepared.rows<Provider>(
        'select key, name, asn, country, type, trust, channel, contact, source, contacts from provider where key = any($1)',
        [keys],
      );
      return new Map(found.map((provider) => [provider.key, provider]));
    },
    findProviders: (text) => findProviders(session, text),
    idleCorrections: () =>
      prepared.rows(
        `select c.key, c.fields->>'trust' as trust from provider_correction c
         where not exists (select from server s where s.provider_key = c.key) order by c.key`,
      ),
    providerCounts: async (key) =>
      (await session.row<{ servers: number; notices: number }>(
        `select (select count(*)::int from server where provider_key = $1) as servers,
                (select count(*)::int from notice where provider_key = $1 and state = 'drafted') as notices`,
        [key],
      )) ?? { servers: 0, notices: 0 },
    registryAnswers: () => registryAnswers(session),
    providerWords: () => providerWords(prepared),
    statements: (operationId, serverId) => statementsOf(prepared, operationId, serverId),
    noticeRecords: async (operationId, providerKey) =>
      (await plannedFor(session, operationId)).rows<NoticeRecord>(
        `select notice_id as "noticeId", provider_key as "providerKey", method, message_id as "messageId", reference,
                hash, message_sha256 as "messageSha256", file_name as "fileName", missing, state,
                ${instant('drafted_at')} as "draftedAt", round, authority_id as "authorityId",
                ${instant('sent_at')} as "sentAt",
                (sent_at is not null or state = 'retracted' or exists (
                  select from dispatch d
                  join dispatch_attempt a on a.organisation_id = d.organisation_id and a.dispatch_id = d.dispatch_id
                  where d.notice_id = notice.notice_id and d.kind = 'notice' and d.state in ('failed', 'cancelled')
                    and coalesce(a.outcome, 'unknown') = 'unknown')) as "isClosed",
                exists (select from dispatch d where d.notice_id = notice.notice_id and d.kind = 'notice'
                        and (d.state = 'attempted' or (d.state = 'queued' and exists (
                          select from dispatch_attempt a where a.dispatch_id = d.dispatch_id and a.outcome = 'unknown')))) as "isOnTheWay",
                exists (select from notice_approval y where y.notice_id = notice.notice_id and y.hash = notice.hash
                        and y.withdrawn_at is null) as "isApprovedByAny"
         from notice where operation_id = $1 and ($2::text is null or provider_key = $2) order by provider_key, method`,
        [operationId, providerKey ?? null],
      ),
    async noticeMessage(sha256) {
      const row = await prepared.row<{ message: Buffer }>('select message from notice_message where sha256 = $1', [
        sha256,
      ]);
      return row?.message ?? null;
    },
    async damagedMessages() {
      const rows = await session.rows<{ reference: string }>(
        `with named as (
           select distinct on (e.subject) b.body::jsonb->>'reference' as reference,
                  coalesce(b.body::jsonb->>'messageSha256', b.body::jsonb->>'documentSha256') as sha256
           from ledger_entry e
           join ledger_body b on b.organisation_id = e.organisation_id and b.sequence = e.sequence
           where e.kind in ('notice.drafted', 'authority.added')
           order by e.subject, e.sequence desc),
         -- What has left and what came back: by the entries themselves, whatever the tables say.
         moved as (
           select coalesce(n.reference, left(e.subject, 12)) as reference,
                  case e.kind when 'mail.received' then e.subject else b.body::jsonb->>'messageSha256' end as sha256
           from ledger_entry e
           join ledger_body b on b.organisation_id = e.organisation_id and b.sequence = e.sequence
           left join notice n on n.organisation_id = e.organisation_id and n.notice_id::text = b.body::jsonb->>'notice'
           where e.kind in ('dispatch.attempted', 'mail.received'))
         select distinct n.reference from (select * from named union all select * from moved) n
         left join notice_message m on m.sha256 = n.sha256
         where m.message is null or encode(sha256(m.message), 'hex') <> n.sha256
         order by n.reference`,
      );
      return rows.map(({ reference }) => reference);
    },
    namedMessages: () => namedMessages(session),
    servers: (operationId) => serverViews(session, operationId),
    cases: (operationId) => caseViews(session, operationId),
    server: (operationId, serverId) => serverView(prepared, operationId, serverId),
    caseOf: (serverId) => caseView(prepared, serverId),
    providers: (operationId) => providerViews(session, operationId),
    notices: (operationId, references) => noticeViews(session, operationId, references),
    noticeNames: (operationId) => noticeNames(session, operationId),
    imports: (operationId) => importViews(session, operationId),
    configurations: (operationId) => configurationViews(session, operationId),
    sightings: (serverId, limit) => sightingViews(prepared, serverId, limit),
    erasable: (kinds, before) => erasableEntries(session, kinds, before),
    noticesOnlyAbout: (importSequences) => noticesOnlyAbout(session, importSequences),
    figures: (operationId) => operationFigures(session, operationId),
    async ledgerHead() {
      const { entries, root } = await ledgerHead(prepared);
      return { entries, root };
    },
    ledgerTime: async () => (await ledgerTip(session))?.recordedAt ?? null,
    ledgerTip: () => ledgerTip(session),
    entriesAfter: (sequence, limit) => entriesAfter(prepared, sequence, limit),
    entryHeads: (sequence, limit) => entryHeads(prepared, sequence, limit),
    ledgerReader: () => readLedger(session),
    keyChain: () => readKeyChain(session),
    proofs: () => proofQueries(session),
  };
}

function writeTransaction(session: Session, random: Random): WriteTransaction {
  return {
    ...readTransaction(session),
    ...collectionWrites(session),
    ...contributionWrites(session),
    ...signInWrites(session.prepared),
    ...workWrites(session.prepared),
    ...feedSourceWrites(session.prepared),
    ...webhookWrites(session.prepared),
    // The row itself stays free for readers and for foreign keys that point to it.
    lockOperation: (operationId) => session.prepared.run(LOCK, [operationId]),
    lockOperationAhead: (operationId) => session.prepared.ahead.run(LOCK, [operationId]),
    executeSql: async (sql, values) => ({ rows: await session.rows(sql, values) }),
    lockLedger: () => lockLedger(session),
    async append(draft) {
      await appendEntry(session, random, draft, 0);
    },
    openBatch: (kind, operationId, batchId, startedAt) =>
      Promise.resolve(
        new PostgresBatch(session, random, kind, operationId, { id: batchId, startedAt: isoInstant(startedAt) }),
      ),
    erase: (sequences) => eraseEntries(session, sequences),
    stateDifferences: () => stateDifferences(session),
    async keepMessage(sha256, message) {
      await session.prepared.ahead.run(
        `insert into notice_message (organisation_id, sha256, message) values (current_organisation(), $1, $2)
         on conflict do nothing`,
        [sha256, message],
      );
    },
    async keepCertificates(certificates) {
      if (certificates.size === 0) return;
      await session.prepared.ahead.run(
        `insert into certificate (organisation_id, sha256, der)
         select current_organisation(), k.sha256, decode(k.der, 'base64') from jsonb_to_recordset($1::jsonb) as k (sha256 text, der text)
         on conflict do nothing`,
        [
          JSON.stringify(
            [...certificates].map(([sha256, der]) => ({ sha256, der: Buffer.from(der).toString('base64') })),
          ),
        ],
      );
    },
  };
}

/**
 * By key or name. An AS stands for the provider that its servers are located at: what is said of a key at which no server
 * stands, because the book or a registry knows better, would have no effect.
 */
async function findProviders(session: Session, text: string): Promise<readonly Provider[]> {
  const columns = 'p.key, p.name, p.asn, p.country, p.type, p.trust, p.channel, p.contact, p.source, p.contacts';
  const asn = /^(?:drill:)?as([1-9]\d{0,9})$/i.exec(text)?.[1];
  if (asn !== undefined) {
    const found = await session.rows<Provider>(
      `select ${columns} from provider p
       where exists (select from server s where s.provider_key = p.key and (s.asn = $1 or p.asn = $1 or lower(p.key) = lower($2)))
       order by p.key limit 20`,
      [asn, text],
    );
    if (found.length > 0) return found;
  }
  return session.rows<Provider>(
    `select ${columns} from provider p
     where p.key = $1 or (not exists (select from provider where key = $1) and (lower(p.key) = lower($1) or lower(p.name) = lower($1)))
     order by p.key limit 20`,
    [text],
  );
}

const OPERATION = `
  select operation_id as id, name, drill, malware, aliases,
         jsonb_build_object('notBefore', ${instant('not_before')},
                            'notAfter', ${instant('not_after')}) as aim,
         ${instant('closed_at')} as "closedAt"
  from operation`;

function findOperation(session: Session, name: string): Promise<Operation | null> {
  return session.row<Operation>(`${OPERATION} where lower(name) = lower($1)`, [name]);
}

function findImport(
  session: Session,
  operationId: string,
  sha256: string,
  sourceKey: string | null,
): Promise<ImportRecord | null> {
  return session.row<ImportRecord>(
    `select i.import_id as "importId", i.file, i.format, i.sha256, i.source, i.independence_group as "group", i.rows,
            i.accepted, i.rejected, i.repeated, i.undated,
            not exists (select from import later
                        where later.operation_id = i.operation_id and later.source_key = i.source_key
                          and later.sequence > i.sequence) as "isLatestOfSource",
            coalesce((select jsonb_agg(jsonb_build_object('person', a.person, 'reason', a.reason)
                               order by a.attested_at, a.person, a.reason)
                      from attestation a
                      where a.organisation_id = i.organisation_id and a.import_id = i.import_id), '[]') as attestations
     from import i where i.operation_id = $1 and i.sha256 = $2 and ($3::text is null or i.source_key = $3)
     order by i.sequence desc limit 1`,
    [operationId, sha256, sourceKey],
  );
}
