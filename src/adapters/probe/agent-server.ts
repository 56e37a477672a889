import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import { parseInstant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import type { Clock } from '../../ports/clock.ts';
import { createLooking, MAX_AT_ONCE } from './agent.ts';
import type { LookingParts } from './agent.ts';
import { MAX_JOB_LINE, readSentJob } from './agent-messages.ts';
import type { SentJob } from './agent-messages.ts';
import { LOOK_PATH } from './https-agent.ts';
import { codeOf } from './open-tcp.ts';

export interface ListeningParts extends LookingParts {
  readonly host: string;
  readonly port: number;
  /** PEM. */
  readonly certificate: string;
  readonly tlsKey: string;
  /** PEM: certificates, or authorities, of those that jobs are taken from; null: a token is enough. */
  readonly clients: string | null;
  /** What whoever sends jobs has to bring; null: a certificate is enough. */
  readonly token: string | null;
  readonly clock: Clock;
  readonly report: (text: string) => void;
  /** Called with the port that was taken. */
  readonly listening: (port: number) => void;
}

/** How far a job's moment may be off. */
const CLOCK_TOLERANCE_MS = 120_000;
/** Numbers of jobs that are remembered, so that none is done twice: more come within the tolerance at no rate that we look at. */
const MOST_REMEMBERED = 200_000;
/** Beyond what is under way, so many jobs wait; whoever sends more is told to come later. */
const MOST_WAITING = 1024;
const MOST_SOCKETS = 256;
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 15_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * An agent that is asked over HTTPS. One path, one method; whoever is not known by certificate or token learns nothing. A job is
 * for this vantage, of now, and done once.
 */
export async function listenAsAgent(parts: ListeningParts): Promise<{ readonly looks: number }> {
  const { signal, report, name } = parts;
  const look = createLooking(parts);
  const once = new JobNumbers(() => parts.clock.now());
  const turns = new Turns(MAX_AT_ONCE, MOST_WAITING);
  let looks = 0;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isKnown(parts.token, request)) return refuse(response, 401, 'who are you?');
    if (request.url !== LOOK_PATH) return refuse(response, 404, 'nothing is here');
    if (request.method !== 'POST') return refuse(response, 405, 'a job is posted');
    const text = await bodyOf(request);
    if (text === null) return refuse(response, 413, 'a job is smaller than that');
    const sent = readSentJob(text);
    if (sent === null) return refuse(response, 400, 'that is no job');
    const why = objectionTo(sent, name, parts.clock.now());
    if (why !== null) return refuse(response, 409, why);
    if (!once.isNew(sent.job.job)) return refuse(response, 409, 'that job was done, or too many are remembered');
    const given = await turns.take(() => look(sent.job));
    if (given === null) return refuse(response, 503, 'too many jobs wait');
    looks += 1;
    const body = JSON.stringify(given);
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      .end(body);
  }

  const server = open(parts, (request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.destroyed) return;
      report(error instanceof Error ? error.message : String(error));
      if (!response.headersSent) refuse(response, 500, 'a fault of ours');
      else response.destroy();
    });
  });
  await listen(server, parts);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
  return { looks };
}

function open(parts: ListeningParts, answer: (request: IncomingMessage, response: ServerResponse) => void): Server {
  let server: Server;
  try {
    server = createServer(
      {
        cert: parts.certificate,
        key: parts.tlsKey,
        minVersion: 'TLSv1.2',
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
        headersTimeout: HEADERS_TIMEOUT_MS,
        requestTimeout: REQUEST_TIMEOUT_MS,
        maxHeaderSize: 8192,
        ...(parts.clients === null ? {} : { ca: parts.clients, requestCert: true, rejectUnauthorized: true }),
      },
      answer,
    );
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw problem(
      'input',
      `the certificate and its key cannot be used: ${why}`,
      'Both are to be PEM, and to fit',
      cause,
    );
  }
  server.maxConnections = MOST_SOCKETS;
  // A handshake that fails is the caller's, and no news.
  server.on('tlsClientError', () => undefined);
  return server;
}

async function listen(server: Server, { host, port, listening }: ListeningParts): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        problem('usage', `${host}:${port} cannot be listened on (${codeOf(cause)})`, 'Choose another --listen', cause),
      ),
    );
    server.listen(port, host, () => resolve());
  });
  const address = server.address();
  listening(typeof address === 'object' && address !== null ? address.port : port);
}

/** By its token where one is set; where only certificates are, the handshake has seen to it. Hashes take the same time whatever differs. */
function isKnown(token: string | null, { headers }: IncomingMessage): boolean {
  if (token === null) return true;
  const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hashOf(headers.authorization ?? ''), hashOf(`Bearer ${token}`));
}

function objectionTo({ vantage, sentAt }: SentJob, name: string, now: number): string | null {
  if (vantage !== name) return 'that job is for another vantage';
  const at = parseInstant(sentAt);
  return at === null || Math.abs(at - now) > CLOCK_TOLERANCE_MS ? 'that job is not of now' : null;
}

function refuse(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(words);
}

/** Null where it is larger than a job. */
function bodyOf(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > MAX_JOB_LINE) {
      resolve(null);
      return;
    }
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_JOB_LINE) chunks.push(chunk);
      else {
        request.pause();
        resolve(null);
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.once('error', reject);
    request.once('close', () => reject(new Error('the caller went away')));
  });
}

/** Remembers numbers for as long as their jobs could be taken for new. */
class JobNumbers {
  private readonly seen = new Map<string, number>();
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  isNew(job: string): boolean {
    const now = this.now();
    for (const [old, at] of this.seen) {
      if (now - at <= 2 * CLOCK_TOLERANCE_MS) break;
      this.seen.delete(old);
    }
    if (this.seen.has(job) || this.seen.size >= MOST_REMEMBERED) return false;
    this.seen.set(job, now);
    return true;
  }
}

/** So many at once, and so many that wait. */
class Turns {
  private free: number;
  private readonly most: number;
  private readonly waiting: (() => void)[] = [];

  constructor(atOnce: number, most: number) {
    this.free = atOnce;
    this.most = most;
  }

  /** Null where too many wait already. */
  async take<Value>(work: () => Promise<Value>): Promise<Value | null> {
    if (this.free > 0) this.free -= 1;
    else {
      if (this.waiting.length >= this.most) return null;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }
}
