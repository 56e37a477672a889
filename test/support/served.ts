import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { createApp } from '../../src/app.ts';
import type { App } from '../../src/app.ts';
import { openPostgresStores } from '../../src/adapters/postgres/postgres-store.ts';
import type { TokenHolder, TokenScope } from '../../src/domain/access.ts';
import type { Role } from '../../src/domain/person.ts';
import { issueToken } from '../../src/flow/access.ts';
import { RATE_LIMITS } from '../../src/http/create-http.ts';
import type { Answered } from '../../src/http/create-http.ts';
import { serveOver } from '../../src/http/serve.ts';
import type { RateLimits } from '../../src/http/serve.ts';
import type { World } from '../../src/ports/world.ts';
import type { TestDatabase } from './database.ts';
import { enrol } from './ssh-keys.ts';
import type { TestKey } from './ssh-keys.ts';
import type { TestWorld } from './world.ts';

/** The service on a loopback port, over a test's database: every route, every middleware, real HTTP. */
export interface Served {
  readonly url: string;
  /** Where people open it in a browser. */
  readonly origin: string;
  readonly app: App;
  /** What was answered, as the log tells it. */
  readonly log: readonly Answered[];
  /** Asks; with a token where one is given. Redirects are not followed. */
  ask(path: string, init?: RequestInit & { readonly token?: string }): Promise<Response>;
  close(): Promise<void>;
}

export interface ServedWishes {
  readonly limits?: RateLimits;
  readonly environment?: Readonly<Record<string, string>>;
  /** Worlds whose clock and chance the service takes over, by organisation; the machine's otherwise. */
  readonly worlds?: readonly TestWorld[];
}

/** Nobody in a test comes too often, unless the test is about that. */
const GENEROUS: RateLimits = {
  open: { burst: 100_000, perMinute: 100_000 },
  member: { burst: 100_000, perMinute: 100_000 },
  failure: { burst: 100_000, perMinute: 100_000 },
};

export async function openServed(database: TestDatabase, wishes: ServedWishes = {}): Promise<Served> {
  const { limits = GENEROUS, environment = {}, worlds = [] } = wishes;
  const ending = new AbortController();
  const app = await createApp({
    dataDirectory: await mkdtemp(join(database.directory, 'served-')),
    configFile: null,
    environment,
    offline: false,
    progress: { step: () => undefined },
    signal: ending.signal,
    overrides: {},
  });
  const [first] = worlds;
  if (first === undefined) throw new Error('a service is over at least one world');
  const stores = openPostgresStores(database.access, first.random);
  const log: Answered[] = [];
  const faults: unknown[] = [];
  const served = await serveOver(app, {
    organisations: {
      storeOf: (organisationId) => stores.of(organisationId),
      worldOf: (organisationId, actor): World => ({
        ...(worlds.find((world) => world.organisationId === organisationId) ?? first),
        store: stores.of(organisationId),
        actor,
        signal: ending.signal,
      }),
      first: first.organisationId,
    },
    host: '127.0.0.1',
    port: 0,
    limits,
    clock: first.clock,
    answered: (request) => log.push(request),
    fault: (cause) => faults.push(cause),
    signal: ending.signal,
  });
  return {
    url: served.url,
    origin: served.origin,
    app,
    log,
    ask(path, { token, headers, ...init } = {}) {
      const sent = new Headers(headers);
      if (token !== undefined) sent.set('authorization', `Bearer ${token}`);
      return fetch(`${served.url}${path}`, { redirect: 'manual', ...init, headers: sent });
    },
    async close() {
      ending.abort();
      await served.stop();
      await stores.close();
      await app.close();
      if (faults.length > 0) throw new AggregateError(faults, 'the service met faults of its own');
    },
  };
}

/** An organisation's admin, and tokens that the admin has signed for. */
export interface Members {
  readonly admin: { readonly name: string; readonly key: TestKey };
  /** A person on record with these roles, and a token of theirs. */
  person(
    name: string,
    roles: readonly Role[],
    scopes?: readonly TokenScope[],
  ): Promise<{ name: string; key: TestKey; token: string }>;
  token(holder: TokenHolder, scopes?: readonly TokenScope[]): Promise<string>;
}

const YEAR_MS = 365 * 86_400_000;

export async function openMembers(world: TestWorld, directory: string): Promise<Members> {
  const admin = await enrol(world, directory, 'Ada Example', ['admin']);
  const token: Members['token'] = async (holder, scopes = ['read', 'write']) => {
    const { secret } = await issueToken(world, world.organisationId, admin.key.signing, {
      name: `of a test ${world.ids.reference()}`,
      holder,
      scopes,
      expiresAt: world.clock.now() + YEAR_MS,
      reason: 'a test',
      by: admin.name,
    });
    return secret;
  };
  return {
    admin,
    token,
    async person(name, roles, scopes) {
      const person = await enrol(world, directory, name, roles, admin);
      return { ...person, token: await token({ kind: 'person', person: name }, scopes) };
    },
  };
}

export { RATE_LIMITS };
