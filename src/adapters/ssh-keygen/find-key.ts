import { open, readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { problem } from '../../domain/problem.ts';
import { parseSshPublicKey } from '../../ledger/ssh-signature.ts';
import { runProgram } from './run-program.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the private half of a key is: in an agent, or in a file (given as its path). */
export type FoundKey = { readonly in: 'agent' } | { readonly in: 'file'; readonly file: string };

const MAX_KEY_FILE_BYTES = 64 * 1024;
const MAX_KEY_FILES = 200;

/** Looks for the private half of a registered key: the file that was named, else an agent, else ~/.ssh. */
export async function findKey(
  publicKey: string,
  named: string | null,
  places: { readonly environment: Environment; readonly sshDirectory: string },
): Promise<FoundKey> {
  const { environment, sshDirectory } = places;
  if (named !== null) return namedKey(publicKey, named, environment);
  if (await agentHolds(publicKey, environment)) return { in: 'agent' };
  const file = await ownKeyFile(publicKey, sshDirectory);
  if (file !== null) return { in: 'file', file };
  throw problem(
    'refused',
    `the private key of ${fingerprintOf(publicKey)} was found neither in an agent nor in ${sshDirectory}`,
    'Name it with --key FILE, or load it: ssh-add FILE',
  );
}

/** The fingerprint that goes with a public key, for a person to compare. */
export function fingerprintOf(publicKey: string): string {
  const parsed = parseSshPublicKey(publicKey);
  return parsed.ok ? parsed.value.fingerprint : 'an unreadable key';
}

async function namedKey(publicKey: string, named: string, environment: Environment): Promise<FoundKey> {
  const file = named.endsWith('.pub') ? named.slice(0, -'.pub'.length) : named;
  const publicText = existsSync(`${file}.pub`) ? await readKeyFile(`${file}.pub`) : null;
  if (publicText !== null && !isTheKey(publicText, publicKey)) {
    throw problem(
      'refused',
      `${named} is not the key on record (${fingerprintOf(publicKey)})`,
      'See whose key is which: dismantle person list',
    );
  }
  if (publicText === null && named.endsWith('.pub')) throw problem('input', `${named}: there is no such file`);
  if (publicText !== null && (await agentHolds(publicKey, environment))) return { in: 'agent' };
  if (existsSync(file)) return { in: 'file', file };
  if (publicText === null) throw problem('input', `${named}: there is no such file`);
  throw problem(
    'refused',
    `no agent holds the private half of ${named}, and ${file} is not there`,
    'Load it into the agent (ssh-add), or name the private key with --key FILE',
  );
}

async function agentHolds(publicKey: string, environment: Environment): Promise<boolean> {
  // Windows' agent is found without the variable.
  if ((environment['SSH_AUTH_SOCK'] ?? '') === '' && process.platform !== 'win32') return false;
  const listed = await runProgram('ssh-add', ['-L'], environment, 'no-terminal');
  return listed?.code === 0 && listed.stdout.split('\n').some((line) => isTheKey(line, publicKey));
}

async function ownKeyFile(publicKey: string, sshDirectory: string): Promise<string | null> {
  const names = await readdir(sshDirectory).catch((): string[] => []);
  for (const name of names
    .filter((each) => each.endsWith('.pub'))
    .sort()
    .slice(0, MAX_KEY_FILES)) {
    const path = join(sshDirectory, name);
    const file = path.slice(0, -'.pub'.length);
    const text = await readKeyFile(path).catch(() => '');
    if (isTheKey(text, publicKey) && existsSync(file)) return file;
  }
  return null;
}

function isTheKey(text: string, publicKey: string): boolean {
  const parsed = parseSshPublicKey(text.trim());
  return parsed.ok && parsed.value.text === publicKey;
}

/** The text of a key file, which is small: of what is larger, its beginning. */
export async function readKeyFile(path: string): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MAX_KEY_FILE_BYTES) });
    return buffer.toString('utf8', 0, bytesRead);
  } catch (cause) {
    throw problem('input', `${path}: the key cannot be read`, 'Name an OpenSSH key file that you may read', cause);
  }
}
