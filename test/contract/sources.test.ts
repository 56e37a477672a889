import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { UNREAD } from '../../src/domain/feed-source.ts';
import {
  addSource,
  pauseSource,
  pollDue,
  pollSource,
  pollSources,
  removeSource,
  resumeSource,
  sourcesAtWork,
} from '../../src/flow/sources.ts';
import { publish } from '../../src/flow/collections.ts';
import type { Fetcher } from '../../src/ports/fetcher.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { sayHandsOff } from '../support/deconfliction.ts';
import { openFeedLab } from '../support/feed-lab.ts';
import type { FeedLab } from '../support/feed-lab.ts';
import { endless, openOddWeb } from '../support/odd-web.ts';
import type { OddWeb } from '../support/odd-web.ts';
import { enrol } from '../support/ssh-keys.ts';
import { openTaxiiLab, TAXII } from '../support/taxii.ts';
import type { TaxiiLab } from '../support/taxii.ts';

/* Sources over real HTTP on loopback: our own TAXII server, and servers that answer as no server should. */

let database: TestDatabase;
let lab: FeedLab;
let web: OddWeb;
let names = 0;

beforeAll(async () => {
  database = await openTestDatabase();
  lab = await openFeedLab(database);
  web = await openOddWeb();
});

afterAll(async () => {
  await lab?.close();
  await web?.close();
  await database?.close();
});

const at = (path = '/'): string => `http://127.0.0.1:${web.port}${path}`;
const named = (): string => `source-${++names}`;
/** Addresses of documentation space, each new. */
let addresses = 0;
const address = (): string => `198.18.${Math.floor(addresses / 250)}.${(addresses++ % 250) + 1}`;

describe('putting on record', () => {
  test('is signed for by an analyst or an admin, and refused where it says what cannot be', async () => {
    const name = named();
    const words = { group: 'feeds', reliability: 'b', tlp: 'green' };
    const added = await lab.add(name, 'url', at('/list.txt'), { everyMinutes: 5 }, words);
    expect(added).toMatchObject({ name, kind: 'url', operation: 'lab', words, rests: null, everyMinutes: 5 });
    const bea = await enrol(lab.test, database.directory, 'Bea Example', ['approver'], lab.ada);
    const { signing } = bea.key;
    await expect(
      addSource(lab.world, signing, 'lab', { ...added, name: named(), reason: 'a test', by: bea.name }),
    ).rejects.toThrow(/needs admin or analyst/);
    for (const [more, said, reason] of [
      [{ name }, {}, /there is a source/],
      [{ name: name.toUpperCase() }, {}, /there is a source/],
      [{ url: 'ftp://feed.example/' }, {}, /no URL that can be fetched/],
      [{ url: 'https://ada:secret@feed.example/' }, {}, /would stand in the ledger/],
      [{ everyMinutes: 0 }, {}, /every 1 to 10080 minutes/],
      [{ collection: 'C2' }, {}, /goes with --kind taxii/],
      [{ kind: 'misp' }, { snapshot: true }, /goes with --kind url/],
      [{ kind: 'taxii' }, { format: 'csv' }, /go with --kind url/],
      [{}, { reliability: 'Z' }, /--reliability "Z"/],
      [{ name: 'partner:cert-de' }, {}, /what a partner or a desk says/],
      [{ credential: '../secret' }, {}, /is no name/],
    ] as const) {
      await expect(lab.add(named(), 'url', at('/'), more, said)).rejects.toThrow(reason);
    }
  });

  test('ends with removing, rests with pausing, and a person says so in the ledger', async () => {
    const name = named();
    const { id } = await lab.add(name, 'url', at('/list.txt'));
    const said = { person: lab.ada.name, reason: 'a test' };
    expect(await sourcesAtWork(lab.world)).toContain(id);
    expect(await pauseSource(lab.world, name, said)).toMatchObject({ rests: 'paused' });
    await expect(pauseSource(lab.world, name, said)).rejects.toThrow(/rests already/);
    await expect(lab.poll(name)).rejects.toThrow(/rests: paused/);
    expect(await sourcesAtWork(lab.world)).not.toContain(id);
    expect(await resumeSource(lab.world, name, said)).toMatchObject({ rests: null });
    await removeSource(lab.world, name, said);
    await expect(lab.poll(name)).rejects.toThrow(/there is no source/);
    // The name is free again, for a source that knows nothing of the other.
    expect((await lab.add(name, 'url', at('/list.txt'))).id).not.toBe(id);
  });

  test('reaches what is on its way: nothing is imported after a person has had it rest', async () => {
    const name = named();
    const host = address();
    await lab.add(name, 'url', at('/list.txt'));
    web.answerWith((_q, response) => {
      const said = { person: lab.ada.name, reason: 'wrong rows' };
      void pauseSource(lab.world, name, said).then(() => response.end(host));
    });
    expect(await lab.poll(name)).toMatchObject({ outcome: 'failed', imports: [], problem: /had to rest/ });
    expect(await lab.hosts()).not.toContain(host);
  });

  test.each(['url', 'misp'] as const)('that was removed while it was read stays removed (%s)', async (kind) => {
    const name = named();
    const { id } = await lab.add(name, kind, at('/feed'));
    const said = { person: lab.ada.name, reason: 'wrong rows' };
    // Nothing in it is taken: how far it was read is all that there would be to keep.
    web.answerWith((_q, response) => {
      const headers = { etag: '"1"', 'content-type': 'application/json' };
      void removeSource(lab.world, name, said).then(() => response.writeHead(200, headers).end('{}'));
    });
    const polled = await lab.poll(name);
    expect(polled).toMatchObject({ imports: [], outcome: 'failed' });
    await expect(lab.world.store.read((transaction) => transaction.feedState(id))).resolves.toEqual(UNREAD);
    if (kind === 'misp') expect(polled.problem).toMatch(/it was removed/);
  });

  test('keeps nothing of a source that is being removed at this moment', async () => {
    const name = named();
    const { id } = await lab.add(name, 'url', at('/feed'));
    let keeping: Promise<boolean> | null = null;
    await lab.world.store.write(async (transaction) => {
      await transaction.lockLedger();
      const { operationId: operation } = (await transaction.feedSource(id)) ?? { operationId: '' };
      await transaction.append({
        actor: lab.world.actor, recordedAt: lab.world.clock.now(), kind: 'source.removed', subject: id,
        body: { schema: 1, operation, name, by: 'Ada Example', reason: 'a test' },
      }); // prettier-ignore
      // The other one finds it at work, waits for us, and must not write over what we leave.
      keeping = lab.world.store.write((other) => other.keepFeedState(id, { ...UNREAD, problem: 'late' }));
      await Promise.race([keeping, new Promise((resolve) => setTimeout(resolve, 200))]);
    });
    await expect(keeping).resolves.toBe(false);
    await expect(lab.world.store.read((transaction) => transaction.feedState(id))).resolves.toEqual(UNREAD);
  });

  test('is read by one at a time', async () => {
    const name = named();
    await lab.add(name, 'url', at('/list.txt'));
    const others: unknown[] = [];
    web.answerWith((_q, response) => {
      void lab
        .poll(name)
        .catch((cause: unknown) => others.push(cause))
        .then(() => response.end(address()));
    });
    expect(await lab.poll(name)).toMatchObject({ outcome: 'news' });
    expect(others).toMatchObject([{ message: expect.stringContaining('somebody is fetching from') }]);
    expect(web.asked).toHaveLength(1);
  });

  test('fetches nothing while traffic.fetch is off', async () => {
    const name = named();
    await lab.add(name, 'url', at('/list.txt'));
    web.answerWith((_q, response) => response.end(address()));
    await expect(pollSource(lab.test, lab.fetching, name)).rejects.toMatchObject({ problem: { code: 'switched-off' } });
    const off = createSwitchboard({ lookup: true, fetch: false, timestamp: true, probe: true, send: true });
    await expect(lab.poll(name, lab.fetchingWith({ outgoing: off }))).rejects.toThrow(/switched off/);
    expect(web.connections()).toBe(0);
  });
});

