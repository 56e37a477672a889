import { sign } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { isoInstant } from '../../domain/instant.ts';
import type { Observation } from '../../domain/observation.ts';
import type { JsonValue } from '../../ledger/canonical.ts';
import { lookStatementBytes } from '../../ledger/signed-look.ts';
import type { LookStatement } from '../../ledger/signed-look.ts';
import type { Prober } from '../../ports/prober.ts';
import type { LookTaken } from '../../domain/verdict.ts';
import type { AgentKey } from './agent-key.ts';
import { MAX_JOB_LINE, readJob } from './agent-messages.ts';
import type { Answer, Job } from './agent-messages.ts';
import { eachLine } from './bounded-lines.ts';
import type { ProbeLimits } from './prober.ts';

/** What looks and signs, however its jobs come. */
export interface LookingParts {
  readonly name: string;
  readonly key: AgentKey;
  /** A prober of this machine with those limits. */
  readonly proberWith: (limits: ProbeLimits) => Prober;
  readonly signal: AbortSignal;
}

export interface AgentParts extends LookingParts {
  readonly input: Readable;
  readonly output: Writable;
  readonly report: (text: string) => void;
}

/** Looks at what a job names, and signs what was seen. */
export function createLooking(parts: LookingParts): (job: Job) => Promise<Answer> {
  // A coordinator has one pair of limits: the prober, with its resolver, serves until another pair comes.
  let last: { readonly limits: string; readonly prober: Prober } | null = null;

  function proberFor(limits: ProbeLimits): Prober {
    const named = `${limits.connectTimeoutMs}/${limits.exchangeTimeoutMs}`;
    if (last?.limits !== named) last = { limits: named, prober: parts.proberWith(limits) };
    return last.prober;
  }

  return async (job) => {
    const { connectTimeoutMs, exchangeTimeoutMs } = job;
    const prober = proberFor({ connectTimeoutMs, exchangeTimeoutMs });
    return signed(parts, job, await prober.look({ serverId: '', ...job.target }, job.drill, parts.signal));
  };
}

/** How many looks an agent has under way at once; what comes beyond waits unread. */
export const MAX_AT_ONCE = 64;

/** Takes jobs until the input ends or it is stopped, and answers each with a signed statement. */
export async function runAgent(parts: AgentParts): Promise<{ readonly looks: number }> {
  const { input, output, report, signal } = parts;
  const underWay = new Set<Promise<void>>();
  const waiting: Job[] = [];
  let looks = 0;
  const look = createLooking(parts);

  async function answer(job: Job): Promise<void> {
    const given = await look(job);
    looks += 1;
    if (output.writable) output.write(`${JSON.stringify(given)}\n`);
  }

  function begin(): void {
    while (underWay.size < MAX_AT_ONCE) {
      const job = waiting.shift();
      if (job === undefined) break;
      const work = answer(job).catch((error: unknown) =>
        report(error instanceof Error ? error.message : String(error)),
      );
      underWay.add(work);
      void work.finally(() => {
        underWay.delete(work);
        begin();
      });
    }
    if (waiting.length > 0) input.pause();
    else if (input.isPaused()) input.resume();
  }

  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    input.once('end', resolve);
    input.once('error', () => resolve());
    output.once('close', resolve);
    output.once('error', () => resolve());
    eachLine(
      input,
      MAX_JOB_LINE,
      (line) => {
        const job = readJob(line);
        if (job === null) report('a line that is no job was left out');
        else {
          waiting.push(job);
          begin();
        }
      },
      () => report('a line that is too long was left out'),
    );
  });
  if (!signal.aborted) while (underWay.size > 0 || waiting.length > 0) await Promise.race(underWay);
  return { looks };
}

function signed({ name, key }: LookingParts, { job, target }: Job, taken: LookTaken): Answer {
  const { result } = taken;
  const statement: LookStatement = {
    statement: 'dismantle-look-1',
    job,
    name,
    at: isoInstant(taken.at),
    host: target.host,
    hostType: target.hostType,
    port: target.port,
    address: taken.address,
    result: 'failure' in result ? { failure: result.failure } : { seen: jsonOf(result.seen) },
  };
  return {
    statement,
    signature: sign(null, lookStatementBytes(statement), key.privateKey).toString('base64'),
    message: 'failure' in result ? result.message : null,
    certificates: taken.certificates.map((der) => Buffer.from(der).toString('base64')),
  };
}

/** An observation is plain JSON; that it is, its interface cannot say. */
export function jsonOf(seen: Observation): JsonValue {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above; canonicalJson throws for all else
  return seen as unknown as JsonValue;
}
