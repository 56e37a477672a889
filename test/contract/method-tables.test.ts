import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseExamples } from '../../src/adapters/playbook/read-examples.ts';
import { parsePlaybook } from '../../src/adapters/playbook/read-playbook.ts';
import type { Session } from '../../src/adapters/postgres/connect.ts';
import type { MethodTable } from '../../src/domain/method-table.ts';
import { removePerson, run } from '../../src/flow.ts';
import type { Sources } from '../../src/flow.ts';
import {
  approvedTable,
  approveTable,
  hindrances,
  proposedTable,
  proposedTables,
  proposeTable,
  rejectTable,
  withdrawTable,
} from '../../src/flow/proposed-tables.ts';
import type { ProposedTableView } from '../../src/flow/proposed-tables.ts';
import { tableInForce } from '../../src/policy/method-table/in-force.ts';
import { REPOSITORY } from '../support/cli.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import type { Enrolled } from '../support/deconfliction.ts';
import { entriesOf, findingsIn } from '../support/forged-ledger.ts';
import type { ForgedEntry } from '../support/forged-ledger.ts';
import { auditOf, exportOf } from '../support/ledger.ts';
import { enrol } from '../support/ssh-keys.ts';
import { drill, openTestFile, openTestSources, openTestWorld, unwrap } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// A method table comes into force by two people, one of them counsel; nothing is decided by another one from then on.

const OURS = readFileSync(join(REPOSITORY, 'playbooks/default.dmn'), 'utf8');
const OWN_EXAMPLES = readFileSync(join(REPOSITORY, 'examples/counsel/examples.yaml'), 'utf8');
const WORDS = 'the court of …, 3 March';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

