import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { receiveMail } from '../../src/steps/correspond/receive-mail.ts';
import { recordLooks } from '../../src/steps/look/record-looks.ts';
import { retract } from '../../src/flow/clock.ts';
import { operationReport } from '../../src/flow/report.ts';
import { accept, settle } from '../../src/flow/verify.ts';
import { success } from '../../src/domain/result.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { rawReply } from '../support/replies.ts';
import { BERLIN, OSLO } from '../support/rounds.ts';
import { mailSources } from '../support/sent-notice.ts';
import { both, DESK, HOST, openVerdictLab } from '../support/verdict-lab.ts';
import type { VerdictLab } from '../support/verdict-lab.ts';
import { openTestWorld } from '../support/world.ts';

// What follows from a verdict: the clock, the case's end, its return, and what people say of it.

let database: TestDatabase;
const labs: VerdictLab[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  for (const { world } of labs) await world.store.close();
  await database?.close();
});

async function openLab(): Promise<VerdictLab> {
  const lab = await openVerdictLab(database, await openTestWorld(database));
  labs.push(lab);
  return lab;
}

async function isWhole(lab: VerdictLab): Promise<void> {
  expect(await auditOf(lab.world.store)).toMatchObject({ findings: [] });
  expect(await lab.differences()).toEqual([]);
}

const CLEO = { person: 'Cleo', reason: 'seen in the lab' };

describe('a notice', () => {
  test('leaves, the server goes dark and comes back: a second case, and a second notice', async () => {
    const lab = await openLab();
    await lab.look(0, both('tls one'));
    expect(await lab.send()).toBe(1);
    expect(await lab.cases()).toEqual(['1 notified']);
    await lab.look(1, both('closed'));
    const [step] = (await lab.due()).filter(({ kind }) => kind === 'looks-dark');
    expect(step?.why).toMatch(
      /127\.66\.0\[\.\]1: so far 1 of 3 rounds by 2 vantages apart, over 6 hours: .* at the earliest/,
    );
    await lab.look(4, both('closed'));
    await lab.look(7, both('closed'));
    expect(await lab.cases()).toEqual(['1 dark']);
    expect((await lab.due()).filter(({ kind }) => kind !== 'arming')).toEqual([]);
    expect(await lab.send()).toBe(0);
    expect(await lab.cases()).toEqual(['1 dark']);
    const back = await lab.look(30, [[BERLIN, 'closed'], [OSLO, 'tls one']]); // prettier-ignore
    expect(back.changes.map(({ kind }) => kind)).toEqual(['changed', 'returned']);
    await lab.say();
    expect(await lab.send()).toBe(1);
    expect(await lab.cases()).toEqual(['1 dark', '2 notified']);
    const notices = await lab.world.store.read((transaction) => transaction.notices(lab.operation.id));
    expect(notices.map(({ state }) => state)).toEqual(['sent', 'sent']);
    expect(new Set(notices.map(({ reference }) => reference)).size).toBe(2);
    for (const hour of [31, 34, 37]) await lab.look(hour, both('closed'));
    expect(await lab.cases()).toEqual(['1 dark', '2 dark']);
    await isWhole(lab);
  });

  test('is no more written about once its case is closed, whatever is tried', async () => {
    const lab = await openLab();
    await lab.look(0, both('tls one'));
    await lab.send();
    for (const hour of [1, 4, 7]) await lab.look(hour, both('closed'));
    // It answers again, so that neither a look nor anything else keeps the old notice from being tried once more.
    await lab.look(8, both('tls one'));
    const attempt = inTransactionAs(database.access.app, lab.world.organisationId, async (session) => {
      await session.run(
        `insert into dispatch_attempt select (d).* from (
           select jsonb_populate_record(a, jsonb_build_object('attempt', a.attempt + 1)) as d from dispatch_attempt a limit 1) x`,
        [],
      );
    });
    await expect(attempt).rejects.toThrow(/is closed/);
  });

  test('a reply changes no verdict, and none opens a closed case', async () => {
    const lab = await openLab();
    await lab.look(0, both('tls one'));
    await lab.send();
    const [sent] = await lab.world.store.read((transaction) => transaction.dispatches(lab.operation.id));
    const reply = (text: string) =>
      receiveMail(lab.world, mailSources(), {
        bytes: rawReply({ text }, [`From: ${DESK}`, `In-Reply-To: <${sent?.messageId ?? ''}>`]),
        source: 'a test',
      });
    const before = await lab.facts();
    await reply('The server has been suspended.');
    expect((await lab.facts()).verdict).toEqual(before.verdict);
    for (const hour of [1, 4, 7]) await lab.look(hour, both('closed'));
    const closed = await lab.facts();
    await reply('We dispute this: it is a false positive.');
    expect(await lab.facts()).toEqual(closed);
    expect(await lab.cases()).toEqual(['1 dark']);
    await isWhole(lab);
  });

  test('one that answers as something else stops reminders at once, and waits for a person', async () => {
    const lab = await openLab();
    await lab.look(0, both('tls one'));
    await lab.send();
    await lab.look(1, both('tls somebody else'));
    const kinds = (await lab.due()).map(({ kind }) => kind);
    expect(kinds).toContain('answers-other');
    expect(kinds).not.toContain('reminder');
    lab.world.setClock(lab.at(60));
    expect(await lab.send()).toBe(0);
  });
});

