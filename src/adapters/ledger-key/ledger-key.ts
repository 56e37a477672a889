import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { problem } from '../../domain/problem.ts';
import { createSigner, privateKeyFromSeed } from '../../ledger/note.ts';
import type { Signer } from '../../ledger/note.ts';
import type { Random } from '../../ports/random.ts';

const SEED_BYTES = 32;

/** The key that signs checkpoints: made on first use, readable by its owner alone. `name` is the ledger's origin. */
export async function openLedgerKey(dataDirectory: string, name: string, random: Random): Promise<Signer> {
  const path = join(dataDirectory, 'keys', 'ledger-ed25519.seed');
  const seed = (await readSeed(path)) ?? (await makeSeed(path, random));
  return createSigner(name, privateKeyFromSeed(seed));
}

async function readSeed(path: string): Promise<Buffer | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw problem('database', `${path}: the ledger's signing key cannot be read`, 'Check who owns the file', cause);
  }
  const written = text.trim();
  // Buffer.from stops quietly at the first character that is not hexadecimal.
  if (!/^[0-9a-f]{64}$/i.test(written)) {
    throw problem(
      'database',
      `${path}: this is no signing key of a ledger`,
      'Restore it from a backup; a new key would not match earlier checkpoints',
    );
  }
  return Buffer.from(written, 'hex');
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

/** Written whole under another name, then linked: of two makers at once, one wins and the other reads the winner's. */
async function makeSeed(path: string, random: Random): Promise<Buffer> {
  await makeFolder(dirname(path));
  const temporary = `${path}.${Buffer.from(random.bytes(8)).toString('hex')}.tmp`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(`${Buffer.from(random.bytes(SEED_BYTES)).toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
  } finally {
    await rm(temporary, { force: true });
  }
  const seed = await readSeed(path);
  if (seed === null) throw new Error(`${path} vanished while it was made`);
  return seed;
}
