import { open } from 'node:fs/promises';
import { problem, ProblemError } from '../../domain/problem.ts';

const KEY = 'oidc.clientSecretFile';
const MAX_FILE_BYTES = 4096;

/** The secret that we have with the provider. Refuses a file that others of this machine can read. */
export async function readClientSecret(file: string): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const { mode, size } = await handle.stat();
      if ((mode & 0o077) !== 0) {
        throw problem('settings', `${KEY}: others of this machine can read ${file}`, `chmod 600 ${file}`);
      }
      const text = size > MAX_FILE_BYTES ? '' : (await handle.readFile('utf8')).replace(/\r?\n$/, '');
      if (/^[\x20-\x7e]{1,500}$/.test(text)) return text;
      throw problem('settings', `${KEY}: ${file} does not hold one secret`, 'It is to be its only line');
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (cause instanceof ProblemError) throw cause;
    throw problem('settings', `${KEY}: ${file} cannot be read`, 'Check the path and that you may read it', cause);
  }
}
