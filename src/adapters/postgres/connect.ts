import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Pool, Query, types } from 'pg';
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

/** How the plan of a statement is made: for each time that it is run, once and kept, or for each time and never kept. */
type Plans = 'anew' | 'kept' | 'never-kept';

interface Statement {
  readonly text: string;
  readonly values: unknown[];
  /** By which the server keeps it, where it does. */
  readonly name: string | undefined;
}

/** What goes on on a connection, whoever speaks through it. */
interface Line {
  /** Statements that are not answered yet. */
  readonly underWay: Set<Promise<unknown>>;
  /** Until then nobody else says anything: COPY has the connection for itself. */
  taken: Promise<void> | null;
  /** The first failure that nobody waited for; the transaction is lost by it. */
  failure: { readonly cause: unknown } | null;
}

/** So many statements go ahead of their answers; more would lie in memory. */
const MOST_AHEAD = 64;

/** A connection that speaks plain SQL with typed rows. */
export class Session {
  private readonly client: Client | PoolClient;
  private readonly plans: Plans;
  private twin: Session | null = null;
  private hasty: Session | null = null;
  private isAhead = false;
  private line: Line = { underWay: new Set(), taken: null, failure: null };
  /** Whether this transaction has the server keep plans; null where its beginning did not say (`planSetting`). */
  private keeps: { now: boolean } | null = null;

