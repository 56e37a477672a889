import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/adapters/postgres/connect.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/*
 * Two who say so have to be two, in PostgreSQL itself (migrations/0010): each of the tables with words that take two people has a
 * trigger of its own, and here it stands alone. What else guards these tables is switched off, in transactions that are undone.
 */

const SUBJECT = '00000000-0000-7000-8000-000000000042';
const OTHER_SUBJECT = '00000000-0000-7000-8000-000000000043';
const HASH = 'a'.repeat(64);
const OTHER_HASH = 'b'.repeat(64);

interface Word {
  readonly person: string;
  /** Minutes after they all came on record. */
  readonly at: number;
  readonly subject?: string;
  /** Of the text that is approved, where there is one; the kind of party; the entry of the list. */
  readonly what?: 'one' | 'other';
}

interface Table {
  readonly table: string;
  /** Whether words are about a text, a kind or an entry beside their subject. */
  readonly hasWhat: boolean;
  readonly insert: (session: Session, word: Word, at: (minutes: number) => Date) => Promise<unknown>;
}

const hashOf = ({ what }: Word): string => (what === 'other' ? OTHER_HASH : HASH);

const TABLES: readonly Table[] = [
  {
    table: 'notice_approval',
    hasWhat: true,
    insert: (session, word, at) =>
      session.run(
        `insert into notice_approval (organisation_id, sequence, notice_id, hash, person, approved_at, expires_at)
         values (current_organisation(), $1, $2, $3, $4, $5, $6)`,
        [word.at, word.subject ?? SUBJECT, hashOf(word), word.person, at(word.at), at(word.at + 60)],
      ),
  },
  {
    table: 'strike_hold',
    hasWhat: false,
    insert: (session, word, at) =>
      session.run(
        `insert into strike_hold (organisation_id, sequence, strike_id, person, role, until, reason, approved_at)
         values (current_organisation(), $1, $2, $3, 'counsel', $4, 'x', $5)`,
        [word.at, word.subject ?? SUBJECT, word.person, at(word.at + 60), at(word.at)],
      ),
  },
  {
    table: 'briefing_approval',
    hasWhat: true,
    insert: (session, word, at) =>
      session.run(
        `insert into briefing_approval (organisation_id, sequence, briefing_id, hash, person, role, reason, approved_at)
         values (current_organisation(), $1, $2, $3, $4, 'counsel', 'x', $5)`,
        [word.at, word.subject ?? SUBJECT, hashOf(word), word.person, at(word.at)],
      ),
  },
  {
    table: 'server_release',
    hasWhat: true,
    insert: (session, word, at) =>
      session.run(
        `insert into server_release (organisation_id, server_id, list, entry, person, reason, released_at)
         values (current_organisation(), $1, 'sinkholes', $2, $3, 'x', $4)`,
        [word.subject ?? SUBJECT, word.what === 'other' ? '198.51.100.0/24' : '192.0.2.0/24', word.person, at(word.at)],
      ),
  },
  {
    table: 'deconfliction_skip',
    hasWhat: true,
    insert: (session, word, at) =>
      session.run(
        `insert into deconfliction_skip (organisation_id, round_id, party_kind, person, reason, skipped_at)
         values (current_organisation(), $1, $2, $3, 'x', $4)`,
        [word.subject ?? SUBJECT, word.what === 'other' ? 'law-enforcement' : 'csirt', word.person, at(word.at)],
      ),
  },
];

/** By whom each one's passkey was put on record; Erik brought an SSH key. */
const PEOPLE: Readonly<Record<string, string | null>> = { ada: null, ben: 'ada', cleo: 'ada', dora: 'ben', erik: null };

let database: TestDatabase;
let world: TestWorld;
let start: number;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  start = world.clock.now();
});

afterAll(async () => {
  await world?.store.close();
  await database?.close();
});

const at = (minutes: number): Date => new Date(start + minutes * 60_000);

