import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CaseView, ServerView, SightingView } from '../../src/ports/views.ts';
import { erase, importOnly, run } from '../../src/flow.ts';
import type { ImportWords } from '../../src/steps/intake/import-options.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf, exportOf } from '../support/ledger.ts';
import { sendTestNotice } from '../support/sent-notice.ts';
import { drill, labLocator, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

// What several sources say of one server, at several times, and take back.

let database: TestDatabase;
const worlds: TestWorld[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  for (const world of worlds) await world.store.close();
  await database?.close();
});

async function newWorld(): Promise<TestWorld> {
  const world = await openTestWorld(database);
  worlds.push(world);
  return world;
}

/** Runs one file through the whole flow. */
async function told(world: TestWorld, text: string, words: ImportWords = {}) {
  const sources = await openTestSources(database, {
    locator: labLocator({ '198.18.': { asn: 64_500, holder: 'Lab Holder' } }),
  });
  return run(world, sources, drill([await openTestFile(database, text)], words));
}

interface Known {
  readonly server: ServerView;
  readonly caseView: CaseView | null;
  readonly sightings: readonly SightingView[];
}

async function known(world: TestWorld, host: string): Promise<Known> {
  return world.store.read(async (transaction) => {
    const operation = await transaction.findOperation('lab');
    for await (const page of transaction.servers(operation?.id ?? '')) {
      const server = page.find((view) => view.host === host);
      if (server === undefined) continue;
      return {
        server,
        caseView: await transaction.caseOf(server.serverId),
        sightings: await transaction.sightings(server.serverId, 100),
      };
    }
    throw new Error(`nobody has named ${host}`);
  });
}

/** Nothing in the tables but what the ledger says, and the ledger whole. */
async function expectWhole(world: TestWorld): Promise<void> {
  expect(await auditOf(world.store)).toMatchObject({ ok: true, findings: [] });
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
}

describe('feeds that contradict each other', () => {
  test('are all kept, each with its own word; the server is one, its span the widest', async () => {
    const world = await newWorld();
    await told(world, 'ip,port,first_seen,last_seen,status\n198.18.0.1,443,2026-11-10,2026-11-15,online', {
      source: 'one',
      group: 'one',
    });
    await told(world, 'ip,port,first_seen,last_seen,status\n198.18.0.1,443,2026-11-08,2026-11-12,offline', {
      source: 'two',
      group: 'two',
    });
    const { server, caseView, sightings } = await known(world, '198.18.0.1');
    expect(sightings.map(({ source, status, withdrawn }) => [source, status, withdrawn])).toEqual([
      ['two', 'offline', false],
      ['one', 'online', false],
    ]);
    expect([server.firstSeen, server.lastSeen]).toEqual(['2026-11-08T00:00:00.000Z', '2026-11-15T00:00:00.000Z']);
    expect(caseView).toMatchObject({ groups: ['one', 'two'], heldBy: [] });
    await expectWhole(world);
  });
});

describe('what a source takes back', () => {
  test('counts no more: a case that stood on it is held again', async () => {
    const world = await newWorld();
    await told(world, '198.18.0.2:443\n198.18.0.3:443', { source: 'one', group: 'one' });
    await told(world, '198.18.0.2:443\n198.18.0.3:443\n', { source: 'two', group: 'two' });
    expect((await known(world, '198.18.0.2')).caseView?.heldBy).toEqual([]);

    const summary = await told(world, 'server,change\n198.18.0.2:443,remove', { source: 'Two ', group: 'two' });
    expect(summary.intake.files[0]).toMatchObject({ accepted: 1, withdrawn: 1 });
    const taken = await known(world, '198.18.0.2');
    expect(taken.caseView).toMatchObject({ state: 'held', heldBy: ['needs-corroboration'], groups: ['one'] });
    expect(taken.sightings.map(({ source, withdrawn }) => [source, withdrawn])).toEqual([
      ['two', true],
      ['one', false],
    ]);
    expect((await known(world, '198.18.0.3')).caseView?.heldBy).toEqual([]);
    await expectWhole(world);
  });

  test('is nobody else’s to take back, and what is said again afterwards stands', async () => {
    const world = await newWorld();
    await told(world, '198.18.0.4:443', { source: 'one', group: 'one' });
    await told(world, 'server,change\n198.18.0.4:443,remove', { source: 'three', group: 'three' });
    expect((await known(world, '198.18.0.4')).sightings.map(({ withdrawn }) => withdrawn)).toEqual([false]);
    await told(world, 'server,change\n198.18.0.4:443,remove\n198.18.0.4:443,add\n', { source: 'one', group: 'one' });
    expect((await known(world, '198.18.0.4')).sightings.map(({ withdrawn }) => withdrawn)).toEqual([false, true]);
    await expectWhole(world);
  });

  test('takes only the port that it names', async () => {
    const world = await newWorld();
    await told(world, '198.18.0.5:443\n198.18.0.5:449', { source: 'one', group: 'one' });
    await told(world, 'server,change\n198.18.0.5:449,removed', { source: 'one', group: 'one' });
    const { sightings } = await known(world, '198.18.0.5');
    expect(sightings.map(({ port, withdrawn }) => [port, withdrawn])).toEqual([
      [449, true],
      [443, false],
    ]);
  });
});

