import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publish } from '../../src/flow/collections.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { lift, sayHandsOff } from '../support/deconfliction.ts';
import { stixValidator } from '../support/stix-schemas.ts';
import {
  apiRoot,
  bodyOf,
  collection,
  collections,
  discovery,
  envelope,
  errorMessage,
  IDENTIFIER,
  manifest,
  openTaxiiLab,
  TAXII,
  TIMESTAMP,
  versions,
} from '../support/taxii.ts';
import type { TaxiiLab } from '../support/taxii.ts';

/*
 * TAXII 2.1 (OASIS Standard, 10 June 2021) over real HTTP: a test for each MUST that is about reading, by its section. Those about
 * handing in are in taxii-writing.test.ts; TLS (section 8.2.2) ends before us (docs/http.md).
 */

let database: TestDatabase;
let taxii: TaxiiLab;
/** All pages that list objects, of the community's collection. */
let listing: readonly string[];
let indicatorId: string;

beforeAll(async () => {
  database = await openTestDatabase();
  taxii = await openTaxiiLab(database);
  // So that there are older versions, revocations and what came after them.
  await sayHandsOff(taxii.lab.world, taxii.lab.ada, '192.0.2.12', taxii.lab.world.clock.now() + 3_600_000);
  await publish(taxii.lab.world, 'lab', 'CERT Example');
  await lift(taxii.lab.world, taxii.lab.ada, '192.0.2.12');
  await publish(taxii.lab.world, 'lab', 'CERT Example under another name');
  const { objects = [] } = await read('objects/', { 'match[type]': 'indicator' });
  indicatorId = objects[0]?.id ?? '';
  const here = `collections/${taxii.community}`;
  listing = [
    `${here}/manifest/`,
    `${here}/objects/`,
    `${here}/objects/${indicatorId}/`,
    `${here}/objects/${indicatorId}/versions/`,
  ];
});

afterAll(async () => {
  await taxii?.close();
  await database?.close();
});

function ask(path: string, query: Readonly<Record<string, string>> = {}, token = taxii.member): Promise<Response> {
  const asked = new URLSearchParams(query).toString();
  return taxii.get(`collections/${taxii.community}/${path}${asked === '' ? '' : `?${asked}`}`, token);
}

async function read(path: string, query: Readonly<Record<string, string>> = {}) {
  const response = await ask(path, query);
  expect(response.status).toBe(200);
  return bodyOf(response, envelope);
}

async function readManifest(query: Readonly<Record<string, string>> = {}) {
  const response = await ask('manifest/', query);
  expect(response.status).toBe(200);
  return (await bodyOf(response, manifest)).objects ?? [];
}

const everyPath = (): readonly string[] => [
  '/taxii2/',
  taxii.root,
  'collections/',
  `collections/${taxii.community}/`,
  ...listing,
];

describe('section 2: data types', () => {
  test('identifiers of collections are UUIDs of version 4 and stay', async () => {
    const ids = async () =>
      (await bodyOf(await taxii.get('collections/', taxii.member), collections)).collections?.map(({ id }) => id) ?? [];
    const found = await ids();
    for (const id of found) expect(id).toMatch(IDENTIFIER);
    expect(await ids()).toEqual(found);
  });

  test('timestamps are RFC 3339 in UTC with microseconds', async () => {
    const records = await readManifest();
    expect(records.length).toBeGreaterThan(20);
    for (const { date_added: added } of records) expect(added).toMatch(TIMESTAMP);
  });

  test('an empty list is left out', async () => {
    for (const path of listing.slice(0, 3)) {
      const response = await taxii.get(`${path}?added_after=2030-01-01T00:00:00.000000Z`, taxii.member);
      expect(response.status).toBe(200);
      expect(await response.text()).toBe('{}');
    }
  });
});

