import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Pool, types } from 'pg';
import type { ClientConfig, PoolClient, QueryResult, QueryResultRow } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { problem } from '../../domain/problem.ts';
import type { Problem } from '../../domain/problem.ts';
import { codeOf, explained } from './explain.ts';

/** Where PostgreSQL is, and as whom we come. */
export interface DatabaseAccess {
  /** For the role that owns the schema and migrates. */
  readonly owner: ClientConfig;
  /** For daily work. Each of its connections works as the role dismantle_app, under row-level security. */
  readonly app: ClientConfig;
  /** What is known of why the server went away; null, or left out, where nothing is. */
  readonly whyGone?: () => Problem | null;
  /** The newest migration that this version knows: each transaction asks whether that still does. Nobody asks where it is left out. */
  readonly schema?: string;
}

export const APP_ROLE = 'dismantle_app';

/** For reads on behalf of partners and of whoever stands at a provider's door: it sees what it was granted, and nothing else. */
export const OUTSIDER_ROLE = 'dismantle_partner';

/** PostgreSQL gives bigint as text since not every one fits a number; ours do (sequences, AS numbers), up to 2^53. */
const BIGINT_OID = 20;
/** Dates stay as they are written, YYYY-MM-DD, instead of becoming a moment in the local time zone. */
const DATE_OID = 1082;

const parsers = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
    if (oid === BIGINT_OID) return (text: string) => safeInteger(text);
    if (oid === DATE_OID) return (text: string) => text;
    return format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid, 'text');
  },
};

function safeInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number)) throw new Error(`the integer ${text} does not fit`);
  return number;
}

/**
 * A statement's name on the server, from its text: the same text is the same statement. 96 bits of a hash; two texts under one name
 * the driver refuses.
 */
const names = new Map<string, string>();
function nameOf(sql: string): string {
  let name = names.get(sql);
  if (name === undefined) names.set(sql, (name = createHash('sha256').update(sql).digest('hex').slice(0, 24)));
  return name;
}

/** A connection that speaks plain SQL with typed rows. */
export class Session {
  private readonly client: Client | PoolClient;
  private readonly plans: 'anew' | 'kept' | 'never-kept';
  private twin: Session | null = null;

  constructor(client: Client | PoolClient, plans: 'anew' | 'kept' | 'never-kept' = 'anew') {
    this.client = client;
    this.plans = plans;
  }

  /**
   * The same connection for statements that are few in text and asked often: the server keeps their plans, which cost it more than
   * the work itself. For what is about one thing or a few, by key: a plan is kept though its table grows, until the connection is
   * renewed (`openPool`), and what joins many rows with many must be planned by how many there are now. Never where temporary
   * tables stand before the real ones: a kept plan does not see them.
   */
  get prepared(): Session {
    return this.plans === 'anew' ? this.twinned('kept') : this;
  }

  /** The same connection, each statement planned when it is run. */
  get anew(): Session {
    return this.plans === 'kept' ? this.twinned('anew') : this;
  }

  private twinned(plans: 'anew' | 'kept'): Session {
    if (this.twin === null) {
      this.twin = new Session(this.client, plans);
      this.twin.twin = this;
    }
    return this.twin;
  }

  async rows<Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.query<Row>(sql, values);
    return result.rows;
  }

  async row<Row extends QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<Row | null> {
    const rows = await this.rows<Row>(sql, values);
    return rows[0] ?? null;
  }

  async run(sql: string, values: readonly unknown[] = []): Promise<void> {
    await this.query(sql, values);
  }

  private query<Row extends QueryResultRow>(sql: string, values: readonly unknown[]): Promise<QueryResult<Row>> {
    const config = { text: sql, values: [...values] };
    return this.client.query<Row>(this.plans === 'kept' ? { ...config, name: nameOf(sql) } : config);
  }

  /** Runs a `COPY … FROM STDIN` with these bytes. */
  copyIn(sql: string, bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const stream = this.client.query(copyFrom(sql));
      stream.once('error', reject);
      stream.once('finish', resolve);
      stream.end(bytes);
    });
  }
}

/** One connection for one piece of work, closed whatever happens. */
export async function withClient<Value>(
  config: ClientConfig,
  work: (session: Session) => Promise<Value>,
): Promise<Value> {
  let client: Client;
  try {
    client = await patiently(() => connectedClient(config));
  } catch (cause) {
    throw unreachable(config, cause);
  }
  try {
    return await work(new Session(client));
  } catch (cause) {
    throw explained(cause);
  } finally {
    await client.end().catch(() => {});
  }
}

async function connectedClient(config: ClientConfig): Promise<Client> {
  const client = new Client(config);
  // A connection that breaks while idle reports it here; the next query fails with the same cause.
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** cannot_connect_now: the server starts, stops, or recovers from a crash. */
const CANNOT_CONNECT_NOW = '57P03';
const LONGEST_RECOVERY_MS = 60_000;
const RECOVERY_PAUSE_MS = 100;

/** Tries again while the server says that it takes no connections just now. */
export async function patiently<Value>(connect: () => Promise<Value>): Promise<Value> {
  const deadline = performance.now() + LONGEST_RECOVERY_MS;
  for (;;) {
    try {
      return await connect();
    } catch (cause) {
      if (codeOf(cause) !== CANNOT_CONNECT_NOW || performance.now() > deadline) throw cause;
      await sleep(RECOVERY_PAUSE_MS);
    }
  }
}

export function unreachable(config: ClientConfig, cause: unknown): Error {
  const where = config.connectionString === undefined ? String(config.host) : 'DATABASE_URL';
  const reason = cause instanceof Error ? cause.message : String(cause);
  return problem(
    'database',
    `PostgreSQL does not answer at ${where}: ${reason}`,
    'Run `dismantle doctor` to see what is in force',
    cause,
  );
}

/** A connection is renewed after so many transactions, or so long: the plans that it keeps are of tables as they were. */
const MOST_USES = 10_000;
const LONGEST_LIFE_S = 600;

/** Connections that work as dismantle_app. */
export function openPool(config: ClientConfig): Pool {
  const pool = new Pool({
    ...config,
    max: 8,
    maxUses: MOST_USES,
    maxLifetimeSeconds: LONGEST_LIFE_S,
    types: parsers,
    application_name: 'dismantle',
    allowExitOnIdle: true,
  });
  pool.on('error', () => {});
  // A connection that breaks while its transaction thinks about something else; the next statement fails with the cause.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
