import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createDoorKey } from '../../domain/door-key.ts';
import type { DoorKey } from '../../domain/door-key.ts';
import { problem } from '../../domain/problem.ts';
import type { Random } from '../../ports/random.ts';

const SECRET_BYTES = 32;

/**
 * The secret that the links of doors follow from. Where no file is named, one of our own is made on first use, readable by its owner
 * alone; a file that is named has to be there, for another secret would close every door that is open.
 */
export async function openDoorKey(dataDirectory: string, named: string | null, random: Random): Promise<DoorKey> {
  const path = named ?? join(dataDirectory, 'keys', 'door.secret');
  const known = await readSecret(path);
  if (known !== null) return createDoorKey(known);
  if (named !== null) {
    throw problem(
      'settings',
      `door.keyFile: ${named} is not there`,
      'It is one line of 64 hexadecimal digits by chance: openssl rand -hex 32',
    );
  }
  await makeSecret(path, random);
  const made = await readSecret(path);
  if (made === null) throw new Error(`${path} vanished while it was made`);
  return createDoorKey(made);
}

async function readSecret(path: string): Promise<Uint8Array | null> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return null;
    throw problem('settings', `${path}: the secret of doors cannot be read`, 'Check who owns the file', cause);
  }
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  throw problem(
    'settings',
    `${path}: this is no secret of doors`,
    'Restore it from a backup: with a new one, links that were sent open nothing any more',
  );
}

/** Of two makers at once, one wins, and both read the winner's. */
async function makeSecret(path: string, random: Random): Promise<void> {
  const temporary = `${path}.${Buffer.from(random.bytes(8)).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(`${Buffer.from(random.bytes(SECRET_BYTES)).toString('hex')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    try {
      await link(temporary, path);
    } catch (cause) {
      if (!isCode(cause, 'EEXIST')) throw cause;
    }
    await rm(temporary, { force: true });
  } catch (cause) {
    throw problem('settings', `${path}: the secret of doors cannot be written`, 'Check who owns the folder', cause);
  }
}

function isCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}
