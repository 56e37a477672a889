import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { listMail } from '../../src/flow.ts';
import { closeDoor, doorFinds, doorOf } from '../../src/flow/door.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { DOOR_SECRET, PUBLIC_URL, sendWithDoor } from '../support/doors.ts';
import type { NoticeWithDoor } from '../support/doors.ts';
import { openServed } from '../support/served.ts';
import type { Served } from '../support/served.ts';
import { stixValidator } from '../support/stix-schemas.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* The provider's door over real HTTP, on a real PostgreSQL: what whoever has a link can see and do, and what not. */

let database: TestDatabase;
let world: TestWorld;
let served: Served;
let sent: NoticeWithDoor;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await database?.close();
});

beforeEach(async () => {
  world = await openTestWorld(database);
  sent = await sendWithDoor(database, world);
  served = await openServed(database, { worlds: [world], environment: await doorEnvironment() });
  return async () => {
    await served.close();
    await world.store.close();
  };
});

async function doorEnvironment(): Promise<Record<string, string>> {
  const file = join(await mkdtemp(join(database.directory, 'door-')), 'secret');
  await writeFile(file, `${DOOR_SECRET}\n`);
  return { DISMANTLE_HTTP_PUBLIC_URL: PUBLIC_URL, DISMANTLE_DOOR_KEY_FILE: file };
}

async function pageOf(
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; html: string; headers: Headers }> {
  const answer = await served.ask(path, init);
  return { status: answer.status, html: await answer.text(), headers: answer.headers };
}

