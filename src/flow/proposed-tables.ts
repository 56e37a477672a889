import { createHash } from 'node:crypto';
import type { MethodExample } from '../domain/method-example.ts';
import type { MethodTable } from '../domain/method-table.ts';
import { personNamed } from '../domain/person.ts';
import { problem } from '../domain/problem.ts';
import type { ProposalState, ProposedTable, TableChanges } from '../domain/proposed-table.ts';
import { changedRows, spoken, tryExamples } from '../flow.ts';
import type { ChangedRow } from '../flow.ts';
import { proposalState } from '../policy/method-table/in-force.ts';
import type { Signing } from '../ports/signing.ts';
import type { ReadTransaction, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { actSigned } from '../steps/people/act-signed.ts';
import { namedTable } from '../steps/playbook/named-table.ts';
import { proposalAct } from '../steps/playbook/propose-table.ts';
import { tableApproval, tableRejection, tableWithdrawal, whyNot } from '../steps/playbook/settle-table.ts';
import type { TableWord } from '../steps/playbook/settle-table.ts';

/*
 *     proposed ─► approved by a second person, counsel ─► in force ─► superseded by the next one
 *        └─► rejected, or withdrawn by the proposer          └─► withdrawn by counsel: the one before it is in force again
 *
 * Which method table decides: the one that was approved last, else that of the settings, else the one that comes with the program.
 */

/** An approved table as it is kept. */
export interface ApprovedTable {
  readonly number: number;
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

/** The approved table that is in force; null: the settings say which one is. */
export async function approvedTable({ store }: { readonly store: Store }): Promise<ApprovedTable | null> {
  return store.read(async (transaction) => {
    const found = await transaction.approvedTable();
    return found === null ? null : { ...found, bytes: await keptBytes(transaction, found.sha256) };
  });
}

/** Its SHA-256 alone, for whoever keeps what was read by it. */
export async function approvedTableHash(store: Store): Promise<string | null> {
  return store.read(async (transaction) => (await transaction.approvedTable())?.sha256 ?? null);
}

/** As of a file that is read (adapters/playbook). */
const MAX_BYTES = 2 * 1024 * 1024;

export interface TableToPropose {
  readonly table: MethodTable;
  readonly bytes: Uint8Array;
  /** The table that is in force. */
  readonly inForce: MethodTable;
  /** What it is held against: all of it has to pass. */
  readonly examples: {
    readonly list: readonly MethodExample[];
    readonly text: string;
    /** Those that come with the program. */
    readonly isOurs: boolean;
  };
}

/** Records a table for counsel to approve, with what differs and the test cases that it passes. The caller has proved it safe. */
export async function proposeTable(
  world: World,
  signing: Signing,
  { table, bytes, inForce, examples }: TableToPropose,
  words: { readonly person: string; readonly reason: string },
): Promise<ProposedTableView> {
  const { person: name, reason } = spoken(words);
  const changes = changesBetween(inForce, table);
  const failed = tryExamples(table, examples.list).filter(({ passed }) => !passed);
  const [first] = failed;
  if (first !== undefined) {
    throw problem(
      'refused',
      `${failed.length} of ${examples.list.length} test cases fail, such as "${first.name}"`,
      'See why: dismantle playbook test EXAMPLES --playbook FILE; propose it with test cases of its own: --examples FILE',
    );
  }
  if (table.sha256 === inForce.sha256) {
    const known = await world.store.read((transaction) => transaction.approvedTable());
    if (known !== null) throw problem('refused', 'it is the table in force', 'Change it first');
  }
  const kept = new TextEncoder().encode(examples.text);
  if (Math.max(bytes.length, kept.length) > MAX_BYTES) {
    throw problem('input', `a method table and its test cases have at most ${MAX_BYTES} bytes each`);
  }
  const { subject } = await actSigned(
    world,
    signing,
    proposalAct({
      name,
      reason,
      table: { name: table.name, sha256: table.sha256, rows: table.rows.length, bytes },
      base: inForce.sha256,
      changes,
      examples: {
        sha256: createHash('sha256').update(kept).digest('hex'),
        count: examples.list.length,
        isOurs: examples.isOurs,
        bytes: kept,
      },
    }),
  );
  return proposedTable(world, subject);
}

interface Words {
  readonly person: string;
  readonly reason: string;
}

/** Puts it in force, from this entry on. */
export async function approveTable(
  world: World,
  signing: Signing,
  table: string,
  { person }: Pick<Words, 'person'>,
): Promise<ProposedTableView> {
  const { person: name } = spoken({ person, reason: '-' });
  return proposedTable(world, (await actSigned(world, signing, tableApproval(world, { name, table }))).subject);
}

export async function rejectTable(
  world: World,
  signing: Signing,
  table: string,
  words: Words,
): Promise<ProposedTableView> {
  const { person: name, reason } = spoken(words);
  return proposedTable(world, (await actSigned(world, signing, tableRejection({ name, table, reason }))).subject);
}

export async function withdrawTable(
  world: World,
  signing: Signing,
  table: string,
  words: Words,
): Promise<ProposedTableView> {
  const { person: name, reason } = spoken(words);
  return proposedTable(
    world,
    (await actSigned(world, signing, tableWithdrawal(world, { name, table, reason }))).subject,
  );
}

export interface ProposedTableView extends ProposedTable {
  readonly state: ProposalState;
}

/** All that were ever proposed, by number. */
export function proposedTables(world: World): Promise<readonly ProposedTableView[]> {
  return world.store.read(async (transaction) => {
    const tables = await transaction.proposedTables();
    return tables.map((table) => ({ ...table, state: proposalState(table, tables) }));
  });
}

/** The newest proposal of a table, by its SHA-256 or the beginning of it. */
export function proposedTable(world: World, named: string): Promise<ProposedTableView> {
  return world.store.read(async (transaction) => {
    const table = await namedTable(transaction, named);
    return { ...table, state: proposalState(table, await transaction.proposedTables()) };
  });
}

/** The DMN file of a proposal, as it was proposed. */
export function proposedSource(world: World, named: string): Promise<Uint8Array> {
  return world.store.read(async (transaction) => keptBytes(transaction, (await namedTable(transaction, named)).sha256));
}

/** Why a person may not say each word on a table now; null where the person may. */
export function hindrances(
  world: World,
  named: string,
  person: string,
): Promise<Readonly<Record<TableWord, string | null>>> {
  return world.store.read(async (transaction) => {
    const table = await namedTable(transaction, named);
    const [people, tables] = [await transaction.people(), await transaction.proposedTables()];
    const known = { person: personNamed(people, person), people, tables };
    const why = (word: TableWord): string | null => whyNot(word, table, known)?.message ?? null;
    return { approve: why('approve'), reject: why('reject'), withdraw: why('withdraw') };
  });
}

/** What test cases say of a table, in few words: for whoever has to approve one that brought its own. */
export function testedAgainst(
  table: MethodTable,
  examples: readonly MethodExample[],
): { readonly count: number; readonly failing: readonly string[] } {
  const failing = tryExamples(table, examples).filter(({ passed }) => !passed);
  return { count: examples.length, failing: failing.map(({ name }) => name) };
}

/** The rows that differ, by their ids. */
export function changesBetween(before: MethodTable, after: MethodTable): TableChanges {
  const rows = changedRows(before, after);
  const of = (change: ChangedRow['change']): readonly string[] =>
    rows.filter((row) => row.change === change).map(({ rowId }) => rowId);
  return { added: of('added'), removed: of('removed'), changed: of('changed'), moved: of('moved') };
}

/** What was signed is a hash: the bytes have to be those of it. */
async function keptBytes(transaction: ReadTransaction, sha256: string): Promise<Uint8Array> {
  const bytes = await transaction.noticeMessage(sha256);
  if (bytes !== null && createHash('sha256').update(bytes).digest('hex') === sha256) return bytes;
  throw problem(
    'database',
    `the method table ${sha256.slice(0, 12)} that is on record is not kept, or not as it was signed`,
    'Restore the database from a backup; dismantle audit tells what else differs',
  );
}

export type { ProposalState, ProposedTable };
export { isTableHash } from '../steps/playbook/named-table.ts';
