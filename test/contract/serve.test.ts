import { request as rawRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { setPartner } from '../../src/flow/access.ts';
import { removePartner, revokeToken, tokensOf } from '../../src/flow/access.ts';
import { removePerson, run } from '../../src/flow.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { RATE_LIMITS, openMembers, openServed } from '../support/served.ts';
import type { Members, Served } from '../support/served.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* The service over real HTTP: who may come, what they are told, and what they are not. */

const HOST = '198.51.100.7';
const PROBLEM = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
});

let database: TestDatabase;
let world: TestWorld;
let other: TestWorld;
let members: Members;
let served: Served;
let analyst: string;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  other = await openTestWorld(database);
  await run(world, await openTestSources(database), drill([await openTestFile(database, `${HOST}:443\n`)]));
  members = await openMembers(world, database.directory);
  served = await openServed(database, { worlds: [world, other] });
  analyst = (await members.person('Ben Example', ['analyst'])).token;
});

afterAll(async () => {
  await served?.close();
  await database?.close();
});

const problemOf = async (response: Response): Promise<z.infer<typeof PROBLEM>> => {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  return PROBLEM.parse(await response.json());
};

describe('who may come', () => {
  test('nobody without a token, nor with one that is none', async () => {
    for (const token of [undefined, 'dsm_', 'x', `dsm_${'A'.repeat(64)}`, analyst.slice(0, -1), `${analyst}A`]) {
      const answer = await served.ask('/api/v1/operations', token === undefined ? {} : { token });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="dismantle"');
      expect((await problemOf(answer)).detail).not.toContain(HOST);
    }
    const empty = await served.ask('/api/v1/operations', { headers: { authorization: 'Bearer ' } });
    expect(empty.status).toBe(401);
    const basic = await served.ask('/api/v1/operations', { headers: { authorization: 'Basic YWRhOg==' } });
    expect(basic.status).toBe(401);
  });

  test('whoever has a token that is good, until it is revoked', async () => {
    const token = await members.token({ kind: 'service', roles: ['auditor'] }, ['read']);
    expect((await served.ask('/api/v1/operations', { token })).status).toBe(200);
    const [newest] = await tokensOf(world);
    await revokeToken(world, newest?.id ?? '', { person: members.admin.name, reason: 'leaked' });
    expect((await served.ask('/api/v1/operations', { token })).status).toBe(401);
    expect((await auditOf(world.store)).findings).toEqual([]);
  });

  test('nobody after the token has ended', async () => {
    const token = await members.token({ kind: 'service', roles: ['analyst'] }, ['read']);
    const before = world.clock.now();
    expect((await served.ask('/api/v1/me', { token })).status).toBe(200);
    world.setClock(before + 366 * 86_400_000);
    expect((await served.ask('/api/v1/me', { token })).status).toBe(401);
    world.setClock(before);
  });

  test('nobody who is on record no more', async () => {
    const { token, name } = await members.person('Cleo Example', ['analyst']);
    expect(await (await served.ask('/api/v1/me', { token })).json()).toMatchObject({ name, roles: ['analyst'] });
    await removePerson(world, members.admin.key.signing, name, { person: members.admin.name, reason: 'left' });
    expect((await served.ask('/api/v1/me', { token })).status).toBe(401);
  });

  test("no partner to what is the organisation's, and none that was removed", async () => {
    await setPartner(world, members.admin.key.signing, {
      partner: 'cert-example',
      name: 'CERT Example',
      recipients: ['country:de'],
      mayContribute: false,
      reliability: null,
      group: null,
      reason: 'MoU',
      by: members.admin.name,
    });
    const token = await members.token({ kind: 'partner', partner: 'cert-example' });
    expect(await (await served.ask('/api/v1/me', { token })).json()).toMatchObject({
      kind: 'partner',
      roles: ['partner'],
    });
    expect((await served.ask('/api/v1/operations', { token })).status).toBe(403);
    expect(await world.store.readAsPartner('cert-example', (reads) => reads.self())).toMatchObject({
      recipients: ['country:DE'],
    });
    expect(await world.store.readAsPartner('cert-other', (reads) => reads.self())).toBeNull();
    await removePartner(world, 'cert-example', { person: members.admin.name, reason: 'ended' });
    expect((await served.ask('/api/v1/me', { token })).status).toBe(401);
    expect(await world.store.readAsPartner('cert-example', (reads) => reads.self())).toBeNull();
  });

  test('a token is good for what its scopes say, and no more', async () => {
    const token = await members.token({ kind: 'service', roles: ['analyst'] }, ['metrics']);
    expect((await served.ask('/metrics', { token })).status).toBe(200);
    expect((await problemOf(await served.ask('/api/v1/operations', { token }))).detail).toContain('the scope read');
    expect((await served.ask('/metrics', { token: analyst })).status).toBe(403);
  });

  test("a session's secret of one organisation opens nothing of another", async () => {
    const theirs = await openMembers(other, database.directory);
    const { token } = await theirs.person('Dora Example', ['analyst']);
    expect(await (await served.ask('/api/v1/operations', { token })).json()).toEqual([]);
    expect(await (await served.ask('/api/v1/operations', { token: analyst })).json()).toMatchObject([{ name: 'lab' }]);
    const [operation] = await world.store.read((transaction) => transaction.operations());
    // Its secret under our name is nobody's.
    const swapped = Buffer.concat([
      Buffer.from(analyst.slice(4), 'base64url').subarray(0, 16),
      Buffer.from(token.slice(4), 'base64url').subarray(16),
    ]);
    expect((await served.ask('/api/v1/me', { token: `dsm_${swapped.toString('base64url')}` })).status).toBe(401);
    const there = await served.ask(`/api/v1/operations/${operation?.id ?? ''}`, { token });
    const nowhere = await served.ask('/api/v1/operations/00000000-0000-7000-8000-000000000000', { token });
    const words = async (answer: Response): Promise<unknown> => ({
      ...(await problemOf(answer)),
      status: answer.status,
    });
    expect(await words(there)).toEqual(await words(nowhere));
  });
});

