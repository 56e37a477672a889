import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { problem } from '../../domain/problem.ts';
import { codeOf } from './open-tcp.ts';

/** Makes the key of a vantage: PKCS #8 PEM that its owner alone can read. Never over a file that is there. Gives the public key. */
export async function makeAgentKey(file: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }));
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const why = codeOf(cause) === 'EEXIST' ? 'there is such a file already' : codeOf(cause);
    throw problem('input', `${file}: ${why}; no key was made`, 'Name another file', cause);
  }
  return rawPublicKey(publicKey);
}

export interface AgentKey {
  readonly privateKey: KeyObject;
  /** Raw, base64. */
  readonly publicKey: string;
}

export async function readAgentKey(file: string): Promise<AgentKey> {
  try {
    const privateKey = createPrivateKey(await readFile(file));
    if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error('it is not Ed25519');
    return { privateKey, publicKey: rawPublicKey(createPublicKey(privateKey)) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it cannot be read';
    throw problem('input', `${file}: ${why}`, `Make a key with: dismantle vantage --make-key ${file}`, cause);
  }
}

function rawPublicKey(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
}
