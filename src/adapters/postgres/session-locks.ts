import type { ClientConfig } from 'pg';
import { Client } from 'pg';
import { patiently, unreachable } from './connect.ts';
import { explained, isConnectionLost } from './explain.ts';

/**
 * Locks that last longer than a transaction and go with the process that holds them: PostgreSQL's advisory locks of one
 * connection, opened at the first use. Within the process the keys themselves keep two apart, since a session may take its
 * own lock twice.
 */
export class SessionLocks {
  private readonly config: ClientConfig;
  private readonly held = new Set<string>();
  private client: Promise<Client> | null = null;
  /** Of those who work under locks of the connection that is open; aborted when it breaks. */
  private lost = new AbortController();
  private last: Promise<unknown> = Promise.resolve();

  constructor(config: ClientConfig) {
    this.config = config;
  }

  async exclusively<Value>(
    key: string,
    work: (lost: AbortSignal) => Promise<Value>,
  ): Promise<{ readonly value: Value } | null> {
    if (this.held.has(key)) return null;
    this.held.add(key);
    try {
      const { client, signal, isTaken } = await this.take(key);
      if (!isTaken) return null;
      try {
        return { value: await work(signal) };
      } finally {
        // A connection that broke has let go of the lock by itself.
        await this.ask(client, 'select pg_advisory_unlock(hashtextextended($1, 1)) as done', key).catch(() => {});
      }
    } finally {
      this.held.delete(key);
    }
  }

  async close(): Promise<void> {
    const client = await this.client?.catch(() => null);
    await client?.end().catch(() => {});
    this.client = null;
  }

  /** A connection that breaks meanwhile holds nothing: there is another one to ask, or the server is gone. */
  private async take(
    key: string,
    isAgain = false,
  ): Promise<{ readonly client: Client; readonly signal: AbortSignal; readonly isTaken: boolean }> {
    const client = await this.connection();
    const { signal } = this.lost;
    try {
      const isTaken = await this.ask(client, 'select pg_try_advisory_lock(hashtextextended($1, 1)) as done', key);
      return { client, signal, isTaken };
    } catch (cause) {
      if (isAgain || !isConnectionLost(cause)) throw explained(cause);
      await this.giveUp(client);
      return this.take(key, true);
    }
  }

  /** Also where the driver has not told yet that it broke. */
  private async giveUp(broken: Client): Promise<void> {
    const current = await this.client?.catch(() => null);
    if (current === broken) this.client = null;
  }

  /** One question after the other: a connection takes no second before it has answered the first. */
  private ask(client: Client, sql: string, key: string): Promise<boolean> {
    const answer = this.last.then(async () => {
      const { rows } = await client.query<{ done: boolean }>({ name: sql.slice(0, 40), text: sql, values: [key] });
      return rows[0]?.done === true;
    });
    this.last = answer.catch(() => {});
    return answer;
  }

  private connection(): Promise<Client> {
    this.client ??= this.connect();
    return this.client;
  }

  private async connect(): Promise<Client> {
    try {
      return await patiently(async () => {
        const client = new Client({ ...this.config, application_name: 'dismantle locks' });
        // A connection that breaks while idle reports it here; the next key opens another.
        const lost = new AbortController();
        const gone = (): void => {
          if (this.lost === lost) this.client = null;
          lost.abort();
        };
        client.on('error', gone);
        client.on('end', gone);
        await client.connect();
        this.lost = lost;
        return client;
      });
    } catch (cause) {
      this.client = null;
      throw unreachable(this.config, cause);
    }
  }
}
