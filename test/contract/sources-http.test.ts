import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { beginOperation } from '../../src/flow.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { openOddWeb } from '../support/odd-web.ts';
import type { OddWeb } from '../support/odd-web.ts';
import { openMembers, openServed } from '../support/served.ts';
import type { Served } from '../support/served.ts';
import type { TestKey } from '../support/ssh-keys.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* Sources over HTTP: the same as on the command line, with the same rules. Told in order. */

let database: TestDatabase;
let world: TestWorld;
let other: TestWorld;
let served: Served;
let web: OddWeb;
let ana: { name: string; key: TestKey; token: string };
let bo: { name: string; token: string };
let foreign: { name: string; token: string };

beforeAll(async () => {
  database = await openTestDatabase();
  const traffic = { lookup: false, fetch: true, timestamp: false, probe: false, send: false };
  const fetching = { outgoing: createSwitchboard(traffic) };
  world = { ...(await openTestWorld(database)), ...fetching };
  other = { ...(await openTestWorld(database)), ...fetching };
  web = await openOddWeb();
  await beginOperation(world, { name: 'lab', drill: true, malware: 'Examplebot' });
  const members = await openMembers(world, database.directory);
  served = await openServed(database, {
    worlds: [world, other],
    environment: { DISMANTLE_TRAFFIC_FETCH: 'true', DISMANTLE_FETCH_ALLOW: '["127.0.0.1"]' },
  });
  ana = await members.person('Ana Example', ['analyst']);
  bo = await members.person('Bo Example', ['approver', 'counsel']);
  foreign = await (await openMembers(other, database.directory)).person('Dora Example', ['analyst', 'admin']);
});

afterAll(async () => {
  await served?.close();
  await web?.close();
  await world?.store.close();
  await other?.store.close();
  await database?.close();
});

async function send(token: string, method: string, path: string, body: unknown = {}) {
  const answer = await served.ask(`/api/v1${path}`, {
    method,
    token,
    ...(method === 'GET' ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const json: unknown = await answer.json();
  return { status: answer.status, json };
}

const WAITING = z.object({
  id: z.string(),
  statement: z.string(),
  keys: z.array(z.object({ publicKey: z.string(), fingerprint: z.string(), credentialId: z.string().nullable() })),
});

test('an analyst signs for a source; nobody else puts one on record', async () => {
  const url = `http://127.0.0.1:${web.port}/c2.txt`;
  const wanted = { name: 'c2', kind: 'url', url, collection: null, credential: null, everyMinutes: 5, words: { group: 'feeds' }, reason: 'a test' };
  expect(await send(bo.token, 'POST', '/operations/lab/sources', wanted)).toMatchObject({ status: 403 });
  expect(await send(foreign.token, 'POST', '/operations/lab/sources', wanted)).toMatchObject({ status: 404 });
  for (const [change, status] of [
    [{ everyMinutes: 0 }, 400],
    [{ words: { attest: 'Ana' } }, 400],
    [{ words: { reliability: 'Z' } }, 400],
    [{ url: 'file:///etc/passwd' }, 400],
    [{ kind: 'ftp' }, 400],
  ] as const) {
    expect(await send(ana.token, 'POST', '/operations/lab/sources', { ...wanted, ...change })).toMatchObject({ status });
  }
  const asked = await send(ana.token, 'POST', '/operations/lab/sources', wanted);
  expect(asked.status).toBe(202);
  const { id, statement, keys } = WAITING.parse(asked.json);
  expect(JSON.parse(statement)).toMatchObject({ act: 'source.added', terms: { name: 'c2', url, words: { group: 'feeds' } } });
  expect(await send(ana.token, 'GET', '/sources')).toMatchObject({ json: [] });
  const { signature } = await ana.key.signing.sign(statement, keys);
  expect(await send(ana.token, 'POST', `/signatures/${id}`, { signature })).toMatchObject({ status: 200 });
  expect(await send(bo.token, 'GET', '/sources')).toMatchObject({ json: [{ name: 'c2', rests: null, addedBy: 'ana example' }] });
  expect(await send(foreign.token, 'GET', '/sources')).toMatchObject({ status: 200, json: [] });
}); // prettier-ignore

test('what a snapshot leaves out is accepted by a person of its own organisation', async () => {
  const url = `http://127.0.0.1:${web.port}/whole.txt`;
  const wanted = { name: 'whole', kind: 'url', url, collection: null, credential: null, everyMinutes: 5, words: { snapshot: true }, reason: 'a test' };
  const { id, statement, keys } = WAITING.parse((await send(ana.token, 'POST', '/operations/lab/sources', wanted)).json);
  const { signature } = await ana.key.signing.sign(statement, keys);
  await send(ana.token, 'POST', `/signatures/${id}`, { signature });
  const hosts = Array.from({ length: 30 }, (_, index) => `198.51.100.${100 + index}:443\n`);
  web.answerWith((_q, response) => response.end(hosts.join('')));
  await send(ana.token, 'POST', '/sources/whole/polls');
  const said = { reason: 'they split the list' };
  expect(await send(ana.token, 'POST', '/sources/whole/removals', said)).toMatchObject({ status: 409 });
  web.answerWith((_q, response) => response.end(hosts.slice(20).join('')));
  const removalsHeld = { missing: 20, listed: 30 };
  expect(await send(ana.token, 'POST', '/sources/whole/polls')).toMatchObject({ json: { removalsHeld, imports: [{ withdrawn: 0 }] } });
  expect(await send(ana.token, 'GET', '/sources')).toMatchObject({ json: [{ name: 'c2' }, { removalsHeld }] });
  expect(await send(foreign.token, 'POST', '/sources/whole/removals', said)).toMatchObject({ status: 404 });
  expect(await send(ana.token, 'POST', '/sources/whole/removals', said)).toMatchObject({ json: { removalsHeld: null, imports: [{ withdrawn: 20 }] } });
  await send(ana.token, 'DELETE', '/sources/whole', said);
}); // prettier-ignore

test('it is fetched, rests, goes on and ends, for its own organisation alone', async () => {
  web.answerWith((_q, response) => response.end('198.51.100.8:443\n'));
  expect(await send(foreign.token, 'POST', '/sources/c2/polls')).toMatchObject({ status: 404 });
  expect(await send(ana.token, 'POST', '/sources/c2/polls')).toMatchObject({
    status: 200,
    json: { outcome: 'news', imports: [{ accepted: 1 }] },
  });
  const said = { reason: 'a test' };
  expect(await send(foreign.token, 'DELETE', '/sources/c2', said)).toMatchObject({ status: 404 });
  expect(await send(ana.token, 'POST', '/sources/c2/pause', said)).toMatchObject({ json: { rests: 'paused' } });
  expect(await send(ana.token, 'POST', '/sources/c2/polls')).toMatchObject({ status: 409 });
  expect(await send(ana.token, 'DELETE', '/sources/c2/pause', said)).toMatchObject({ json: { rests: null } });
  expect(await send(ana.token, 'DELETE', '/sources/c2', said)).toMatchObject({ status: 200 });
  expect(await send(ana.token, 'GET', '/sources')).toMatchObject({ json: [] });
  expect((await auditOf(world.store)).findings).toEqual([]);
});