describe('section 3.1: endpoints', () => {
  test('every path ends in a slash: without it there is nothing', async () => {
    for (const path of everyPath()) {
      expect((await taxii.get(path.replace(/\/$/, ''), taxii.member)).status, path).toBe(404);
    }
  });

  test('every answer, refusals among them, has the media type with its version', async () => {
    for (const path of everyPath()) {
      for (const token of [taxii.member, 'dsm_none']) {
        expect((await taxii.get(path, token)).headers.get('content-type'), path).toBe(TAXII);
      }
    }
    for (const path of ['nothing/', `collections/${taxii.community}/objects/?limit=x`, '/taxii2/none/']) {
      const response = await taxii.get(path, taxii.member);
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.headers.get('content-type')).toBe(TAXII);
    }
  });

  test.each([
    'application/taxii+json;version=2.1',
    'application/taxii+json; version=2.1',
    'application/taxii+json;version="2.1"',
    'application/taxii+json',
    'Application/TAXII+JSON',
    'application/taxii+json;version=2.0;q=0.9, application/taxii+json;version=2.1;q=0.1',
    'application/taxii+json;version=2.1,application/stix+json;version=2.1',
    'text/html, application/xhtml+xml, */*;q=0.8',
    'application/*',
    '*/*',
    '',
  ])('a media type that is defined is never refused with 406: Accept "%s"', async (accept) => {
    for (const path of everyPath()) expect((await taxii.get(path, taxii.member, { accept })).status, path).toBe(200);
  });

  test.each([
    'application/json',
    'application/taxii+json;version=2.0',
    'application/vnd.oasis.taxii+json; version=2.0',
    'application/taxii+json;version=2.1;q=0',
    'application/taxii+json;version=2.1;q=0, */*',
    'application/taxii+json;version=2.1;q=nonsense',
    'text/*, application/stix+json;version=2.1',
    'nonsense',
  ])('what is not defined is refused with 406: Accept "%s"', async (accept) => {
    for (const path of everyPath()) expect((await taxii.get(path, taxii.member, { accept })).status, path).toBe(406);
  });

  test('the highest version is answered where none is asked for', async () => {
    const response = await taxii.get('/taxii2/', taxii.member, { accept: 'application/taxii+json' });
    expect(response.headers.get('content-type')).toBe(TAXII);
  });

  test('a success has the body that its endpoint defines', async () => {
    await bodyOf(await taxii.get('/taxii2/', taxii.member), discovery);
    await bodyOf(await taxii.get(taxii.root, taxii.member), apiRoot);
    await bodyOf(await taxii.get('collections/', taxii.member), collections);
    await bodyOf(await taxii.get(`collections/${taxii.community}/`, taxii.member), collection);
    await bodyOf(await ask('manifest/'), manifest);
    await bodyOf(await ask('objects/'), envelope);
    await bodyOf(await ask(`objects/${indicatorId}/`), envelope);
    await bodyOf(await ask(`objects/${indicatorId}/versions/`), versions);
  });
});

describe('section 3.2: headers', () => {
  test('X-TAXII-Date-Added-First and -Last are those of the first and the last object, on each of the four lists', async () => {
    const records = await readManifest();
    const added = new Map(records.map(({ id, date_added: at }) => [id, at]));
    for (const path of listing) {
      const { headers } = await taxii.get(path, taxii.member);
      expect(headers.get('x-taxii-date-added-first'), path).toMatch(TIMESTAMP);
      expect(headers.get('x-taxii-date-added-last'), path).toMatch(TIMESTAMP);
    }
    const response = await ask('objects/', { limit: '3' });
    const { objects = [] } = await bodyOf(response, envelope);
    expect(response.headers.get('x-taxii-date-added-first')).toBe(added.get(objects[0]?.id ?? ''));
    expect(response.headers.get('x-taxii-date-added-last')).toBe(added.get(objects[2]?.id ?? ''));
    const of = await ask(`objects/${indicatorId}/`);
    expect(of.headers.get('x-taxii-date-added-last')).toBe(added.get(indicatorId));
  });

  test('an answer without objects has neither', async () => {
    const { headers } = await ask('objects/', { added_after: '2030-01-01T00:00:00.000000Z' });
    expect(headers.has('x-taxii-date-added-first') || headers.has('x-taxii-date-added-last')).toBe(false);
  });
});

describe('section 3.3: sorting', () => {
  test('objects and manifests ascend by the moment of adding, and no two share one', async () => {
    const records = await readManifest({ 'match[version]': 'all' });
    const moments = records.map(({ date_added: at }) => at);
    expect(moments).toEqual([...new Set(moments)].toSorted());
    const { objects = [] } = await read('objects/', { 'match[version]': 'all' });
    expect(objects.map(({ id }) => id)).toEqual(records.map(({ id }) => id));
  });

  test('collections have one order', async () => {
    const titles = async () =>
      (await bodyOf(await taxii.get('collections/', taxii.member), collections)).collections?.map(({ title }) => title);
    const first = await titles();
    expect(first?.[0]).toBe('DRILL: Community');
    for (let again = 0; again < 3; again++) expect(await titles()).toEqual(first);
  });
});

