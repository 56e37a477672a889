import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attest, explain, run } from '../../src/flow.ts';
import type { Explanation, parseImportOptions, RunSummary } from '../../src/flow.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { drill, labLocator, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestSources, TestWorld } from '../support/world.ts';

/*
 * What the botnet's operator tries through feeds that somebody imports in good faith: to have an innocent asked about, to
 * have his own servers held, to have the notice say something else. Found by attacking, kept as tests.
 */

let database: TestDatabase;
let world: TestWorld;
let choice: TestSources;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
beforeEach(async () => {
  world = await openTestWorld(database);
  choice = { locator: labLocator({ '198.18.': { asn: 64_496, holder: 'Prairie Hosting' } }) };
});

const HOST = '198.18.0.50';

async function tell(text: string, words: Parameters<typeof parseImportOptions>[0] = {}): Promise<RunSummary> {
  return run(world, await openTestSources(database, choice), drill([await openTestFile(database, text)], words));
}

async function state(host = HOST): Promise<Explanation> {
  return explain(world, await openTestSources(database, choice), 'lab', host);
}

const listedBy = (group: string, more: object = {}) => ({ source: `${group} feed`, group, ...more });

/** Two groups that name the host, fresh. */
async function twoGroups(host = HOST): Promise<void> {
  await tell(`server,last_seen\n${host}:443,2026-11-22\n`, listedBy('one'));
  await tell(`server,last_seen\n${host}:443,2026-11-21\n`, listedBy('two'));
}

async function draftOf(host = HOST): Promise<string> {
  const messages = await world.store.read(async (transaction) => {
    const id = (await transaction.findOperation('lab'))?.id ?? '';
    const texts: string[] = [];
    for (const { messageSha256, state: current } of await transaction.noticeRecords(id)) {
      if (current === 'drafted')
        texts.push(Buffer.from((await transaction.noticeMessage(messageSha256)) ?? []).toString('utf8'));
    }
    return texts;
  });
  const defanged = host.replace(/\.(\d+)$/, '[.]$1');
  return messages.find((text) => text.includes(defanged)) ?? '';
}

describe('a source without a record', () => {
  const worthless = listedBy('evil', { reliability: 'E' });

  test('chooses no host name that a provider is asked to stop serving, and makes nothing of a server', async () => {
    choice = { ...choice, warningLists: { akamai: ['198.18.0.0/24'] } };
    await twoGroups();
    await tell(
      `server,also_named,kind\n${HOST}:8291,bank.example,sinkhole\n${HOST},hospital.test,sinkhole\n${HOST},x.invalid,sinkhole\n`,
      worthless,
    );
    const { server, case: caseView } = await state();
    expect(server.kind).toBe('cdn-fronted');
    expect(caseView?.missing).toContain('no-hostname');
    expect(await draftOf()).toBe('');
  });

  test('cancels no other by an old date, nor by flooding', async () => {
    await tell(`${HOST}:443\n`, listedBy('one'));
    await tell(`${HOST}:443\n\n`, listedBy('two'));
    expect((await state()).case?.state).toBe('drafted');
    await tell(`server,last_seen\n${HOST}:443,2024-01-02\n`, worthless);
    expect((await state()).case?.state).toBe('drafted');
    const flood = Array.from({ length: 700 }, (_, index) => `${HOST}:443,2026-11-22,r${index}`).join('\n');
    await tell(`server,last_seen,reference\n${flood}\n`, worthless);
    await tell(`server,last_seen,reference\n${flood}\n\n`, listedBy('flood', { reliability: 'C' }));
    const { case: caseView, weighing } = await state();
    expect(caseView?.state).toBe('drafted');
    expect(weighing.groups.map(({ group }) => group).sort()).toEqual(['evil', 'flood', 'one', 'two']);
  });

  test('gives no evidence of C2, and no word of it stands in a notice', async () => {
    await twoGroups();
    await tell(`server,last_seen,evidence,malware\n${HOST}:1,2026-11-23,configuration,Examplebot\n`, worthless);
    const { weighing, case: caseView } = await state();
    expect(weighing.assessment.evidence).toBeNull();
    expect(caseView?.missing).toContain('no-evidence-of-c2');
    expect(await draftOf()).not.toMatch(/evil|configuration of the botnet/);
  });
});

test('a flood of endpoints costs no operation its drafts', async () => {
  await twoGroups();
  const flood = Array.from(
    { length: 6000 },
    (_, index) => `http://${HOST}:${1 + (index % 60_000)}/${'p'.repeat(1500)}${index}`,
  ).join('\n');
  const { notices } = await tell(flood, listedBy('one'));
  expect(notices).toHaveLength(1);
  expect((await draftOf()).length).toBeGreaterThan(1000);
});

test('names are asked of protected ground, too', async () => {
  choice = { ...choice, warningLists: { sinkholes: ['203.0.113.0/24'] } };
  await tell(`server,last_seen,also_named\n${HOST}:443,2026-11-22,a.root-servers.net\n`, listedBy('one'));
  await tell(`server,last_seen\n${HOST}:443,2026-11-21\n`, listedBy('two'));
  const { case: caseView } = await state();
  expect(caseView?.state).toBe('held');
  expect(caseView?.listHits).toMatchObject([{ effect: 'never' }]);
});

describe('sources that name another botnet', () => {
  const row = `server,last_seen,malware,evidence\n${HOST}:443,2026-11-22,Otherbot,configuration\n`;

  test('identify no server for this one, until somebody says that it is only another name', async () => {
    await tell(row, listedBy('one'));
    await tell(row.replace('22', '21'), listedBy('two'));
    expect((await state()).case?.heldBy).toEqual(['needs-corroboration']);
    const request = drill([]);
    await run(world, await openTestSources(database, choice), {
      ...request,
      operation: { ...request.operation, aliases: ['Otherbot'] },
    });
    expect((await state()).case?.state).toBe('drafted');
  });

  test('stand in no notice about it', async () => {
    await twoGroups();
    await tell(row, listedBy('three'));
    expect((await state()).case?.state).toBe('drafted');
    expect(await draftOf()).not.toContain('Otherbot');
  });
});

test('one source is one group, under whatever name it is told again', async () => {
  await tell(`${HOST}:443\n`, { source: 'feed', group: 'one' });
  await expect(tell(`${HOST}:443\n\n`, { source: 'Feed ', group: 'two' })).rejects.toThrow(
    'belongs to the group "one"',
  );
});

test('what every source keeps for us is told to nobody, until a person vouches for it', async () => {
  await tell(`server,last_seen\n${HOST}:443,2026-11-22\n`, listedBy('one', { tlp: 'red' }));
  await tell(`server,last_seen\n${HOST}:443,2026-11-21\n`, listedBy('two', { tlp: 'amber+strict' }));
  const { cases } = await tell('198.18.9.9\n');
  expect(cases.notDrafted).toEqual({ 'not-to-be-told': 1 });
  expect(await draftOf()).toBe('');
  await attest(world, 'lab', HOST, {
    person: 'Ada',
    reason: 'seen in our own sandbox',
    evidence: 'sandbox-run',
    seen: Date.UTC(2026, 10, 22),
  });
  await run(world, await openTestSources(database, choice), drill([]));
  expect(await draftOf()).toContain('sandbox');
});
