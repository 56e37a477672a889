import { canonicalJson } from '../../ledger/canonical.ts';
import type { JsonObject } from '../../ledger/canonical.ts';
import { sealEntry, SALT_BYTES } from '../../ledger/entry.ts';
import type { Entry, Previous } from '../../ledger/entry.ts';
import type { KeptEntry, LedgerReader } from '../../ledger/export.ts';
import { EMPTY_TREE_ROOT, leafHashOfDigest, MerkleTree } from '../../ledger/merkle.ts';
import type { Frontier } from '../../ledger/merkle.ts';
import type { LedgerTip } from '../../ledger/signed-act.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Random } from '../../ports/random.ts';
import type { EntryHead, BatchKind, EntryDraft } from '../../ports/store.ts';
import { readRows } from './batch-rows.ts';
import type { Session } from './connect.ts';
import type { ProjectedEntry } from './projected-entry.ts';
import { project } from './projections.ts';
import { isInBulk, projectInBulk } from './projections/verdicts-in-bulk.ts';
import { isoText } from './sql-values.ts';

/** What the head row keeps: enough to append without reading any older entry. */
export interface Head {
  readonly previous: Previous;
  readonly frontier: Frontier;
  readonly rows: number;
}

/** What follows from these is planned by how many rows they have now; from all others it is about one thing, or a few. */
const MANY_ROWS: ReadonlySet<string> = new Set([
  'import.recorded',
  'identify.recorded',
  'lookup.recorded',
  'locate.recorded',
  'decide.recorded',
]);

/** The head as a transaction has left it: it holds the row, so that nobody else changes it before its end. */
const headsHeld = new WeakMap<Session, Head>();

/**
 * Appends one entry and carries its projection out. The head row is locked here: whoever comes next waits until this
 * transaction ends, so the chain is gapless and in one order.
 */
export async function appendEntry(session: Session, random: Random, draft: EntryDraft, rows: number): Promise<Entry> {
  const { prepared } = session;
  const held = headsHeld.get(prepared);
  const locked = held ? null : await prepared.row<{ head: Head }>(`select head from ledger_head for update`);
  const head = held ?? locked?.head ?? null;
  const salt = random.bytes(SALT_BYTES);
  const sealed = sealEntry(head?.previous ?? null, { ...draft, recordedAt: isoInstant(draft.recordedAt) }, salt);
  const { entry } = sealed;
  const tree = head === null ? new MerkleTree() : new MerkleTree(head.frontier);
  tree.append(leafHashOfDigest(entry.hash));
  const next: Head = {
    previous: { sequence: entry.sequence, recordedAt: entry.recordedAt, hash: entry.hash },
    frontier: tree.frontier(),
    rows: (head?.rows ?? 0) + rows,
  };
  // In one statement: each way there and back costs more than what is done there. Two first entries at once: the second
  // fails on a key, and its command is run again. What follows is written while the next entry is made.
  await prepared.ahead.run(
    `with entry as (
       insert into ledger_entry (organisation_id, sequence, recorded_at, actor, kind, subject, commitment, previous_hash, hash)
       values (current_organisation(), $1, $2, $3, $4, $5, $6, $7, $8)
     ), body as (
       insert into ledger_body (organisation_id, sequence, body, salt) values (current_organisation(), $1, $9, $10)
     ) ${head === null ? 'insert into ledger_head (organisation_id, head) values (current_organisation(), $11)' : 'update ledger_head set head = $11'}`,
    [
      entry.sequence, entry.recordedAt, entry.actor, entry.kind, entry.subject, entry.commitment, entry.previousHash,
      entry.hash, sealed.body, Buffer.from(salt).toString('hex'), next,
    ],
  ); // prettier-ignore
  headsHeld.set(prepared, next);
  await project(MANY_ROWS.has(entry.kind) ? session.ahead : prepared.ahead, { ...entry, body: draft.body });
  return entry;
}

export async function ledgerHead(session: Session): Promise<{ entries: number; rows: number; root: string }> {
  const row = await session.row<{ head: Head }>('select head from ledger_head');
  if (row === null) return { entries: 0, rows: 0, root: EMPTY_TREE_ROOT };
  const tree = new MerkleTree(row.head.frontier);
  return { entries: tree.size, rows: row.head.rows, root: tree.root() };
}

export async function ledgerTip(session: Session): Promise<(LedgerTip & { readonly recordedAt: number }) | null> {
  const row = await session.row<{ head: Head }>('select head from ledger_head');
  if (row === null) return null;
  const { sequence, hash, recordedAt } = row.head.previous;
  return { sequence, hash, recordedAt: Date.parse(recordedAt) };
}

