import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Session } from '../../src/adapters/postgres/connect.ts';
import { canonicalJson } from '../../src/ledger/canonical.ts';
import type { JsonObject } from '../../src/ledger/canonical.ts';
import {
  addPerson,
  arm,
  armed,
  attest,
  disarm,
  explain,
  peopleOf,
  removePerson,
  run,
  unattest,
} from '../../src/flow.ts';
import { actSigned } from '../../src/steps/people/act-signed.ts';
import type { SignedAct, Signing } from '../../src/ports/signing.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { enrol, makeKey } from '../support/ssh-keys.ts';
import type { TestKey } from '../support/ssh-keys.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* Who is on record, what only they may do, and what a forger leaves behind. */

interface Enrolled {
  readonly name: string;
  readonly key: TestKey;
}

const HOUR_MS = 3_600_000;
const HOST = '198.51.100.7';

let database: TestDatabase;
let world: TestWorld;
let ada: Enrolled;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database?.close());

beforeEach(async () => {
  world = await openTestWorld(database);
  await run(world, await openTestSources(database), drill([await openTestFile(database, `${HOST}:443\n`)]));
  ada = await enrol(world, database.directory, 'Ada Example', ['admin', 'analyst']);
});

const NOBODY: Signing = {
  sign: () => Promise.reject(new Error('nobody should have been asked')),
};

const bySuperuser = (work: (session: Session) => Promise<unknown>): Promise<unknown> =>
  inTransactionAs(database.superuser, world.organisationId, async (session) => {
    await session.run('set local search_path = dismantle');
    return work(session);
  });

const findings = async (): Promise<readonly string[]> =>
  (await auditOf(world.store)).findings.map(({ kind, message }) => `${kind}: ${message}`);

const stateDifferences = (): Promise<readonly string[]> =>
  world.store.write((transaction) => transaction.stateDifferences());

const appendForged = (kind: string, subject: string, body: JsonObject): Promise<void> =>
  world.store.write((transaction) =>
    transaction.append({
      actor: 'a forger',
      recordedAt: world.clock.now(),
      kind,
      subject,
      body: { ...body, schema: 1 },
    }),
  );

async function operationId(): Promise<string> {
  const operation = await world.store.read((transaction) => transaction.findOperation('lab'));
  if (operation === null) throw new Error('there is no operation');
  return operation.id;
}

