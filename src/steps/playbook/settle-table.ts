import { assertTwoHands, hasRole, personKey } from '../../domain/person.ts';
import type { PersonRecord } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { ProposedTable } from '../../domain/proposed-table.ts';
import {
  SIGNED_KINDS,
  TABLE_APPROVED_KIND,
  TABLE_REJECTED_KIND,
  TABLE_WITHDRAWN_KIND,
} from '../../ledger/signed-act.ts';
import { proposalState, tableInForce } from '../../policy/method-table/in-force.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { namedTable } from './named-table.ts';

/** What may be said of a table that was proposed. */
export type TableWord = 'approve' | 'reject' | 'withdraw';

interface Words {
  readonly name: string;
  /** Its SHA-256, or the beginning of it. */
  readonly table: string;
  readonly reason: string;
}

/** Puts a table in force; a second person signs, who is counsel. From the entry on every decision is by it. */
export function tableApproval(world: World, words: Omit<Words, 'reason'>): SignedAct {
  return {
    name: words.name,
    act: TABLE_APPROVED_KIND,
    lock: null,
    async prepare(transaction, person) {
      const table = await settled(transaction, 'approve', person, words.table);
      const { sha256, number, proposedBy, replaces } = table;
      return { subject: sha256, terms: { number, proposedBy, replaces } };
    },
    also: (transaction) => decideAnew(world, transaction),
  };
}

export function tableRejection(words: Words): SignedAct {
  return {
    name: words.name,
    act: TABLE_REJECTED_KIND,
    lock: null,
    async prepare(transaction, person) {
      const { sha256, number } = await settled(transaction, 'reject', person, words.table);
      return { subject: sha256, terms: { number, reason: words.reason } };
    },
  };
}

/** Takes a table back: what waits, or what is in force; then the one before it is again. */
export function tableWithdrawal(world: World, words: Words): SignedAct {
  return {
    name: words.name,
    act: TABLE_WITHDRAWN_KIND,
    lock: null,
    async prepare(transaction, person) {
      const { sha256, number, approvedAt } = await settled(transaction, 'withdraw', person, words.table);
      const was = approvedAt === null ? 'waiting' : 'in-force';
      return { subject: sha256, terms: { number, was, reason: words.reason } };
    },
    also: (transaction) => decideAnew(world, transaction),
  };
}

async function settled(
  transaction: ReadTransaction,
  word: TableWord,
  person: PersonRecord,
  named: string,
): Promise<ProposedTable> {
  const table = await namedTable(transaction, named);
  const hindrance = whyNot(word, table, {
    person,
    people: await transaction.people(),
    tables: await transaction.proposedTables(),
  });
  if (hindrance !== null) throw problem('refused', hindrance.message, hindrance.hint);
  return table;
}

/** Why a person may not say a word on a table, in a sentence, with what to do instead; null where the person may. */
export function whyNot(
  word: TableWord,
  table: ProposedTable,
  known: {
    readonly person: PersonRecord;
    readonly people: readonly PersonRecord[];
    readonly tables: readonly ProposedTable[];
  },
): { readonly message: string; readonly hint?: string } | null {
  const { number, proposedBy, proposedAt } = table;
  const { person, people, tables } = known;
  const state = proposalState(table, tables);
  const isOwn = proposedBy === person.person;
  if (word === 'withdraw' && state === 'in-force') {
    if (person.roles.includes('counsel')) return null;
    return { message: `the method table ${number} is in force, and counsel withdraws it`, hint: SEE_PEOPLE };
  }
  if (state !== 'waiting') return { message: `the method table ${number} ${STATES[state]}`, hint: SEE_TABLES };
  if (word === 'withdraw') {
    const said = `${nameOf(people, proposedBy)} has proposed it, and nobody else takes it back`;
    return isOwn
      ? null
      : { message: said, hint: 'Reject it: dismantle playbook reject HASH --as PERSON --reason TEXT' };
  }
  const roles = SIGNED_KINDS[word === 'approve' ? TABLE_APPROVED_KIND : TABLE_REJECTED_KIND] ?? [];
  if (word === 'approve' && isOwn) {
    return { message: `${person.name} has proposed it: a second person approves it`, hint: SEE_PEOPLE };
  }
  if (!hasRole(person, roles)) {
    return {
      message: `${person.name} is ${person.roles.join(', ')}; this needs ${roles.join(' or ')}`,
      hint: SEE_PEOPLE,
    };
  }
  if (word === 'reject') return null;
  const proposer = people.find((each) => each.person === proposedBy);
  if (proposer === undefined || proposer.removedAt !== null || Date.parse(proposer.addedAt) > Date.parse(proposedAt)) {
    return {
      message: `${nameOf(people, proposedBy)}, who proposed it, is not on record any more`,
      hint: 'Somebody else proposes it anew, and this one is rejected',
    };
  }
  const inForce = tableInForce(tables)?.number ?? null;
  if (inForce !== table.replaces) {
    return {
      message: `it was proposed against ${tableWords(table.replaces)}, and ${tableWords(inForce)} is in force now`,
      hint: 'Propose it anew, so that what differs is shown against that',
    };
  }
  return oneHand(people, person, proposedBy);
}

const SEE_PEOPLE = 'See who may: dismantle person list';
const SEE_TABLES = 'See what waits: dismantle playbook list';

const STATES = {
  waiting: 'waits',
  'in-force': 'is in force already',
  superseded: 'was approved, and another one has come into force since',
  rejected: 'was rejected',
  withdrawn: 'was withdrawn',
} as const;

function tableWords(number: number | null): string {
  return number === null ? 'the table of the settings' : `the table ${number}`;
}

function nameOf(people: readonly PersonRecord[], key: string): string {
  return people.find(({ person }) => person === key)?.name ?? key;
}

function oneHand(people: readonly PersonRecord[], person: PersonRecord, other: string): ReturnType<typeof whyNot> {
  try {
    assertTwoHands(people, person, [personKey(other)]);
    return null;
  } catch (cause) {
    if (cause instanceof Error) return { message: cause.message, hint: SEE_PEOPLE };
    throw cause;
  }
}

/** Open cases are decided by the table that is in force now, by workers where there are any, else by the next run. */
async function decideAnew(world: World, transaction: WriteTransaction): Promise<void> {
  for (const { id, closedAt = null } of await transaction.operations()) {
    if (closedAt === null) await transaction.askFor({ kind: 'run', subject: id }, world.clock.now());
  }
}