describe('section 3.4: filtering', () => {
  test.each([
    'added_after=yesterday',
    'added_after=',
    'added_after=2026-11-23',
    'added_after=2026-11-23T12:00:00',
    'added_after=2026-11-23T12:00:00%2B01:00',
    'added_after=2026-02-30T12:00:00Z',
    'added_after=2026-11-23T25:00:00Z',
    'added_after=2026-11-23T12:00:00Z,2026-11-23T13:00:00Z',
    'added_after=2026-11-23T12:00:00Z&added_after=2026-11-23T13:00:00Z',
    'limit=0',
    'limit=-1',
    'limit=1.5',
    'limit=ten',
    'limit=',
    'limit=1&limit=2',
    'next=nonsense',
    'next=',
    'match[id]=',
    'match[id]=indicator',
    'match[id]=indicator--1',
    "match[id]=x'; select 1; --",
    'match[type]=',
    'match[type]=Indicator',
    'match[type]=indicator, sighting',
    'match[type]=indicator&match[type]=sighting',
    'match[version]=',
    'match[version]=newest',
    'match[version]=last,last',
    'match[version]=all,last',
    'match[version]=all,2026-11-23T12:00:00.000Z',
    'match[version]=2026-11-23T12:00:00.000Z,2026-11-23T12:00:00.000Z',
    'match[version]=2026-11-23T12:00:00Z,2026-11-23T12:00:00.000Z',
    'match[spec_version]=',
    'match[spec_version]=two',
  ])('what is malformed is refused with 400: %s', async (query) => {
    for (const path of listing.slice(0, 2)) {
      const response = await taxii.get(`${path}?${query}`, taxii.member);
      expect(response.status, path).toBe(400);
      expect((await bodyOf(response, errorMessage)).http_status).toBe('400');
    }
  });

  test('added_after leaves what was added at that moment and before', async () => {
    const records = await readManifest();
    for (const at of [0, 5, records.length - 2]) {
      const left = await readManifest({ added_after: records[at]?.date_added ?? '' });
      expect(left).toEqual(records.slice(at + 1));
    }
    // As many digits as a client's clock has.
    const [{ date_added: first } = { date_added: '' }] = records;
    expect(await readManifest({ added_after: first.replace(/\.\d+Z$/, 'Z') })).toEqual(records.slice(1));
    expect(await readManifest({ added_after: first.replace(/000Z$/, '000000Z') })).toEqual(records.slice(1));
  });

  test('without added_after the oldest come first', async () => {
    const records = await readManifest();
    expect(await readManifest({ limit: '4' })).toEqual(records.slice(0, 4));
  });

  test('no more come than limit says; all come where there are no more than that', async () => {
    const records = await readManifest();
    for (const limit of [1, 2, records.length - 1]) {
      const { objects = [], more, next } = await read('objects/', { limit: String(limit) });
      expect(objects).toHaveLength(limit);
      expect(more).toBe(true);
      expect(next).toEqual(expect.any(String));
    }
    for (const limit of [records.length, records.length + 1, 1_000_000_000_000_000]) {
      const { objects = [], more, next } = await read('objects/', { limit: String(limit) });
      expect([objects.length, more, next]).toEqual([records.length, false, undefined]);
    }
  });

  test('match fields are ANDed, their values ORed', async () => {
    const all = await readManifest();
    const some = all.slice(0, 9).map(({ id }) => id);
    const found = await readManifest({ 'match[id]': some.join(','), 'match[type]': 'identity,indicator' });
    expect(found.map(({ id }) => id)).toEqual(some.filter((id) => /^(identity|indicator)--/.test(id)));
    expect(found.length).toBeGreaterThan(1);
  });

  test('a field that the specification does not know is ignored', async () => {
    expect(await readManifest({ 'match[colour]': 'red', colour: 'red' })).toEqual(await readManifest());
  });
});

