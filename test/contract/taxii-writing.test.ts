import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setPartner } from '../../src/flow/access.ts';
import { takeContributions } from '../../src/flow/collections.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { apiRoot, bodyOf, errorMessage, IDENTIFIER, openTaxiiLab, status, TAXII } from '../support/taxii.ts';
import type { TaxiiLab } from '../support/taxii.ts';
import { openTestWorld } from '../support/world.ts';

/* TAXII 2.1 (OASIS Standard, 10 June 2021) over real HTTP: a test for each MUST that is about handing in, by its section. */

let database: TestDatabase;
let taxii: TaxiiLab;
let objects: string;

beforeAll(async () => {
  database = await openTestDatabase();
  taxii = await openTaxiiLab(database);
  objects = `collections/${taxii.contributions}/objects/`;
});

afterAll(async () => {
  await taxii?.close();
  await database?.close();
});

let made = 0;

function indicator(host: string, changes: Readonly<Record<string, unknown>> = {}) {
  made += 1;
  return {
    type: 'indicator',
    spec_version: '2.1',
    id: `indicator--00000000-0000-4000-8000-${String(made).padStart(12, '0')}`,
    created: '2026-11-22T00:00:00.000Z',
    modified: '2026-11-22T10:00:00.000Z',
    indicator_types: ['malicious-activity'],
    pattern: `[ipv4-addr:value = '${host}']`,
    pattern_type: 'stix',
    valid_from: '2026-11-22T00:00:00.000Z',
    ...changes,
  };
}

function envelopeOf(...held: readonly object[]): string {
  return JSON.stringify({ objects: held });
}

async function handIn(body: string, token = taxii.csirt) {
  const response = await taxii.post(objects, token, body);
  expect(response.status).toBe(202);
  return bodyOf(response, status);
}

async function statusOf(id: string, token = taxii.csirt) {
  const response = await taxii.get(`status/${id}/`, token);
  expect(response.status).toBe(200);
  return bodyOf(response, status);
}

const settle = () => takeContributions(taxii.lab.world, 'lab');

