import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSshSigning } from '../../src/adapters/ssh-keygen/ssh-signing.ts';
import { addPerson } from '../../src/flow.ts';
import { parseSshPublicKey } from '../../src/ledger/ssh-signature.ts';
import type { PersonKey, Role } from '../../src/domain/person.ts';
import type { Signing } from '../../src/ports/signing.ts';
import type { World } from '../../src/ports/world.ts';

/** A key that the real ssh-keygen has made. */
export interface TestKey {
  /** The private key. */
  readonly file: string;
  /** The line of the .pub file. */
  readonly publicLine: string;
  /** As it stands on record. */
  readonly asPersonKey: PersonKey;
  /** Signs with this key. */
  readonly signing: Signing;
}

export function makeKey(directory: string, words: { passphrase?: string; type?: readonly string[] } = {}): TestKey {
  const folder = join(directory, `key-${randomUUID()}`);
  mkdirSync(folder);
  const file = join(folder, 'id');
  const type = words.type ?? ['-t', 'ed25519'];
  execFileSync('ssh-keygen', ['-q', ...type, '-N', words.passphrase ?? '', '-C', 'a comment here', '-f', file]);
  const publicLine = readFileSync(`${file}.pub`, 'utf8');
  const parsed = parseSshPublicKey(publicLine);
  const { text: publicKey, fingerprint } = parsed.ok ? parsed.value : { text: '', fingerprint: '' };
  return { file, publicLine, asPersonKey: { publicKey, fingerprint, credentialId: null }, signing: signingWith(file) };
}

/** Signing as the command line does it with --key, and with no agent. */
export function signingWith(file: string): Signing {
  const environment = { PATH: process.env['PATH'], HOME: '/nonexistent' };
  return createSshSigning({ keyFile: file, environment, signal: new AbortController().signal });
}

/** A person on record. The first one signs for itself; `by` signs for the others. */
export async function enrol(
  world: World,
  directory: string,
  name: string,
  roles: readonly Role[],
  by: { readonly name: string; readonly key: Pick<TestKey, 'signing'> } | null = null,
): Promise<{ readonly name: string; readonly key: TestKey }> {
  const key = makeKey(directory);
  const request = { name, roles, publicKey: key.publicLine, by: by?.name ?? null };
  await addPerson(world, (by?.key ?? key).signing, request);
  return { name, key };
}
