import { createHash, createPublicKey, sign } from 'node:crypto';
import { privateKeyFromSeed } from '../ledger/note.ts';
import type { Signing } from '../ports/signing.ts';

/**
 * A key that is the same whenever its seed is, and signs as ssh-keygen does, in this process: for histories that have to
 * come out the same twice, and where many signatures are made. Whether ssh-keygen agrees is tested with its own keys.
 */
export function seededKey(seed: string): { readonly publicLine: string; readonly signing: Signing } {
  const privateKey = privateKeyFromSeed(createHash('sha256').update(seed).digest());
  const publicBytes = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  const blob = Buffer.concat([text('ssh-ed25519'), wire(publicBytes)]);
  const publicLine = `ssh-ed25519 ${blob.toString('base64')}`;
  return {
    publicLine,
    signing: {
      sign(statement) {
        // OpenSSH's PROTOCOL.sshsig: what is signed, and what is put into armour.
        const digest = createHash('sha512').update(statement).digest();
        const purpose = [text('dismantle'), text(''), text('sha512')];
        const signature = sign(null, Buffer.concat([Buffer.from('SSHSIG'), ...purpose, wire(digest)]), privateKey);
        const signed = wire(Buffer.concat([text('ssh-ed25519'), wire(signature)]));
        const whole = Buffer.concat([Buffer.from('SSHSIG'), Buffer.of(0, 0, 0, 1), wire(blob), ...purpose, signed]);
        const lines = whole.toString('base64').replaceAll(/(.{70})(?=.)/g, '$1\n');
        const armoured = `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`;
        return Promise.resolve({ scheme: 'ssh', publicKey: publicLine, signature: armoured });
      },
    },
  };
}

function wire(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

const text = (words: string): Buffer => wire(Buffer.from(words));
