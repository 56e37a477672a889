import { CommanderError } from 'commander';
import { ProblemError } from '../domain/problem.ts';
import type { Problem } from '../domain/problem.ts';
import { createProgram } from './program.ts';
import { processTerminal, safeLines, safeText } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import { nextStep } from './wording.ts';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
/** Whoever starts it again and again can tell: no start helps before a newer version is there. */
const EXIT_OUTDATED = 3;
const EXIT_INTERRUPTED = 130;
const SAME_PRESS_MS = 300;

/** Runs one command line. The only place where a problem becomes an exit code. */
async function main(): Promise<number> {
  const terminal = processTerminal();
  const controller = new AbortController();
  let asked = 0;
  let lastAskedMs = -Infinity;
  process.on('SIGINT', () => {
    // Launcher and terminal may both pass the same key press on.
    const now = performance.now();
    if (now - lastAskedMs < SAME_PRESS_MS) return;
    lastAskedMs = now;
    asked += 1;
    // The first Ctrl-C lets the transaction roll back; whoever presses again does not want to wait for that, and
    // PostgreSQL rolls back by itself when the connection is gone.
    if (asked > 1) process.exit(EXIT_INTERRUPTED);
    controller.abort();
  });
  process.on('SIGTERM', () => controller.abort());
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : EXIT_FAILURE));
  // Where nobody listens to what goes wrong, the exit code still tells.
  process.stderr.on('error', () => {});
  try {
    const program = createProgram({ terminal, environment: process.env, signal: controller.signal });
    await program.parseAsync(process.argv);
    return typeof process.exitCode === 'number' ? process.exitCode : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
    if (error instanceof ProblemError) return tell(terminal, error.problem);
    terminal.err(
      `dismantle: this is a bug, please report it with what follows.\n${safeLines(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`,
    );
    return EXIT_FAILURE;
  }
}

function tell(terminal: Terminal, { code, message, hint }: Problem): number {
  terminal.err(`${terminal.errStyle.red('dismantle:')} ${safeLines(message).trimEnd()}\n`);
  terminal.err(`  ${safeText(hint ?? nextStep(code))}\n`);
  if (code === 'usage') return EXIT_USAGE;
  if (code === 'outdated') return EXIT_OUTDATED;
  return code === 'interrupted' ? EXIT_INTERRUPTED : EXIT_FAILURE;
}

process.exitCode = await main();
