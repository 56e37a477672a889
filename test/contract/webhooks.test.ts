import { createHmac } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { findOperation } from '../../src/flow.ts';
import { pageWord, speakAtDoor } from '../../src/flow/door.ts';
import { removeWebhook, setWebhook, testWebhook, webhooksOf } from '../../src/flow/webhooks.ts';
import type { SetWebhook } from '../../src/flow/webhooks.ts';
import { DueLater } from '../../src/worker/kind.ts';
import type { WorkResult } from '../../src/worker/kind.ts';
import { WORK_KINDS } from '../../src/worker/kinds.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { door, sendWithDoor } from '../support/doors.ts';
import type { NoticeWithDoor } from '../support/doors.ts';
import { auditOf } from '../support/ledger.ts';
import { openOddWeb } from '../support/odd-web.ts';
import type { OddWeb } from '../support/odd-web.ts';
import { lookAt } from '../support/sending.ts';
import { openMembers, openServed } from '../support/served.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* What a provider's desk is told by machine: by the product's own worker, over real HTTP, to a receiver on loopback. */

const OFF = { lookup: false, fetch: false, timestamp: false, probe: false, send: false };
const ALLOWED = '["127.0.0.1", "desk.example"]';
const WORDS = { person: 'Ada', reason: 'as agreed by mail' };
const MINUTE = 60_000;
const SET = z.object({ secret: z.string(), webhook: z.looseObject({ setBy: z.string() }) });

let database: TestDatabase;
let web: OddWeb;
let app: App;
/** Without fetch.allow. */
let strict: App;
let world: TestWorld;
let sent: NoticeWithDoor;
let provider: string;
let hook: string;

beforeAll(async () => {
  database = await openTestDatabase();
  web = await openOddWeb();
  app = await openApp({ DISMANTLE_FETCH_ALLOW: ALLOWED });
  strict = await openApp({});
  hook = `http://127.0.0.1:${web.port}/hook`;
});

afterAll(async () => {
  await app?.close();
  await strict?.close();
  await web?.close();
  await database?.close();
});

beforeEach(async () => {
  world = { ...(await openTestWorld(database)), outgoing: createSwitchboard({ ...OFF, send: true }) };
  web.answerWith((_request, response) => response.writeHead(204).end());
});

afterEach(() => world.store.close());

async function openApp(environment: Readonly<Record<string, string>>): Promise<App> {
  return createApp({
    dataDirectory: await mkdtemp(join(database.directory, 'app-')),
    configFile: null,
    environment: {
      DISMANTLE_TRAFFIC_SEND: 'true',
      DISMANTLE_HTTP_PUBLIC_URL: 'https://notices.cert.example',
      DISMANTLE_FETCH_TOTAL_SECONDS: '1',
      DISMANTLE_FETCH_IDLE_SECONDS: '1',
      ...environment,
    },
    offline: false,
    progress: { step: () => undefined },
    signal: new AbortController().signal,
    overrides: {},
  });
}

async function key(): Promise<typeof door.key> {
  const opened = await app.openDoor();
  if (opened === null) throw new Error('there are no doors');
  return opened.key;
}

/** A webhook of a provider that is on record by a notice, which has left before: nobody is told of that. */
async function sendAndSet(url = hook): Promise<SetWebhook> {
  sent = await sendWithDoor(database, world);
  const [view] = await world.store.read((transaction) => transaction.notices(sent.operationId));
  provider = view?.providerKey ?? '';
  return setWebhook(world, await key(), { ...WORDS, provider, url });
}

/** The worker's own work, once, by the settings of that machine. */
async function work(of = app, in_: TestWorld = world): Promise<WorkResult | DueLater> {
  const kind = WORK_KINDS.find(({ name }) => name === 'webhooks');
  if (kind?.subjects === undefined || kind.subjects === null) throw new Error('there is no such kind');
  const carryOut = await kind.open(of, in_);
  const [subject = ''] = await kind.subjects(in_);
  try {
    return await carryOut(in_, { subject, operation: null, once: true, say: () => undefined });
  } catch (cause) {
    if (cause instanceof DueLater) return cause;
    throw cause;
  }
}

async function retractHosts(hosts: readonly string[]): Promise<void> {
  await world.store.write(async (transaction) => {
    const [notice] = await transaction.clockNotices(sent.operationId);
    for (const found of notice?.cases.filter(({ host }) => hosts.includes(host)) ?? []) {
      await transaction.append({
        actor: 'a test',
        recordedAt: world.clock.now(),
        kind: 'case.retracted',
        subject: found.caseId,
        body: { schema: 1, operation: sent.operationId, server: found.serverId, notices: [sent.notice.noticeId], reason: 'our mistake' },
      });
    }
  });
} // prettier-ignore

