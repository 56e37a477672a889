import { z } from 'zod';
import { LOOK_FAILURES } from '../../domain/observation.ts';
import type { Observation } from '../../domain/observation.ts';
import { plainText } from '../../domain/plain-text.ts';
import { HOST_TYPES } from '../../domain/server.ts';
import type { ProbeTarget } from '../../ports/prober.ts';
import type { LookStatement } from '../../ledger/signed-look.ts';

/*
 * What is said between the coordinator and an agent, one JSON object a line. Both sides check every field: neither believes
 * the other to be well.
 */

/** A job as it goes out. */
export interface Job {
  readonly job: string;
  readonly drill: boolean;
  readonly target: Omit<ProbeTarget, 'serverId'>;
  readonly connectTimeoutMs: number;
  readonly exchangeTimeoutMs: number;
}

export interface Answer {
  readonly statement: LookStatement;
  readonly signature: string;
  /** Why it saw nothing; null where it did. For people, and not signed. */
  readonly message: string | null;
  /** DER, base64, of the certificates that the statement names. */
  readonly certificates: readonly string[];
}

/** A job as it goes over HTTPS: for one vantage and one moment, so that whoever has seen it cannot use it again elsewhere or later. */
export interface SentJob {
  readonly vantage: string;
  readonly sentAt: string;
  readonly job: Job;
}

export const MAX_JOB_LINE = 16 * 1024;
/** Ten certificates are at most 100 KiB together (OpenSSL's own bound); the rest of a look is smaller. */
export const MAX_ANSWER_LINE = 512 * 1024;

const timeoutMs = z.int().min(1).max(60_000);
/** Text as our own adapters leave it: well-formed, one line, nothing invisible. */
const clean = (max: number): z.ZodString =>
  z.string().refine((text) => plainText(text, max) === text, { error: 'is not clean text of that length' });
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const ms = z.int().min(0).max(600_000);
const moment = z.iso.datetime({ precision: 3 });

const jobSchema: z.ZodType<Job> = z.strictObject({
  job: z.string().regex(/^[\w-]{22}$/),
  drill: z.boolean(),
  target: z.strictObject({
    hostType: z.enum(HOST_TYPES),
    host: z.string().min(1).max(300),
    port: z.int().min(1).max(65_535).nullable(),
    scheme: z.string().max(20).nullable(),
    path: z.string().max(4000).nullable(),
  }),
  connectTimeoutMs: timeoutMs,
  exchangeTimeoutMs: timeoutMs,
});

const sentJobSchema: z.ZodType<SentJob> = z.strictObject({
  vantage: z.string().max(100),
  sentAt: moment,
  job: jobSchema,
});

const certificateSeen = z.strictObject({
  sha256,
  publicKeySha256: sha256.nullable(),
  subject: clean(500),
  issuer: clean(500),
  names: z.array(clean(255)).max(50),
  serial: clean(100),
  notBefore: moment.nullable(),
  notAfter: moment.nullable(),
});

const observation: z.ZodType<Observation> = z.strictObject({
  tcp: z.strictObject({
    outcome: z.enum(['connected', 'refused', 'timed-out', 'reset', 'host-unreachable', 'failed']),
    ms,
    error: clean(200).nullable(),
  }),
  tls: z
    .strictObject({
      outcome: z.enum(['handshake', 'refused', 'not-tls', 'closed', 'reset', 'timed-out']),
      protocol: clean(20).nullable(),
      cipher: clean(100).nullable(),
      alpn: clean(100).nullable(),
      chain: z.array(certificateSeen).max(10),
      ms,
      error: clean(200).nullable(),
    })
    .nullable(),
  http: z
    .strictObject({
      outcome: z.enum(['answered', 'not-http', 'closed', 'reset', 'timed-out']),
      over: z.enum(['tls', 'tcp']),
      path: clean(2000),
      status: z.int().min(0).max(999).nullable(),
      headers: z.array(z.tuple([clean(100), clean(2000)])).max(100),
      location: clean(2000).nullable(),
      bodySha256: sha256.nullable(),
      bodyBytes: z.int().min(0).max(65_536),
      bodyTruncated: z.boolean(),
      title: clean(200).nullable(),
      ms,
      error: clean(200).nullable(),
    })
    .nullable(),
  resolved: z.strictObject({ name: clean(253), addresses: z.array(clean(45)).max(64) }).nullable(),
});

const answerSchema = z.strictObject({
  statement: z.strictObject({
    statement: z.literal('dismantle-look-1'),
    job: z.string().max(100),
    name: z.string().max(100),
    at: moment,
    host: z.string().max(300),
    hostType: z.enum(HOST_TYPES),
    port: z.int().nullable(),
    address: z.string().max(45).nullable(),
    result: z.union([z.strictObject({ seen: observation }), z.strictObject({ failure: z.enum(LOOK_FAILURES) })]),
  }),
  signature: z.string().max(200),
  message: clean(300).nullable(),
  certificates: z.array(z.string().max(200_000)).max(10),
});

export type CheckedAnswer = z.infer<typeof answerSchema>;

/** The job in a line, or null. */
export function readJob(line: string): Job | null {
  return jobSchema.safeParse(parsed(line)).data ?? null;
}

export function readSentJob(text: string): SentJob | null {
  return sentJobSchema.safeParse(parsed(text)).data ?? null;
}

export function readAnswer(line: string): CheckedAnswer | null {
  return answerSchema.safeParse(parsed(line)).data ?? null;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