describe('the same bytes', () => {
  test('told by another source are that source’s word as well, in the same group, so that a mirror takes back only its own', async () => {
    const world = await newWorld();
    const text = '198.18.7.1:443\n198.18.7.2:443';
    await told(world, text, { source: 'mirror', group: 'mirror', snapshot: true });
    const original = await told(world, text, { source: 'original', group: 'original', snapshot: true });
    expect(original.intake.files[0]).toMatchObject({ duplicate: false, group: 'mirror' });
    expect((await known(world, '198.18.7.1')).caseView?.groups).toEqual(['mirror']);
    await told(world, '198.18.7.1:443', { source: 'mirror', group: 'mirror', snapshot: true });
    const { sightings } = await known(world, '198.18.7.2');
    expect(sightings.map(({ source, withdrawn }) => [source, withdrawn])).toEqual([
      ['original', false],
      ['mirror', true],
    ]);
    expect((await told(world, text, { source: 'original' })).intake.files[0]).toMatchObject({ duplicate: true });
    await expectWhole(world);
  });

  test('told by another spelling of the source are no other source’s', async () => {
    const world = await newWorld();
    await told(world, '198.18.7.3:443', { source: 'École' });
    expect((await told(world, '198.18.7.3:443', { source: 'e\u0301cole ' })).intake.files[0]).toMatchObject({
      duplicate: true,
    });
    await told(world, '198.18.7.4:443', { source: 'ÉCOLE', snapshot: true });
    expect((await known(world, '198.18.7.3')).sightings.map(({ withdrawn }) => withdrawn)).toEqual([true]);
  });
});

test('a date that cannot be true is told, and the row counts without one', async () => {
  const world = await newWorld();
  const text = [
    'ip,first_seen,last_seen',
    '198.18.7.5,2026-11-10,2026-11-01',
    '198.18.7.6,2031-01-01,',
    '198.18.7.7,2026-11-10 07:30,2026-11-10',
  ];
  const { intake } = await told(world, text.join('\n'));
  expect(intake.files[0]).toMatchObject({ accepted: 3, undated: { rows: 2, first: { line: 2 } } });
  for (const host of ['198.18.7.5', '198.18.7.6']) expect((await known(world, host)).server.firstSeen).toBeNull();
  expect((await known(world, '198.18.7.7')).server.firstSeen).toBe('2026-11-10T07:30:00.000Z');
  await expect(told(world, '198.18.7.8', { seen: '2031-01-01' })).rejects.toThrow('in the future');
});