/** The verification of Standard Webhooks 1.0, written anew from its text. */
function verified(secret: string, request: OddWeb['asked'][number] | undefined): unknown {
  if (request === undefined) throw new Error('nothing was told');
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = request.headers;
  const bytes = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', bytes)
    .update(`${String(id)}.${String(timestamp)}.${request.body()}`)
    .digest('base64');
  expect(bytes.length).toBeGreaterThanOrEqual(24);
  expect(String(signature).split(' ')).toContain(`v1,${expected}`);
  return JSON.parse(request.body());
}

function idsOf(): readonly unknown[] {
  return web.asked.map((request) => request.headers['webhook-id']);
}

test('a desk is told, signed, that a look has a result and that something was taken back, and nothing else', async () => {
  const { secret, webhook } = await sendAndSet();
  expect(webhook).toMatchObject({ provider, url: hook, removedAt: null });
  // What left before it was set is nobody's to be told.
  expect(await work()).toMatchObject({ said: null });
  expect(web.asked).toEqual([]);

  const operation = await findOperation(world, 'lab');
  const page = pageWord(world, door, sent.token);
  await speakAtDoor(world, door, sent.token, { action: 'done', items: null, text: '', ticket: '', page });
  await work();
  expect(web.asked).toEqual([]);
  await lookAt(world, operation, ['198.18.0.1']);
  await work();
  expect(web.asked, 'one of two has been looked at').toEqual([]);
  await lookAt(world, operation, ['198.18.0.2']);
  expect(await work()).toMatchObject({ said: `${provider}: 1 told` });
  await retractHosts(['198.18.0.1']);
  await work();
  await retractHosts(['198.18.0.2']);
  await work();

  const { reference } = sent.notice;
  const told = web.asked.map((request) => verified(secret, request));
  const data = { reference, drill: true };
  const timestamp: unknown = expect.stringMatching(/^2026-11-23T/);
  expect(told).toEqual([
    { type: 'notice.checked', timestamp, data },
    { type: 'notice.corrected', timestamp, data },
    { type: 'notice.retracted', timestamp, data },
  ]);
  expect(new Set(idsOf()).size).toBe(3);
  for (const request of web.asked) {
    expect(request).toMatchObject({ method: 'POST', path: '/hook', headers: { 'content-type': 'application/json' } });
    const whole = JSON.stringify(request.headers) + request.body();
    for (const secretThing of ['198.18', sent.token, sent.code, '/door', 'abuse@', 'lab', 'Ada', 'our mistake'])
      expect(whole, secretThing).not.toContain(secretThing);
  }
  await work();
  expect(web.asked, 'each is told once').toHaveLength(3);
});

test('a notice that leaves is told once it has left; one that never left is not, whatever becomes of it', async () => {
  await sendAndSet();
  const withdraw = (): Promise<void> =>
    world.store.write((transaction) =>
      transaction.append({
        actor: 'a test', recordedAt: world.clock.now(), kind: 'notice.withdrawn', subject: sent.notice.noticeId,
        body: { schema: 1, operation: sent.operationId, reason: 'for a test' },
      })); // prettier-ignore
  const asIf = (sql: string): Promise<void> =>
    inTransactionAs(database.superuser, null, async (session) => {
      await session.run(`set local search_path = dismantle`);
      await session.run(sql, [sent.notice.noticeId]);
    });
  await asIf('update notice set sent_at = null where notice_id = $1');
  await asIf('update dispatch set attempts = 0 where notice_id = $1');
  await withdraw();
  await work();
  expect(web.asked).toEqual([]);
  await asIf(`update notice set sent_at = '2026-11-23T23:00:00Z' where notice_id = $1`);
  await work();
  expect(web.asked.map((request) => JSON.parse(request.body()))).toMatchObject([
    { type: 'notice.withdrawn' },
    { type: 'notice.sent' },
  ]);
});

