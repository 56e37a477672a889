import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { tokensOf } from '../../../src/flow/access.ts';
import { newSetUpSecret } from '../../../src/flow/sign-in.ts';
import { openTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { PasskeyBrowser, WAITING, sitePasskey, spkiOf } from '../../support/passkey-browser.ts';
import type { TestPasskey } from '../../support/passkeys.ts';
import { RATE_LIMITS, openMembers, openServed } from '../../support/served.ts';
import type { Members, Served } from '../../support/served.ts';
import { openTestWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

/*
 * Who comes in, by an empty word, by a known one, and by very many. There are no passwords here: tokens of 256 bits, passkeys,
 * and the codes of doors, whose guessing test/contract/door-http.test.ts ends ("cannot be guessed at").
 */

const STRICT = { ...RATE_LIMITS, failure: { burst: 5, perMinute: 1 } };

let database: TestDatabase;
let world: TestWorld;
let members: Members;
let served: Served;
let secret: string;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  members = await openMembers(world, database.directory);
  served = await openServed(database, { worlds: [world] });
  secret = (await members.person('Ben Example', ['analyst'])).token;
});

afterAll(async () => {
  await served?.close();
  await database?.close();
});

const basic = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

describe('an empty word', () => {
  test(
    'CVE-2026-85216, CVE-2026-90961 (MISP: an empty password passed for a directory’s yes), CVE-2023-39069 (TheHive and ' +
      'Cortex: incomplete checks of a directory’s answer): empty, blank and half a secret are nobody’s, by header and by name',
    async () => {
      const names = ['', 'Ben Example', members.admin.name, 'admin', world.organisationId];
      const words = ['', ' ', '\0', 'dsm_', 'dsm_ ', 'null', 'undefined', 'false', secret.slice(0, -1), secret.slice(0, 26)];
      for (const word of words) {
        for (const name of names) {
          const headers = { authorization: basic(name, word), accept: 'application/taxii+json;version=2.1' };
          const answer = await served.ask('/taxii2/', { headers });
          expect(answer.status, `${name}:${word}`).toBe(401);
        }
        if (word.includes('\0')) continue;
        for (const authorization of [`Bearer ${word}`, `bearer${word}`, word, `Basic ${word}`]) {
          expect((await served.ask('/api/v1/me', { headers: { authorization } })).status, authorization).toBe(401);
        }
        const cookie = `dismantle=${word}`;
        expect((await served.ask('/api/v1/me', { headers: { cookie } })).status, cookie).toBe(401);
      }
      // The whole one is somebody’s.
      expect((await served.ask('/api/v1/me', { token: secret })).status).toBe(200);
    },
  ); // prettier-ignore

  test(
    'CVE-2026-27960 (OpenCTI: a user’s id passed for a token): nothing that the service tells of anybody opens anything',
    async () => {
      const told = new Set<string>([world.organisationId, members.admin.name]);
      for (const { id, name } of await tokensOf(world)) for (const word of [id, name, `dsm_${id}`]) told.add(word);
      const auditor = await members.token({ kind: 'service', roles: ['auditor'] }, ['read']);
      for (const path of ['/me', '/people', '/tokens', '/ledger', '/ledger/entries', '/operations']) {
        const text = await (await served.ask(`/api/v1${path}`, { token: auditor })).text();
        for (const [, word] of text.matchAll(/"([\w+/=:. -]{8,200})"/g)) if (word !== undefined) told.add(word);
      }
      expect(told.size).toBeGreaterThan(30);
      for (const word of told) {
        const encoded = `dsm_${Buffer.from(word.replaceAll('-', ''), 'hex').toString('base64url')}`;
        for (const token of [word, `dsm_${word}`, encoded]) {
          expect((await served.ask('/api/v1/me', { token: token.replaceAll(/[^\x20-\x7e]/g, '') })).status, token).toBe(401);
        }
      }
    },
  ); // prettier-ignore
});

