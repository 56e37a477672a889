import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { findOperation } from '../../src/flow.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { openMembers, openServed } from '../support/served.ts';
import type { Members, Served } from '../support/served.ts';
import type { TestKey } from '../support/ssh-keys.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* What people and programs do over HTTP, end to end: the same as on the command line, with the same rules. */

let database: TestDatabase;
let world: TestWorld;
let members: Members;
let served: Served;
let ana: { name: string; key: TestKey; token: string };
let bo: { name: string; key: TestKey; token: string };

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  members = await openMembers(world, database.directory);
  const book = join(database.directory, 'book.yaml');
  await writeFile(
    book,
    'providers:\n  - name: Host One\n    prefixes: [198.51.100.0/24]\n    contact: abuse@host-one.example\n' +
      '    checked: 2026-11-20\n    country: DE\n    type: hosting\n    trust: cooperative\n',
  );
  const lists = join(database.directory, 'lists');
  await mkdir(join(lists, 'other'), { recursive: true });
  const list = { name: 'other', type: 'string', version: 1, list: ['192.0.2.99'], matching_attributes: ['ip-dst'] };
  await writeFile(join(lists, 'other', 'list.json'), JSON.stringify(list));
  served = await openServed(database, {
    worlds: [world],
    environment: {
      DISMANTLE_PROVIDERS: book,
      DISMANTLE_WARNINGLISTS: lists,
      DISMANTLE_ORGANISATION_NAME: 'Example CERT',
      DISMANTLE_ORGANISATION_EMAIL: 'desk@cert.example',
    },
  });
  ana = await members.person('Ana Example', ['analyst']);
  bo = await members.person('Bo Example', ['approver', 'counsel']);
});

afterAll(async () => {
  await served?.close();
  await database?.close();
});