describe('section 3.4.1: what can be matched', () => {
  test('id: these objects and no others', async () => {
    const ids = (await readManifest()).slice(2, 5).map(({ id }) => id);
    const { objects = [] } = await read('objects/', { 'match[id]': ids.toReversed().join(',') });
    expect(objects.map(({ id }) => id)).toEqual(ids);
  });

  test('spec_version: no other version than asked for; the only one there is where nothing is asked', async () => {
    expect(await readManifest({ 'match[spec_version]': '2.1' })).toEqual(await readManifest());
    expect(await readManifest({ 'match[spec_version]': '2.0,2.1' })).toEqual(await readManifest());
    expect(await readManifest({ 'match[spec_version]': '2.0' })).toEqual([]);
  });

  test('type: these types only, and no type of STIX 2.1 is an error', async () => {
    const { objects = [] } = await read('objects/', { 'match[type]': 'indicator,infrastructure' });
    expect(new Set(objects.map(({ type }) => type))).toEqual(new Set(['indicator', 'infrastructure']));
    const types =
      'attack-pattern campaign course-of-action grouping identity incident indicator infrastructure intrusion-set location malware ' +
      'malware-analysis note observed-data opinion report threat-actor tool vulnerability relationship sighting artifact ' +
      'autonomous-system directory domain-name email-addr email-message file ipv4-addr ipv6-addr mac-addr mutex network-traffic ' +
      'process software url user-account windows-registry-key x509-certificate language-content marking-definition ' +
      'extension-definition';
    for (const type of types.split(' ')) {
      expect((await ask('objects/', { 'match[type]': type })).status, type).toBe(200);
    }
  });

  test('version: the latest of each object where nothing is said, as with "last"', async () => {
    const latest = await readManifest();
    expect(new Set(latest.map(({ id }) => id)).size).toBe(latest.length);
    expect(await readManifest({ 'match[version]': 'last' })).toEqual(latest);
    const all = await readManifest({ 'match[version]': 'all' });
    expect(all.length).toBeGreaterThan(latest.length);
    for (const { id, version } of latest) {
      const own = all.filter((record) => record.id === id).map((record) => record.version);
      expect(own.at(-1)).toBe(version);
    }
  });

  test('version: "first" is the earliest, "last,first" both, "all" every one', async () => {
    const all = await readManifest({ 'match[version]': 'all' });
    const byId = Map.groupBy(all, ({ id }) => id);
    const first = await readManifest({ 'match[version]': 'first' });
    const both = await readManifest({ 'match[version]': 'last,first' });
    const several = [...byId.values()].filter((own) => own.length > 1);
    expect(several.length).toBeGreaterThan(0);
    for (const own of several) {
      const id = own[0]?.id;
      expect(first.filter((record) => record.id === id)).toEqual(own.slice(0, 1));
      expect(both.filter((record) => record.id === id)).toEqual([own[0], own.at(-1)]);
    }
  });

  test('version: a moment is the version whose `modified` it is exactly', async () => {
    const all = await readManifest({ 'match[version]': 'all' });
    const id = [...Map.groupBy(all, (record) => record.id)].find(([, own]) => own.length > 1)?.[0] ?? '';
    for (const { version } of all.filter((record) => record.id === id)) {
      const { objects = [] } = await read('objects/', { 'match[id]': id, 'match[version]': version });
      expect(objects.map(({ modified }) => modified)).toEqual([version]);
    }
    const later = `${all[0]?.version.slice(0, 19)}.999Z`;
    expect(await readManifest({ 'match[id]': id, 'match[version]': later })).toEqual([]);
    // Beside a keyword it is one more.
    const [oldest] = all.filter((record) => record.id === id);
    expect(await readManifest({ 'match[id]': id, 'match[version]': `last,${oldest?.version}` })).toHaveLength(2);
  });

  test('version: what has no `modified` goes by `created`, and where it has neither by one that stays', async () => {
    const records = await readManifest();
    const marking = records.find(({ id }) => id.startsWith('marking-definition--'));
    const { objects = [] } = await read('objects/', { 'match[id]': marking?.id ?? '' });
    expect(marking?.version).toBe(objects[0]?.['created']);
    const address = records.find(({ id }) => id.startsWith('ipv4-addr--'));
    const by = { 'match[id]': address?.id ?? '', 'match[version]': address?.version ?? '' };
    expect((await read('objects/', by)).objects).toMatchObject([{ id: address?.id }]);
    expect(await readManifest()).toEqual(records);
  });
});