async function say(fields: Record<string, string>, token = sent.token): Promise<Response> {
  return served.ask(`/door/${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields),
  });
}

async function freshPage(): Promise<string> {
  const { html } = await pageOf(`/door/${sent.token}`);
  return /name="page" value="([^"]+)"/.exec(html)?.[1] ?? '';
}

const entries = async (): Promise<number> =>
  (await world.store.read((transaction) => transaction.ledgerHead())).entries;

describe('looking', () => {
  test('shows the notice, from the link in the mail, without a script, a cookie or anything from elsewhere', async () => {
    const { status, html, headers } = await pageOf(`/door/${sent.token}`);
    expect(status).toBe(200);
    // A telephone on a bad line.
    expect(html.length).toBeLessThan(20_000);
    for (const words of [
      '198.18.0[.]1',
      '198.18.0[.]2',
      sent.notice.reference,
      'Example CERT',
      'contest@cert.example',
      'DRILL',
    ]) {
      expect(html).toContain(words);
    }
    expect(html).not.toMatch(/<script|\son\w+=|\sstyle=|https?:\/\//i);
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-robots-tag')).toContain('noindex');
    // Everything to press has its name, and every field its label.
    const fields = [...html.matchAll(/<(?:textarea|input)(?![^>]*type="hidden")[^>]*>/g)].map(([tag]) => tag);
    expect(fields.length).toBeGreaterThan(5);
    for (const tag of fields) {
      const id = /\sid="([^"]+)"/.exec(tag)?.[1];
      expect(id === undefined ? tag.includes('aria-label') : html.includes(`for="${id}"`), tag).toBe(true);
    }
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('is in German for whoever reads German, and in English for everybody else', async () => {
    const german = await pageOf(`/door/${sent.token}`, { headers: { 'accept-language': 'de-AT,de;q=0.9,en;q=0.1' } });
    expect(german.html).toContain('<html lang="de">');
    expect(german.html).toContain('Alles ist erledigt');
    for (const accepted of ['fr', 'en;q=0.9,de;q=0.2', '*', ';;;=', 'x'.repeat(5000)]) {
      const page = await pageOf(`/door/${sent.token}`, { headers: { 'accept-language': accepted } });
      expect(page.html, accepted).toContain('<html lang="en">');
    }
  });

  test('changes nothing, however often a mail scanner follows the link, and by whatever method', async () => {
    const before = await entries();
    for (const path of ['', '?said=done', '/xarf', '/csv', '/stix', '?utm_source=x']) {
      for (const method of ['GET', 'HEAD']) {
        expect((await served.ask(`/door/${sent.token}${path}`, { method })).status, `${method} ${path}`).toBe(200);
      }
    }
    expect((await served.ask(`/door/${sent.token}`, { method: 'PUT' })).status).toBe(405);
    expect((await served.ask(`/door/${sent.token}`, { method: 'DELETE' })).status).toBe(405);
    expect(await entries()).toBe(before);
  });

  test('keeps the link out of the log and of every page of another door', async () => {
    await pageOf(`/door/${sent.token}`);
    await say({ action: 'done', page: await freshPage() });
    expect(JSON.stringify(served.log)).not.toContain(sent.token);
    expect(served.log.map(({ path }) => path)).toContain('/door/{token}');
  });
});

describe('the code', () => {
  const type = (code: string): Promise<Response> =>
    served.ask('/door', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ code }),
    });

  test('leads to the notice', async () => {
    expect((await pageOf('/door')).html).toContain('name="code"');
    const answer = await type(sent.code.toLowerCase());
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(`/door/${sent.token}`);
  });

  test('that opens nothing is told in the same words as any other, and so is a link', async () => {
    const tries = [
      await type(''),
      await type('x'),
      await type('3333-3333-3333'),
      await served.ask(`/door/${'A'.repeat(24)}`),
    ];
    const pages = await Promise.all(
      tries.map(async (answer) => ({ status: answer.status, html: await answer.text() })),
    );
    for (const page of pages) expect(page).toEqual(pages[0]);
    expect(pages[0]?.status).toBe(404);
  });

  test('cannot be guessed at: after some tries nobody is told anything for a while', async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 14; index++) statuses.push((await type('3333-3333-3333')).status);
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 404));
    expect(statuses.at(-1)).toBe(429);
    // Nor is whoever has the right one, from there: otherwise the refusal would tell.
    expect((await type(sent.code)).status).toBe(429);
    expect((await served.ask(`/door/${sent.token}`)).status).toBe(200);
  });
});

describe('answering', () => {
  test('one press, without anything else, is noted, and the page says so', async () => {
    const answer = await say({ action: 'done', page: await freshPage() });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe(`/door/${sent.token}?said=done#check`);
    const { html } = await pageOf(`/door/${sent.token}?said=done`);
    expect(html).toContain('It is noted that it is done');
    expect(html).toContain('look asked for');
    // Nobody has switched looks on for this operation.
    expect(html).toContain('Looks are not switched on here');
    expect(await listMail(world, false, 10)).toMatchObject([{ class: 'action-claimed', source: 'door' }]);
  });

  test('can be of some of the servers: which ones is on record, and none ticked is not all', async () => {
    const before = await entries();
    const none = await say({ action: 'done', some: '1', page: await freshPage() });
    expect(none.status).toBe(400);
    expect(await none.text()).toContain('Tick at least one of the servers.');
    expect(await entries()).toBe(before);
    const answer = await say({
      action: 'done',
      some: '1',
      item: '198.18.0.2',
      ticket: 'some',
      page: await freshPage(),
    });
    expect(answer.status).toBe(303);
    const mails = await world.store.read((transaction) => transaction.receivedMails(false, 100));
    expect(JSON.stringify(mails)).toContain('It is about 1 of 2 servers: 198.18.0[.]2');
  });

  test('is not said to be noted where nobody has said it, whatever the address says', async () => {
    for (const action of [
      'received',
      'working',
      'done',
      'need-more',
      'not-ours',
      'refuse',
      'wrong',
      'found-more',
      'x',
    ]) {
      const { html } = await pageOf(`/door/${sent.token}?said=${action}`);
      expect(html, action).not.toContain('id="noted"');
    }
    await say({ action: 'done', page: await freshPage() });
    expect((await pageOf(`/door/${sent.token}?said=done`)).html).toContain('id="noted"');
    expect((await pageOf(`/door/${sent.token}?said=wrong`)).html).not.toContain('id="noted"');
    // Nor for ever: a link that somebody kept tells nothing as news.
    world.setClock(world.clock.now() + 16 * 60_000);
    expect((await pageOf(`/door/${sent.token}?said=done`)).html).not.toContain('id="noted"');
  });

  test('needs a form of that page: neither another site nor another door can press', async () => {
    const before = await entries();
    for (const page of [undefined, '', 'x', 'AAAAAAAAAAAAAAAA.1795000000.AAAAAAAAAAAAAAAAAAAAAA']) {
      const answer = await say({ action: 'wrong', text: 'x', ...(page === undefined ? {} : { page }) });
      expect(answer.status).toBe(409);
      expect(await answer.text()).toContain('Here is a fresh one');
    }
    const json = await served.ask(`/door/${sent.token}`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: 'action=done',
    });
    expect(json.status).toBe(415);
    expect(await entries()).toBe(before);
  });

  test('keeps what was typed where something is off, as text', async () => {
    const evil = `"><script>alert(1)</script></textarea><b>`;
    const answer = await say({ action: 'need-more', text: evil.repeat(200), page: await freshPage() });
    expect(answer.status).toBe(400);
    const html = await answer.text();
    expect(html).not.toContain('<script>');
    expect(html).toContain('&lt;/textarea&gt;');
  });

  test('is bounded in bytes, and an unknown button is none', async () => {
    expect((await say({ action: 'done', text: 'x'.repeat(300_000), page: await freshPage() })).status).toBe(413);
    expect((await say({ action: 'approve', page: await freshPage() })).status).toBe(400);
    expect(await listMail(world, false, 10)).toEqual([]);
  });

  test('names no server of another notice, and changes none of another organisation', async () => {
    const other = await openTestWorld(database);
    const foreign = await sendWithDoor(database, other, '198.18.7.7:443\n');
    const before = await other.store.read((transaction) => transaction.ledgerHead());
    const page = await freshPage();
    for (const item of ['198.18.7.7', 'x']) {
      expect((await say({ action: 'done', item, page })).status).toBe(400);
    }
    // Their notice at our door is nobody's.
    expect((await served.ask(`/door/${foreign.token}`)).status).toBe(404);
    expect((await say({ action: 'done', page }, foreign.token)).status).toBe(404);
    expect(await listMail(world, false, 10)).toEqual([]);
    expect((await other.store.read((transaction) => transaction.ledgerHead())).entries).toBe(before.entries);
    await other.store.close();
  });

  test('found more lands in a queue for people, and the page says how often', async () => {
    await say({ action: 'found-more', text: '198.18.3.3:443', page: await freshPage() });
    expect(await doorFinds(world, null, false)).toMatchObject([{ lines: ['198.18.3.3:443'] }]);
    const { html } = await pageOf(`/door/${sent.token}`);
    expect(html).toContain('Further servers were named (1 time)');
    // What one holder of the link has typed is shown to no other.
    expect(html).not.toContain('198.18.3');
  });

  test('free text of one is shown to no other who has the link', async () => {
    await say({ action: 'need-more', text: 'call Kim at the night desk', page: await freshPage() });
    expect((await pageOf(`/door/${sent.token}`)).html).not.toContain('Kim');
  });
});

