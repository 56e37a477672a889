import { spawn } from 'node:child_process';
import type { StdioOptions } from 'node:child_process';

export interface ProgramOutcome {
  /** Null when it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const LONGEST_OUTPUT = 256 * 1024;

/** Runs one of OpenSSH's programs to its end; null where there is no such program. */
export function runProgram(
  program: string,
  parameters: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  terminal: 'keeps-terminal' | 'no-terminal',
): Promise<ProgramOutcome | null> {
  // A passphrase is asked for on the terminal, which OpenSSH looks for behind standard input.
  const stdio: StdioOptions = [terminal === 'keeps-terminal' ? 'inherit' : 'ignore', 'pipe', 'pipe'];
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { env: { ...environment, LC_ALL: 'C' }, stdio, windowsHide: true });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout = (stdout + text).slice(0, LONGEST_OUTPUT)));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(0, LONGEST_OUTPUT)));
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(null);
      else reject(error);
    });
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