describe('people', () => {
  test('are on record with their keys, and what they signed audits', async () => {
    const ben = await enrol(world, database.directory, 'Ben  Example', ['approver', 'counsel'], ada);
    expect(await peopleOf(world)).toMatchObject([
      { person: 'ada example', name: 'Ada Example', roles: ['analyst', 'admin'], removedAt: null },
      { person: 'ben example', name: 'Ben Example', roles: ['counsel', 'approver'], removedAt: null },
    ]);
    expect(await removePerson(world, ada.key.signing, 'BEN example', { person: 'ada EXAMPLE', reason: 'left' })).toBe(
      'ben example',
    );
    const [, gone] = await peopleOf(world);
    expect(gone?.removedAt).toMatch(/^2026-11-23T/);
    expect(await findings()).toEqual([]);
    expect(await stateDifferences()).toEqual([]);
    // Who comes back may have other roles and another key.
    const anew = makeKey(database.directory);
    const back = { name: ben.name, roles: ['duty'] as const, publicKey: anew.publicLine, by: ada.name };
    await addPerson(world, ada.key.signing, back);
    expect(await peopleOf(world)).toMatchObject([{}, { person: 'ben example', roles: ['duty'], removedAt: null }]);
    expect(await findings()).toEqual([]);
    expect(await stateDifferences()).toEqual([]);
  });

  test.each<[string, Partial<{ name: string; by: string | null; publicKey: string }>, RegExp]>([
    ['a name that is on record', { name: 'ada  EXAMPLE' }, /Ada Example is on record already/],
    ['nobody who signs', { by: null }, /an admin has to sign/],
    ['somebody unknown who signs', { by: 'Zoe' }, /Zoe is not on record here/],
    ['a private key', { publicKey: '-----BEGIN OPENSSH PRIVATE KEY-----' }, /private key/],
    ['a key of another kind', { publicKey: 'ssh-rsa AAAA' }, /RSA/],
  ])('are not added with %s', async (_name, change, message) => {
    const { publicLine } = makeKey(database.directory);
    const request = { name: 'Ben', roles: ['approver'] as const, publicKey: publicLine, by: ada.name, ...change };
    await expect(addPerson(world, NOBODY, request)).rejects.toThrow(message);
  });

  test('do not share a key, not even with somebody who has left', async () => {
    const ben = await enrol(world, database.directory, 'Ben', ['approver'], ada);
    await removePerson(world, ada.key.signing, 'Ben', { person: ada.name, reason: 'left' });
    const request = { name: 'Carl', roles: ['approver'] as const, publicKey: ben.key.publicLine, by: ada.name };
    await expect(addPerson(world, ada.key.signing, request)).rejects.toThrow(/is Ben's/);
    await expect(bySuperuser((session) => session.run(`insert into person select organisation_id, 'x', 'X', roles, public_key, fingerprint, added_at from person where person = 'ada example'`))).rejects.toThrow(/person_by_key/); // prettier-ignore
  });

  test('are added and removed by admins alone, and the last admin stays', async () => {
    const ben = await enrol(world, database.directory, 'Ben', ['approver'], ada);
    const { publicLine } = makeKey(database.directory);
    const request = { name: 'Carl', roles: ['approver'] as const, publicKey: publicLine, by: 'Ben' };
    await expect(addPerson(world, ben.key.signing, request)).rejects.toThrow(/Ben is approver; this needs admin/);
    await expect(removePerson(world, ada.key.signing, ada.name, { person: ada.name, reason: 'x' })).rejects.toThrow(
      /Ada Example is the only admin/,
    );
    // With another person's key nobody signs for Ada.
    await expect(removePerson(world, ben.key.signing, 'Ben', { person: ada.name, reason: 'x' })).rejects.toThrow(
      /not the key on record/,
    );
  });

  test('begin with an admin', async () => {
    const empty = await openTestWorld(database);
    const { publicLine } = makeKey(database.directory);
    const request = { name: 'Ben', roles: ['approver'] as const, publicKey: publicLine, by: null };
    await expect(addPerson(empty, NOBODY, request)).rejects.toThrow(/the first person has to be admin/);
    expect(await peopleOf(empty)).toEqual([]);
  });

  test('of two first ones at once, one is first and the other is told', async () => {
    const empty = await openTestWorld(database);
    const twin = await openTestWorld(database, empty);
    const both = await Promise.allSettled([
      enrol(empty, database.directory, 'Ada', ['admin']),
      enrol(twin, database.directory, 'Eve', ['admin']),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await peopleOf(empty)).toHaveLength(1);
    expect((await auditOf(empty.store)).findings).toEqual([]);
  });
});

describe('what is signed', () => {
  const act = (change: Partial<SignedAct>): SignedAct => ({
    name: ada.name,
    act: 'deconfliction.answered',
    lock: null,
    prepare: () => Promise.resolve({ subject: 'x', terms: {} }),
    ...change,
  });

  test('is refused where it changed while the person was signing', async () => {
    let round = 0;
    const prepare: SignedAct['prepare'] = () => Promise.resolve({ subject: 'x', terms: { round: (round += 1) } });
    await expect(actSigned(world, ada.key.signing, act({ prepare }))).rejects.toMatchObject({
      problem: { code: 'refused', message: expect.stringContaining('changed while you were signing') },
    });
  });

  test('is refused where the signer left while signing', async () => {
    const ben = await enrol(world, database.directory, 'Ben', ['analyst'], ada);
    const signing: Signing = {
      async sign(statement, keys) {
        await removePerson(world, ada.key.signing, 'Ben', { person: ada.name, reason: 'left' });
        return ben.key.signing.sign(statement, keys);
      },
    };
    await expect(actSigned(world, signing, act({ name: 'Ben' }))).rejects.toThrow(/Ben was removed on 2026-11-23/);
  });

  /** Ada adds Ben, and while she signs another machine adds Cleo, whose clock goes so many minutes ahead of hers. */
  const besideOneThatWrites = (minutes: number): Promise<unknown> => {
    const added = (name: string) => {
      const publicKey = makeKey(database.directory).publicLine;
      return { name, roles: ['analyst'] as const, publicKey, by: ada.name };
    };
    // The newest entry is an hour old: before it no machine can write.
    world.setClock(world.clock.now() + HOUR_MS);
    const clock = { ...world.clock, now: () => world.clock.now() + minutes * 60_000 };
    const signing: Signing = {
      async sign(statement, keys) {
        await addPerson({ ...world, clock }, ada.key.signing, added('Cleo'));
        return ada.key.signing.sign(statement, keys);
      },
    };
    return addPerson(world, signing, added('Ben'));
  };
  const names = async (): Promise<readonly string[]> => (await peopleOf(world)).map(({ name }) => name).sort();

  test.each([-15, 61])('is refused where another machine writes, %i minutes away by its clock', async (minutes) => {
    await expect(besideOneThatWrites(minutes)).rejects.toMatchObject({
      problem: {
        code: 'refused',
        message: expect.stringContaining('too far apart'),
        hint: 'Set their clocks, and sign anew',
      },
    });
    expect(await names()).toEqual(['Ada Example', 'Cleo']);
    expect(await findings()).toEqual([]);
  });

  test.each([-9, 0, 59])('is taken where another machine writes, %i minutes away by its clock', async (minutes) => {
    await besideOneThatWrites(minutes);
    expect(await names()).toEqual(['Ada Example', 'Ben', 'Cleo']);
    expect(await findings()).toEqual([]);
  });

  test('is refused where the signature is another key’s or for other words', async () => {
    const other = makeKey(database.directory);
    const forger: Signing = {
      sign: (statement) => other.signing.sign(statement, [other.asPersonKey]),
    };
    const liar: Signing = {
      sign: async (statement, keys) => ({
        ...(await forger.sign(statement, keys)),
        publicKey: keys[0]?.publicKey ?? '',
      }),
    };
    await expect(actSigned(world, forger, act({}))).rejects.toThrow(/signature was not taken: .*another key/);
    await expect(actSigned(world, liar, act({}))).rejects.toThrow(/signature was not taken: .*another key/);
    const wrong: Signing = { sign: (statement, key) => ada.key.signing.sign(`${statement} `, key) };
    await expect(actSigned(world, wrong, act({}))).rejects.toThrow(/signature was not taken: .*does not verify/);
    expect(await findings()).toEqual([]);
  });
});

describe('arming', () => {
  const words = (hours = 24, person = ada.name) => ({
    person,
    reason: 'strike',
    until: world.clock.now() + hours * HOUR_MS,
  });

  test('lasts until its time is up, or somebody ends it, or an admin arms anew', async () => {
    const first = await arm(world, ada.key.signing, 'lab', words(2));
    expect(first).toMatchObject({
      operation: 'lab',
      traffic: ['send'],
      lab: true,
      person: 'ada example',
      inForce: true,
    });
    await arm(world, ada.key.signing, 'lab', words(5));
    expect((await armed(world, 'lab')).map(({ inForce }) => inForce)).toEqual([true, false]);
    await disarm(world, 'lab', { person: 'Ada Example', reason: 'enough' });
    expect((await armed(world, null)).map(({ inForce }) => inForce)).toEqual([false, false]);
    await expect(disarm(world, 'lab', { person: 'Ada Example', reason: 'again' })).rejects.toThrow(/is not armed/);
    await arm(world, ada.key.signing, 'lab', words(1));
    world.setClock(world.clock.now() + 2 * HOUR_MS);
    const [last] = await armed(world, 'lab');
    expect(last).toMatchObject({ inForce: false, disarmedAt: null });
    await expect(disarm(world, 'lab', { person: 'Ada Example', reason: 'late' })).rejects.toThrow(/is not armed/);
    expect(await findings()).toEqual([]);
    expect(await stateDifferences()).toEqual([]);
  });

  test('is for at most 14 days, and not for the past', async () => {
    await expect(arm(world, NOBODY, 'lab', words(14 * 24 + 1))).rejects.toThrow(/at most 14 days/);
    await expect(arm(world, NOBODY, 'lab', words(-1))).rejects.toThrow(/is past/);
    await arm(world, ada.key.signing, 'lab', words(14 * 24));
  });

  test('is an admin’s, and ending it a registered person’s', async () => {
    const ben = await enrol(world, database.directory, 'Ben', ['approver'], ada);
    await expect(arm(world, ben.key.signing, 'lab', words(1, 'Ben'))).rejects.toThrow(
      /Ben is approver; this needs admin/,
    );
    await arm(world, ada.key.signing, 'lab', words());
    await expect(disarm(world, 'lab', { person: 'Eve', reason: 'x' })).rejects.toThrow(/Eve is not on record/);
    await disarm(world, 'lab', { person: 'Ben', reason: 'x' });
  });

  test('is refused by the database where it is no admin’s, too long, or a drill is not armed for the lab', async () => {
    await enrol(world, database.directory, 'Ben', ['approver'], ada);
    const insert = (person: string, lab: boolean, until: string): Promise<unknown> =>
      bySuperuser((session) =>
        session.run(
          `insert into arming select organisation_id, operation_id, 99, array['send'], $2, $3, $1, 'x', '2026-11-23T12:00Z', null from operation`,
          [person, lab, until],
        ),
      );
    await expect(insert('ben', true, '2026-11-24T12:00Z')).rejects.toThrow(/is no admin/);
    await expect(insert('ada example', false, '2026-11-24T12:00Z')).rejects.toThrow(/for the lab only/);
    await expect(insert('ada example', true, '2026-12-24T12:00Z')).rejects.toThrow(/check constraint/);
  });
});

describe('an attestation', () => {
  const words = (person: string) => ({ person, reason: 'seen', evidence: null, seen: null });

  test('is signed once anybody is on record, and withdrawn by name', async () => {
    expect(await attest(world, 'lab', HOST, words('ADA example'), ada.key.signing)).toBe(HOST);
    const sources = await openTestSources(database);
    await run(world, sources, drill([]));
    const { case: judged, attestations } = await explain(world, sources, 'lab', HOST);
    expect(judged?.assessment?.basis).toBe('attested-server');
    expect(attestations).toMatchObject([{ person: 'ada example' }]);
    expect(await findings()).toEqual([]);
    await unattest(world, 'lab', HOST, { person: 'Ada Example', reason: 'mixed up' });
    await expect(unattest(world, 'lab', HOST, { person: 'Ada Example', reason: 'again' })).rejects.toThrow(
      /has not vouched/,
    );
    expect(await stateDifferences()).toEqual([]);
  });

  test('by a name that is not on record, or has not the role, is refused', async () => {
    await enrol(world, database.directory, 'Ben', ['approver'], ada);
    await expect(attest(world, 'lab', HOST, words('Somebody'), NOBODY)).rejects.toMatchObject({
      problem: { code: 'refused', hint: expect.stringMatching(/Known: Ada Example, Ben\..*dismantle person add/) },
    });
    await expect(attest(world, 'lab', HOST, words('Ben'), NOBODY)).rejects.toThrow(/needs analyst or counsel or duty/);
    await expect(unattest(world, 'lab', HOST, words('Somebody'))).rejects.toThrow(/not on record/);
  });

  test('from before anybody was on record stands, and is withdrawn under its old spelling', async () => {
    const early = await openTestWorld(database);
    await run(early, await openTestSources(database), drill([await openTestFile(database, `${HOST}:443\n`)]));
    await attest(early, 'lab', HOST, words('Ada  EXAMPLE'));
    await enrol(early, database.directory, 'Ada Example', ['admin', 'analyst']);
    expect((await auditOf(early.store)).findings).toEqual([]);
    await unattest(early, 'lab', HOST, { person: 'Ada Example', reason: 'mixed up' });
    expect(await early.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
    await expect(unattest(early, 'lab', HOST, { person: 'Ada Example', reason: 'x' })).rejects.toThrow(/not vouched/);
  });
});

describe('the audit of the data directory finds', () => {
  test('an act that somebody appended without a signature', async () => {
    const terms = { traffic: ['send'], lab: true, until: '2026-11-24T12:00:00.000Z', reason: 'x' };
    await appendForged('operation.armed', await operationId(), { ...terms, person: 'ada example' });
    expect(await findings()).toEqual(['signed-act: operation.armed: nobody has signed the act']);
  });

  test('an act that somebody appended with the signature of another', async () => {
    const until = world.clock.now() + HOUR_MS;
    await arm(world, ada.key.signing, 'lab', { person: ada.name, reason: 'one hour', until });
    const body = await newestBody();
    await appendForged('operation.armed', await operationId(), { ...body, until: '2026-11-30T12:00:00.000Z' });
    expect(await findings()).toEqual(['signed-act: operation.armed: what was signed has other terms']);
    await appendForged('operation.armed', await operationId(), body);
    expect((await findings()).at(-1)).toBe('signed-act: operation.armed: its statement was used for an act before');
  });

  test('a person whom somebody wrote into the table, or whose roles were changed there', async () => {
    await bySuperuser((session) => session.run(`update person set roles = array['admin', 'approver']`));
    expect(await stateDifferences()).toEqual([
      expect.stringContaining('the table person is not what the ledger makes it'),
    ]);
  });

  test('a body that was rewritten in the database together with its signature', async () => {
    const until = world.clock.now() + HOUR_MS;
    await arm(world, ada.key.signing, 'lab', { person: ada.name, reason: 'one hour', until });
    const body = canonicalJson({ ...(await newestBody()), reason: 'another' });
    await bySuperuser(async (session) => {
      await session.run('alter table ledger_body disable trigger user');
      await session.run(
        `update ledger_body set body = $1 where organisation_id = $2
           and sequence = (select max(sequence) from ledger_entry where organisation_id = $2)`,
        [body, world.organisationId],
      );
      await session.run('alter table ledger_body enable trigger user');
    });
    expect(await findings()).toEqual([
      expect.stringContaining('commitment: '),
      'signed-act: operation.armed: what was signed has other terms',
    ]);
  });

  async function newestBody(): Promise<JsonObject> {
    return world.store.read(async (transaction) => {
      let text = '{}';
      for await (const page of transaction.ledgerReader().entries()) {
        for (const { content } of page) if (content !== 'erased') text = content.body;
      }
      const body: JsonObject = JSON.parse(text);
      return body;
    });
  }
});