async function send(
  token: string,
  method: string,
  path: string,
  body: unknown = {},
): Promise<{ status: number; json: unknown }> {
  const answer = await served.ask(`/api/v1${path}`, {
    method,
    token,
    ...(method === 'GET' ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  return { status: answer.status, json: answer.status === 204 ? null : await answer.json() };
}

const KEY = z.object({ publicKey: z.string(), fingerprint: z.string(), credentialId: z.string().nullable() });
const WAITING = z.object({ id: z.string(), statement: z.string(), keys: z.array(KEY) });

/** Asks for an act, signs its statement as ssh-keygen does, and sends the signature. */
async function signed(
  who: { key: TestKey; token: string },
  path: string,
  body: unknown,
): Promise<{ status: number; json: unknown }> {
  const asked = await send(who.token, 'POST', path, body);
  if (asked.status !== 202) return asked;
  const { id, statement, keys } = WAITING.parse(asked.json);
  const { signature } = await who.key.signing.sign(statement, keys);
  return send(who.token, 'POST', `/signatures/${id}`, { signature });
}

describe('an operation', () => {
  test('begins, is fed, run and looked at', async () => {
    const begun = { name: 'lab', drill: true, malware: 'Examplebot', aliases: [] };
    expect(await send(ana.token, 'POST', '/operations', begun)).toMatchObject({ status: 200 });
    expect(await send(ana.token, 'POST', '/operations', begun)).toMatchObject({ status: 409 });
    const feed =
      'host,port,last_seen,evidence,malware\n198.51.100.7,443,2026-11-22T10:00Z,netflow,Examplebot\n127.0.0.1,1,,,\n';
    for (const source of ['alpha', 'beta']) {
      const answer = await served.ask(
        `/api/v1/operations/lab/imports?file=${source}.csv&source=${source}&group=${source}&reliability=B`,
        {
          method: 'POST',
          token: ana.token,
          body: `${feed}# ${source}\n`,
          headers: { 'content-type': 'application/octet-stream' },
        },
      );
      expect({ status: answer.status, json: await answer.json() }).toMatchObject({
        status: 200,
        json: { intake: { files: [{ accepted: 1, rejected: 1 }] } },
      });
    }
    expect((await send(ana.token, 'POST', '/operations/lab/runs')).status).toBe(200);
    const servers = await send(ana.token, 'GET', '/operations/lab/servers');
    expect(servers.json).toMatchObject([{ host: '198.51.100.7', firstSeen: expect.stringMatching(/^2026-11-2\dT/) }]);
    expect(await send(ana.token, 'GET', '/operations/lab/cases')).toMatchObject({ json: [{ state: 'drafted' }] });
    expect(await send(ana.token, 'GET', '/operations/lab/servers/198.51.100.7')).toMatchObject({
      json: { server: { host: '198.51.100.7' } },
    });
    const path = `/operations/${(await findOperation(world, 'lab')).id}/due`;
    expect(await send(ana.token, 'GET', path)).toMatchObject({
      status: 200,
      json: { operation: 'lab', at: expect.stringMatching(/Z$/) },
    });
  });

  test('its packed feeds are not taken: what unpacks here is unpacked by its sender', async () => {
    const answer = await served.ask('/api/v1/operations/lab/imports?file=bomb.csv', {
      method: 'POST',
      token: ana.token,
      body: new Uint8Array([0x1f, 0x8b, 8, 0]),
      headers: { 'content-type': 'application/octet-stream', 'content-encoding': 'gzip' },
    });
    expect(answer.status).toBe(415);
  });

  test('nobody speaks as a partner, and no text that PostgreSQL does not take gets as far', async () => {
    const answer = await served.ask('/api/v1/operations/lab/imports?file=x&source=Partner:cert-de&format=list', {
      method: 'POST',
      token: ana.token,
      body: '198.51.100.9\n',
      headers: { 'content-type': 'application/octet-stream' },
    });
    expect(answer.status).toBe(409);
    expect((await send(ana.token, 'GET', '/operations/lab/servers/%00')).status).toBe(400);
    const kind = { kind: 'dedicated', reason: 'a\u0000b' };
    expect((await send(ana.token, 'PUT', '/operations/lab/servers/198.51.100.7/kind', kind)).status).toBe(400);
  });

  test('what is not known of a query or a body is refused, by its name', async () => {
    const query = await send(ana.token, 'GET', '/operations/lab/report?as_of=2026');
    expect(query).toMatchObject({ status: 400, json: { detail: expect.stringContaining('as_of') } });
    const body = await send(ana.token, 'POST', '/operations', {
      name: 'x',
      drill: true,
      malware: null,
      aliases: [],
      organisationId: 'mine',
    });
    expect(body).toMatchObject({ status: 400, json: { detail: expect.stringContaining('organisationId') } });
  });
});

describe('an act that a person signs', () => {
  test('is shown, signed elsewhere, carried out, and audits', async () => {
    const vouched = await signed(ana, '/operations/lab/servers/198.51.100.7/attestations', {
      reason: 'seen in our sandbox',
    });
    expect(vouched).toMatchObject({ status: 200, json: { host: '198.51.100.7' } });
    const [notice] = z
      .array(z.object({ reference: z.string(), hash: z.string() }))
      .parse((await send(bo.token, 'GET', '/operations/lab/notices')).json);
    const path = `/operations/lab/notices/${notice?.reference ?? ''}`;
    expect(await send(bo.token, 'GET', path)).toMatchObject({ status: 200, json: { notice: { hash: notice?.hash } } });
    // Another text than the one that was looked at is not approved.
    expect(await signed(bo, `${path}/approvals`, { hash: '0'.repeat(64) })).toMatchObject({ status: 409 });
    const approved = await signed(bo, `${path}/approvals`, { hash: notice?.hash });
    expect(approved).toMatchObject({ status: 200, json: { standing: { given: [{ name: 'Bo Example' }] } } });
    expect(await signed(bo, `${path}/approvals`, { hash: notice?.hash })).toMatchObject({ status: 409 });
    expect(await signed(bo, `${path}/rejections`, { reason: 'the address was let anew' })).toMatchObject({
      status: 200,
    });
    expect((await auditOf(world.store)).findings).toEqual([]);
  });

  test('is not carried out with another key, nor by another person, nor twice', async () => {
    const path = '/operations/lab/servers/198.51.100.7/attestations';
    const asked = await send(ana.token, 'POST', path, { reason: 'again' });
    const { id, statement } = WAITING.parse(asked.json);
    expect(await send(bo.token, 'POST', `/signatures/${id}`, { signature: 'x' })).toMatchObject({ status: 404 });
    expect(await send(ana.token, 'GET', '/signatures')).toMatchObject({ json: [{ id, statement }] });
    const publicKey = bo.key.publicLine.split(' ').slice(0, 2).join(' ');
    const { signature: forged } = await bo.key.signing.sign(statement, [
      { publicKey, fingerprint: '', credentialId: null },
    ]);
    expect(await send(ana.token, 'POST', `/signatures/${id}`, { signature: forged })).toMatchObject({ status: 409 });
    expect(await send(ana.token, 'POST', `/signatures/${id}`, { signature: forged })).toMatchObject({ status: 404 });
    const cancelled = WAITING.parse((await send(ana.token, 'POST', path, { reason: 'again' })).json);
    expect(await send(ana.token, 'DELETE', `/signatures/${cancelled.id}`)).toMatchObject({ status: 204 });
    expect(await send(ana.token, 'GET', '/signatures')).toMatchObject({ json: [] });
  });

  test("is no program's, and no word of a program's counts", async () => {
    const program = await members.token({ kind: 'service', roles: ['analyst'] });
    const attest = await send(program, 'POST', '/operations/lab/servers/198.51.100.7/attestations', { reason: 'x' });
    expect(attest).toMatchObject({ status: 403 });
    const kind = await send(program, 'PUT', '/operations/lab/servers/198.51.100.7/kind', {
      kind: 'sinkhole',
      reason: 'x',
    });
    expect(kind).toMatchObject({ status: 403 });
  });
});

describe('what the war room asks', () => {
  test('a review says what keeps everybody from approving, and as of when', async () => {
    const [notice] = z
      .array(z.object({ reference: z.string() }))
      .parse((await send(bo.token, 'GET', '/operations/lab/notices')).json);
    const shown = await send(bo.token, 'GET', `/operations/lab/notices/${notice?.reference ?? ''}`);
    expect(shown).toMatchObject({
      status: 200,
      json: {
        at: expect.stringMatching(/^2026-.*Z$/),
        forbids: [{ code: 'not-open', sentence: 'the notice is rejected' }],
      },
    });
  });

  test('a provider has one file in an operation: its record, cases, notices, what left and what came', async () => {
    const contact = { mailbox: 'abuse@host-one.example', reason: 'telephoned the number of the book' };
    expect((await signed(bo, '/providers/Host%20One/contact-clearances', contact)).status).toBe(200);
    const file = await send(ana.token, 'GET', '/operations/lab/providers/Host%20One');
    expect(file).toMatchObject({
      status: 200,
      json: {
        provider: { name: 'Host One', contact: 'abuse@host-one.example' },
        clearances: [{ mailbox: 'abuse@host-one.example', person: 'bo example', clearedAt: expect.any(String) }],
        cases: [{ host: '198.51.100.7' }],
        drafted: [{ provider: 'Host One' }],
        outgoing: [],
        mail: [],
      },
    });
    expect((await send(ana.token, 'GET', '/operations/lab/providers/nobody')).status).toBe(404);
  });

  test('what counsel needs for a further order is counted, and given in each form', async () => {
    const counted = await send(ana.token, 'GET', '/operations/lab/authority-request');
    expect(counted).toMatchObject({
      status: 200,
      json: {
        operation: 'lab',
        servers: 1,
        covered: 0,
        leftOut: { devices: 0 },
        sha256: expect.stringMatching(/^[\da-f]{64}$/),
      },
    });
    expect(Object.keys(Object(counted.json))).not.toContain('csv');
    const begins = { csv: 'country,provider', pdf: '%PDF-', docx: 'PK' };
    for (const [format, start] of Object.entries(begins)) {
      const answer = await served.ask(`/api/v1/operations/lab/authority-request/document?format=${format}`, {
        token: ana.token,
      });
      expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="appendix.${format}"`);
      expect((await answer.text()).startsWith(start), format).toBe(true);
    }
    expect((await send(ana.token, 'GET', '/operations/lab/authority-request?for=nothing')).status).toBe(404);
    expect((await send(ana.token, 'GET', '/operations/lab/authority-request/document?format=exe')).status).toBe(400);
  });
});

describe('the live view', () => {
  test('tells each entry once, from where one left off', async () => {
    const { entries } = await world.store.read((transaction) => transaction.ledgerHead());
    const answer = await served.ask('/api/v1/events', {
      token: ana.token,
      headers: { 'last-event-id': String(entries - 2) },
    });
    expect(answer.headers.get('content-type')).toBe('text/event-stream');
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let told = '';
    const hear = async (until: RegExp): Promise<void> => {
      while (!until.test(told)) {
        const next = await reader?.read();
        if (next === undefined || next.done) throw new Error(`it ended: ${told}`);
        told += next.value;
      }
    };
    // All that was recorded before has been told by the time it says so.
    await hear(/event: beat\n/);
    expect(told).toContain(`id: ${entries}\n`);
    await send(ana.token, 'PUT', '/operations/lab/servers/198.51.100.7/kind', {
      kind: 'dedicated',
      reason: 'its banner',
    });
    await hear(new RegExp(`id: ${entries + 1}\\n`));
    const ids = [...told.matchAll(/id: (\d+)/g)].map(([, id]) => Number(id));
    expect(ids).toEqual([entries - 1, entries, entries + 1]);
    expect(told).toContain('server.kind-corrected');
    expect(told).not.toContain('its banner');
    await reader?.cancel();
  });
});

describe('what is given', () => {
  test('has an ETag that changes with the facts, and a partner gets what it stands for alone', async () => {
    const path = '/api/v1/operations/lab/given/community/list';
    const first = await served.ask(path, { token: ana.token });
    expect(first.status).toBe(200);
    const etag = first.headers.get('etag') ?? '';
    const again = await served.ask(path, { token: ana.token, headers: { 'if-none-match': `W/${etag}` } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect((await signed({ ...members.admin, token: await members.token({ kind: 'person', person: members.admin.name }) }, '/partners/cert-example', {
      name: 'CERT Example', recipients: ['country:DE'], mayContribute: false, reliability: null, group: null, reason: 'MoU',
    })).status).toBe(200); // prettier-ignore
    const partner = await members.token({ kind: 'partner', partner: 'cert-example' });
    const statuses = [];
    for (const recipient of ['community', 'country:DE', 'country:FR', 'provider:as64496']) {
      statuses.push((await served.ask(`/api/v1/operations/lab/given/${recipient}/csv`, { token: partner })).status);
    }
    expect(statuses).toEqual([200, 200, 404, 404]);
    const manifest = await served.ask('/api/v1/operations/lab/given/country:DE/misp/manifest.json', { token: partner });
    expect([manifest.status, manifest.headers.get('content-type')]).toEqual([200, 'application/json']);
  });
});