describe('what is open', () => {
  test.each(['/', '/docs', '/openapi.json', '/healthz', '/readyz', '/static/page.css', '/static/icon.svg'])(
    '%s',
    async (path) => {
      const answer = await served.ask(path);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
      expect(await answer.text()).not.toContain(HOST);
    },
  );

  test('OpenAPI 3.1 names every route, with who may', async () => {
    const document = z
      .looseObject({
        openapi: z.string(),
        paths: z.record(z.string(), z.record(z.string(), z.looseObject({ security: z.array(z.unknown()) }))),
      })
      .parse(await (await served.ask('/openapi.json')).json());
    expect(document.openapi).toBe('3.1.0');
    expect(document.paths['/api/v1/operations']?.['get']?.security).toEqual([{ token: ['read'] }]);
    expect(document.paths['/healthz']?.['get']?.security).toEqual([]);
  });
});

describe('what is off', () => {
  test('is told as problem+json, with the number of the request', async () => {
    const answer = await served.ask('/api/v1/nothing', { token: analyst });
    expect(await problemOf(answer)).toMatchObject({ status: 404, title: 'Not here' });
    expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    const method = await served.ask('/api/v1/operations', { method: 'DELETE', token: analyst });
    expect(method.status).toBe(405);
    expect(method.headers.get('allow')).toBe('GET, POST');
  });

  test('whoever comes too often waits, and whoever guesses waits sooner', async () => {
    const strict = await openServed(database, {
      worlds: [world],
      limits: { ...RATE_LIMITS, failure: { burst: 3, perMinute: 1 }, member: { burst: 2, perMinute: 1 } },
    });
    try {
      const mine = [1, 2, 3].map(() => strict.ask('/api/v1/me', { token: analyst }));
      expect((await Promise.all(mine)).filter(({ status }) => status === 200)).toHaveLength(2);
      const guesses = [];
      for (let at = 0; at < 5; at++)
        guesses.push((await strict.ask('/api/v1/me', { token: `dsm_${'B'.repeat(64)}` })).status);
      expect(guesses).toEqual([401, 401, 401, 429, 429]);
      // Whoever has a good one is not kept out by whoever guesses behind the same proxy.
      expect(
        (await strict.ask('/api/v1/me', { token: await members.token({ kind: 'service', roles: ['analyst'] }) }))
          .status,
      ).toBe(200);
    } finally {
      await strict.close();
    }
  });

  test('a request in two meanings is refused before anybody reads it', async () => {
    const { port } = new URL(served.url);
    const status = await new Promise<number>((resolve, reject) => {
      const sent = rawRequest(
        { port, host: '127.0.0.1', path: '/healthz', headers: { 'x-long': 'a'.repeat(20_000) } },
        (answer) => resolve(answer.statusCode ?? 0),
      );
      sent.on('error', reject);
      sent.end();
    });
    expect(status).toBe(431);
  });

  test('nothing that a log keeps holds a token or a query', async () => {
    await served.ask('/api/v1/me?secret=hunted-for', { token: analyst });
    const text = JSON.stringify(served.log);
    expect(text).not.toContain(analyst);
    expect(text).not.toContain('hunted-for');
    expect(served.log.some(({ who }) => who === 'Ben Example')).toBe(true);
  });
});