async function rowsOf(sql: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> {
  return inTransactionAs(database.superuser, taxii.lab.world.organisationId, (session) => session.rows(sql, values));
}

describe('section 5.5: adding objects', () => {
  test('202 with a status that is pending, names each object with its version, and becomes complete', async () => {
    const held = [
      indicator('198.18.20.1'),
      indicator('198.18.20.2', { modified: undefined }),
      indicator('198.18.20.3', { created: undefined, modified: undefined }),
    ];
    const accepted = await handIn(envelopeOf(...held));
    expect(accepted).toMatchObject({ status: 'pending', total_count: 3, success_count: 0, failure_count: 0, pending_count: 3 }); // prettier-ignore
    expect(accepted.id).toMatch(IDENTIFIER);
    expect(accepted.pendings?.map(({ id }) => id)).toEqual(held.map(({ id }) => id));
    // Section 4.3.1: `modified`, else `created`, else one that the server chooses.
    expect(accepted.pendings?.map(({ version }) => version)).toEqual([
      '2026-11-22T10:00:00.000Z',
      '2026-11-22T00:00:00.000Z',
      accepted.request_timestamp?.replace('000Z', 'Z'),
    ]);
    expect(await statusOf(accepted.id)).toEqual(accepted);
    await settle();
    const complete = await statusOf(accepted.id);
    expect(complete).toMatchObject({ status: 'complete', total_count: 3, success_count: 3, failure_count: 0, pending_count: 0 }); // prettier-ignore
    expect(complete.successes).toEqual(accepted.pendings);
    expect(complete).not.toHaveProperty('failures');
    expect(complete).not.toHaveProperty('pendings');
  });

  test('what intake refuses is a failure with its reason, and the rest goes on', async () => {
    const held = [
      indicator('198.18.20.4'),
      indicator('127.0.0.1'),
      indicator('198.18.20.5', { indicator_types: ['benign'] }),
      indicator('198.18.20.6', { pattern: 'nonsense' }),
      { type: 'identity', id: 'identity--00000000-0000-4000-8000-00000000000f', name: 'us', identity_class: 'group' },
    ];
    const { id } = await handIn(envelopeOf(...held));
    await settle();
    const complete = await statusOf(id);
    expect(complete).toMatchObject({ status: 'complete', total_count: 5, success_count: 2, failure_count: 3 });
    expect(complete.failures?.map((failure) => failure.id)).toEqual(held.slice(1, 4).map((each) => each.id));
    expect(complete.failures?.map(({ message }) => message)).toEqual([
      expect.stringContaining('a drill takes documentation and lab addresses'),
      'its source calls it benign',
      expect.any(String),
    ]);
  });

  test('an exact duplicate is no error', async () => {
    const body = envelopeOf(indicator('198.18.20.7'));
    const first = await handIn(body);
    await settle();
    const second = await handIn(body);
    await settle();
    expect(await statusOf(second.id)).toMatchObject({ status: 'complete', success_count: 1, failure_count: 0 });
    expect(second.id).not.toBe(first.id);
    const [count] = await rowsOf(`select count(*)::int as n from dismantle.sighting where organisation_id = $1 and host = '198.18.20.7'`, [taxii.lab.world.organisationId]); // prettier-ignore
    expect(count?.['n']).toBe(1);
  });

  test('a contribution is a sighting of the partner, in its group, with its reliability, and no case', async () => {
    const cases = `select count(*)::int as n from dismantle.case_file where organisation_id = $1`;
    const before = await rowsOf(cases, [taxii.lab.world.organisationId]);
    const held = indicator('198.18.20.8');
    const { id } = await handIn(envelopeOf(held));
    await settle();
    const told = await rowsOf(
      `select i.source, i.independence_group, i.reliability, i.tlp, i.snapshot, i.file, s.reference
       from dismantle.sighting s join dismantle.import i on i.import_id = s.batch_id and i.organisation_id = s.organisation_id
       where s.organisation_id = $1 and s.host = '198.18.20.8'`,
      [taxii.lab.world.organisationId],
    );
    expect(told).toEqual([
      {
        source: 'partner:cert-de',
        independence_group: 'cert-de',
        reliability: 'B',
        tlp: 'amber',
        snapshot: false,
        file: `contribution ${id}`,
        reference: held.id,
      },
    ]);
    expect(await rowsOf(cases, [taxii.lab.world.organisationId])).toEqual(before);
  });

  test('a partner takes back what it said by handing it in revoked', async () => {
    const held = indicator('198.18.20.9');
    await handIn(envelopeOf(held));
    await settle();
    await handIn(envelopeOf({ ...held, modified: '2026-11-23T00:00:00.000Z', revoked: true }));
    await settle();
    const rows = await rowsOf(`select host from dismantle.withdrawal where organisation_id = $1 and host = '198.18.20.9'`, [taxii.lab.world.organisationId]); // prettier-ignore
    expect(rows).toHaveLength(1);
  });

  test('the ledger has who handed in what, and what became of it', async () => {
    const held = indicator('198.18.20.10');
    const { id } = await handIn(envelopeOf(held));
    await settle();
    const entries = await rowsOf(
      `select e.kind, e.actor, b.body::jsonb as body from dismantle.ledger_entry e
       join dismantle.ledger_body b using (organisation_id, sequence)
       where e.organisation_id = $1 and e.subject = $2 order by sequence`,
      [taxii.lab.world.organisationId, id],
    );
    const content = `{"objects": [\n${JSON.stringify(held)}\n]}\n`;
    const sha256 = createHash('sha256').update(content).digest('hex');
    expect(entries).toMatchObject([
      { kind: 'contribution.received', actor: expect.stringMatching(/^partner cert-de over HTTP \(token [\da-f-]{36}\)$/), body: { partner: 'cert-de', objects: 1, sha256 } }, // prettier-ignore
      { kind: 'contribution.settled', body: { objects: 1, refused: 0, import: expect.any(String) } },
    ]);
  });

  test('a collection that is not to be written is refused with 403, whatever is sent; one that is not there with 404', async () => {
    const body = envelopeOf(indicator('198.18.20.11'));
    for (const [collection, token, code] of [
      [taxii.community, taxii.csirt, 403],
      [taxii.germany, taxii.csirt, 403],
      [taxii.colombia, taxii.csirt, 404],
      [taxii.germany, taxii.reader, 404],
      [taxii.contributions, taxii.reader, 404],
      [taxii.community, taxii.member, 403],
      [taxii.contributions, taxii.member, 403],
    ] as const) {
      const response = await taxii.post(`collections/${collection}/objects/`, token, body);
      expect(response.status).toBe(code);
      expect((await bodyOf(response, errorMessage)).http_status).toBe(String(code));
    }
  });

  test('whoever may not is told so before a byte of what is sent is read', async () => {
    const url = new URL(`${taxii.root}${objects}`, taxii.served.url);
    const told = (token: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const headers = {
          accept: TAXII,
          'content-type': TAXII,
          'content-length': String(4 * 1024 * 1024),
          authorization: `Bearer ${token}`,
        };
        const sending = request(url, { method: 'POST', headers, signal: AbortSignal.timeout(20_000) }, (response) => {
          resolve(response.statusCode);
          sending.destroy();
        });
        sending.on('error', reject);
        // The body never comes.
        sending.flushHeaders();
      });
    expect(await told(taxii.reader)).toBe(404);
    expect(await told(taxii.member)).toBe(403);
  });

  test('whoever fails to sign in is told 401', async () => {
    expect((await taxii.post(objects, 'dsm_none', envelopeOf(indicator('198.18.20.12')))).status).toBe(401);
  });

  test.each([
    ['no JSON', '{"objects": [', 400],
    ['no object', '[]', 422],
    ['no objects', '{}', 422],
    ['an empty list', '{"objects": []}', 422],
    ['a bundle in the place of an object', '{"objects": [1]}', 422],
    ['an object without a type', '{"objects": [{"id": "indicator--00000000-0000-4000-8000-000000000001"}]}', 422],
    ['an object whose id is none', '{"objects": [{"type": "indicator", "id": "1"}]}', 422],
    ['a depth that no STIX has', `{"objects": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 422],
  ])('what is no envelope of STIX objects is refused: %s', async (_what, body, code) => {
    const response = await taxii.post(objects, taxii.csirt, body);
    expect(response.status).toBe(code);
    await bodyOf(response, errorMessage);
  });
});

test('section 1.6.7: a body that is not UTF-8 is refused', async () => {
  const response = await taxii.served.ask(`${taxii.root}${objects}`, {
    method: 'POST',
    token: taxii.csirt,
    body: Buffer.from('7b226f626a65637473223aff7d', 'hex'),
    headers: { accept: TAXII, 'content-type': TAXII },
  });
  expect(response.status).toBe(400);
});

describe('section 3.1: content types', () => {
  test.each(['application/taxii+json;version=2.1', 'application/taxii+json; version="2.1"', 'application/taxii+json'])(
    'one that is defined is never refused with 415: %s',
    async (type) => {
      const body = envelopeOf(indicator('198.18.20.13'));
      expect((await taxii.post(objects, taxii.csirt, body, { 'content-type': type })).status).toBe(202);
    },
  );

  test.each(['application/json', 'application/taxii+json;version=2.0', 'application/stix+json;version=2.1', ''])(
    'one that is not is refused with 415: %s',
    async (type) => {
      const body = envelopeOf(indicator('198.18.20.14'));
      const response = await taxii.post(objects, taxii.csirt, body, { 'content-type': type });
      expect(response.status).toBe(415);
      expect(response.headers.get('content-type')).toBe(TAXII);
    },
  );

  test('an Accept that takes no TAXII is refused with 406, and nothing is kept', async () => {
    const waiting = `select count(*)::int as n from dismantle.contribution where organisation_id = $1`;
    const before = await rowsOf(waiting, [taxii.lab.world.organisationId]);
    const body = envelopeOf(indicator('198.18.20.15'));
    expect((await taxii.post(objects, taxii.csirt, body, { accept: 'application/json' })).status).toBe(406);
    expect(await rowsOf(waiting, [taxii.lab.world.organisationId])).toEqual(before);
  });
});

describe('section 4.2.1: max_content_length', () => {
  test('what is smaller is never refused with 413; what is larger is', async () => {
    const { max_content_length: most } = await bodyOf(await taxii.get(taxii.root, taxii.csirt), apiRoot);
    const filled = (bytes: number): string => {
      const body = envelopeOf(indicator('198.18.20.16', { description: '' }));
      return body.replace('"description":""', `"description":"${'x'.repeat(bytes - body.length)}"`);
    };
    expect((await taxii.post(objects, taxii.csirt, filled(most - 1))).status).toBe(202);
    expect((await taxii.post(objects, taxii.csirt, filled(most + 1))).status).toBe(413);
    await settle();
  });
});

describe('section 4.3: status', () => {
  test('one that is not there is 404, as is that of another partner, and of another operation', async () => {
    const { id } = await handIn(envelopeOf(indicator('198.18.20.17')));
    expect((await taxii.get('status/00000000-0000-4000-8000-000000000000/', taxii.csirt)).status).toBe(404);
    expect((await taxii.get('status/nonsense/', taxii.csirt)).status).toBe(404);
    for (const token of [taxii.reader, taxii.member]) {
      expect((await taxii.get(`status/${id}/`, token)).status).toBe(404);
    }
    expect((await taxii.get(`/taxii2/00000000-0000-4000-8000-000000000000/status/${id}/`, taxii.csirt)).status).toBe(404); // prettier-ignore
    await settle();
  });

  test('it is kept for 24 hours after it is complete, and then forgotten', async () => {
    const { id } = await handIn(envelopeOf(indicator('198.18.20.18')));
    await settle();
    const { world } = taxii.lab;
    const settledAt = world.clock.now();
    world.setClock(settledAt + 86_300_000);
    await handIn(envelopeOf(indicator('198.18.20.19')));
    await settle();
    expect(await statusOf(id)).toMatchObject({ status: 'complete' });
    world.setClock(settledAt + 86_500_000);
    await handIn(envelopeOf(indicator('198.18.20.20')));
    await settle();
    expect((await taxii.get(`status/${id}/`, taxii.csirt)).status).toBe(404);
  });
});

describe('sections 5.3, 5.4 and 5.7: a collection that gives nothing', () => {
  test('answers 403 to reading and to deleting', async () => {
    for (const path of ['manifest/', 'objects/', 'objects/indicator--00000000-0000-4000-8000-000000000001/']) {
      expect((await taxii.get(`collections/${taxii.contributions}/${path}`, taxii.csirt)).status).toBe(403);
    }
    const deleting = await taxii.served.ask(
      `${taxii.root}collections/${taxii.contributions}/objects/indicator--00000000-0000-4000-8000-000000000001/`,
      { method: 'DELETE', token: taxii.csirt, headers: { accept: TAXII } },
    );
    expect(deleting.status).toBe(403);
  });
});

describe('what is handed in', () => {
  test('is settled once, however often somebody is cut short or two are at it', async () => {
    const { id } = await handIn(envelopeOf(indicator('198.18.20.21'), indicator('10.0.0.1')));
    // As if the program had died between the import and the word on it.
    await settle();
    await inTransactionAs(database.superuser, taxii.lab.world.organisationId, (session) =>
      session.run('update contribution set settled_at = null, refusals = null where contribution_id = $1', [id]),
    );
    await Promise.all([settle(), settle()]);
    expect(await statusOf(id)).toMatchObject({ status: 'complete', success_count: 1, failure_count: 1 });
    const imports = await rowsOf('select 1 from dismantle.import where organisation_id = $1 and file = $2', [
      taxii.lab.world.organisationId,
      `contribution ${id}`,
    ]);
    expect(imports).toHaveLength(1);
  });

  test('is not taken in once its partner may not contribute any more, and the partner is told', async () => {
    const { id } = await handIn(envelopeOf(indicator('198.18.20.22')));
    const { world, ada } = taxii.lab;
    const said = {
      partner: 'cert-de',
      name: 'cert-de',
      recipients: ['country:DE'],
      reliability: 'B',
      group: 'cert-de',
    };
    const words = { by: ada.name, reason: 'a test' };
    await setPartner(world, ada.key.signing, { ...said, ...words, mayContribute: false });
    await settle();
    expect(await statusOf(id)).toMatchObject({ failures: [{ message: 'you may not contribute' }] });
    expect((await taxii.post(objects, taxii.csirt, envelopeOf(indicator('198.18.20.23')))).status).toBe(404);
    await setPartner(world, ada.key.signing, { ...said, ...words, mayContribute: true });
  });

  test('waits in bounds: a partner that hands in faster than is taken in has to wait', async () => {
    for (let sent = 0; sent < 100; sent++) await handIn(envelopeOf(indicator('198.18.20.24')));
    const response = await taxii.post(objects, taxii.csirt, envelopeOf(indicator('198.18.20.25')));
    expect(response.status).toBe(409);
    expect((await bodyOf(response, errorMessage)).description).toContain('wait to be taken in');
    await settle();
    await handIn(envelopeOf(indicator('198.18.20.25')));
  });

  test('is seen by its partner alone: PostgreSQL holds that', async () => {
    await handIn(envelopeOf(indicator('198.18.20.26')));
    const seenBy = (organisationId: string, partner: string) =>
      inTransactionAs(database.access.app, organisationId, async (session) => {
        await session.run('set local role dismantle_partner');
        await session.run(`select set_config('dismantle.partner', $1, true)`, [partner]);
        return (await session.rows('select 1 from contribution')).length;
      });
    const { organisationId } = taxii.lab.world;
    expect(await seenBy(organisationId, 'cert-de')).toBeGreaterThan(0);
    expect(await seenBy(organisationId, 'reader')).toBe(0);
    expect(await seenBy(organisationId, '')).toBe(0);
    expect(await seenBy((await openTestWorld(database)).organisationId, 'cert-de')).toBe(0);
  });
});