describe('what answers again', () => {
  test('and cannot be told from a new tenant begins a case that is held until it is named anew', async () => {
    const lab = await openLab();
    for (const hour of [0, 3, 6]) await lab.look(hour, both('closed'));
    expect(await lab.cases()).toEqual(['1 dark']);
    const back = await lab.look(8, both('accepts'));
    expect(back.changes.map(({ kind }) => kind)).toEqual(['changed', 'returned']);
    expect(await lab.cases()).toEqual(['1 dark', '2 held']);
    // Going on with what was said before it fell dark changes nothing.
    expect(await lab.send()).toBe(0);
    expect(await lab.cases()).toEqual(['1 dark', '2 held']);
    await lab.say();
    expect((await lab.cases()).at(-1)).not.toBe('2 held');
    await isWhole(lab);
  });
});

describe('a person', () => {
  test('settles a server that answers as something else; its own service brings a new case', async () => {
    const lab = await openLab();
    const words = { ...CLEO, as: 're-let' as const };
    const say = () => settle(lab.world, lab.staff.cleo.signing, 'lab', HOST, words);
    await expect(say()).rejects.toThrow(/does not answer as something else: nobody has looked/);
    await lab.look(0, both('tls one'));
    await expect(say()).rejects.toThrow(/does not answer as something else: live/);
    await lab.look(1, both('tls somebody else'));
    await expect(
      settle(lab.world, lab.staff.erika.signing, 'lab', HOST, { ...words, person: 'Erika' }),
    ).rejects.toThrow(/needs analyst or counsel or duty/);
    expect(await say()).toBe(HOST);
    expect(await lab.view()).toMatchObject({
      standing: 'answers-other',
      case: { state: 'settled', settlement: { as: 're-let', reason: CLEO.reason } },
    });
    await expect(say()).rejects.toThrow(/closed already/);
    expect(await lab.send()).toBe(0);
    expect(await lab.cases()).toEqual(['1 settled']);
    // Whoever is there now goes and comes as they like.
    expect((await lab.look(2, both('closed'))).changes.map(({ kind }) => kind)).toEqual(['changed']);
    expect((await lab.look(3, both('tls a third'))).changes.map(({ kind }) => kind)).toEqual(['changed']);
    expect((await lab.look(4, both('tls one'))).changes.map(({ kind }) => kind)).toEqual(['changed', 'returned']);
    expect(await lab.cases()).toEqual(['1 settled', '2 identified']);
    await isWhole(lab);
  });

  test("accepts another certificate as the botnet's own by its name, and the next look finds it alive", async () => {
    const lab = await openLab();
    const say = (service: string | null, target = HOST, person = 'Cleo') =>
      accept(lab.world, 'lab', target, { ...CLEO, person, service });
    await expect(say(null)).rejects.toThrow(/no look of our own has seen another service/);
    await lab.look(0, both('tls one'));
    await lab.look(1, both('tls two'));
    const [two, ...more] = (await lab.view()).others;
    expect(more).toEqual([]);
    expect(two).toMatchObject({ port: 443, service: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const name = two?.service ?? '';
    await expect(say(name, `${HOST}:8443`)).rejects.toThrow(/port 8443/);
    await expect(say(name, HOST, 'Nobody')).rejects.toThrow(/not on record/);
    // Without a name nothing is accepted, and the person is told what there is.
    await expect(say(null)).rejects.toThrow(`port 443: ${name}`);
    expect(await say(name)).toMatchObject({ host: HOST, ports: [443] });
    expect(await lab.verdict()).toMatchObject({ verdict: 'answers-other' });
    await lab.look(2, both('tls two'));
    expect(await lab.verdict()).toMatchObject({ verdict: 'live', finding: 'same-service' });
    await isWhole(lab);
  });

  test('does not accept what came in the place of the certificate that they have looked into', async () => {
    const lab = await openLab();
    await lab.look(0, both('tls one'));
    await lab.look(1, both('tls two'));
    const [two] = (await lab.view()).others;
    await lab.look(2, both('tls a shop'));
    const words = { ...CLEO, service: two?.service ?? '' };
    await expect(accept(lab.world, 'lab', HOST, words)).rejects.toThrow(
      /is not the service that was named; it is\nport 443: /,
    );
    await lab.look(3, both('tls a shop'));
    expect(await lab.verdict()).toMatchObject({ verdict: 'answers-other' });
    await isWhole(lab);
  });

  test('takes a server back after it was confirmed dark', async () => {
    const lab = await openLab();
    await lab.look(0, both('tls one'));
    await lab.send();
    for (const hour of [1, 4, 7]) await lab.look(hour, both('closed'));
    const before = await lab.view();
    const request = { name: 'Cleo', target: HOST, reason: 'a web shop' };
    await retract(lab.world, lab.staff.cleo.signing, lab.sources, 'lab', request);
    expect(await lab.cases()).toEqual(['1 retracted']);
    expect((await lab.view()).verdict).toEqual(before.verdict);
    // What was wrong never comes back.
    expect((await lab.look(8, both('tls one'))).changes.map(({ kind }) => kind)).toEqual(['changed']);
    expect(await lab.cases()).toEqual(['1 retracted']);
    await isWhole(lab);
  });

  test('is told of the case before, where what came back is taken back', async () => {
    const lab = await openLab();
    await lab.look(0, both('tls one'));
    await lab.send();
    for (const hour of [1, 4, 7]) await lab.look(hour, both('closed'));
    await lab.look(8, both('tls one'));
    const request = (target: string) => ({ name: 'Cleo', target, reason: 'a web shop' });
    const take = (target: string) => retract(lab.world, lab.staff.cleo.signing, lab.sources, 'lab', request(target));
    const { earlierCase, corrections } = await take(HOST);
    expect(corrections).toBe(0);
    expect(await lab.cases()).toEqual(['1 dark', '2 retracted']);
    const first = await take(earlierCase ?? '');
    expect(first).toMatchObject({ earlierCase: null, corrections: 1 });
    expect(await lab.cases()).toEqual(['1 retracted', '2 retracted']);
    await isWhole(lab);
  });
});

describe('looks that people write down', () => {
  test('find it alive and dark, provisionally, and break a run', async () => {
    const lab = await openLab();
    lab.world.setClock(lab.at(20));
    await lab.write(1, 'live');
    expect(await lab.verdict()).toMatchObject({ verdict: 'live', lastLiveAt: lab.at(1), finding: null });
    for (const hour of [2, 5, 9]) await lab.write(hour, 'dark');
    expect(await lab.verdict()).toMatchObject({ verdict: 'dark', darkAt: lab.at(2), confirmedAt: null });
    expect((await lab.view()).run).toMatchObject({ gap: { rounds: 0, earliestAt: null } });
    await lab.write(10, 'inconclusive');
    expect(await lab.verdict()).toMatchObject({ verdict: 'dark', darkAt: lab.at(2) });
    await lab.write(11, 'c2-live');
    expect(await lab.verdict()).toMatchObject({ verdict: 'c2-live', darkAt: null });
    await isWhole(lab);
  });

  test('stand where they belong, when they come late', async () => {
    const lab = await openLab();
    await lab.look(0, both('tls one'));
    for (const hour of [1, 4]) await lab.look(hour, both('closed'));
    lab.world.setClock(lab.at(5));
    await lab.write(2, 'live');
    expect(await lab.verdict()).toMatchObject({ verdict: 'dark', darkAt: lab.at(4), lastLiveAt: lab.at(2) });
    await lab.look(7, both('closed'));
    await lab.look(8, both('closed'));
    expect(await lab.cases()).toEqual(['1 drafted']);
    await lab.look(10, both('closed'));
    expect(await lab.cases()).toEqual(['1 dark']);
    // Somebody saw it alive meanwhile: it had come back, and gone again; nobody can tell it from a new tenant.
    lab.world.setClock(lab.at(11));
    await lab.write(6, 'live');
    expect(await lab.verdict()).toMatchObject({ verdict: 'dark', darkAt: lab.at(7), confirmedAt: null });
    expect(await lab.cases()).toEqual(['1 dark', '2 held']);
    await isWhole(lab);
  });

  test('that come late and break a confirmed run take "disabled" back, and the report says so as of then', async () => {
    const lab = await openLab();
    await lab.look(0, both('tls one'));
    for (const hour of [1, 4, 7]) await lab.look(hour, both('closed'));
    const report = (asOf: number | null) => operationReport(lab.world, 'lab', { asOf, staleDays: 7 });
    expect((await report(null)).total.disabled).toBe(1);
    // A backdated word that it was dark moves nothing.
    lab.world.setClock(lab.at(8));
    await lab.write(0.5, 'dark');
    expect(await lab.verdict()).toMatchObject({ darkAt: lab.at(1), confirmedAt: lab.at(7) });
    lab.world.setClock(lab.at(9));
    await lab.write(5, 'answers-other');
    expect(await lab.verdict()).toMatchObject({ verdict: 'dark', darkAt: lab.at(7), confirmedAt: null });
    const made = await report(null);
    expect(made.total).toMatchObject({ disabled: 0, provisionallyDark: 1 });
    for (const hour of [10, 14]) await lab.look(hour, both('closed'));
    expect((await report(null)).total.disabled).toBe(1);
    expect(await report(Date.parse(made.asOf))).toEqual(made);
    await isWhole(lab);
  });

  test('of earlier versions are folded with the first look after them', async () => {
    const lab = await openLab();
    const earlier = async (hours: number, outcome: 'live' | 'dark') => {
      const seen = { server: HOST, port: 443, at: lab.at(hours), vantage: 'office', outcome, how: '' };
      lab.world.setClock(lab.at(hours));
      await recordLooks(lab.world, lab.operation, 'f', [{ line: 1, value: HOST, look: success(seen) }], 'Cleo');
    };
    await earlier(1, 'live');
    await earlier(2, 'dark');
    expect(await lab.view()).toMatchObject({ verdict: null, standing: 'dark' });
    await lab.look(3, both('closed'));
    expect(await lab.verdict()).toMatchObject({ verdict: 'dark', darkAt: lab.at(3), lastLiveAt: lab.at(1) });
    for (const hour of [6, 9]) await lab.look(hour, both('closed'));
    expect(await lab.verdict()).toMatchObject({ darkAt: lab.at(3), confirmedAt: lab.at(9) });
    await isWhole(lab);
  });
});

test('a run that grows for long is confirmed once a second vantage joins', async () => {
  const lab = await openLab();
  for (const hour of [1, 2, 3, 9]) await lab.look(hour, [[BERLIN, 'closed']]);
  expect((await lab.view()).run).toMatchObject({ gap: { earliestAt: null } });
  for (const hour of [10, 11]) await lab.look(hour, both('closed'));
  expect((await lab.view()).run).toMatchObject({ gap: { rounds: 2, earliestAt: lab.at(16) } });
  await lab.look(16, both('closed'));
  expect(await lab.verdict()).toMatchObject({ darkAt: lab.at(1), confirmedAt: lab.at(16) });
  expect(await lab.view()).toMatchObject({ run: null, confirmedDarkAt: lab.at(1) });
  await isWhole(lab);
});