describe('a file', () => {
  test('is imported with what was signed for, and asked for only where it has changed', async () => {
    const name = named();
    await lab.add(name, 'url', at('/c2.txt'), {}, { group: 'feeds', reliability: 'B', tlp: 'green' });
    const [one, other] = [address(), address()];
    web.answerWith((request, response) => {
      if (request.headers['if-none-match'] === '"v1"') response.writeHead(304).end();
      else response.writeHead(200, { etag: '"v1"', 'last-modified': 'Sun, 29 Nov 2026 09:00:00 GMT' }).end(`${one}:443\nno server\n`);
    }); // prettier-ignore
    const polled = await lab.poll(name);
    expect(polled).toMatchObject({ outcome: 'news', problem: null, imports: [{ accepted: 1, rejected: 1, source: name, group: 'feeds' }] });
    expect(polled.imports[0]?.rejections[0]).toMatchObject({ line: 2, value: 'no server' });
    expect(await lab.hosts()).toContain(one);
    expect(await lab.poll(name)).toMatchObject({ outcome: 'nothing-new', imports: [] });
    expect(web.asked[1]?.headers).toMatchObject({ 'if-none-match': '"v1"', 'if-modified-since': 'Sun, 29 Nov 2026 09:00:00 GMT' });
    // The same bytes under another ETag add nothing; others do.
    web.answerWith((_q, response) => response.writeHead(200, { etag: '"v2"' }).end(`${one}:443\nno server\n`));
    expect(await lab.poll(name)).toMatchObject({ outcome: 'nothing-new', imports: [{ duplicate: true }] });
    web.answerWith((request, response) => response.writeHead(200).end(request.headers['if-none-match'] === '"v2"' ? `${other}\n` : 'x'));
    expect(await lab.poll(name)).toMatchObject({ outcome: 'news', imports: [{ accepted: 1 }] });
    expect(await lab.source(name)).toMatchObject({ state: { place: {}, failures: 0, problem: null } });
  }); // prettier-ignore

  test('that is a snapshot withdraws what it lists no more, and never everything', async () => {
    const name = named();
    await lab.add(name, 'url', at('/c2.txt'), {}, { snapshot: true });
    const [one, other] = [address(), address()];
    web.answerWith((_q, response) => response.end(`${one}\n${other}\n`));
    await lab.poll(name);
    web.answerWith((_q, response) => response.end(`${other}\n`));
    expect(await lab.poll(name)).toMatchObject({ imports: [{ withdrawn: 1 }] });
    expect(await lab.hosts()).not.toContain(one);
    web.answerWith((_q, response) => response.end('# nothing today\n'));
    expect(await lab.poll(name)).toMatchObject({ outcome: 'failed', problem: /would withdraw all/ });
    expect(await lab.hosts()).toContain(other);
  });

  describe('that suddenly leaves out much', () => {
    const said = { person: 'Ada Example', reason: 'they split the list' };
    const listOf = (hosts: readonly string[]): string => `${hosts.join('\n')}\n`;
    const kinds = async (id: string): Promise<readonly string[]> => {
      const entries = await lab.world.store.read((transaction) => transaction.entriesAfter(0, 10_000));
      return entries.filter(({ entry }) => entry.subject === id).map(({ entry }) => entry.kind);
    };
    /** A source that lists 40, of which the list now leaves out so many, and names one more. */
    const left = async (
      missing: number,
    ): Promise<{ name: string; id: string; hosts: readonly string[]; news: string }> => {
      const name = named();
      const { id } = await lab.add(name, 'url', at('/c2.txt'), {}, { snapshot: true });
      const hosts = Array.from({ length: 40 }, address);
      web.answerWith((_q, response) => response.writeHead(200, { etag: '"1"' }).end(listOf(hosts)));
      await lab.poll(name);
      const news = address();
      answer('"2"', [...hosts.slice(missing), news]);
      return { name, id, hosts, news };
    };
    const answer = (etag: string, hosts: readonly string[]): void =>
      web.answerWith((request, response) => {
        if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
        else response.writeHead(200, { etag }).end(listOf(hosts));
      });

    test('has what it adds read, and withdraws nothing until a person has accepted the figures', async () => {
      const { name, id, hosts, news } = await left(31);
      const removalsHeld = { missing: 31, listed: 40 };
      const later = { ...lab.world, clock: { now: () => lab.world.clock.now() + 7_200_000 } };
      expect((await pollDue(later, lab.fetching, id)).polled).toMatchObject({
        outcome: 'news',
        problem: null,
        removalsHeld,
        imports: [{ accepted: 10, withdrawn: 0, removalsHeld }],
      });
      expect(await lab.hosts()).toEqual(expect.arrayContaining([...hosts, news]));
      expect(await lab.source(name)).toMatchObject({ removalsHeld });
      // By hand it is no different, nor when the list has not changed since.
      expect(await lab.poll(name)).toMatchObject({ outcome: 'nothing-new', removalsHeld });
      expect(await kinds(id)).toEqual(['source.added', 'source.removals-held']);
      const accepted = await pollSource(lab.world, lab.fetching, name, said);
      expect(accepted).toMatchObject({ outcome: 'news', removalsHeld: null, imports: [{ withdrawn: 31 }] });
      expect(await lab.hosts()).toEqual(expect.arrayContaining([...hosts.slice(31), news]));
      expect((await lab.hosts()).filter((host) => hosts.slice(0, 31).includes(host))).toEqual([]);
      expect(await kinds(id)).toEqual(['source.added', 'source.removals-held', 'source.removals-accepted']);
      await expect(pollSource(lab.world, lab.fetching, name, said)).rejects.toThrow(/nothing that .* leaves out waits/);
    });

    test('accepts no more than was told', async () => {
      const { name, hosts, news } = await left(31);
      await lab.poll(name);
      answer('"3"', [news]);
      const removalsHeld = { missing: 40, listed: 41 };
      expect(await pollSource(lab.world, lab.fetching, name, said)).toMatchObject({
        removalsHeld,
        imports: [{ withdrawn: 0 }],
      });
      expect(await lab.hosts()).toEqual(expect.arrayContaining([...hosts]));
    });

    test('waits for nobody once it names them again', async () => {
      const { name, id, hosts, news } = await left(31);
      await lab.poll(name);
      answer('"3"', [...hosts, news]);
      expect(await lab.poll(name)).toMatchObject({ removalsHeld: null, imports: [{ withdrawn: 0 }] });
      expect(await kinds(id)).toEqual(['source.added', 'source.removals-held']);
    });

    test('is what the settings say: a tenth less, or ten of a few, go as ever', async () => {
      for (const [missing, removals, isHeld] of [
        [8, { percent: 20, count: 7 }, false],
        [9, { percent: 20, count: 8 }, true],
        [9, { percent: 20, count: 9 }, false],
        [40, { percent: 100, count: 0 }, false],
      ] as const) {
        const { name } = await left(missing);
        const polled = await lab.poll(name, { ...lab.fetching, removals });
        expect([missing, polled.imports[0]?.withdrawn]).toEqual([missing, isHeld ? 0 : missing]);
      }
    });

    test('is no other for whoever dies before the import is whole: nothing is held, and nothing gone', async () => {
      const { name, id, hosts } = await left(31);
      const dying = { ...lab.world, signal: AbortSignal.abort() };
      await expect(pollSource(dying, lab.fetching, name)).rejects.toMatchObject({ problem: { code: 'interrupted' } });
      expect(await kinds(id)).toEqual(['source.added']);
      expect(await lab.hosts()).toEqual(expect.arrayContaining([...hosts]));
      expect(await lab.poll(name)).toMatchObject({ removalsHeld: { missing: 31, listed: 40 } });
    });
  });

  test('may be packed, and says when it is none', async () => {
    const name = named();
    await lab.add(name, 'url', at('/c2.txt.gz'));
    const one = address();
    web.answerWith((_q, response) => response.end(gzipSync(`${one}\n`)));
    expect(await lab.poll(name)).toMatchObject({ imports: [{ accepted: 1 }] });
    for (const [write, problem] of [
      [(r: ServerResponse) => r.writeHead(200, { 'content-type': 'text/html' }).end('<!DOCTYPE html><p>Log in'), /a page for people/],
      [(r: ServerResponse) => r.writeHead(401).end(), /asks who we are; name a credential/],
      [(r: ServerResponse) => r.writeHead(403).end(), /does not let us have this/],
      [(r: ServerResponse) => r.writeHead(404).end(), /has nothing there \(status 404\)/],
      [(r: ServerResponse) => r.writeHead(503).end(), /cannot answer now/],
      [(r: ServerResponse) => r.writeHead(302, { location: 'https://10.0.0.1/' }).end(), /private space/],
      [(r: ServerResponse) => r.writeHead(302, { location: 'http://169.254.169.254/' }).end(), /http:\/\/ is not https|link-local/],
      [(r: ServerResponse) => endless(r.writeHead(200)), /longer than 8 MiB/],
      [(r: ServerResponse) => r.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(64 * 1024 * 1024))), /longer than 16 MiB unpacked/],
      [(r: ServerResponse) => void r.writeHead(200, { 'content-length': 100 }).write('198.18.', () => r.destroy()), /broke in the middle/],
    ] as const) {
      web.answerWith((_q, response) => write(response));
      expect(await lab.poll(name)).toMatchObject({ outcome: 'failed', imports: [], problem });
    }
    expect(await lab.source(name)).toMatchObject({ state: { failures: 10 } });
    web.answerWith((_q, response) => response.end(`${one}\n`));
    expect(await lab.poll(name)).toMatchObject({ outcome: 'nothing-new', problem: null });
    expect(await lab.source(name)).toMatchObject({ state: { failures: 0, problem: null } });
  }); // prettier-ignore

  test('is refused on loopback where nothing excepts it', async () => {
    const name = named();
    await lab.add(name, 'url', at('/'));
    await lab.add(`${name}-named`, 'url', `https://localhost:${web.port}/`);
    web.answerWith((_q, response) => response.end(address()));
    const guarded = lab.fetchingWith({ allow: [] });
    expect(await lab.poll(name, guarded)).toMatchObject({ outcome: 'failed', problem: /not https/ });
    expect(await lab.poll(`${name}-named`, guarded)).toMatchObject({ outcome: 'failed', problem: /loopback/ });
    expect(web.connections()).toBe(0);
  });

  test('that fails is asked for later and later, not before Retry-After, and when it is due again', async () => {
    const name = named();
    const { id } = await lab.add(name, 'url', at('/'));
    const MINUTE = 60_000;
    const waited = async (): Promise<number> => {
      const before = lab.test.clock.now();
      const { nextAt } = await lab.poll(name);
      return Math.round((nextAt - before) / MINUTE);
    };
    web.answerWith((_q, response) => response.writeHead(500).end());
    expect([await waited(), await waited(), await waited()]).toEqual([1, 2, 4]);
    web.answerWith((_q, response) => response.writeHead(429, { 'retry-after': '7200' }).end());
    expect(await waited()).toBe(120);
    const asked = web.asked.length;
    const { polled, nextAt } = await pollDue(lab.world, lab.fetching, id);
    expect(polled).toBeNull();
    expect(nextAt).toBeGreaterThan(lab.test.clock.now());
    expect(web.asked).toHaveLength(asked);
    // What will not pass by itself waits for its interval.
    web.answerWith((_q, response) => response.writeHead(404).end());
    expect(await waited()).toBe(60);
  });
});

