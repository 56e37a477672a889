import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { problem } from '../../domain/problem.ts';
import { createSigner, privateKeyFromSeed } from '../../ledger/note.ts';
import type { Signer } from '../../ledger/note.ts';
import type { Random } from '../../ports/random.ts';

/*
 * The seeds of the keys that sign a ledger, each in a file of `keys/` that its owner alone can read:
 *
 *     ledger-ed25519.seed              the key in force
 *     ledger-ed25519.seed.ID.new       a key that is about to be put in its place
 *     ledger-ed25519.seed.ID.old       a key that was replaced
 */

const SEED_BYTES = 32;
const NEW_SEED = /^ledger-ed25519\.seed\.([0-9a-f]{8})\.new$/;

export const seedPath = (dataDirectory: string): string => join(dataDirectory, 'keys', 'ledger-ed25519.seed');
const newPath = (dataDirectory: string, keyId: string): string => `${seedPath(dataDirectory)}.${keyId}.new`;
const oldPath = (dataDirectory: string, keyId: string): string => `${seedPath(dataDirectory)}.${keyId}.old`;

/** The key in force; null where there is no file. `name` is the ledger's origin. */
export function readKey(dataDirectory: string, name: string): Promise<Signer | null> {
  return readSigner(seedPath(dataDirectory), name);
}

/** A key that a rotation has prepared; null where there is none of this id. */
export function readNewKey(dataDirectory: string, name: string, keyId: string): Promise<Signer | null> {
  return readSigner(newPath(dataDirectory, keyId), name);
}

async function readSigner(path: string, name: string): Promise<Signer | null> {
  const text = await readText(path);
  if (text === null) return null;
  const written = text.trim();
  // Buffer.from stops quietly at the first character that is not hexadecimal.
  if (!/^[0-9a-f]{64}$/i.test(written)) {
    throw problem(
      'database',
      `${path}: this is no signing key of a ledger`,
      'Restore it from a backup; a new key would not match earlier checkpoints',
    );
  }
  return createSigner(name, privateKeyFromSeed(Buffer.from(written, 'hex')));
}

async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return null;
    throw problem('database', `${path}: the ledger's signing key cannot be read`, 'Check who owns the file', cause);
  }
}

/** Makes the first key. Of two makers at once, one wins and the other reads the winner's. */
export async function makeKey(dataDirectory: string, name: string, random: Random): Promise<Signer> {
  const path = seedPath(dataDirectory);
  await makeFolder(dirname(path));
  const temporary = `${path}.${hex(random.bytes(8))}.tmp`;
  await writeSeed(temporary, random.bytes(SEED_BYTES));
  await linkOnce(temporary, path);
  await rm(temporary, { force: true });
  await syncFolder(dirname(path));
  const signer = await readKey(dataDirectory, name);
  if (signer === null) throw new Error(`${path} vanished while it was made`);
  return signer;
}

/** Writes the seed of a new key under a name of its own. It is on disk when this resolves, and signs nothing yet. */
export async function prepareKey(dataDirectory: string, name: string, random: Random): Promise<Signer> {
  const seed = random.bytes(SEED_BYTES);
  const signer = createSigner(name, privateKeyFromSeed(seed));
  const path = newPath(dataDirectory, signer.keyId);
  await makeFolder(dirname(path));
  await writeSeed(path, seed);
  await syncFolder(dirname(path));
  return signer;
}

/**
 * Puts a prepared key in force. The file in whose place it goes is kept: `replaced` is the id of the key in it, null
 * where there is no file. Two at once do it once.
 */
export async function takeUpKey(dataDirectory: string, keyId: string, replaced: string | null): Promise<void> {
  const path = seedPath(dataDirectory);
  if (replaced !== null) await linkOnce(path, oldPath(dataDirectory, replaced));
  try {
    await rename(newPath(dataDirectory, keyId), path);
  } catch (cause) {
    // Another process has settled the same rotation.
    if (!isCode(cause, 'ENOENT')) throw cause;
  }
  await syncFolder(dirname(path));
}

export async function dropNewKey(dataDirectory: string, keyId: string): Promise<void> {
  await rm(newPath(dataDirectory, keyId), { force: true });
}

/** The ids of keys that rotations have prepared. */
export async function newKeyIds(dataDirectory: string): Promise<readonly string[]> {
  const names = await readdir(dirname(seedPath(dataDirectory)));
  return names.flatMap((name) => NEW_SEED.exec(name)?.[1] ?? []);
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw problem(
      'database',
      `${folder}: cannot be made for the ledger's signing key: ${reason}`,
      'Check who owns the data directory',
      cause,
    );
  }
}

async function writeSeed(path: string, seed: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(`${hex(seed)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Gives a file a second name, unless that is taken. */
async function linkOnce(path: string, second: string): Promise<void> {
  try {
    await link(path, second);
  } catch (cause) {
    if (!isCode(cause, 'EEXIST')) throw cause;
  }
}

/** A new name survives a power cut only once its folder is on disk. Windows cannot be asked for that. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === code;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
