import { parseInstant } from '../../domain/instant.ts';
import type { LookFailure } from '../../domain/observation.ts';
import { plainText } from '../../domain/plain-text.ts';
import type { Vantage } from '../../domain/vantage.ts';
import type { LookTaken } from '../../domain/verdict.ts';
import { isSignedLook } from '../../ledger/signed-look.ts';
import type { LookStatement } from '../../ledger/signed-look.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Outgoing } from '../../ports/outgoing.ts';
import type { Prober, ProbeTarget } from '../../ports/prober.ts';
import type { Random } from '../../ports/random.ts';
import { readAnswer } from './agent-messages.ts';
import type { CheckedAnswer, Job } from './agent-messages.ts';
import type { AgentListener, AgentProcess } from './agent-process.ts';
import { sha256 } from './certificate-seen.ts';
import type { ProbeLimits } from './prober.ts';
import type { ScopeGuard } from './route.ts';

export interface AgentProberParts {
  /** With its public key. */
  readonly vantage: Vantage & { readonly publicKey: string };
  /** Starts it, or opens the way to it. */
  readonly start: (listener: AgentListener) => AgentProcess;
  readonly guard: ScopeGuard;
  readonly limits: ProbeLimits;
  readonly outgoing: Outgoing;
  readonly clock: Clock;
  readonly random: Random;
  /** How long to wait for an answer; longer than a look may take. */
  readonly patienceMs: number;
}

/** How far the agent's clock may be off. */
const CLOCK_TOLERANCE_MS = 120_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** Lines that answer nothing that was asked; more of them, and the agent is started anew. */
const MAX_STRAY = 10;

interface Pending {
  readonly job: Job;
  readonly sentAt: number;
  readonly settle: (answer: CheckedAnswer | { readonly failed: string }) => void;
}

/** Looks through an agent elsewhere, and believes it nothing that it has not signed about the very job it was given. */
export function createAgentProber(parts: AgentProberParts): Prober {
  const { vantage, clock, limits } = parts;
  const pending = new Map<string, Pending>();
  let agent: AgentProcess | null = null;
  let pauseMs = 0;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  let lastWhy = '';
  let stray = 0;
  let closed = false;

  function running(): AgentProcess | null {
    if (agent?.isAlive() === true) return agent;
    if (closed || performance.now() < notBeforeMs) return null;
    stray = 0;
    const started = parts.start({
      onLine: (line) => take(line),
      onFailed: (job, why) => pending.get(job)?.settle({ failed: why }),
      onEnd(why) {
        lastWhy = why;
        // Longer each time that it dies without having answered anything; an answer takes it back.
        pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2));
        notBeforeMs = performance.now() + pauseMs;
        for (const { settle } of pending.values()) settle({ failed: why });
      },
    });
    agent = started;
    return started;
  }

  function take(line: string): void {
    const answer = readAnswer(line);
    const asked = answer === null ? undefined : pending.get(answer.statement.job);
    if (answer === null || asked === undefined) {
      stray += 1;
      lastWhy = answer === null ? 'it sends lines that are no answers' : 'it answers what was not asked';
      if (stray > MAX_STRAY) agent?.kill();
      return;
    }
    const wrong = objectionTo(answer, asked);
    if (wrong === null) pauseMs = 0;
    asked.settle(wrong === null ? answer : { failed: wrong });
  }

  /** Why an answer is not taken for this job; a sentence's end behind "the agent". */
  function objectionTo({ statement, signature, certificates }: CheckedAnswer, { job, sentAt }: Pending): string | null {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the schema holds nothing but JSON; interfaces lack the index signature
    if (!isSignedLook(statement as LookStatement, vantage.publicKey, signature))
      return 'its signature is not of its key';
    const { target, drill } = job;
    if (statement.name !== vantage.name) return `it calls itself ${plainText(statement.name, 60)}`;
    if (statement.host !== target.host || statement.hostType !== target.hostType || statement.port !== target.port)
      return 'it tells of another server';
    const at = parseInstant(statement.at);
    if (at === null || at < sentAt - CLOCK_TOLERANCE_MS || at > clock.now() + CLOCK_TOLERANCE_MS)
      return `its clock is off: it says ${statement.at}`;
    const { address, result } = statement;
    if ('failure' in result) return null;
    if (address === null) return 'it saw something of no address';
    const checked = parts.guard(address, drill);
    if (!checked.ok) return `it looked where it may not: ${checked.problem}`;
    if (
      target.hostType === 'address'
        ? address !== target.host
        : result.seen.resolved?.addresses.includes(address) !== true
    )
      return 'it looked at another address';
    const named = new Set(result.seen.tls?.chain.map((certificate) => certificate.sha256));
    const given = certificates.map((text) => sha256(Buffer.from(text, 'base64')));
    return given.length === named.size && given.every((hash) => named.has(hash))
      ? null
      : 'its certificates are not those that it tells of';
  }

  function ask(job: Job, signal: AbortSignal): Promise<CheckedAnswer | { readonly failed: string }> {
    const process = running();
    if (process === null) return Promise.resolve({ failed: `it does not run: ${lastWhy}` });
    return new Promise((resolve) => {
      const settle: Pending['settle'] = (answer) => {
        if (!pending.delete(job.job)) return;
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        resolve(answer);
      };
      const stop = (): void => settle({ failed: 'the look was stopped' });
      const timer = setTimeout(() => {
        settle({ failed: 'it did not answer in time' });
        process.giveUp(job.job);
      }, parts.patienceMs);
      pending.set(job.job, { job, sentAt: clock.now(), settle });
      signal.addEventListener('abort', stop, { once: true });
      process.send(JSON.stringify(job), job.job);
    });
  }

  return {
    vantage,
    async look(target: ProbeTarget, drill: boolean, signal: AbortSignal): Promise<LookTaken> {
      parts.outgoing.assertAllowed('probe');
      const at = clock.now();
      const without = (failure: LookFailure, message: string): LookTaken => ({
        port: target.port, at, vantage, address: null, certificates: [], signed: null,
        result: { failure, message: plainText(message, 300) },
      }); // prettier-ignore
      const { hostType, host, port, scheme, path } = target;
      if (port === null || (hostType !== 'address' && hostType !== 'domain'))
        return without(
          'nothing-to-look-at',
          port === null ? 'no port is known' : 'a name that only another system resolves',
        );
      if (hostType === 'address') {
        const checked = parts.guard(host, drill);
        if (!checked.ok) return without('not-allowed', checked.problem);
      }
      const nonce = Buffer.from(parts.random.bytes(16)).toString('base64url');
      const job: Job = { job: nonce, drill, target: { hostType, host, port, scheme, path }, ...limits };
      const answer = await ask(job, signal);
      if ('failed' in answer) return without('vantage-failed', `agent: ${answer.failed}`);
      const { statement, signature, certificates, message } = answer;
      return {
        port,
        at: parseInstant(statement.at) ?? at,
        vantage,
        address: statement.address,
        result:
          'seen' in statement.result
            ? statement.result
            : { failure: statement.result.failure, message: message ?? 'it says no more' },
        certificates: certificates.map((text) => new Uint8Array(Buffer.from(text, 'base64'))),
        signed: { publicKey: vantage.publicKey, job: nonce, signature },
      };
    },
    close() {
      closed = true;
      agent?.kill();
      return Promise.resolve();
    },
  };
}