describe('several sources', () => {
  test('are each read by themselves: what one meets stands with it, and the others are read', async () => {
    const [odd, good, other] = [named(), named(), named()] as const;
    const hosts = [address(), address()];
    await lab.add(odd, 'url', at('/odd'));
    await lab.add(good, 'url', at('/good'));
    await lab.add(other, 'taxii', at('/other/'));
    web.answerWith((request, response) => {
      if (request.url === '/good') response.end(hosts[0]);
      else response.writeHead(200, { 'content-type': TAXII }).end('{"versions":[{"toString":1,"valueOf":1}]}');
    });
    const faults = [new TypeError('Cannot convert object to primitive value'), new RangeError('Maximum call stack size exceeded'), 'no error at all'];
    for (const fault of faults) {
      // What nobody has thought of, wherever it is met.
      const fetcher: Fetcher = {
        exchange: (request, signal) => {
          if (request.url.endsWith('/odd')) throw fault;
          return lab.fetching.fetcher.exchange(request, signal);
        },
      };
      const all = await pollSources(lab.world, { ...lab.fetching, fetcher });
      const byName = new Map(all.map((each) => [each.source, each]));
      const words = fault instanceof Error ? `fault of ours (${fault.name}: ${fault.message})` : 'not even an error';
      expect(byName.get(odd)).toMatchObject({ outcome: 'failed', problem: expect.stringContaining(words) });
      expect(byName.get(good)).toMatchObject({ problem: null });
      expect(byName.get(other)).toMatchObject({ outcome: 'failed', problem: /its API root speaks , and not/ });
    }
    expect(await lab.source(odd)).toMatchObject({ state: { failures: faults.length, problem: expect.stringContaining('fault of ours') } });
    expect(await lab.hosts()).toContain(hosts[0]);
    // Whoever stops it stops all of it.
    const stopping = new AbortController();
    web.answerWith((_q, response) => {
      stopping.abort();
      response.end();
    });
    await expect(pollSources({ ...lab.world, signal: stopping.signal }, lab.fetching)).rejects.toMatchObject({ problem: { code: 'interrupted' } });
    const said = { person: lab.ada.name, reason: 'a test' };
    for (const name of [odd, good, other]) await removeSource(lab.world, name, said);
  }); // prettier-ignore
});

