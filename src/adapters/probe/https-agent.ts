import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { plainText } from '../../domain/plain-text.ts';
import { MAX_ANSWER_LINE, readJob } from './agent-messages.ts';
import type { SentJob } from './agent-messages.ts';
import type { AgentListener, AgentProcess } from './agent-process.ts';
import { codeOf } from './open-tcp.ts';

/** How jobs get to an agent that listens. */
export interface HttpsWay {
  readonly vantage: string;
  readonly url: URL;
  /** PEM: the only authorities to trust, or the very certificate; null: the well-known ones. */
  readonly ca: string | null;
  readonly token: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
}

export const LOOK_PATH = '/look';
const MOST_CONNECTIONS = 64;
const CONNECT_TIMEOUT_MS = 10_000;

/** One request a job: its answer is believed no more than one that comes over a pipe. Redirects are not followed. */
export function openHttpsAgent(way: HttpsWay, now: () => Instant, listener: AgentListener): AgentProcess {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: MOST_CONNECTIONS,
    minVersion: 'TLSv1.2',
    ...(way.ca === null ? {} : { ca: way.ca }),
    ...(way.certificate === null || way.key === null ? {} : { cert: way.certificate, key: way.key }),
  });
  const underWay = new Map<string, AbortController>();
  let alive = true;

  function send(line: string, job: string): void {
    const read = readJob(line);
    if (read === null) throw new Error('a job of our own is none');
    // What a drill looks at stays on this machine, and so does the telling of it.
    if (read.drill && !isLoopback(way.url.hostname)) {
      setImmediate(() => listener.onFailed(job, 'a drill looks through agents on this machine only'));
      return;
    }
    const sent: SentJob = { vantage: way.vantage, sentAt: isoInstant(now()), job: read };
    const body = JSON.stringify(sent);
    const stop = new AbortController();
    underWay.set(job, stop);
    const fail = (why: string): void => {
      if (underWay.delete(job)) listener.onFailed(job, why);
    };
    const asked = request(
      new URL(LOOK_PATH, way.url),
      {
        method: 'POST',
        agent,
        signal: stop.signal,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...(way.token === null ? {} : { authorization: `Bearer ${way.token}` }),
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        let size = 0;
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size <= MAX_ANSWER_LINE) chunks.push(chunk);
          else {
            fail(`it sent more than ${MAX_ANSWER_LINE} bytes`);
            answer.destroy();
          }
        });
        answer.on('error', (error) => fail(`the connection broke (${codeOf(error)})`));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (answer.statusCode !== 200) {
            fail(`it answers ${answer.statusCode ?? '?'} ${plainText(text, 100).trim()}`.trim());
          } else if (underWay.delete(job)) {
            listener.onLine(text);
            // An answer to something else, or none at all: this job has none.
            listener.onFailed(job, 'its answer is none to this job');
          }
        });
      },
    );
    asked.on('socket', (socket) => {
      if (!socket.connecting) return;
      const timer = setTimeout(() => asked.destroy(new Error('no connection in time')), CONNECT_TIMEOUT_MS);
      socket.once('secureConnect', () => clearTimeout(timer));
      socket.once('close', () => clearTimeout(timer));
    });
    asked.on('error', (error) => fail(`it cannot be reached (${plainText(error.message, 120)})`));
    asked.end(body);
  }

  return {
    send,
    giveUp(job) {
      underWay.get(job)?.abort();
      underWay.delete(job);
    },
    kill() {
      if (!alive) return;
      alive = false;
      for (const stop of underWay.values()) stop.abort();
      underWay.clear();
      agent.destroy();
      listener.onEnd('the way to the agent was closed');
    },
    isAlive: () => alive,
  };
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