describe('many guesses', () => {
  test(
    'CVE-2026-94379 (MISP: other methods than POST went round the brute-force protection), CVE-2024-45404 (OpenCTI: none on ' +
      'one-time codes): every way in counts against the same few tries, and no other method is a way in',
    async () => {
      const strict = await openServed(database, { worlds: [world], limits: STRICT });
      try {
        for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY']) {
          const answer = await strict.ask('/api/v1/sign-in', { method });
          expect(answer.status, method).toBe(405);
          expect(answer.headers.get('set-cookie')).toBeNull();
        }
        const guesses: (() => Promise<Response>)[] = [
          () => strict.ask('/api/v1/me', { token: `dsm_${'A'.repeat(64)}` }),
          () => strict.ask('/api/v1/me', { method: 'HEAD', token: `dsm_${'B'.repeat(64)}` }),
          () => strict.ask('/taxii2/', { headers: { authorization: basic('x', 'y') } }),
          () => strict.ask('/api/v1/me', { headers: { cookie: `dismantle=dss_${'A'.repeat(64)}` } }),
          () => new PasskeyBrowser(strict).ask('POST', '/api/v1/enrolments/look', { secret: `dsi_${'A'.repeat(64)}` }),
        ];
        for (const guess of guesses) expect((await guess()).status).toBe(401);
        for (const guess of guesses) expect((await guess()).status).toBe(429);
        expect((await new PasskeyBrowser(strict).ask('POST', '/api/v1/sign-in/challenge', {})).status).toBe(429);
        // Nor does a header that says where one comes from begin a new count.
        for (const header of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'x-client-ip', 'cf-connecting-ip']) {
          const headers = { [header]: header === 'forwarded' ? 'for=192.0.2.1' : '192.0.2.1', cookie: 'dismantle=dss_x' };
          expect((await strict.ask('/api/v1/me', { headers })).status, header).toBe(429);
        }
      } finally {
        await strict.close();
      }
    },
  ); // prettier-ignore

  test('behind a proxy that the settings name each network has its own tries, and nobody gets more by what they write', async () => {
    const behind = (trusted: string, limits = STRICT) =>
      openServed(database, { worlds: [world], limits, environment: { DISMANTLE_HTTP_TRUSTED_PROXY: JSON.stringify([trusted]) } });
    const guess = async (at: Served, headers: Record<string, string>): Promise<number> =>
      (await at.ask('/api/v1/me', { headers: { ...headers, cookie: 'dismantle=dss_x' } })).status;
    const own = await behind('127.0.0.1');
    const another = await behind('192.0.2.1');
    try {
      // The proxy adds the last one; what stands before it changes from try to try.
      const eve = (at: number) => ({ 'x-forwarded-for': `198.51.100.${at}, 203.0.113.7` });
      for (let at = 0; at < 8; at++) expect(await guess(own, eve(at))).toBe(at < STRICT.failure.burst ? 401 : 429);
      expect(await guess(own, { forwarded: 'for=203.0.113.7' })).toBe(429);
      expect(await guess(own, { 'x-forwarded-for': '203.0.113.8' })).toBe(401);
      expect(await guess(own, { forwarded: 'for="[2001:db8::7]"' })).toBe(401);
      // Open pages are limited in the same way.
      const open = await behind('127.0.0.1', { ...STRICT, open: { burst: 2, perMinute: 1 } });
      const look = async (from: string): Promise<number> => (await open.ask('/door', { headers: { 'x-forwarded-for': from } })).status;
      expect([await look('203.0.113.7'), await look('203.0.113.7'), await look('203.0.113.7'), await look('203.0.113.8')].map((each) => each === 429)).toEqual([false, false, true, false]);
      await open.close();
      // From whomever else the headers mean nothing.
      for (let at = 0; at < 8; at++) expect(await guess(another, eve(at))).toBe(at < STRICT.failure.burst ? 401 : 429);
      expect(await guess(another, { 'x-forwarded-for': '203.0.113.9' })).toBe(429);
    } finally {
      await own.close();
      await another.close();
    }
    await expect(behind('0.0.0.0/0')).rejects.toMatchObject({ problem: { code: 'settings' } });
  }); // prettier-ignore

  test('CVE-2020-8890 (MISP: a clock that was off let guesses through): what the clock of the day says changes nothing of it', async () => {
    const strict = await openServed(database, { worlds: [world], limits: STRICT });
    const now = world.clock.now();
    try {
      const guess = (): Promise<Response> => strict.ask('/api/v1/me', { token: `dsm_${'A'.repeat(64)}` });
      for (let at = 0; at < STRICT.failure.burst; at++) expect((await guess()).status).toBe(401);
      for (const moment of [now, now + 366 * 86_400_000, now - 366 * 86_400_000, 0]) {
        world.setClock(moment);
        expect((await guess()).status).toBe(429);
      }
    } finally {
      world.setClock(now);
      await strict.close();
    }
  });
});

describe('one answer, used twice', () => {
  test('CVE-2026-103655 (MISP: a one-time code was good again), CVE-2026-107276 (MISP: and twice at the same moment): of very many at once one is in', async () => {
    const empty = await openTestWorld(database);
    const site = await openServed(database, { worlds: [empty] });
    try {
      const passkey = sitePasskey(site);
      await setUp(site, empty, passkey);
      const asked = await new PasskeyBrowser(site).ask('POST', '/api/v1/sign-in/challenge', {});
      const { challenge } = z.object({ challenge: z.string() }).parse(await asked.json());
      const body = { credentialId: passkey.personKey.credentialId, userHandle: null, answer: passkey.answer(challenge) };
      const tries = await Promise.all(
        Array.from({ length: 12 }, () => new PasskeyBrowser(site).ask('POST', '/api/v1/sign-in', body)),
      );
      expect(tries.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(tries.filter(({ status }) => status === 401)).toHaveLength(11);
      expect((await new PasskeyBrowser(site).ask('POST', '/api/v1/sign-in', body)).status).toBe(401);
    } finally {
      await site.close();
      await empty.store.close();
    }
  }); // prettier-ignore
});

async function setUp(site: Served, empty: TestWorld, passkey: TestPasskey): Promise<void> {
  const link = await newSetUpSecret(empty, empty.organisationId);
  const browser = new PasskeyBrowser(site);
  const { credentialId } = passkey.personKey;
  const words = { secret: link, credentialId, spki: spkiOf(passkey), name: 'Ada Example', also: [] };
  const begun = await browser.ask('POST', '/api/v1/enrolments', words);
  const { id, statement } = WAITING.parse(await begun.json());
  const signature = await passkey.signing.sign(statement, []);
  const done = await browser.ask('POST', '/api/v1/enrolments/signature', { secret: link, id, signature });
  expect(done.status).toBe(200);
}