describe('section 3.5: pagination', () => {
  test('`next` with the same question leads through every object once, whatever `limit` is then', async () => {
    const { objects: whole = [] } = await read('objects/', { 'match[version]': 'all' });
    const seen: string[] = [];
    let query: Record<string, string> = { 'match[version]': 'all', limit: '7' };
    for (let page = 0; ; page++) {
      const { objects = [], more, next } = await read('objects/', query);
      seen.push(...objects.map((object) => JSON.stringify(object)));
      if (more !== true) break;
      query = { 'match[version]': 'all', limit: String(3 + page), next: next ?? '' };
    }
    expect(seen).toEqual(whole.map((object) => JSON.stringify(object)));
  });

  test('added_after with the moment of X-TAXII-Date-Added-Last leads there as well', async () => {
    const whole = await readManifest();
    const seen: string[] = [];
    let query: Record<string, string> = { limit: '6' };
    for (;;) {
      const response = await ask('manifest/', query);
      const { objects = [], more } = await bodyOf(response, manifest);
      seen.push(...objects.map(({ id }) => id));
      if (more !== true) break;
      query = { limit: '6', added_after: response.headers.get('x-taxii-date-added-last') ?? '' };
    }
    expect(seen).toEqual(whole.map(({ id }) => id));
  });

  test('`next` is bound to its question and its collection', async () => {
    const { next = '' } = await read('objects/', { limit: '2', 'match[type]': 'indicator' });
    expect((await ask('objects/', { next, 'match[type]': 'indicator' })).status).toBe(200);
    for (const other of [{}, { 'match[type]': 'sighting' }, { 'match[type]': 'indicator', 'match[version]': 'all' }]) {
      expect((await ask('objects/', { next, ...other })).status).toBe(400);
    }
    const elsewhere = `collections/${taxii.germany}/objects/?next=${next}&match[type]=indicator`;
    expect((await taxii.get(elsewhere, taxii.member)).status).toBe(400);
    const changed = `${next.slice(0, -4)}AAAA`;
    expect((await ask('objects/', { next: changed, 'match[type]': 'indicator' })).status).toBe(400);
  });

  test('what is added between two pages comes at the end, and nothing twice', async () => {
    const { objects: first = [], next = '' } = await read('objects/', { limit: '5' });
    await publish(taxii.lab.world, 'lab', 'CERT Example once more');
    const { objects: rest = [] } = await read('objects/', { next });
    const ids = [...first, ...rest].map((object) => `${object.id} ${object.modified}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(rest.at(-1)).toMatchObject({ type: 'identity', name: 'CERT Example once more' });
  });
});

describe('section 3.6.1: errors', () => {
  test('http_status is a string and that of the answer', async () => {
    for (const [path, code] of [
      [`collections/${taxii.community}/objects/?limit=0`, 400],
      ['collections/00000000-0000-4000-8000-000000000000/', 404],
      ['/taxii2/none/', 404],
    ] as const) {
      const response = await taxii.get(path, taxii.member);
      expect(response.status).toBe(code);
      const error = await bodyOf(response, errorMessage);
      expect(error.http_status).toBe(String(code));
      expect(error.error_id).toBe(response.headers.get('x-request-id'));
    }
  });
});

describe('section 3.7: envelopes', () => {
  test('objects are STIX 2.1 objects, and what is stored is sent as it is', async () => {
    const judge = stixValidator();
    const { objects = [] } = await read('objects/', { 'match[version]': 'all' });
    for (const object of objects) expect(judge(object)).toBe('');
    const stored = await taxii.lab.world.store.read((transaction) =>
      transaction.collectionObjects(
        taxii.community,
        { addedAfter: null, ids: null, types: null, versions: { last: true, first: false, all: false, at: [] } },
        10_000,
      ),
    );
    const text = await (await ask('objects/')).text();
    expect(text).toBe(`{"more":false,"objects":[${stored.map(({ object }) => object).join(',')}]}`);
  });
});

describe('section 4: the server', () => {
  test('4.1.1: API roots are relative URLs that begin with one slash and have no query; the default is one of them', async () => {
    const found = await bodyOf(await taxii.get('/taxii2/', taxii.member), discovery);
    expect(found.api_roots).toEqual([taxii.root]);
    for (const root of found.api_roots ?? []) expect(root).toMatch(/^\/[^/?]+\/[^?]*\/$/);
    expect(found.api_roots).toContain(found.default);
  });

  test('4.2: an API root has one URL, and its operation’s name leads there as well', async () => {
    const byId = await bodyOf(await taxii.get(taxii.root, taxii.member), apiRoot);
    expect(await bodyOf(await taxii.get('/taxii2/lab/', taxii.member), apiRoot)).toEqual(byId);
  });

  test('4.2.1: it speaks TAXII 2.1, and says how much it takes', async () => {
    const root = await bodyOf(await taxii.get(taxii.root, taxii.member), apiRoot);
    expect(root.versions).toEqual([TAXII]);
    expect(root.max_content_length).toBe(4 * 1024 * 1024);
  });

  test('a drill says so in its root and in each of its collections', async () => {
    const root = await bodyOf(await taxii.get(taxii.root, taxii.member), apiRoot);
    expect([root.title, root.description]).toEqual(['DRILL: lab', expect.stringContaining('A drill')]);
    const found = await bodyOf(await taxii.get('collections/', taxii.csirt), collections);
    for (const each of found.collections ?? []) expect(each.title).toMatch(/^DRILL: /);
  });
});

describe('section 5: collections', () => {
  test('5.1 to 5.8: whoever fails to sign in is told 401 and how', async () => {
    for (const path of everyPath()) {
      for (const headers of [{}, { authorization: 'Basic bm9ib2R5OmRzbV9ub25l' }, { authorization: 'Bearer x' }]) {
        const response = await taxii.served.ask(path.startsWith('/') ? path : `${taxii.root}${path}`, {
          headers: { accept: TAXII, ...headers },
        });
        expect(response.status, path).toBe(401);
        expect(response.headers.get('www-authenticate')).toBe('Basic realm="dismantle", Bearer realm="dismantle"');
        expect((await bodyOf(response, errorMessage)).http_status).toBe('401');
      }
    }
  });

  test('5.2.1: what the organisation’s own may read and nobody writes', async () => {
    for (const each of (await bodyOf(await taxii.get('collections/', taxii.member), collections)).collections ?? []) {
      expect([each.can_read, each.can_write]).toEqual([true, false]);
      expect(await bodyOf(await taxii.get(`collections/${each.id}/`, taxii.member), collection)).toEqual(each);
    }
  });

  test('5.3: a manifest is filtered by the objects that it stands for', async () => {
    const records = await readManifest({ 'match[type]': 'indicator' });
    expect(records.length).toBeGreaterThan(0);
    for (const { id } of records) expect(id).toMatch(/^indicator--/);
  });

  test('5.3.1: a record has the version and one of the media types of its collection', async () => {
    const own = await bodyOf(await taxii.get(`collections/${taxii.community}/`, taxii.member), collection);
    const { objects = [] } = await read('objects/');
    const records = await readManifest();
    for (const [index, record] of records.entries()) {
      expect(own.media_types).toContain(record.media_type);
      const object = objects[index];
      expect(record.version).toBe(object?.modified ?? object?.created ?? record.version);
    }
  });

  test('5.4 and 5.6: what matches nothing is an empty envelope', async () => {
    expect(await read('objects/', { 'match[type]': 'campaign' })).toEqual({});
    expect(await read(`objects/${indicatorId}/`, { 'match[version]': '1999-01-01T00:00:00.000Z' })).toEqual({});
    expect(await read(`objects/${indicatorId}/`, { 'match[spec_version]': '2.0' })).toEqual({});
  });

  test('5.6: an object by its id, its versions by `match[version]` alone', async () => {
    expect((await read(`objects/${indicatorId}/`)).objects).toMatchObject([{ id: indicatorId }]);
    const { objects = [] } = await read(`objects/${indicatorId}/`, { 'match[version]': 'all' });
    expect(objects.every(({ id }) => id === indicatorId)).toBe(true);
    for (const query of [{ 'match[type]': 'indicator' }, { 'match[id]': indicatorId }]) {
      expect((await ask(`objects/${indicatorId}/`, query)).status).toBe(400);
    }
    expect((await ask('objects/indicator--00000000-0000-4000-8000-000000000000/')).status).toBe(404);
    expect((await ask('objects/nonsense/')).status).toBe(404);
  });

  test('5.7: whoever may read and not write is refused with 403, and nothing is gone', async () => {
    const before = await readManifest();
    for (const token of [taxii.member, taxii.csirt, taxii.reader]) {
      const response = await taxii.served.ask(`${taxii.root}${listing[2]}`, {
        method: 'DELETE',
        token,
        headers: { accept: TAXII },
      });
      expect(response.status).toBe(403);
      expect((await bodyOf(response, errorMessage)).http_status).toBe('403');
    }
    expect(await readManifest()).toEqual(before);
  });

  test('5.8: the versions of an object, oldest first, each a moment of its own', async () => {
    const all = await readManifest({ 'match[version]': 'all' });
    for (const [id, own] of Map.groupBy(all, (record) => record.id)) {
      const found = await bodyOf(await ask(`objects/${id}/versions/`), versions);
      expect(found.versions).toEqual(own.map(({ version }) => version));
    }
    const [id, own] = [...Map.groupBy(all, (record) => record.id)].find(([, each]) => each.length > 1) ?? ['', []];
    const page = await bodyOf(await ask(`objects/${id}/versions/`, { limit: '1' }), versions);
    expect(page).toMatchObject({ more: true, versions: [own[0]?.version] });
    const second = await bodyOf(await ask(`objects/${id}/versions/`, { limit: '1', next: page.next ?? '' }), versions);
    expect(second.versions).toEqual([own[1]?.version]);
    expect((await ask('objects/indicator--00000000-0000-4000-8000-000000000000/versions/')).status).toBe(404);
    expect((await ask(`objects/${id}/versions/`, { 'match[version]': 'all' })).status).toBe(400);
  });
});

describe('section 8.2: mandatory features', () => {
  test('8.2.1: discovery is at /taxii2/, and a request without User-Agent is taken', async () => {
    const response = await taxii.get('/taxii2/', taxii.member, { 'user-agent': '' });
    expect(response.status).toBe(200);
  });

  test('8.2.2: HTTP Basic with a token as the password, below /taxii2/ and nowhere else', async () => {
    const authorization = `Basic ${Buffer.from(`cert-de:${taxii.csirt}`).toString('base64')}`;
    const headers = { accept: TAXII, authorization };
    const response = await taxii.served.ask(`${taxii.root}collections/`, { headers });
    expect(response.status).toBe(200);
    expect((await bodyOf(response, collections)).collections).toHaveLength(3);
    expect((await taxii.served.ask('/api/v1/me', { headers: { authorization } })).status).toBe(401);
  });
});

describe('partners', () => {
  test('see the community’s collection and their own; of the rest they are told what nobody is told of nothing', async () => {
    const titles = async (token: string) =>
      (await bodyOf(await taxii.get('collections/', token), collections)).collections?.map(({ title }) => title);
    expect(await titles(taxii.csirt)).toEqual([
      'DRILL: Community',
      'DRILL: National CSIRT of DE',
      'DRILL: Contributions',
    ]);
    expect(await titles(taxii.reader)).toEqual(['DRILL: Community']);
    const nothing = await (await taxii.get('collections/00000000-0000-4000-8000-000000000000/', taxii.csirt)).text();
    for (const path of ['', 'objects/', 'manifest/', `objects/${indicatorId}/`, `objects/${indicatorId}/versions/`]) {
      const there = await taxii.get(`collections/${taxii.germany}/${path}`, taxii.csirt);
      expect([200, 404]).toContain(there.status);
      const hidden = await taxii.get(`collections/${taxii.colombia}/${path}`, taxii.csirt);
      expect(hidden.status).toBe(404);
      const without = (text: string) => text.replace(/"error_id":"[^"]+"/, '');
      expect(without(await hidden.text())).toBe(without(nothing));
    }
    const deleting = await taxii.served.ask(`${taxii.root}collections/${taxii.colombia}/objects/${indicatorId}/`, {
      method: 'DELETE',
      token: taxii.csirt,
      headers: { accept: TAXII },
    });
    expect(deleting.status).toBe(404);
  });

  test('a token that is not good for reading reads nothing', async () => {
    const token = await taxii.token({ kind: 'partner', partner: 'reader' }, ['write']);
    expect((await taxii.get('collections/', token)).status).toBe(403);
  });
});