describe('a door that is shut', () => {
  test('says that it is closed and whom to write to, and tells nothing else any more', async () => {
    await closeDoor(world, sent.notice.reference, null, { person: 'Ada', reason: 'it stood in a forum' });
    const { status, html } = await pageOf(`/door/${sent.token}`);
    expect(status).toBe(410);
    expect(html).toContain('This page was closed');
    expect(html).toContain('contest@cert.example');
    for (const secret of ['198.18.0', 'forum', 'Ada', '<form']) expect(html).not.toContain(secret);
    expect((await served.ask(`/door/${sent.token}/csv`)).status).toBe(404);
    expect((await say({ action: 'done', page: 'x' })).status).toBe(410);
  });

  test('says that it has expired', async () => {
    world.setClock(Date.parse('2027-03-10T00:00:00Z'));
    const { status, html } = await pageOf(`/door/${sent.token}`);
    expect([status, html.includes('This page has expired'), html.includes('198.18.0')]).toEqual([410, true, false]);
  });
});

describe('for programs', () => {
  const api = (path: string, init: RequestInit = {}, token = sent.token): Promise<Response> =>
    served.ask(path, { ...init, token });

  test('the same notice, and the same answers', async () => {
    const notice = await (await api('/door/v1/notice')).json();
    expect(notice).toMatchObject({
      reference: sent.notice.reference,
      state: 'open',
      servers: [{ host: '198.18.0.1', check: null }, { host: '198.18.0.2' }],
    });
    const body = JSON.stringify({ action: 'done', items: ['198.18.0.1'], ticket: 'ABUSE-1234' });
    const said = await api('/door/v1/status', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(await said.json()).toMatchObject({ outcome: 'said', checkAskedAt: expect.any(String) });
    expect(await (await api('/door/v1/notice')).json()).toMatchObject({
      servers: [{ check: 'pending' }, { check: null }],
    });
    expect(await listMail(world, false, 5)).toMatchObject([{ ticket: 'ABUSE-1234' }]);
    expect((await doorOf(world, sent.notice.reference, null)).checks).toMatchObject([{ servers: 1 }]);
  });

  test('refuses in one way whatever opens nothing, and what the schema does not know', async () => {
    for (const token of ['', 'x', 'A'.repeat(24), sent.code, `dsm_${'A'.repeat(64)}`]) {
      const answer = await api('/door/v1/notice', {}, token);
      expect(answer.status, token).toBe(401);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    }
    const post = (body: unknown): Promise<Response> =>
      api('/door/v1/status', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await post({ action: 'approve' })).status).toBe(400);
    expect((await post({ action: 'done', verdict: 'dark' })).status).toBe(400);
    expect((await post({ action: 'done', items: ['198.18.7.7'] })).status).toBe(400);
    expect((await post({ action: 'wrong' })).status).toBe(400);
    expect(await listMail(world, false, 5)).toEqual([]);
  });

  test('the door’s token opens nothing else of the service', async () => {
    for (const path of ['/api/v1/operations', '/api/v1/me', '/metrics']) {
      expect((await api(path)).status, path).toBe(401);
    }
  });

  test('stands in the OpenAPI document, the pages do not', async () => {
    const { paths } = z
      .object({ paths: z.record(z.string(), z.unknown()) })
      .parse(await (await served.ask('/openapi.json')).json());
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/door/v1/notice', '/door/v1/status']));
    expect(Object.keys(paths).some((path) => path.startsWith('/door/{'))).toBe(false);
  });
});

describe('files', () => {
  test('are those of the notice, safe for spreadsheets, valid, and never shown as a page', async () => {
    const csv = await served.ask(`/door/${sent.token}/csv`);
    expect(csv.headers.get('content-disposition')).toBe(`attachment; filename="${sent.notice.reference}.csv"`);
    expect(csv.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await csv.text()).not.toMatch(/^[=+@-]|[,"][=+@]/m);
    const xarf = await served.ask(`/door/${sent.token}/xarf`);
    expect(await xarf.json()).toHaveLength(2);
    const bundle = z
      .object({ objects: z.array(z.looseObject({ type: z.string() })) })
      .parse(await (await served.ask(`/door/${sent.token}/stix`)).json());
    const validate = stixValidator();
    for (const object of bundle.objects) expect(validate(object)).toBe('');
    expect((await served.ask(`/door/${sent.token}/exe`)).status).toBe(404);
  });
});

test('without an address for doors there are none', async () => {
  const bare = await openServed(database, { worlds: [world] });
  expect((await bare.ask(`/door/${sent.token}`)).status).toBe(404);
  expect((await bare.ask('/door/v1/notice', { headers: { authorization: `Bearer ${sent.token}` } })).status).toBe(401);
  await bare.close();
});