describe('what is not taken', () => {
  beforeEach(async () => {
    await sendAndSet();
    await retractHosts(['198.18.0.1']);
  });

  test('is tried again later under the same id, with a signature of its own moment', async () => {
    web.answerWith((_request, response) => response.writeHead(500).end('secret words of a desk'));
    const failed = await work();
    expect(failed).toBeInstanceOf(DueLater);
    expect(failed).toMatchObject({ message: `${provider}: it answered 500` });
    await work();
    expect(web.asked, 'not at once').toHaveLength(1);
    const [first] = web.asked;
    web.answerWith((_request, response) => response.writeHead(200).end('ok'));
    world.setClock(world.clock.now() + 2 * MINUTE);
    expect(await work()).toMatchObject({ said: `${provider}: 1 told` });
    const [again] = web.asked;
    expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(again?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
    expect(again?.headers['webhook-signature']).not.toBe(first?.headers['webhook-signature']);
    expect(await webhooksOf(world)).toMatchObject([{ messages: { delivered: 1, waiting: 0, failed: 0 } }]);
  });

  test('bears the same id where the record of it was lost, and where whoever told it died in the midst of it', async () => {
    await work();
    const [told] = idsOf();
    await inTransactionAs(database.superuser, null, (session) =>
      session.run('delete from dismantle.webhook_message where organisation_id = $1', [world.organisationId]),
    );
    // The intent of an attempt without its outcome: it may have arrived.
    await world.store.write(async (transaction) => {
      const [webhook] = await transaction.webhooks();
      await transaction.queueWebhookMessages(webhook?.id ?? '', true, world.clock.now());
      const now = world.clock.now();
      await transaction.beginWebhookAttempt(String(told), now, now + MINUTE);
    });
    world.setClock(world.clock.now() + 2 * MINUTE);
    await work();
    expect(idsOf()).toEqual([told, told]);
    expect(await webhooksOf(world)).toMatchObject([{ newest: [{ id: told, attempts: 2, state: 'delivered' }] }]);
  });

  test('is given up after a day and shown to a person', async () => {
    web.answerWith((_request, response) => response.writeHead(503).end());
    let last: WorkResult | DueLater = await work();
    const began = world.clock.now();
    while (world.clock.now() < began + 26 * 60 * MINUTE) {
      world.setClock(world.clock.now() + 25 * MINUTE);
      last = await work();
    }
    expect(web.asked.length).toBeGreaterThan(8);
    expect(web.asked.length).toBeLessThan(16);
    expect(new Set(idsOf()).size).toBe(1);
    expect(last).toMatchObject({ message: expect.stringContaining('it answered 503: dismantle webhook list') });
    expect(await webhooksOf(world)).toMatchObject([
      { messages: { failed: 1, waiting: 0 }, newest: [{ state: 'failed', problem: 'it answered 503' }] },
    ]);
  });

  test('by a desk that says 410 is given up at once; one that asks for time gets it', async () => {
    web.answerWith((_request, response) => response.writeHead(429, { 'retry-after': '1800' }).end());
    await work();
    world.setClock(world.clock.now() + 20 * MINUTE);
    await work();
    expect(web.asked).toHaveLength(1);
    web.answerWith((_request, response) => response.writeHead(410).end());
    world.setClock(world.clock.now() + 15 * MINUTE);
    await work();
    world.setClock(world.clock.now() + 24 * 60 * MINUTE);
    await work();
    expect(web.asked).toHaveLength(1);
    expect(await webhooksOf(world)).toMatchObject([{ newest: [{ state: 'failed', status: 410 }] }]);
  });

  test('in time is tried again, and a redirect is not followed', async () => {
    web.answerWith(() => undefined);
    expect(await work()).toBeInstanceOf(DueLater);
    web.answerWith((_request, response) => response.writeHead(307, { location: '/elsewhere' }).end());
    world.setClock(world.clock.now() + 2 * MINUTE);
    expect(await work()).toMatchObject({ message: expect.stringContaining('redirects, which is not followed') });
    expect(web.asked.map(({ path }) => path)).toEqual(['/hook']);
  });

  test('goes to no loopback address that fetch.allow does not name', async () => {
    expect(await work(strict)).toMatchObject({ message: expect.stringContaining('may not be asked') });
    expect(web.connections()).toBe(0);
  });

  test('does not leave while traffic.send is off', async () => {
    const off = { ...world, outgoing: createSwitchboard(OFF) };
    await expect(work(app, off)).rejects.toMatchObject({ problem: { code: 'switched-off' } });
    await expect(testWebhook(off, await key(), () => app.openFetcher('send'), provider)).rejects.toMatchObject({
      problem: { code: 'switched-off' },
    });
    expect(web.connections()).toBe(0);
    const kind = WORK_KINDS.find(({ name }) => name === 'webhooks');
    expect(kind?.cannot(app, off)).toBe('traffic.send is off here');
  });

  test('is told nobody once the webhook is removed, and a new one has another secret', async () => {
    const before = await webhooksOf(world);
    await removeWebhook(world, provider, WORDS);
    expect(await webhooksOf(world)).toEqual([]);
    const one = await setWebhook(world, await key(), { ...WORDS, provider, url: hook });
    const other = await setWebhook(world, await key(), { ...WORDS, provider, url: hook });
    expect(one.secret).not.toBe(other.secret);
    await work();
    expect(web.asked).toEqual([]);
    expect((await webhooksOf(world, true)).map(({ id }) => id)).toContain(before[0]?.id);
    expect((await webhooksOf(world)).map(({ id }) => id)).toEqual([other.webhook.id]);
    await expect(removeWebhook(world, 'nobody', WORDS)).rejects.toMatchObject({ problem: { code: 'not-found' } });
  });
});

test('a drill tells no place outside of this machine: neither the program nor the database lets it', async () => {
  const { webhook } = await sendAndSet(`http://desk.example:${web.port}/hook`);
  await retractHosts(['198.18.0.1']);
  await work();
  expect(web.connections()).toBe(0);
  expect(await webhooksOf(world)).toMatchObject([{ messages: { waiting: 0, delivered: 0, failed: 0 } }]);
  await expect(
    world.store.write(async (transaction) => {
      await transaction.queueWebhookMessages(webhook.id, true, world.clock.now());
      const [message] = await transaction.dueWebhookMessages(webhook.id, world.clock.now(), 1);
      expect(message).toMatchObject({ kind: 'notice.corrected', drill: true });
      await transaction.beginWebhookAttempt(message?.id ?? '', world.clock.now(), world.clock.now());
    }),
  ).rejects.toThrow('a drill tells nobody outside of this machine');
});

test('a test is sent once and says how it was answered; a URL that is none or carries a password is refused', async () => {
  const { secret } = await sendAndSet();
  const send = async (): ReturnType<typeof testWebhook> => testWebhook(world, await key(), () => app.openFetcher('send'), provider);
  expect(await send()).toMatchObject({ state: 'delivered', status: 204, kind: 'webhook.test' });
  expect(verified(secret, web.asked[0])).toMatchObject({ type: 'webhook.test', data: { reference: null, drill: false } });
  web.answerWith((_request, response) => response.writeHead(500).end());
  expect(await send()).toMatchObject({ state: 'failed', status: 500, problem: 'it answered 500' });
  for (const url of ['ftp://desk.example/', 'desk', 'https://a:b@desk.example/']) {
    await expect(setWebhook(world, await key(), { ...WORDS, provider, url })).rejects.toMatchObject({ problem: { code: 'usage' } });
  }
  await expect(setWebhook(world, null, { ...WORDS, provider, url: hook })).rejects.toMatchObject({ problem: { code: 'refused' } });
  expect((await auditOf(world.store)).findings).toEqual([]);
  await expect(setWebhook(world, await key(), { ...WORDS, provider: 'as1', url: hook })).rejects.toMatchObject({ problem: { code: 'not-found' } });
}); // prettier-ignore

test('over HTTP an admin sets one and is told its secret once; whoever else reads sees none', async () => {
  const members = await openMembers(world, database.directory);
  await members.person('Ada', ['admin']);
  await sendAndSet();
  await removeWebhook(world, provider, WORDS);
  const ada = await members.person('Mia Example', ['admin']);
  const ana = await members.person('Ana Example', ['analyst']);
  const served = await openServed(database, {
    worlds: [world],
    environment: { DISMANTLE_HTTP_PUBLIC_URL: 'https://notices.cert.example', DISMANTLE_TRAFFIC_SEND: 'true', DISMANTLE_FETCH_ALLOW: ALLOWED },
  });
  try {
    const ask = (token: string, method: string, path: string, body?: object): Promise<Response> =>
      served.ask(`/api/v1/webhooks${path}`, {
        method, token, ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
    const wanted = { url: hook, reason: 'as agreed' };
    expect((await ask(ana.token, 'PUT', `/${provider}`, wanted)).status).toBe(403);
    const set = SET.parse(await (await ask(ada.token, 'PUT', `/${provider}`, wanted)).json());
    expect(set).toMatchObject({ secret: expect.stringMatching(/^whsec_/), webhook: { setBy: 'mia example' } });
    expect(await (await ask(ada.token, 'POST', `/${provider}/tests`, {})).json()).toMatchObject({ state: 'delivered' });
    expect(verified(set.secret, web.asked[0])).toMatchObject({ type: 'webhook.test' });
    const listed = await (await ask(ana.token, 'GET', '')).text();
    expect(listed).toContain(hook);
    expect(listed).not.toContain(set.secret.slice(6));
    const kept = await inTransactionAs(database.superuser, null, (session) =>
      session.rows(`select body from dismantle.ledger_body where body like '%' || $1 || '%'`, [set.secret.slice(6)]));
    expect(kept).toEqual([]);
    expect((await ask(ada.token, 'DELETE', `/${provider}`, { reason: 'ended' })).status).toBe(200);
    expect(await (await ask(ana.token, 'GET', '')).json()).toEqual([]);
  } finally {
    await served.close();
  }
}); // prettier-ignore