/** What comes of these words, one after the other: "taken", or why not; what happens between them is done by whoever may do anything. */
async function said(
  { table, insert }: Table,
  words: readonly Word[],
  {
    between = [],
    without = false,
  }: { readonly between?: readonly [string, unknown[]][]; readonly without?: boolean } = {},
): Promise<string> {
  const undo = new Error('undone');
  try {
    await inTransactionAs(database.superuser, world.organisationId, async (session) => {
      await session.run('set local search_path = dismantle');
      await session.run(`alter table ${table} disable trigger all`);
      if (!without) await session.run(`alter table ${table} enable trigger ${table}_one_hand`);
      for (const [person, voucher] of Object.entries(PEOPLE)) {
        await session.run(
          `insert into person (organisation_id, person, name, roles, public_key, fingerprint, added_at, vouched_by)
           values (current_organisation(), $1, $1, '{approver,counsel,admin}', $2, $1, $3, $4)`,
          [person, `ssh-ed25519 ${person}`, at(0), voucher],
        );
      }
      for (const [index, word] of words.entries()) {
        if (index === words.length - 1) for (const [sql, values] of between) await session.run(sql, values);
        await session.run('set local role dismantle_app');
        await insert(session, word, at);
        await session.run('reset role');
      }
      throw undo;
    });
  } catch (cause) {
    if (cause === undo) return 'taken';
    return cause instanceof Error ? cause.message : String(cause);
  }
  throw new Error('it was not undone');
}

describe.each(TABLES)('$table', (table) => {
  const pair = (first: string, second: string): Word[] => [
    { person: first, at: 1 },
    { person: second, at: 2 },
  ];

  test.each([
    ['ada', 'ben'],
    ['ben', 'ada'],
    ['ben', 'dora'],
    // However many invitations lie between.
    ['ada', 'dora'],
    ['dora', 'ada'],
  ])('takes no word of %s and %s as of two', async (first, second) => {
    expect(await said(table, pair(first, second))).toBe(
      `${second} and ${first} are not two: the passkey of one comes from the other`,
    );
    // It is this trigger that refuses it.
    expect(await said(table, pair(first, second), { without: true })).toBe('taken');
  });

  test('looks at each word before, not at the last alone', async () => {
    const words = [...pair('ada', 'erik'), { person: 'ben', at: 3 }];
    expect(await said(table, words)).toContain('ben and ada are not two');
  });

  test.each([
    ['ada', 'erik'],
    ['ben', 'cleo'],
    ['cleo', 'dora'],
  ])('takes those of %s and %s', async (first, second) => {
    expect(await said(table, pair(first, second))).toBe('taken');
  });

  test('takes them about two things', async () => {
    const [first, second] = pair('ada', 'ben');
    if (first === undefined || second === undefined) throw new Error('two words are two');
    expect(await said(table, [first, { ...second, subject: OTHER_SUBJECT }])).toBe('taken');
    const other = await said(table, [first, { ...second, what: 'other' }]);
    if (table.hasWhat) expect(other).toBe('taken');
    else expect(other).toContain('are not two');
  });

  test('takes them once one of the two is off the record, or came back after speaking', async () => {
    const gone: [string, unknown[]][] = [['update person set removed_at = $1 where person = $2', [at(2), 'ada']]];
    expect(await said(table, pair('ada', 'ben'), { between: gone })).toBe('taken');
    const anew: [string, unknown[]][] = [['update person set added_at = $1 where person = $2', [at(2), 'ada']]];
    expect(await said(table, pair('ada', 'ben'), { between: anew })).toBe('taken');
    const vouched: [string, unknown[]][] = [['update person set vouched_by = $1 where person = $2', ['erik', 'ben']]];
    expect(await said(table, pair('ada', 'ben'), { between: vouched })).toBe('taken');
  });
});

test('an approval of a notice that was taken back, or has run out, is none', async () => {
  const [table] = TABLES;
  if (table === undefined) throw new Error('there are tables');
  const words = [
    { person: 'ada', at: 1 },
    { person: 'ben', at: 2 },
  ];
  const back: [string, unknown[]][] = [['update notice_approval set withdrawn_at = $1', [at(2)]]];
  expect(await said(table, words, { between: back })).toBe('taken');
  expect(
    await said(table, [
      { person: 'ada', at: 1 },
      { person: 'ben', at: 61 },
    ]),
  ).toBe('taken');
  expect(
    await said(table, [
      { person: 'ada', at: 1 },
      { person: 'ben', at: 60 },
    ]),
  ).toContain('are not two');
});

test('no table has such words without a test here', async () => {
  const found = await inTransactionAs(database.superuser, world.organisationId, (session) =>
    session.rows<{ name: string }>(
      `select c.relname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_proc p on p.oid = t.tgfoid
       where p.proname = 'refuse_one_hand' and t.tgenabled = 'O' order by 1`,
    ),
  );
  expect(found.map(({ name }) => name)).toEqual(TABLES.map(({ table }) => table).toSorted());
});