describe('a MISP feed', () => {
  const uuids: readonly string[] = Array.from({ length: 4 }, () => randomUUID());
  const [first = '', second = '', third = '', fourth = ''] = uuids;
  const eventOf = (uuid: string, host: string): string =>
    JSON.stringify({
      Event: {
        uuid, info: 'Examplebot', date: '2026-11-20', timestamp: '1',
        Attribute: [{ type: 'ip-dst', category: 'Network activity', value: host, to_ids: true, timestamp: '1763640000' }],
      },
    }); // prettier-ignore

  test('has only the events fetched that have changed, and names those that cannot be had', async () => {
    const name = named();
    const hosts = new Map(uuids.map((uuid) => [uuid, address()]));
    await lab.add(name, 'misp', at('/feed'), {}, { group: 'misp' });
    const manifest: Record<string, unknown> = {
      [first]: { timestamp: '1' }, [second]: { timestamp: 1 }, [third]: { timestamp: '1' }, '../../secret': { timestamp: '1' }, [fourth]: { timestamp: { toString: 1 } },
    }; // prettier-ignore
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      const file = request.url?.replace('/feed/', '') ?? '';
      if (file === 'manifest.json') {
        const etag = `"${JSON.stringify(manifest).length}"`;
        if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
        else response.writeHead(200, { etag, 'content-type': 'application/json' }).end(JSON.stringify(manifest));
        return;
      }
      const uuid = file.replace('.json', '');
      const host = hosts.get(uuid);
      if (host === undefined) response.writeHead(404).end();
      else response.end(eventOf(uuid, host));
    };
    hosts.delete(third);
    web.answerWith(answer);
    const polled = await lab.poll(name);
    expect(polled).toMatchObject({ outcome: 'news', problem: null, imports: [{ accepted: 1 }, { accepted: 1 }] });
    expect(polled.leftOut).toEqual([
      expect.stringMatching(/"..\/..\/secret" in the manifest is no UUID/),
      expect.stringMatching(/has no timestamp/),
      expect.stringMatching(`event ${third}: .*has nothing there`),
    ]);
    expect(await lab.files(name)).toEqual([`${name}/${first}.json`, `${name}/${second}.json`]);
    // What was left out is asked for again, and nothing else.
    hosts.set(third, address());
    web.answerWith(answer);
    expect(await lab.poll(name)).toMatchObject({ imports: [{ accepted: 1 }] });
    expect(web.asked.map(({ path }) => path)).toEqual(['/feed/manifest.json', `/feed/${third}.json`]);
    expect(web.asked.some(({ path }) => path.includes('secret'))).toBe(false);
    // Nothing has changed: one question.
    web.answerWith(answer);
    expect(await lab.poll(name)).toMatchObject({ outcome: 'nothing-new' });
    expect(web.asked.map(({ path }) => path)).toEqual(['/feed/manifest.json']);
    manifest[second] = { timestamp: '200' };
    hosts.set(second, address());
    web.answerWith(answer);
    expect(await lab.poll(name)).toMatchObject({ imports: [{ accepted: 1 }] });
    expect(web.asked.map(({ path }) => path)).toEqual(['/feed/manifest.json', `/feed/${second}.json`]);
    const known = await lab.hosts();
    for (const host of hosts.values()) if (host !== hosts.get(fourth)) expect(known).toContain(host);
  });

  test('that breaks off keeps what came, and goes on there', async () => {
    const name = named();
    await lab.add(name, 'misp', at('/feed/manifest.json'));
    let isDown = true;
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      if (request.url === '/feed/manifest.json') {
        response.end(JSON.stringify(Object.fromEntries(uuids.map((uuid) => [uuid, { timestamp: '5' }]))));
      } else if (isDown && request.url === `/feed/${third}.json`) response.writeHead(503).end();
      else response.end(eventOf('', address()));
    };
    web.answerWith(answer);
    expect(await lab.poll(name)).toMatchObject({ outcome: 'failed', imports: [{ accepted: 1 }, { accepted: 1 }], problem: /cannot answer now/ });
    isDown = false;
    web.answerWith(answer);
    expect(await lab.poll(name)).toMatchObject({ outcome: 'news', problem: null });
    expect(web.asked.map(({ path }) => path)).toEqual(['/feed/manifest.json', `/feed/${third}.json`, `/feed/${fourth}.json`]);
  }); // prettier-ignore

  test.each([
    ['no JSON', '<html>', /not JSON/],
    ['a list', '[]', /no object of events/],
  ])('whose manifest is %s is told so', async (_what, body, problem) => {
    const name = named();
    await lab.add(name, 'misp', at('/feed/'));
    web.answerWith((_q, response) => response.end(body));
    expect(await lab.poll(name)).toMatchObject({ outcome: 'failed', problem });
  });
});