describe('a snapshot', () => {
  const words = { source: 'tracker', group: 'tracker', snapshot: true };

  test('withdraws what its source no longer lists, and nothing of other sources', async () => {
    const world = await newWorld();
    await told(world, '198.18.1.1:443\n198.18.1.2:443', words);
    await told(world, '198.18.1.1:443\n198.18.1.2:443 # partner', { source: 'partner', group: 'partner' });
    const summary = await told(world, '198.18.1.1:443\n198.18.1.3:443', words);
    expect(summary.intake.files[0]).toMatchObject({ withdrawn: 1 });
    expect((await known(world, '198.18.1.1')).caseView?.groups).toEqual(['partner', 'tracker']);
    const gone = await known(world, '198.18.1.2');
    expect(gone.caseView).toMatchObject({ groups: ['partner'], state: 'held' });
    await expectWhole(world);
  });

  test('without one row is refused instead of withdrawing everything', async () => {
    const world = await newWorld();
    await told(world, '198.18.1.8:443', words);
    await expect(told(world, 'ip,port\n', words)).rejects.toThrow('would withdraw all');
    expect((await known(world, '198.18.1.8')).sightings.map(({ withdrawn }) => withdrawn)).toEqual([false]);
  });

  test('that has changed back to what it was before is said anew; the same again in a row is not', async () => {
    const world = await newWorld();
    const first = '198.18.1.4:443\n198.18.1.5:443';
    await told(world, first, words);
    await told(world, '198.18.1.4:443', words);
    expect((await known(world, '198.18.1.5')).sightings.map(({ withdrawn }) => withdrawn)).toEqual([true]);
    expect((await told(world, first, words)).intake.files[0]).toMatchObject({ duplicate: false });
    expect((await known(world, '198.18.1.5')).sightings.map(({ withdrawn }) => withdrawn)).toEqual([false, true]);
    expect((await told(world, first, words)).intake.files[0]).toMatchObject({ duplicate: true });
    await expectWhole(world);
  });
});

test('a file whose dates could not be read is read again once somebody says how they are written, and only once', async () => {
  const world = await newWorld();
  const text = 'ip,port,first_seen\n198.18.5.1,443,05/11/2026';
  expect((await told(world, text)).intake.files[0]).toMatchObject({ duplicate: false, undated: { rows: 1 } });
  expect((await told(world, text)).intake.files[0]).toMatchObject({ duplicate: true });
  const again = await told(world, text, { dates: 'dd/mm/yyyy', group: 'another' });
  // The same bytes stay in their group, so that they never corroborate themselves.
  expect(again.intake.files[0]).toMatchObject({ duplicate: false, undated: { rows: 0 }, group: '' });
  expect((await known(world, '198.18.5.1')).server.firstSeen).toBe('2026-11-05T00:00:00.000Z');
  expect((await told(world, text, { dates: 'dd/mm/yyyy' })).intake.files[0]).toMatchObject({ duplicate: true });
  await expectWhole(world);
});

test('configurations are kept with version, tag, date and all they list, whoever tells them', async () => {
  const world = await newWorld();
  const lines = [
    'version,gtag,collected_at,server',
    '1000001,lab1,2026-11-01T10:00:00+01:00,198.18.2.1:443',
    '1000001,lab1,2026-11-01T10:00:00+01:00,198.18.2.1:443',
    '1000001,lab1,2026-11-01T10:00:00+01:00,198.18.2.2',
    '1000002,lab1,2026-11-02,198.18.2.1:443',
    '1000002,lab1,2026-11-02,127.0.0.1:1',
  ];
  const summary = await told(world, lines.join('\n'), { source: 'one' });
  expect(summary.intake.files[0]).toMatchObject({
    format: 'botconf', rows: 5, accepted: 4, rejected: 1, repeated: 1, configurations: 2,
  }); // prettier-ignore
  const xml = '<mcconf><ver>1000002</ver><gtag>lab1</gtag><servs><srv>198.18.2.3:443</srv></servs></mcconf>';
  expect((await told(world, xml, { source: 'two' })).intake.files[0]).toMatchObject({ format: 'botconf', accepted: 1 });
  const configurations = await world.store.read(async (transaction) =>
    transaction.configurations((await transaction.findOperation('lab'))?.id ?? ''),
  );
  expect(configurations).toMatchObject([
    { version: '1000001', tag: 'lab1', collectedAt: '2026-11-01T09:00:00.000Z', entries: 3, accepted: 3, servers: 2 },
    { version: '1000002', collectedAt: '2026-11-02T00:00:00.000Z', entries: 2, accepted: 1, servers: 2, sources: ['one', 'two'] },
  ]); // prettier-ignore
  expect((await known(world, '198.18.2.1')).sightings[0]?.configuration).toBe('1000002 lab1');
  await expectWhole(world);
});

