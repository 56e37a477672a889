import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createInputFiles } from '../../src/adapters/files/input-files.ts';
import { createGuardedHttp } from '../../src/adapters/guarded-http/guarded-http.ts';
import type { GuardedHttpOptions } from '../../src/adapters/guarded-http/guarded-http.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import type { FeedKind, FeedWords } from '../../src/domain/feed-source.ts';
import { beginOperation } from '../../src/flow.ts';
import { addSource, pollSource, sourcesOf } from '../../src/flow/sources.ts';
import type { Fetching, NewFeedSource, Polled, SourceView } from '../../src/flow/sources.ts';
import type { World } from '../../src/ports/world.ts';
import type { TestDatabase } from './database.ts';
import { enrol } from './ssh-keys.ts';
import { openTestWorld } from './world.ts';
import type { TestWorld } from './world.ts';

/** An organisation that fetches from loopback over the real parts: client, files, intake, store. */
export interface FeedLab {
  readonly test: TestWorld;
  /** The same with traffic.fetch on. */
  readonly world: World;
  readonly ada: Awaited<ReturnType<typeof enrol>>;
  readonly fetching: Fetching;
  /** Fetches with other options of the client. */
  fetchingWith(changes: Partial<GuardedHttpOptions>): Fetching;
  add(name: string, kind: FeedKind, url: string, more?: Partial<NewFeedSource>, words?: FeedWords): Promise<SourceView>;
  poll(name: string, fetching?: Fetching): Promise<Polled>;
  source(name: string): Promise<SourceView>;
  /** Hosts that somebody lists now, sorted. */
  hosts(): Promise<readonly string[]>;
  /** Files that were imported from a source, the oldest first. */
  files(source: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

const MIB = 1024 * 1024;

export async function openFeedLab(database: TestDatabase): Promise<FeedLab> {
  const test = await openTestWorld(database);
  const traffic = { lookup: false, fetch: true, timestamp: false, probe: false, send: false };
  const world: World = { ...test, outgoing: createSwitchboard(traffic) };
  await beginOperation(world, { name: 'lab', drill: true, malware: 'Examplebot' });
  const ada = await enrol(test, database.directory, 'Ada Example', ['admin', 'analyst']);
  const files = createInputFiles({
    spoolDirectory: await mkdtemp(join(database.directory, 'spool-')),
    stdin: () => process.stdin,
  });
  const fetchingWith = (changes: Partial<GuardedHttpOptions>): Fetching => ({
    fetcher: createGuardedHttp({
      outgoing: world.outgoing,
      traffic: 'fetch',
      clock: world.clock,
      allow: ['127.0.0.1'],
      credentials: {},
      extraCa: null,
      times: { totalMs: 10_000, idleMs: 5000 },
      sizes: { bytes: 8 * MIB, unpackedBytes: 16 * MIB },
      ...changes,
    }),
    receive: (name) => files.receive(name),
    removals: { percent: 20, count: 10 },
  });
  const fetching = fetchingWith({});
  const operationId = async (): Promise<string> =>
    world.store.read(async (transaction) => (await transaction.findOperation('lab'))?.id ?? '');
  return {
    test,
    world,
    ada,
    fetching,
    fetchingWith,
    add: (name, kind, url, more = {}, words = {}) =>
      addSource(world, ada.key.signing, 'lab', {
        name, kind, url, collection: null, credential: null, everyMinutes: 60, words, reason: 'a test',
        by: ada.name,
        ...more,
      }), // prettier-ignore
    poll: (name, other = fetching) => pollSource(world, other, name),
    async source(name) {
      const found = (await sourcesOf(world, true)).find((each) => each.name === name);
      if (found === undefined) throw new Error(`there is no source ${name}`);
      return found;
    },
    async hosts() {
      const id = await operationId();
      return world.store.read(async (transaction) => {
        const hosts: string[] = [];
        for await (const page of transaction.serversToJudge(id)) {
          for (const { host, statements } of page) if (statements.length > 0) hosts.push(host);
        }
        return hosts.toSorted();
      });
    },
    async files(source) {
      const id = await operationId();
      const imports = await world.store.read((transaction) => transaction.imports(id));
      return imports.filter((each) => each.source === source).map(({ file }) => file);
    },
    async close() {
      await files.close();
      await test.store.close();
    },
  };
}