const ENTRIES_A_PAGE = 2000;

export interface StoredEntry extends Entry {
  readonly body: string | null;
  readonly salt: string | null;
}

/** Entries with what lies beside them; the place of the condition and of the order is behind it. */
export const STORED_ENTRIES = `
  select e.sequence, ${isoText('e.recorded_at')} as "recordedAt", e.actor, e.kind, e.subject, e.commitment,
         e.previous_hash as "previousHash", e.hash, b.body, b.salt
  from ledger_entry e
  left join ledger_body b on b.organisation_id = e.organisation_id and b.sequence = e.sequence`;

export async function entriesAfter(session: Session, sequence: number, limit: number): Promise<readonly KeptEntry[]> {
  const entries = await session.rows<StoredEntry>(
    `${STORED_ENTRIES} where e.sequence > $1 order by e.sequence limit $2`,
    [sequence, limit],
  );
  return entries.map(keptEntry);
}

export function entryHeads(session: Session, sequence: number, limit: number): Promise<readonly EntryHead[]> {
  return session.rows<EntryHead>(
    `select e.sequence, ${isoText('e.recorded_at')} as "recordedAt", e.actor, e.kind, e.subject
     from ledger_entry e where e.sequence > $1 order by e.sequence limit $2`,
    [sequence, limit],
  );
}

/** Reads the whole ledger for export and audit, as it stands in the transaction's one moment. */
export function readLedger(session: Session): LedgerReader {
  return {
    async head() {
      const organisation = await session.row<{ name: string }>('select name from organisation');
      return { organisation: organisation?.name ?? '', ...(await ledgerHead(session)) };
    },
    async *entries() {
      for (let after = 0; ;) {
        const page = await session.rows<StoredEntry>(
          `${STORED_ENTRIES} where e.sequence > $1 order by e.sequence limit ${ENTRIES_A_PAGE}`,
          [after],
        );
        const last = page.at(-1);
        if (last === undefined) return;
        yield page.map(keptEntry);
        after = last.sequence;
      }
    },
    async *rows(sequence, range) {
      const batch = await session.prepared.row<{ batchId: string; kind: BatchKind }>(
        `select b.batch_id as "batchId", b.kind from batch b
         join ledger_entry e on e.organisation_id = b.organisation_id and e.sequence = b.sequence
           and e.subject = b.batch_id::text
         where b.sequence = $1`,
        [sequence],
      );
      if (batch === null) return;
      for await (const page of readRows(session, batch.batchId, batch.kind, range))
        yield page.map((row) => canonicalJson(row));
    },
  };
}

export function keptEntry({ body, salt, ...entry }: StoredEntry): KeptEntry {
  if (body === null || salt === null) return { entry, content: 'erased' };
  return { entry, content: { body, salt: Buffer.from(salt, 'hex') } };
}

/**
 * Replays every entry's projection, oldest first; the tables must be empty. Answers with the head behind the last one. In bulk it
 * takes together what may be, which is for tables that nobody holds against those of single steps.
 */
export async function replayLedger(session: Session, { inBulk = false } = {}): Promise<Head | null> {
  const tree = new MerkleTree();
  let previous: Previous | null = null;
  let rows = 0;
  for await (const page of readLedger(session).entries()) {
    let waiting: ProjectedEntry[] = [];
    const projectWaiting = async (): Promise<void> => {
      const entries = waiting;
      waiting = [];
      if (entries.length > 0) await projectInBulk(session, entries);
    };
    for (const { entry, content } of page) {
      tree.append(leafHashOfDigest(entry.hash));
      previous = { sequence: entry.sequence, recordedAt: entry.recordedAt, hash: entry.hash };
      if (content === 'erased') continue;
      // The body was canonical JSON of an object when it was sealed.
      const body: JsonObject = JSON.parse(content.body);
      rows += rowCount(body);
      if (inBulk && isInBulk(entry.kind)) {
        waiting.push({ ...entry, body });
        continue;
      }
      await projectWaiting();
      await project(session, { ...entry, body });
    }
    await projectWaiting();
  }
  return previous === null ? null : { previous, frontier: tree.frontier(), rows };
}

/** How many rows a batch entry commits to. */
function rowCount({ rows }: JsonObject): number {
  if (rows === null || typeof rows !== 'object') return 0;
  const count = 'count' in rows ? rows['count'] : null;
  return typeof count === 'number' ? count : 0;
}
