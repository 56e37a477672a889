import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { Signing } from '../../src/ports/signing.ts';

/** A key pair whose signatures are made here: a thousand approvals would start a thousand ssh-keygen. */
export interface QuickKey {
  /** "ssh-ed25519 AAAA…" */
  readonly publicLine: string;
  readonly signing: Signing;
}

/** What `ssh-keygen -Y sign -n dismantle` makes (PROTOCOL.sshsig), by node:crypto. */
export function quickKey(): QuickKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  const publicBlob = Buffer.concat([text('ssh-ed25519'), bytes(raw)]);
  return {
    publicLine: `ssh-ed25519 ${publicBlob.toString('base64')}`,
    signing: {
      sign(statement) {
        const digest = createHash('sha512').update(statement).digest();
        const fields = [text('dismantle'), text(''), text('sha512')];
        const signature = sign(null, Buffer.concat([Buffer.from('SSHSIG'), ...fields, bytes(digest)]), privateKey);
        const version = Buffer.from([0, 0, 0, 1]);
        const blob = Buffer.concat([text('ssh-ed25519'), bytes(signature)]);
        const whole = Buffer.concat([Buffer.from('SSHSIG'), version, bytes(publicBlob), ...fields, bytes(blob)]);
        const lines = whole.toString('base64').match(/.{1,70}/g) ?? [];
        return Promise.resolve(
          ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n'),
        );
      },
    },
  };
}

function bytes(content: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

function text(content: string): Buffer {
  return bytes(Buffer.from(content));
}
