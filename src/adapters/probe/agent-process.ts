import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { plainText } from '../../domain/plain-text.ts';
import { MAX_ANSWER_LINE } from './agent-messages.ts';
import { eachLine } from './bounded-lines.ts';

/** A running agent, or the way to it (ssh, HTTPS). */
export interface AgentProcess {
  /** `job` is the number of the job in the line. */
  send(line: string, job: string): void;
  /** This job has not been answered in time. */
  giveUp(job: string): void;
  kill(): void;
  readonly isAlive: () => boolean;
}

export interface AgentListener {
  onLine(line: string): void;
  /** Once: it ended, was killed, cannot be started, or sends what has no end. */
  onEnd(why: string): void;
  /** This job alone is not answered. */
  onFailed(job: string, why: string): void;
}

/** Runs the command without a shell; it gets no setting and no secret of ours from the environment. */
export function startAgent(
  command: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  listener: AgentListener,
): AgentProcess {
  const [program = '', ...words] = command;
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(program, words, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: withoutSecrets(environment),
  });
  let alive = true;
  let last = '';
  const end = (why: string): void => {
    if (!alive) return;
    alive = false;
    child.kill('SIGKILL');
    listener.onEnd(last === '' ? why : `${why}; it said: ${plainText(last, 150)}`);
  };
  child.on('error', (error) => end(`the agent cannot be started (${plainText(error.message, 100)})`));
  child.on('exit', (code, signal) => end(`the agent ended (${signal ?? code ?? '?'})`));
  child.stdin.on('error', () => end('the agent takes nothing more'));
  child.stderr.on('data', (chunk: Buffer) => {
    last = `${last}${chunk.toString('utf8')}`.slice(-300);
  });
  eachLine(
    child.stdout,
    MAX_ANSWER_LINE,
    (line) => {
      if (alive) listener.onLine(line);
    },
    () => end(`the agent sent a line of more than ${MAX_ANSWER_LINE} bytes`),
  );
  return {
    send: (line) => void child.stdin.write(`${line}\n`),
    // Who does not answer one may be stuck with all.
    giveUp: () => end('the agent was stopped'),
    kill: () => end('the agent was stopped'),
    isAlive: () => alive,
  };
}

function withoutSecrets(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !/^(DISMANTLE_|DATABASE_URL$|PG)/i.test(name)) kept[name] = value;
  }
  return kept;
}
