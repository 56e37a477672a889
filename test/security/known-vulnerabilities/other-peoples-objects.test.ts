import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createMetrics } from '../../../src/http/metrics.ts';
import { allRoutes } from '../../../src/http/routes.ts';
import { run } from '../../../src/flow.ts';
import { openTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { openMembers, openServed } from '../../support/served.ts';
import type { Members, Served } from '../../support/served.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

/*
 * Whoever may change one thing changes that one: not what is named beside it in the same request, not what lies in another
 * operation, not what is another organisation's. Reading across organisations: test/security/routes.test.ts asks every route,
 * row-level-security.test.ts every table.
 */

const OURS = '198.51.100.7';
const BESIDE = '198.51.100.8';
const THEIRS = '198.51.100.9';

let database: TestDatabase;
let world: TestWorld;
let other: TestWorld;
let members: Members;
let served: Served;
let analyst: { name: string; token: string };

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  other = await openTestWorld(database);
  const sources = await openTestSources(database);
  const feed = (host: string) => openTestFile(database, `${host}:443\n`);
  await run(world, sources, drill([await feed(OURS)]));
  await run(world, sources, drill([await feed(BESIDE)], {}, 'beside'));
  await run(other, sources, drill([await feed(THEIRS)], {}, 'theirs'));
  members = await openMembers(world, database.directory);
  served = await openServed(database, { worlds: [world, other] });
  analyst = await members.person('Ben Example', ['analyst']);
});

afterAll(async () => {
  await served?.close();
  await database?.close();
});

async function send(method: string, path: string, body: unknown, token = analyst.token): Promise<number> {
  const answer = await served.ask(`/api/v1${path}`, {
    method,
    token,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  await answer.text();
  return answer.status;
}

/** Where both ledgers stand: the same before and after is nothing changed. */
async function heads(): Promise<unknown> {
  const head = (each: TestWorld) => each.store.read((transaction) => transaction.ledgerHead());
  return [await head(world), await head(other)];
}

describe('what was allowed of one object is done to no other', () => {
  test(
    'CVE-2026-56424, CVE-2018-8949 (MISP: the event in the path was checked, the object in the body changed), CVE-2026-21886 ' +
      '(OpenCTI: a mutation for one kind deleted another): a server of another operation is none of this one’s',
    async () => {
      const idOf = async (each: TestWorld, name: string): Promise<string> => {
        return each.store.read(async (transaction) => {
          const operation = await transaction.findOperation(name);
          for await (const [row] of transaction.servers(operation?.id ?? '')) return row?.serverId ?? '';
          return '';
        });
      };
      const before = await heads();
      const foreign = [BESIDE, THEIRS, await idOf(world, 'beside'), await idOf(other, 'theirs')];
      for (const server of foreign) {
        expect(server).not.toBe('');
        const at = `/operations/lab/servers/${encodeURIComponent(server)}`;
        expect(await send('PUT', `${at}/kind`, { kind: 'dedicated', reason: 'x' }), server).toBe(404);
        expect(await send('POST', `${at}/attestations`, { reason: 'x' }), server).not.toBe(200);
        expect(await send('DELETE', `${at}/attestations`, { reason: 'x' }), server).not.toBe(200);
      }
      expect(await heads()).toEqual(before);
      // Its own it changes.
      expect(await send('PUT', `/operations/lab/servers/${OURS}/kind`, { kind: 'dedicated', reason: 'x' })).toBe(200);
    },
  );

  test(
    'CVE-2026-108270 (Request Tracker: a right on one ticket forwarded any transaction), CVE-2020-29006 (MISP: no check at ' +
      'all): another organisation’s operation, by name and by id, is nothing to read and nothing to change',
    async () => {
      const operation = await other.store.read((transaction) => transaction.findOperation('theirs'));
      const before = await heads();
      for (const name of ['theirs', operation?.id ?? '']) {
        for (const path of ['', '/servers', '/cases', '/notices', '/report', `/servers/${THEIRS}`]) {
          const answer = await served.ask(`/api/v1/operations/${name}${path}`, { token: analyst.token });
          expect(answer.status, path).toBe(404);
          expect(await answer.text()).not.toContain(THEIRS);
        }
        expect(await send('PUT', `/operations/${name}/servers/${THEIRS}/kind`, { kind: 'dedicated', reason: 'x' })).toBe(404);
        expect(await send('POST', `/operations/${name}/runs`, {})).toBe(404);
        expect(await send('POST', `/operations/${name}/closure`, { reason: 'x' })).toBe(404);
      }
      expect(await heads()).toEqual(before);
    },
  ); // prettier-ignore
});

describe('nobody sets what was not offered', () => {
  test(
    'CVE-2026-10868, CVE-2026-56422, CVE-2026-94374 (MISP: ids and owners from the request), CVE-2026-22783 (DFIR-IRIS: a ' +
      'path from the request): no body has room for an unknown field, at any depth',
    () => {
      const open: string[] = [];
      const schemas = allRoutes(createMetrics('0')).filter(
        ({ body, bodyType }) => body !== undefined && (bodyType === undefined || bodyType === 'application/json'),
      );
      expect(schemas.length).toBeGreaterThan(30);
      for (const { method, path, body } of schemas) {
        if (body === undefined) continue;
        walk(z.toJSONSchema(body, { unrepresentable: 'any', io: 'input' }), `${method.toUpperCase()} ${path}`, open);
      }
      expect(open).toEqual([]);
    },
  );

  test('the same, sent: an owner, an id or a role beside what is asked is refused, and nothing is done', async () => {
    const before = await heads();
    const beside = {
      id: THEIRS,
      serverId: THEIRS,
      organisationId: other.organisationId,
      operationId: 'x',
      by: 'Ada Example',
      person: 'Ada Example',
    };
    const bodies = Object.entries(beside).map(([name, value]) =>
      JSON.stringify({ reason: 'x', kind: 'dedicated', [name]: value }),
    );
    for (const body of [...bodies, '{"reason":"x","kind":"dedicated","__proto__":{"person":"Ada Example"}}']) {
      const answer = await served.ask(`/api/v1/operations/lab/servers/${OURS}/kind`, {
        method: 'PUT',
        token: analyst.token,
        body,
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.status, body).toBe(400);
    }
    expect(await heads()).toEqual(before);
  });

  test('CVE-2017-18376 (TheHive: users made themselves admins over the API), CVE-2026-44730 (OpenCTI): roles are an admin’s word', async () => {
    const before = await heads();
    const words = { name: analyst.name, roles: ['admin'], publicKey: members.admin.key.publicLine };
    expect(await send('POST', '/people', words)).toBe(403);
    const holder = { kind: 'person', person: members.admin.name };
    const token = { name: 'x', holder, scopes: ['write'], expiresAt: '2027-01-01T00:00:00Z', reason: 'x' };
    expect(await send('POST', '/tokens', token)).toBe(403);
    expect(await send('POST', '/invitations', { name: analyst.name, roles: ['admin'] })).toBe(403);
    expect(await heads()).toEqual(before);
    expect(await (await served.ask('/api/v1/me', { token: analyst.token })).json()).toMatchObject({ roles: ['analyst'] });
  }); // prettier-ignore
});

/** Names every object of a JSON Schema that takes fields that it does not name. */
function walk(schema: unknown, where: string, open: string[]): void {
  if (schema === null || typeof schema !== 'object') return;
  if ('properties' in schema && (!('additionalProperties' in schema) || schema.additionalProperties !== false))
    open.push(where);
  for (const [key, part] of Object.entries(schema)) walk(part, `${where} ${key}`, open);
}
