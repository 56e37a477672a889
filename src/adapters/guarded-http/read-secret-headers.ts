import { open } from 'node:fs/promises';
import { problem, ProblemError } from '../../domain/problem.ts';
import { headersIn } from './fetch-rules.ts';

const MAX_FILE_BYTES = 64 * 1024;

/** The headers that a credential of the settings stands for. Refuses a file that others of this machine can read. */
export async function readSecretHeaders(named: string, file: string): Promise<Readonly<Record<string, string>>> {
  try {
    const handle = await open(file, 'r');
    try {
      const { mode, size } = await handle.stat();
      if ((mode & 0o077) !== 0) {
        throw problem(
          'settings',
          `fetch.credentials: ${named}: others of this machine can read ${file}`,
          `chmod 600 ${file}`,
        );
      }
      if (size > MAX_FILE_BYTES)
        throw problem('settings', `fetch.credentials: ${named}: ${file} is larger than any header`, 'Check the path');
      return headersIn(await handle.readFile('utf8'), file);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw problem(
      'settings',
      `fetch.credentials: ${named}: ${file} cannot be read`,
      'Check the path and that you may read it',
      cause,
    );
  }
}