describe('state that does not follow from the ledger', () => {
  test.each([
    ['operation', `update operation set drill = false`],
    ['notice', `update notice set recipient = 'somebody@else.example'`],
    ['server', `delete from notice_item; delete from case_file; delete from server where host = '198.18.3.1'`],
    ['import', `update import set source = 'another'`],
    ['case_file', `update case_file set groups = array['x', 'y']`],
  ])('is found in the table %s', async (table, sql) => {
    const world = await newWorld();
    await told(world, '198.18.3.1:443\n198.18.3.2:443', { source: 'one', attest: 'Ada', reason: 'seen' });
    await expectWhole(world);
    await inTransactionAs(database.superuser, world.organisationId, async (session) => {
      await session.run(`set local row_security = off`);
      for (const statement of sql.split('; ')) {
        const [, rest = ''] = /^((?:update|delete).*)$/s.exec(statement) ?? [];
        const where = rest.includes(' where ') ? `${rest} and` : `${rest} where`;
        await session.run(`${where} organisation_id = '${world.organisationId}'`);
      }
    });
    const differences = await world.store.write((transaction) => transaction.stateDifferences());
    expect(differences.join('\n')).toContain(`the table ${table} is not what the ledger makes it`);
  });
});

test('rows that no entry commits to are found, and show nowhere', async () => {
  const world = await newWorld();
  await told(world, '198.18.6.1:443', { source: 'one' });
  await inTransactionAs(database.access.app, world.organisationId, (session) =>
    session.run(
      `insert into sighting select organisation_id, gen_random_uuid(), 0, recorded_at, line, server_id, host_type, host, 6666
       from sighting limit 1`,
    ),
  );
  expect((await known(world, '198.18.6.1')).server.endpoints.map(({ port }) => port)).toEqual([443]);
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([
    'the table sighting holds 1 rows that no entry of the ledger commits to',
  ]);
});

test('rows that were exchanged for others under another batch are found', async () => {
  const world = await newWorld();
  await told(world, '198.18.6.2:443', { source: 'one' });
  const imports = await world.store.read(async (transaction) =>
    transaction.imports((await transaction.findOperation('lab'))?.id ?? ''),
  );
  await inTransactionAs(database.superuser, null, async (session) => {
    const other = '00000000-0000-4000-8000-00000000beef';
    const id = imports[0]?.importId;
    await session.run(
      `insert into sighting select organisation_id, $2, position, recorded_at, line, server_id, host_type, host, port
       from sighting where batch_id = $1`,
      [id, other],
    );
    await session.run('update batch set batch_id = $2 where batch_id = $1', [id, other]);
    await session.run('update sighting set port = 31337 where batch_id = $1', [id]);
  });
  expect(await auditOf(world.store)).toMatchObject({ ok: false });
});