/** Our table with another citation: another table that decides the same. */
function edited(mark: string): string {
  const changed = OURS.replace(/(?<=Entry id="abuse-notice\.citation"><text>")/, `${mark}; `);
  if (changed === OURS) throw new Error('nothing was changed');
  return changed;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

interface Desk {
  readonly world: TestWorld;
  readonly sources: Sources;
  /** Admin and analyst. */
  readonly ada: Enrolled;
  /** Approver. */
  readonly bo: Enrolled;
  /** Counsel, both. */
  readonly dee: Enrolled;
  readonly eve: Enrolled;
  readonly propose: (who: Enrolled, text: string, examples?: string) => Promise<ProposedTableView>;
  readonly approve: (who: Enrolled, text: string) => Promise<ProposedTableView>;
  readonly withdraw: (who: Enrolled, text: string) => Promise<ProposedTableView>;
  readonly reject: (who: Enrolled, text: string) => Promise<ProposedTableView>;
  /** A run by the table that is in force; with a text by that one. */
  readonly go: (text?: string) => Promise<void>;
}

/** What an audit finds in a ledger of these entries, each signed over it by whose act it is. */
function foundIn({ ada, bo, dee, eve }: Desk, entries: readonly ForgedEntry[]): ReturnType<typeof findingsIn> {
  const people = new Map([ada, bo, dee, eve].map(({ name, key }) => [name.toLowerCase(), key.signing]));
  return findingsIn(entries, () => false, people);
}

async function parsed(text: string): Promise<MethodTable> {
  return unwrap(await parsePlaybook('a table', Buffer.from(text)));
}

async function openDesk(): Promise<Desk> {
  const world = await openTestWorld(database);
  const ada = await enrol(world, database.directory, 'Ada Example', ['admin', 'analyst']);
  const bo = await enrol(world, database.directory, 'Bo Example', ['approver'], ada);
  const dee = await enrol(world, database.directory, 'Dee Example', ['counsel'], ada);
  const eve = await enrol(world, database.directory, 'Eve Example', ['counsel'], ada);
  const sources = await openTestSources(database);
  const inForce = async (): Promise<MethodTable> => {
    const approved = await approvedTable(world);
    return approved === null ? sources.methodTable : parsed(Buffer.from(approved.bytes).toString());
  };
  const words = ({ name: person }: Enrolled): { person: string; reason: string } => ({ person, reason: WORDS });
  return {
    world,
    sources,
    ada,
    bo,
    dee,
    eve,
    propose: async (who, text, examples = OWN_EXAMPLES) =>
      proposeTable(
        world,
        who.key.signing,
        {
          table: await parsed(text),
          bytes: Buffer.from(text),
          inForce: await inForce(),
          examples: {
            list: unwrap(parseExamples('test cases', examples)),
            text: examples,
            isOurs: examples === OWN_EXAMPLES,
          },
        },
        words(who),
      ),
    approve: (who, text) => approveTable(world, who.key.signing, sha256(text), words(who)),
    reject: (who, text) => rejectTable(world, who.key.signing, sha256(text), words(who)),
    withdraw: (who, text) => withdrawTable(world, who.key.signing, sha256(text), words(who)),
    async go(text) {
      const methodTable = text === undefined ? await inForce() : await parsed(text);
      const file = await openTestFile(database, '198.51.100.7:443\n198.51.100.8:443\n');
      await run(world, { ...sources, methodTable }, drill([file], { attest: 'Ada Example', reason: 'seen' }));
    },
  };
}

async function assertSound({ world }: Desk): Promise<void> {
  expect(await auditOf(world.store)).toMatchObject({ findings: [] });
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  const said = await asApp(world, (session) => session.row<{ n: number | null }>('select (method_table_in_force()).number as n'));
  expect(said?.n ?? null).toBe(tableInForce(await proposedTables(world))?.number ?? null);
} // prettier-ignore

function asApp<Value>(world: TestWorld, work: (session: Session) => Promise<Value>): Promise<Value> {
  return inTransactionAs(database.access.app, world.organisationId, work);
}

/** By which table each open case was decided. */
async function decidedBy({ world }: Desk): Promise<readonly (string | null)[]> {
  return world.store.read(async (transaction) => {
    const operation = await transaction.findOperation('lab');
    const found: (string | null)[] = [];
    for await (const page of transaction.cases(operation?.id ?? ''))
      found.push(...page.map(({ playbook }) => playbook));
    return [...new Set(found)];
  });
}

describe('a method table', () => {
  test('decides nothing while it waits, and everything from the moment in which counsel approves it', async () => {
    const desk = await openDesk();
    const one = edited('one');
    await desk.go();
    const proposed = await desk.propose(desk.ada, one);
    expect(proposed).toMatchObject({
      number: 1,
      sha256: sha256(one),
      state: 'waiting',
      replaces: null,
      base: sha256(OURS),
      changes: { added: [], removed: [], changed: ['abuse-notice'], moved: [] },
      examples: { sha256: sha256(OWN_EXAMPLES), isOurs: true },
    });
    await desk.go();
    expect(await decidedBy(desk)).toEqual([sha256(OURS)]);
    expect(await desk.approve(desk.dee, one)).toMatchObject({ state: 'in-force', approvedBy: 'dee example' });
    // Open cases are decided anew, as they are when the file of the settings changes.
    await desk.go();
    expect(await decidedBy(desk)).toEqual([sha256(one)]);
    await assertSound(desk);
  });

  test('that is in force is the text that was signed: what becomes of the file changes nothing, and no other one decides', async () => {
    const desk = await openDesk();
    const one = edited('one');
    await desk.propose(desk.ada, one);
    await desk.approve(desk.dee, one);
    const kept = await approvedTable(desk.world);
    expect(Buffer.from(kept?.bytes ?? []).toString()).toBe(one);
    const before = await desk.world.store.read((transaction) => transaction.ledgerHead());
    await expect(desk.go(edited('two'))).rejects.toThrow(/the method table in force is the approved one, number 1/);
    expect(await desk.world.store.read((transaction) => transaction.ledgerHead())).toEqual(before);
  });

  test('is approved by counsel who has not proposed it, once, and by nobody else', async () => {
    const desk = await openDesk();
    const one = edited('one');
    await desk.propose(desk.dee, one);
    await expect(desk.approve(desk.dee, one)).rejects.toThrow('Dee Example has proposed it: a second person approves it');
    await expect(desk.approve(desk.bo, one)).rejects.toThrow('Bo Example is approver; this needs counsel');
    expect(await hindrances(desk.world, sha256(one), 'Dee Example')).toEqual({
      approve: 'Dee Example has proposed it: a second person approves it',
      reject: null,
      withdraw: null,
    });
    expect(await hindrances(desk.world, sha256(one), 'Eve Example')).toMatchObject({ approve: null, reject: null });
    await desk.approve(desk.eve, one);
    await expect(desk.approve(desk.eve, one)).rejects.toThrow('is in force already');
    await expect(desk.reject(desk.bo, one)).rejects.toThrow('is in force already');
    // What stands, stands on the record, whoever leaves it.
    const by = { person: 'Ada Example', reason: 'left' };
    await removePerson(desk.world, desk.ada.key.signing, 'Eve Example', by);
    expect(await approvedTable(desk.world)).toMatchObject({ number: 1 });
    await assertSound(desk);
  });

  test('is approved by nobody once whoever proposed it has left the record, though that person comes back', async () => {
    const desk = await openDesk();
    const one = edited('one');
    await desk.propose(desk.eve, one);
    const by = { person: 'Ada Example', reason: 'left' };
    await removePerson(desk.world, desk.ada.key.signing, 'Eve Example', by);
    const gone = 'Eve Example, who proposed it, is not on record any more';
    await expect(desk.approve(desk.dee, one)).rejects.toThrow(gone);
    await enrol(desk.world, database.directory, 'Eve Example', ['counsel'], desk.ada);
    await expect(desk.approve(desk.dee, one)).rejects.toThrow(gone);
    await expect(
      asApp(desk.world, (session) =>
        session.run(
          `update method_table set approved_at = now(), approved_by = 'dee example', approved_in = 1000 where number = 1`,
        ),
      ),
    ).rejects.toThrow('is not on record any more');
    await desk.reject(desk.dee, one);
    await desk.propose(desk.ada, one);
    await desk.approve(desk.dee, one);
    await assertSound(desk);
  });

  test('that was withdrawn decides nothing, whatever the settings name', async () => {
    const desk = await openDesk();
    const one = edited('one');
    await desk.propose(desk.ada, one);
    await desk.approve(desk.dee, one);
    await desk.withdraw(desk.dee, one);
    await expect(desk.go(one)).rejects.toThrow(/the method table 1 \(\w+\) was withdrawn, and decides nothing any more/);
    await desk.go();
    const honest = entriesOf(await exportOf(desk.world.store));
    const forged = honest.map((entry) =>
      entry.kind === 'decide.recorded' ? { ...entry, body: { ...entry.body, playbook: sha256(one) } } : entry,
    );
    expect((await foundIn(desk, forged)).map(({ message }) => message)).toEqual([
      `decide.recorded: it was decided by the method table ${sha256(one).slice(0, 12)}, which was withdrawn`,
    ]);
    await assertSound(desk);
  });

  test('is refused where a test case fails, and taken with test cases of its own, which are kept', async () => {
    const desk = await openDesk();
    const cautious = OURS.replace(/(?<=Entry id="br-abuse-notice-dedicated\.deadlineHours"><text>)\d+/, '12');
    const mine = 'examples:\n  - { name: mine, facts: { country: BR, kind: dedicated }, expect: { deadlineHours: 12 } }\n';
    const wrong = mine.replace('12', '13');
    await expect(desk.propose(desk.ada, cautious, wrong)).rejects.toThrow('1 of 1 test cases fail, such as "mine"');
    expect(await proposedTables(desk.world)).toEqual([]);
    expect(await desk.propose(desk.ada, cautious, mine)).toMatchObject({ examples: { count: 1, isOurs: false } });
    const kept = await desk.world.store.read((transaction) => transaction.noticeMessage(sha256(mine)));
    expect(Buffer.from(kept ?? []).toString()).toBe(mine);
  });

  test('waits once; rejected or taken back it may be proposed again', async () => {
    const desk = await openDesk();
    const one = edited('one');
    await desk.propose(desk.ada, one);
    await expect(desk.propose(desk.dee, one)).rejects.toThrow('it waits for approval already, as number 1');
    await expect(desk.withdraw(desk.dee, one)).rejects.toThrow('Ada Example has proposed it, and nobody else takes it back');
    expect(await desk.reject(desk.bo, one)).toMatchObject({ state: 'rejected', rejectedBy: 'bo example', settledReason: WORDS });
    await expect(desk.approve(desk.dee, one)).rejects.toThrow('the method table 1 was rejected');
    expect(await desk.propose(desk.ada, one)).toMatchObject({ number: 2, state: 'waiting' });
    expect(await desk.withdraw(desk.ada, one)).toMatchObject({ number: 2, state: 'withdrawn' });
    expect(await desk.propose(desk.ada, one)).toMatchObject({ number: 3 });
    await expect(proposedTable(desk.world, 'abcdef0123456789')).rejects.toThrow('no method table abcdef0123456789 was proposed');
    await assertSound(desk);
  });

  test('that was proposed against another one than is in force by now is proposed anew', async () => {
    const desk = await openDesk();
    const [one, two] = [edited('one'), edited('two')];
    await desk.propose(desk.ada, one);
    await desk.propose(desk.ada, two);
    await desk.approve(desk.dee, one);
    await expect(desk.approve(desk.dee, two)).rejects.toThrow('it was proposed against the table of the settings, and the table 1 is in force now');
    await desk.withdraw(desk.ada, two);
    expect(await desk.propose(desk.ada, two)).toMatchObject({ number: 3, replaces: 1, base: sha256(one) });
    await desk.approve(desk.dee, two);
    expect((await proposedTables(desk.world)).map(({ state }) => state)).toEqual(['superseded', 'withdrawn', 'in-force']);
    await desk.go();
    expect(await decidedBy(desk)).toEqual([sha256(two)]);
    await assertSound(desk);
  });

  test('that counsel withdraws gives way to the one before it, and that to the one of the settings', async () => {
    const desk = await openDesk();
    const [one, two] = [edited('one'), edited('two')];
    for (const text of [one, two]) {
      await desk.propose(desk.ada, text);
      await desk.approve(desk.dee, text);
    }
    await expect(desk.withdraw(desk.ada, two)).rejects.toThrow('the method table 2 is in force, and counsel withdraws it');
    await expect(desk.withdraw(desk.dee, one)).rejects.toThrow('another one has come into force since');
    await desk.withdraw(desk.dee, two);
    await desk.go();
    expect(await decidedBy(desk)).toEqual([sha256(one)]);
    await desk.withdraw(desk.eve, one);
    expect(await approvedTable(desk.world)).toBeNull();
    await desk.go();
    expect(await decidedBy(desk)).toEqual([sha256(OURS)]);
    await assertSound(desk);
  });

  test('whose kept text is another one than was signed is not used', async () => {
    const desk = await openDesk();
    const one = edited('one');
    await desk.propose(desk.ada, one);
    await desk.approve(desk.dee, one);
    await inTransactionAs(database.access.owner, desk.world.organisationId, (session) =>
      session.run('update notice_message set message = $2 where sha256 = $1', [sha256(one), Buffer.from(OURS)]),
    );
    await expect(approvedTable(desk.world)).rejects.toThrow(/is not kept, or not as it was signed/);
  });
}); // prettier-ignore

describe('the audit', () => {
  test('finds what was decided by a table that was not in force then', async () => {
    const desk = await openDesk();
    const one = edited('one');
    await desk.propose(desk.ada, one);
    await desk.approve(desk.dee, one);
    await desk.go();
    const honest = entriesOf(await exportOf(desk.world.store));
    expect(await foundIn(desk, honest)).toEqual([]);
    const forged = honest.map((entry) =>
      entry.kind === 'decide.recorded' ? { ...entry, body: { ...entry.body, playbook: sha256(OURS) } } : entry,
    );
    expect((await foundIn(desk, forged)).map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      `method-table: decide.recorded: it was decided by the method table ${sha256(OURS).slice(0, 12)}, and ${sha256(one).slice(0, 12)} was in force`,
    ]);
    // Without the approval nothing was in force but what the settings name, which no ledger tells.
    expect(
      await foundIn(
        desk,
        honest.filter(({ kind }) => kind !== 'playbook.approved'),
      ),
    ).toEqual([]);
    const unproposed = await foundIn(
      desk,
      honest.filter(({ kind }) => kind !== 'playbook.proposed'),
    );
    expect(unproposed.map(({ message }) => message)).toEqual(['playbook.approved: no such method table was proposed']);
  });
});

test('the audit finds an approval after whoever proposed it had left the record', async () => {
  const desk = await openDesk();
  const one = edited('one');
  await desk.propose(desk.eve, one);
  await desk.approve(desk.dee, one);
  await removePerson(desk.world, desk.ada.key.signing, 'Eve Example', { person: 'Ada Example', reason: 'left' });
  const honest = entriesOf(await exportOf(desk.world.store));
  expect(await foundIn(desk, honest)).toEqual([]);
  const removed = honest.filter(({ kind }) => kind === 'person.removed');
  const forged = honest
    .filter((entry) => !removed.includes(entry))
    .flatMap((entry) => (entry.kind === 'playbook.approved' ? [...removed, entry] : [entry]));
  expect((await foundIn(desk, forged)).map(({ message }) => message)).toContainEqual(
    expect.stringContaining('whoever proposed it was not on record any more'),
  );
});

describe('the database itself', () => {
  const approve = `update method_table set approved_at = now(), approved_by = $1, approved_in = 1000 where number = 1`;

  test('takes no approval by whoever proposed it, by nobody on record, or by who is no counsel', async () => {
    const desk = await openDesk();
    await desk.propose(desk.dee, edited('one'));
    const by = (person: string): Promise<unknown> => asApp(desk.world, (session) => session.run(approve, [person]));
    await expect(by('dee example')).rejects.toThrow(/check constraint/);
    await expect(by('bo example')).rejects.toThrow('bo example is no counsel');
    await expect(by('nobody')).rejects.toThrow('nobody is no counsel');
  });

  test('keeps what was said, takes nothing away, and has no table begin approved', async () => {
    const desk = await openDesk();
    const one = edited('one');
    await desk.propose(desk.ada, one);
    await desk.approve(desk.dee, one);
    const tried = (sql: string): Promise<unknown> => asApp(desk.world, (session) => session.run(sql));
    await expect(tried(`update method_table set approved_by = 'eve example'`)).rejects.toThrow('stays');
    await expect(tried(`update method_table set sha256 = repeat('a', 64)`)).rejects.toThrow('permission denied');
    await expect(tried('delete from method_table')).rejects.toThrow('permission denied');
    await expect(
      tried(
        `insert into method_table select organisation_id, 2, repeat('a', 64), name, replaces, base, rows, changes, examples, reason,
           proposed_at, proposed_by, approved_at, approved_by, approved_in from method_table`,
      ),
    ).rejects.toThrow('is proposed before anything is said of it');
  });

  test('takes no decision by another table than the one in force', async () => {
    const desk = await openDesk();
    await desk.go();
    const one = edited('one');
    await desk.propose(desk.ada, one);
    await desk.approve(desk.dee, one);
    const again = asApp(desk.world, async (session) => {
      // The same rows under a batch of their own.
      await session.run(
        `insert into decision select organisation_id, '00000000-0000-4000-8000-00000000000d', position, case_id, method, row_id, playbook,
           provider_key, missing from decision`,
      );
      await session.run(
        `insert into batch (organisation_id, batch_id, operation_id, kind, sequence)
         select organisation_id, '00000000-0000-4000-8000-00000000000d', operation_id, 'decide', 2 from batch where kind = 'decide' limit 1`,
      );
    });
    await expect(again).rejects.toThrow('the method table 1 is in force, and this was decided by another one');
  });

  test('shows a table to no other organisation', async () => {
    const [desk, other] = [await openDesk(), await openDesk()];
    await desk.propose(desk.ada, edited('one'));
    expect(await proposedTables(other.world)).toEqual([]);
  });
});