/** A collection of indicators, paged as TAXII 2.1 says, over any number of requests. */
function oddCollection(
  objects: readonly string[],
  pageSize: number,
  paging: 'by places' | 'without places' = 'by places',
) {
  const indicators = objects.map((host, index) => ({
    type: 'indicator', spec_version: '2.1', id: `indicator--00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    created: '2026-11-20T00:00:00.000Z', modified: '2026-11-20T00:00:00.000Z', valid_from: '2026-11-20T00:00:00.000Z',
    pattern_type: 'stix', pattern: `[ipv4-addr:value = '${host}']`, name: 'Examplebot', indicator_types: ['malicious-activity'],
  })); // prettier-ignore
  const addedAt = (index: number): string => `2026-11-20T00:${String(Math.floor(index / 60)).padStart(2, '0')}:${String(index % 60).padStart(2, '0')}.000000Z`; // prettier-ignore
  return (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '', at());
    const json = (value: unknown, headers: Record<string, string> = {}): void =>
      void response.writeHead(200, { 'content-type': TAXII, ...headers }).end(JSON.stringify(value));
    if (url.pathname === '/taxii2/') json({ title: 'odd', api_roots: ['/root/'] });
    else if (url.pathname === '/root/') json({ title: 'root', versions: [TAXII], max_content_length: 1 });
    else if (url.pathname === '/root/collections/')
      json({ collections: [{ id: 'c2', title: 'C2 servers', can_read: true, can_write: false }] });
    else if (url.pathname === '/root/collections/c2/objects/') {
      const after = url.searchParams.get('added_after');
      const from = url.searchParams.get('next');
      const start = from === null ? indicators.findIndex((_, index) => after === null || addedAt(index) > after) : Number(from);
      const page = start < 0 ? [] : indicators.slice(start, start + pageSize);
      const end = start + page.length;
      if (page.length === 0) json({});
      else
        json(
          { ...(end < indicators.length ? { more: true, ...(paging === 'by places' ? { next: String(end) } : {}) } : { more: false }), objects: page },
          { 'x-taxii-date-added-first': addedAt(start), 'x-taxii-date-added-last': addedAt(end - 1) },
        );
    } else response.writeHead(404, { 'content-type': TAXII }).end(JSON.stringify({ title: 'Nothing there' }));
  }; // prettier-ignore
}

const pagesAsked = (): readonly string[] =>
  web.asked
    .filter(({ path }) => path.includes('/objects/'))
    .map(({ path }) => {
      const { searchParams } = new URL(path, at());
      return searchParams.get('next') ?? searchParams.get('added_after') ?? 'the beginning';
    });

describe('a TAXII 2.1 collection', () => {
  test('of our own server is found by discovery, read in pages, and read on from where it was left', async () => {
    const taxii: TaxiiLab = await openTaxiiLab(database);
    try {
      const url = `${taxii.served.url}/taxii2/`;
      const key = `${database.directory}/reader.headers`;
      await writeFile(key, `Authorization: Bearer ${taxii.reader}\n`, { mode: 0o600 });
      const { host } = new URL(url);
      const fetching = lab.fetchingWith({ credentials: { reader: { file: key, hosts: [host] } } });
      const name = named();
      await lab.add(name, 'taxii', url, { collection: taxii.community, credential: 'reader' }, { group: 'theirs' });
      const polled = await lab.poll(name, fetching);
      expect(polled).toMatchObject({ outcome: 'news', problem: null, imports: [{ rejected: 0, format: 'stix' }] });
      expect(polled.imports[0]?.accepted).toBeGreaterThan(3);
      expect(await lab.hosts()).toEqual(expect.arrayContaining(['192.0.2.11', '192.0.2.12', '198.51.100.7']));
      expect(await lab.poll(name, fetching)).toMatchObject({ outcome: 'nothing-new', imports: [] });
      // What they take back, they take back here.
      await sayHandsOff(taxii.lab.world, taxii.lab.ada, '192.0.2.12', taxii.lab.world.clock.now() + 3_600_000);
      await publish(taxii.lab.world, 'lab', 'CERT Example');
      const revoked = await lab.poll(name, fetching);
      expect(revoked).toMatchObject({ outcome: 'news', problem: null });
      expect(revoked.imports[0]?.withdrawn).toBeGreaterThan(0);
      expect(await lab.hosts()).not.toContain('192.0.2.12');
      // Another client's token opens nothing, and none at all is asked for one.
      await lab.add(`${name}-closed`, 'taxii', url, { collection: taxii.community });
      expect(await lab.poll(`${name}-closed`)).toMatchObject({ outcome: 'failed', problem: /asks who we are; name a credential/ });
      await lab.add(`${name}-other`, 'taxii', url, { collection: taxii.germany, credential: 'reader' });
      expect(await lab.poll(`${name}-other`, fetching)).toMatchObject({ outcome: 'failed', problem: /there is no collection/ });
    } finally {
      await taxii.close();
      await taxii.lab.world.store.close();
    }
  }, 60_000); // prettier-ignore

  test('is asked for the next page with the same question, and after the end for what was added since', async () => {
    const name = named();
    const hosts = Array.from({ length: 7 }, address);
    await lab.add(name, 'taxii', at('/taxii2/'), { collection: 'C2 servers' });
    web.answerWith(oddCollection(hosts, 3));
    expect(await lab.poll(name)).toMatchObject({ outcome: 'news', imports: [{ accepted: 7, rejected: 0 }] });
    expect(pagesAsked()).toEqual(['the beginning', '3', '6']);
    expect(web.asked[0]?.headers.accept).toBe(TAXII);
    const more = [...hosts, address()];
    web.answerWith(oddCollection(more, 3));
    expect(await lab.poll(name)).toMatchObject({ imports: [{ accepted: 1 }] });
    // Straight to the objects: the collection is known by now.
    expect(web.asked).toHaveLength(1);
    expect(pagesAsked()).toEqual(['2026-11-20T00:00:06.000000Z']);
    expect(await lab.hosts()).toEqual(expect.arrayContaining(more));
  });

  test.each([
    ['the URL of its API root', '/root/', 'c2'],
    ['its own URL', '/root/collections/c2', null],
    ['that of the collections', '/root/collections/', null],
    ['discovery, as the only one', '/taxii2', null],
  ])('is found by %s', async (_what, path, collection) => {
    const name = named();
    await lab.add(name, 'taxii', at(path), { collection });
    const odd = oddCollection([address()], 3);
    web.answerWith((request, response) => {
      if (request.url !== '/root/collections/c2/') odd(request, response);
      else response.writeHead(200, { 'content-type': TAXII }).end('{"id":"c2","title":"C2","can_read":true,"can_write":false}');
    }); // prettier-ignore
    expect(await lab.poll(name)).toMatchObject({ problem: null, imports: [{ accepted: 1 }] });
  });

  test.each([
    ['another port', (elsewhere: OddWeb) => `http://127.0.0.1:${elsewhere.port}/root/`],
    ['another name', (elsewhere: OddWeb) => `http://localhost:${elsewhere.port}/root/`],
    ['another name in capitals, without a scheme', (elsewhere: OddWeb) => `//LOCALHOST:${elsewhere.port}/root/`],
  ])('whose server names an API root at %s is not read from there, and says what to do', async (_what, rootAt) => {
    const name = named();
    const elsewhere = await openOddWeb();
    const root = rootAt(elsewhere);
    const both = lab.fetchingWith({ allow: ['127.0.0.1', 'localhost'] });
    const odd = oddCollection([address()], 3);
    try {
      elsewhere.answerWith(odd);
      await lab.add(name, 'taxii', at('/taxii2/'));
      web.answerWith((_q, response) => response.writeHead(200, { 'content-type': TAXII }).end(JSON.stringify({ title: 'odd', api_roots: [root] })));
      expect(await lab.poll(name, both)).toMatchObject({ outcome: 'failed', imports: [], problem: /names http:\/\/.*, which is not where --url leads; .* put it on record/ });
      expect(elsewhere.connections()).toBe(0);
      // Nor is what an earlier version has kept.
      const { id, state } = await lab.source(name);
      const objects = new URL(`${root}collections/c2/objects/`, at()).href;
      await lab.world.store.write((transaction) => transaction.keepFeedState(id, { ...state, place: { objects } }));
      expect(await lab.poll(name, both)).toMatchObject({ outcome: 'failed', problem: /not where --url leads/ });
      expect(elsewhere.connections()).toBe(0);
      // One of its own among them is read, and so is the other one by a source of its own.
      web.answerWith((request, response) => {
        if (request.url === '/taxii2/') response.writeHead(200, { 'content-type': TAXII }).end(JSON.stringify({ title: 'odd', api_roots: [root, '/root/'] }));
        else odd(request, response);
      });
      await lab.add(`${name}-own`, 'taxii', at('/taxii2/'));
      expect(await lab.poll(`${name}-own`, both)).toMatchObject({ problem: null, imports: [{ accepted: 1 }] });
      expect(elsewhere.connections()).toBe(0);
      await lab.add(`${name}-named`, 'taxii', new URL(root, at()).href);
      expect(await lab.poll(`${name}-named`, both)).toMatchObject({ problem: null, imports: [{}] });
    } finally {
      await elsewhere.close();
    }
  }); // prettier-ignore

  test('whose reading breaks off goes on at the very page, without loss or anything twice', async () => {
    const name = named();
    const hosts = Array.from({ length: 130 }, address);
    await lab.add(name, 'taxii', at('/taxii2/'));
    const odd = oddCollection(hosts, 2);
    // 65 pages; fifty of them are one import. The connection breaks at the 60th.
    let isBroken = true;
    web.answerWith((request, response) => {
      if (isBroken && request.url?.includes('next=120') === true) response.destroy();
      else odd(request, response);
    });
    expect(await lab.poll(name)).toMatchObject({ outcome: 'failed', imports: [{ accepted: 100 }, { accepted: 20 }] });
    isBroken = false;
    web.answerWith(odd);
    expect(await lab.poll(name)).toMatchObject({ outcome: 'news', problem: null, imports: [{ accepted: 10 }] });
    expect(pagesAsked()).toEqual(['120', '122', '124', '126', '128']);
    expect(await lab.hosts()).toEqual(expect.arrayContaining(hosts));
    expect(await lab.files(name)).toHaveLength(3);
  });

  test('that has to rest while it is read has its last pages asked for again once it goes on', async () => {
    const name = named();
    const hosts = Array.from({ length: 3 }, address);
    const said = { person: lab.ada.name, reason: 'a test' };
    await lab.add(name, 'taxii', at('/taxii2/'));
    const odd = oddCollection(hosts, 2);
    web.answerWith((request, response) => {
      if (request.url?.includes('next=2') !== true) odd(request, response);
      else void pauseSource(lab.world, name, said).then(() => odd(request, response));
    });
    expect(await lab.poll(name)).toMatchObject({ outcome: 'failed', imports: [], problem: /had to rest/ });
    await resumeSource(lab.world, name, said);
    web.answerWith(odd);
    expect(await lab.poll(name)).toMatchObject({ outcome: 'news', imports: [{ accepted: 3 }] });
    expect(await lab.hosts()).toEqual(expect.arrayContaining(hosts));
  });

  test('whose reading is killed goes on after the last import that was committed', async () => {
    const name = named();
    const hosts = Array.from({ length: 110 }, address);
    await lab.add(name, 'taxii', at('/taxii2/'));
    const odd = oddCollection(hosts, 2);
    const killed = new AbortController();
    web.answerWith((request, response) => {
      if (request.url?.includes('next=106') === true) killed.abort();
      else odd(request, response);
    });
    const dying = pollSource({ ...lab.world, signal: killed.signal }, lab.fetching, name);
    await expect(dying).rejects.toMatchObject({ problem: { code: 'interrupted' } });
    expect(await lab.files(name)).toHaveLength(1);
    web.answerWith(odd);
    expect(await lab.poll(name)).toMatchObject({ outcome: 'news', imports: [{ accepted: 10 }] });
    expect(pagesAsked()).toEqual(['100', '102', '104', '106', '108']);
    expect(await lab.hosts()).toEqual(expect.arrayContaining(hosts));
  });

  test('that has forgotten the page is asked from just before it', async () => {
    const name = named();
    const hosts = Array.from({ length: 8 }, address);
    await lab.add(name, 'taxii', at('/taxii2/'));
    const odd = oddCollection(hosts, 2);
    web.answerWith((request, response) => {
      if (request.url?.includes('next=4') === true) response.destroy();
      else odd(request, response);
    });
    expect(await lab.poll(name)).toMatchObject({ outcome: 'failed', imports: [{ accepted: 4 }] });
    web.answerWith((request, response) => {
      if (request.url?.includes('next=4') === true && web.asked.length === 1) response.writeHead(400).end();
      else odd(request, response);
    });
    expect(await lab.poll(name)).toMatchObject({ outcome: 'news', problem: null, imports: [{ accepted: 5 }] });
    expect(await lab.hosts()).toEqual(expect.arrayContaining(hosts));
  });

  test('without a next goes on by the moment of the last object', async () => {
    const name = named();
    const hosts = Array.from({ length: 5 }, address);
    await lab.add(name, 'taxii', at('/taxii2/'));
    web.answerWith(oddCollection(hosts, 2, 'without places'));
    expect(await lab.poll(name)).toMatchObject({ problem: null, imports: [{ accepted: 5 }] });
    expect(pagesAsked()).toEqual(['the beginning', '2026-11-20T00:00:01.000000Z', '2026-11-20T00:00:03.000000Z']);
  });

  const page = (value: unknown, headers: Record<string, string> = {}) => (response: ServerResponse): void =>
    void response.writeHead(200, { 'content-type': TAXII, ...headers }).end(JSON.stringify(value)); // prettier-ignore
  const nested = `{"objects":[{"type":"indicator","id":"indicator--1","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}]}`;
  test.each<[string, (response: ServerResponse) => void, RegExp]>([
    ['go in a circle', page({ more: true, next: '7', objects: [] }), /go in a circle/],
    ['say that there is more, and not where', page({ more: true }), /there is more, and not where/],
    ['are of another type', (r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), /type "text\/html", which is not TAXII 2\.1/],
    ['are of TAXII 2.0', (r) => r.writeHead(200, { 'content-type': 'application/vnd.oasis.stix+json; version=2.0' }).end('{}'), /which is not TAXII 2\.1/],
    ['are no JSON', (r) => r.writeHead(200, { 'content-type': TAXII }).end('{"objects":['), /not JSON/],
    ['have no list of objects', page({ objects: {} }), /no list/],
    ['never end', (r) => endless(r.writeHead(200, { 'content-type': TAXII })), /longer than 8 MiB/],
    ['lead into our own network', (r) => r.writeHead(307, { location: 'https://192.168.0.1/' }).end(), /private space/],
    ['are not acceptable', (r) => r.writeHead(406, { 'content-type': TAXII }).end('{"title":"Not Acceptable"}'), /does not give what we read \(status 406: Not Acceptable\)/],
    ['are asked for too often', (r) => r.writeHead(429, { 'retry-after': '600' }).end(), /asked too often \(status 429\)/],
  ])('whose pages %s is told so, and the source stays', async (_what, write, problem) => {
    const name = named();
    await lab.add(name, 'taxii', at('/taxii2/'));
    const odd = oddCollection([address()], 3);
    web.answerWith((request, response) => {
      if (request.url?.includes('/objects/') === true) write(response);
      else odd(request, response);
    });
    expect(await lab.poll(name)).toMatchObject({ outcome: 'failed', imports: [], problem });
    web.answerWith(odd);
    expect(await lab.poll(name)).toMatchObject({ outcome: 'news', problem: null });
  }); // prettier-ignore

  test('with records that are none has these named, and the rest taken', async () => {
    const name = named();
    const host = address();
    await lab.add(name, 'taxii', at('/taxii2/'));
    const odd = oddCollection([host], 3);
    web.answerWith((request, response) => {
      if (request.url?.includes('/objects/') !== true) return odd(request, response);
      const good = { type: 'indicator', id: 'indicator--1', pattern_type: 'stix', pattern: `[ipv4-addr:value = '${host}']` };
      const objects = [7, null, 'x', {}, { type: 'indicator', pattern: '[' }, good, { type: 'tool', id: 'tool--1' }];
      page({ objects })(response);
    }); // prettier-ignore
    const polled = await lab.poll(name);
    expect(polled).toMatchObject({ outcome: 'news', problem: null, imports: [{ accepted: 1, rejected: 5 }] });
    expect(await lab.hosts()).toContain(host);
    await lab.add(`${name}-deep`, 'taxii', at('/taxii2/'));
    web.answerWith((request, response) => {
      if (request.url?.includes('/objects/') !== true) odd(request, response);
      else response.writeHead(200, { 'content-type': TAXII }).end(nested);
    });
    // However deep: told, or taken as the nothing that it is.
    expect((await lab.poll(`${name}-deep`)).imports.every(({ accepted }) => accepted === 0)).toBe(true);
  });

  test.each<[string, unknown, RegExp]>([
    ['several where none is named', [{ id: 'a', title: 'A', can_read: true }, { id: 'b', title: 'B', can_read: true }], /--collection has to say which: it has a \(A\), b \(B\)/],
    ['none', [], /--collection has to say which: it shows us none/],
    ['one that is not for us', [{ id: 'a', title: 'A', can_read: false }], /--collection has to say which/],
  ])('is not guessed at where the server has %s', async (_what, collections, problem) => {
    const name = named();
    await lab.add(name, 'taxii', at('/taxii2/'));
    const odd = oddCollection([], 1);
    web.answerWith((request, response) => {
      if (request.url === '/root/collections/') page({ collections })(response);
      else odd(request, response);
    });
    expect(await lab.poll(name)).toMatchObject({ outcome: 'failed', problem });
  }); // prettier-ignore
});