describe('erasing', () => {
  test('removes body, salt, rows, servers and messages; what is left audits, and says erased', async () => {
    const world = await newWorld();
    await told(world, '198.18.4.1:443\n198.18.4.2:443', { source: 'one', attest: 'Ada', reason: 'seen' });
    await told(world, '198.18.4.2:443\n198.18.4.3:443\n127.0.0.1:1', { source: 'two', attest: 'Ada', reason: 'seen' });
    const imports = await world.store.read(async (transaction) =>
      transaction.imports((await transaction.findOperation('lab'))?.id ?? ''),
    );
    const second = imports.find(({ source }) => source === 'two');
    const erased = await erase(world, { sequences: [second?.sequence ?? 0] }, 'request of the data subject');
    expect(erased.map(({ kind }) => kind)).toContain('import.recorded');
    expect(erased.map(({ kind }) => kind)).toContain('notice.drafted');

    const report = await auditOf(world.store);
    expect(report).toMatchObject({ ok: true, findings: [], erased: erased.length });
    const text = (await exportOf(world.store)).toString('utf8');
    expect(text).not.toContain('198.18.4.3');
    expect(text).toContain('198.18.4.2');
    await expect(known(world, '198.18.4.3')).rejects.toThrow('nobody has named');
    expect((await known(world, '198.18.4.2')).sightings.map(({ source }) => source)).toEqual(['one']);
    await expectWhole(world);
    const left = await inTransactionAs(database.access.app, world.organisationId, async (session) =>
      session.rows<{ message: Buffer }>('select message from notice_message'),
    );
    for (const { message } of left) expect(message.toString()).not.toContain('198.18.4.3');

    // The operation goes on: what is erased may even be told again.
    const again = await told(world, '198.18.4.2:443\n198.18.4.3:443\n127.0.0.1:1', { source: 'two' });
    expect(again.intake.files[0]).toMatchObject({ duplicate: false, accepted: 2 });
    await expectWhole(world);
  });

  test('of what took something back says that it stands again', async () => {
    const world = await newWorld();
    await told(world, '198.18.4.8:443', { source: 'one' });
    await told(world, 'server,change\n198.18.4.8:443,remove', { source: 'one' });
    expect((await known(world, '198.18.4.8')).sightings.map(({ withdrawn }) => withdrawn)).toEqual([true]);
    const imports = await world.store.read(async (transaction) =>
      transaction.imports((await transaction.findOperation('lab'))?.id ?? ''),
    );
    const erased = await erase(world, { sequences: [imports[1]?.sequence ?? 0] }, 'asked for');
    expect(erased[0]?.why).toContain('what it took back (1) stands again');
    expect((await known(world, '198.18.4.8')).sightings.map(({ withdrawn }) => withdrawn)).toEqual([false]);
    await expectWhole(world);
  });

  test('is refused for what is never erased, and by the database for what no entry names', async () => {
    const world = await newWorld();
    await told(world, '198.18.4.4:443', { source: 'one' });
    await expect(erase(world, { sequences: [1] }, 'because')).rejects.toThrow('cannot be erased');
    await expect(world.store.write((transaction) => transaction.erase([2]))).rejects.toThrow('no erasure entry');
    await expectWhole(world);
  });

  test('by the settings leaves what a notice stood on that was sent; by hand it is told, and never the draft with it', async () => {
    const world = await newWorld();
    await sendTestNotice(database, world);
    await importOnly(world, drill([await openTestFile(database, '198.18.4.5:443')], { source: 'other' }));
    const [first, second] = await imports(world);
    world.setClock(world.clock.now() + 400 * 86_400_000);
    const erased = await erase(
      world,
      { retention: { sightings: 365, messages: null, lookups: null } },
      'a year is over',
    );
    expect(erased.map(({ sequence }) => sequence)).toEqual([second]);
    // Nothing else tells of its servers: its draft would go with it.
    await expect(erase(world, { sequences: [first ?? 0] }, 'asked for')).rejects.toMatchObject({
      problem: { code: 'refused', message: expect.stringContaining('a notice that was sent is never erased') },
    });
    await importOnly(
      world,
      drill([await openTestFile(database, '198.18.0.1:443\n198.18.0.2:443')], { source: 'later' }),
    );
    const [plan] = await erase(world, { sequences: [first ?? 0] }, 'asked for');
    expect(plan?.why).toContain('it is evidence of a notice that was sent');
    await expectWhole(world);
  });

  test('by the settings takes what is past its time, and no message of a notice that stands', async () => {
    const world = await newWorld();
    world.setClock(Date.UTC(2025, 0, 1));
    await importOnly(world, drill([await openTestFile(database, '198.18.4.5:443')], { source: 'old' }));
    world.setClock(Date.UTC(2026, 10, 23));
    await told(world, '198.18.4.6:443', { source: 'new', attest: 'Ada', reason: 'seen' });
    world.setClock(Date.UTC(2026, 11, 23));
    const erased = await erase(world, { retention: { sightings: 365, messages: 1, lookups: null } }, 'a year is over');
    expect(erased.map(({ about, class: name }) => [name, about.slice(0, 5)])).toEqual([['sightings', 'input']]);
    expect(await erase(world, { retention: { sightings: 365, messages: 1, lookups: null } }, 'once more')).toEqual([]);
    await expectWhole(world);
  });
});

/** The entries of imports, in their order. */
async function imports(world: TestWorld): Promise<readonly number[]> {
  const entries = await world.store.read((transaction) => transaction.erasable(['import.recorded'], null));
  return entries.map(({ sequence }) => sequence);
}
