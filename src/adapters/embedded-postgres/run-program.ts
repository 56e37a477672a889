import { spawn } from 'node:child_process';

/** A program's exit code (null: killed, or never started) and what it said on both outputs. */
export interface ProgramOutcome {
  readonly code: number | null;
  readonly output: string;
}

const LONGEST_OUTPUT = 64 * 1024;

/** Runs a program to its end. One that cannot be started is an outcome too, with the reason as its output. */
export function runProgram(
  file: string,
  parameters: readonly string[],
  environment: Record<string, string>,
): Promise<ProgramOutcome> {
  return new Promise((resolve) => {
    const child = spawn(file, parameters, {
      env: environment,
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = (output + chunk.toString('utf8')).slice(-LONGEST_OUTPUT);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.once('error', (error) => resolve({ code: null, output: error.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}