  constructor(client: Client | PoolClient, plans: Plans = 'anew') {
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

  /**
   * The same connection, where `run` does not wait until it is done: the server does one statement after the other, and whoever asks
   * for rows, or ends the transaction (`end`), hears of a failure. For statements of a transaction.
   */
  get ahead(): Session {
    if (this.isAhead) return this;
    this.hasty ??= this.alike(this.plans);
    this.hasty.isAhead = true;
    return this.hasty;
  }

  private twinned(plans: 'anew' | 'kept'): Session {
    if (this.twin === null) {
      this.twin = this.alike(plans);
      this.twin.twin = this;
      this.twin.isAhead = this.isAhead;
    }
    return this.twin;
  }

  private alike(plans: Plans): Session {
    const other = new Session(this.client, plans);
    other.line = this.line;
    other.keeps = this.keeps;
    return other;
  }

  /**
   * What a transaction has to begin with, so that plans are kept from the first time on. Left to itself the server makes a
   * plan for each of the first five times, and goes on so where that looks cheaper, which for statements of many joins takes longer
   * than what they do.
   */
  planSetting(): string {
    if (this.plans === 'never-kept') return '';
    this.keeps ??= { now: true };
    return '; set local plan_cache_mode = force_generic_plan';
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
    const done = this.query(sql, values);
    if (!this.isAhead || this.line.underWay.size >= MOST_AHEAD) {
      await done;
      return;
    }
    // Noted where it is asked.
    done.catch(() => {});
  }

  /**
   * Ends a transaction. Answers when it has ended, and all that went ahead is done.
   * @param leaves 'now', or 'with-the-next': it goes with whatever this connection is asked next, or by itself a moment later.
   */
  async end(how: 'commit' | 'rollback', leaves: 'now' | 'with-the-next' = 'now'): Promise<void> {
    const { command } = await this.query(how, [], leaves);
    // The server takes a commit of what has failed for a rollback, and says so by its answer alone.
    if (this.line.failure !== null) throw this.line.failure.cause;
    if (how === 'commit' && command !== 'COMMIT') {
      throw problem(
        'database',
        'PostgreSQL has taken back what was to be committed: a statement of it had failed, and nobody was told',
        'Nothing was changed; report this as a bug',
      );
    }
  }

  private async query<Row extends QueryResultRow>(
    sql: string,
    values: readonly unknown[],
    leaves: 'now' | 'with-the-next' = 'now',
  ): Promise<QueryResult<Row>> {
    while (this.line.taken !== null) await this.line.taken;
    const isKept = this.plans === 'kept';
    // Without values there is nothing that a plan could be kept for.
    if (this.keeps !== null && this.keeps.now !== isKept && values.length > 0) {
      this.keeps.now = isKept;
      // Where that fails the statement behind it fails as well, and tells.
      const mode = isKept ? 'force_generic_plan' : 'auto';
      this.send({ text: `set local plan_cache_mode = ${mode}`, values: [], name: undefined }).catch(() => {});
    }
    try {
      return await this.send<Row>({ text: sql, values: [...values], name: isKept ? nameOf(sql) : undefined }, leaves);
    } catch (cause) {
      // From here it leads to whoever asked, and not to the socket.
      if (cause instanceof Error) Error.captureStackTrace(cause);
      // What is refused because of a failure before it says nothing of why. Noted here, before anybody else's refusal comes by.
      if (this.isAhead) this.line.failure ??= { cause };
      throw this.line.failure === null ? cause : this.line.failure.cause;
    }
  }

  private send<Row extends QueryResultRow>(
    { text, values, name }: Statement,
    leaves: 'now' | 'with-the-next' = 'now',
  ): Promise<QueryResult<Row>> {
    const { underWay } = this.line;
    // Handed over as the driver's own object: of anything else it makes a copy, property by property.
    const answer = new Promise<QueryResult<Row>>((resolve, reject) => {
      const callback = (error: Error | null | undefined, result: QueryResult<Row>): void => {
        underWay.delete(answer);
        if (error) reject(error);
        else resolve(result);
      };
      inOnePacket(this.client.connection.stream, leaves);
      this.client.query(Object.assign(new Query(text), { values, name, callback }));
    });
    underWay.add(answer);
    return answer;
  }

  /** Runs a `COPY … FROM STDIN` with these bytes. */
  async copyIn(sql: string, bytes: Uint8Array): Promise<void> {
    while (this.line.taken !== null) await this.line.taken;
    let letGo = (): void => undefined;
    this.line.taken = new Promise((resolve) => (letGo = resolve));
    try {
      await Promise.allSettled(this.line.underWay);
      await this.copy(sql, bytes);
    } finally {
      this.line.taken = null;
      letGo();
    }
  }

  private async copy(sql: string, bytes: Uint8Array): Promise<void> {
    // The driver refuses to have anything but plain statements on the way one behind the other; here nothing else is.
    const client: { pipeline: boolean } = this.client;
    const { pipeline } = client;
    client.pipeline = false;
    try {
      await new Promise<void>((resolve, reject) => {
        const stream = this.client.query(copyFrom(sql));
        stream.once('error', reject);
        stream.once('finish', resolve);
        stream.end(bytes);
      });
    } finally {
      client.pipeline = pipeline;
    }
  }
}

/**
 * What is asked in one go, before anything is waited for, leaves in one packet: of the beginning of a transaction and its first
 * question each would wake the server by itself. Nobody waits for the end of what was only read: it leaves with the next beginning,
 * or by itself once nothing else is at hand.
 */
function inOnePacket(stream: Duplex, leaves: 'now' | 'with-the-next'): void {
  const isHeld = held.get(stream);
  if (isHeld === 'now' || (isHeld !== undefined && leaves === 'with-the-next')) return;
  if (isHeld === undefined) stream.cork();
  held.set(stream, leaves);
  const letGo = (): void => {
    if (held.get(stream) !== leaves) return;
    held.delete(stream);
    stream.uncork();
  };
  if (leaves === 'now') process.nextTick(letGo);
  else setImmediate(letGo);
}

/** What is written to these does not leave yet. */
const held = new WeakMap<Duplex, 'now' | 'with-the-next'>();

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
    // A statement need not wait until the one before it is answered.
    pipeline: true,
    application_name: 'dismantle',
    allowExitOnIdle: true,
  });
  pool.on('error', () => {});
  // A connection that breaks while its transaction thinks about something else; the next statement fails with the cause.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}
