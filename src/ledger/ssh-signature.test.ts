import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSshPublicKey, parseSshSignature, verifySshSignature } from './ssh-signature.ts';
import type { SshPublicKey } from './ssh-signature.ts';

// Every vector is made by the real ssh-keygen when the tests run.

let folder: string;
let key: SshPublicKey;
let line: string;
const MESSAGE = '{"statement":"dismantle-1","wörds":"a\\nb"}';

const at = (name: string): string => join(folder, name);

function make(name: string, ...type: readonly string[]): string {
  execFileSync('ssh-keygen', ['-q', ...type, '-N', '', '-C', 'Ada at desk 4', '-f', at(name)]);
  return readFileSync(at(`${name}.pub`), 'utf8');
}

function sign(name: string, message = MESSAGE, ...options: readonly string[]): string {
  const namespace = options.includes('-n') ? [] : ['-n', 'dismantle'];
  return execFileSync('ssh-keygen', ['-q', '-Y', 'sign', ...namespace, ...options, '-f', at(name)], {
    input: message,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

/** The armour as ssh-keygen writes it, around other bytes. */
function armoured(blob: Buffer): string {
  const lines = blob.toString('base64').replaceAll(/(.{70})(?=.)/g, '$1\n');
  return `-----BEGIN SSH SIGNATURE-----\n${lines}\n-----END SSH SIGNATURE-----\n`;
}

const blobOf = (signature: string): Buffer => Buffer.from(signature.split('\n').slice(1, -2).join(''), 'base64');

function parsed(text: string): SshPublicKey {
  const outcome = parseSshPublicKey(text);
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.value;
}

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-ssh-')));
  line = make('ada', '-t', 'ed25519');
  key = parsed(line);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a public key', () => {
  test('is read without its comment, and its fingerprint is the one that ssh-keygen shows', () => {
    expect(key.text).toBe(line.split(' ').slice(0, 2).join(' '));
    const shown = execFileSync('ssh-keygen', ['-l', '-f', at('ada.pub')], { encoding: 'utf8' });
    expect(shown.split(' ')[1]).toBe(key.fingerprint);
  });

  test.each([
    ['RSA', ['-t', 'rsa', '-b', '2048'], /RSA/],
    ['ECDSA', ['-t', 'ecdsa'], /ECDSA/],
  ])('of the kind %s is refused with the reason', (name, type, reason) => {
    const outcome = parseSshPublicKey(make(`other-${name}`, ...type));
    expect(outcome).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });

  test('of a security token is refused with the reason', () => {
    const outcome = parseSshPublicKey('sk-ssh-ed25519@openssh.com AAAA');
    expect(outcome).toEqual({ ok: false, reason: expect.stringContaining('security token') });
  });

  test('that says one type and holds another is refused', () => {
    const rsa = make('rsa-in-disguise', '-t', 'rsa', '-b', '2048').split(' ')[1] ?? '';
    expect(parseSshPublicKey(`ssh-ed25519 ${rsa}`)).toEqual({ ok: false, reason: expect.stringContaining('RSA') });
  });

  test('is refused when it is cut, padded, longer, of two lines, private or not base64', () => {
    const encoded = key.blob.toString('base64');
    const withBytes = (blob: Buffer): string => `ssh-ed25519 ${blob.toString('base64')}`;
    const bad = [
      '',
      'ssh-ed25519',
      withBytes(key.blob.subarray(0, -1)),
      withBytes(Buffer.concat([key.blob, Buffer.of(0)])),
      withBytes(key.blob.subarray(0, 10)),
      `ssh-ed25519 ${encoded}=`,
      `ssh-ed25519 ${encoded}\nssh-ed25519 ${encoded}`,
      `ssh-ed25519 ${encoded} ada\nssh-ed25519 ${encoded}`,
      `command="x" ssh-ed25519 ${encoded}`,
      readFileSync(at('ada'), 'utf8'),
    ];
    for (const text of bad) expect([text, parseSshPublicKey(text).ok]).toEqual([text, false]);
  });
});

describe('a signature', () => {
  test.each(['sha256', 'sha512'])('of ssh-keygen verifies, by %s', (algorithm) => {
    const signature = sign('ada', MESSAGE, '-O', `hashalg=${algorithm}`);
    expect(parseSshSignature(signature)).toMatchObject({ ok: true, value: { hashAlgorithm: algorithm } });
    expect(verifySshSignature(MESSAGE, key, signature)).toEqual({ ok: true, value: null });
  });

  test('over other words does not', () => {
    expect(verifySshSignature(`${MESSAGE} `, key, sign('ada')).ok).toBe(false);
  });

  test('by another key does not, even under the name of this one', () => {
    const other = parsed(make('mallory', '-t', 'ed25519'));
    const signature = sign('mallory');
    expect(verifySshSignature(MESSAGE, key, signature)).toMatchObject({ reason: 'it was made by another key' });
    const blob = blobOf(signature);
    blob.set(key.publicKey, blob.indexOf(other.publicKey));
    expect(verifySshSignature(MESSAGE, key, armoured(blob))).toMatchObject({ reason: 'it does not verify' });
  });

  test('for another purpose does not: what Ada signs for git is no approval', () => {
    const outcome = verifySshSignature(MESSAGE, key, sign('ada', MESSAGE, '-n', 'git'));
    expect(outcome).toEqual({ ok: false, reason: expect.stringContaining('namespace') });
  });

  test('by an RSA key is refused with the reason', () => {
    make('rsa', '-t', 'rsa', '-b', '2048');
    expect(parseSshSignature(sign('rsa'))).toEqual({ ok: false, reason: expect.stringContaining('RSA') });
  });

  test('with any byte changed does not verify', () => {
    const blob = blobOf(sign('ada'));
    for (let index = 0; index < blob.length; index++) {
      const changed = Buffer.from(blob);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect([index, verifySshSignature(MESSAGE, key, armoured(changed)).ok]).toEqual([index, false]);
    }
  });

  test('that is cut anywhere or goes on behind its end is refused', () => {
    const blob = blobOf(sign('ada'));
    for (let length = 0; length < blob.length; length++) {
      expect([length, parseSshSignature(armoured(blob.subarray(0, length))).ok]).toEqual([length, false]);
    }
    expect(parseSshSignature(armoured(Buffer.concat([blob, Buffer.of(0)])))).toMatchObject({
      reason: 'it goes on behind its end',
    });
  });

  test('has one way to be written: no other base64, blanks, line ends or words around it', () => {
    const signature = sign('ada');
    const bad = [
      signature.replaceAll('\n', '\r\n'),
      ` ${signature}`,
      `${signature}\n`,
      signature.trimEnd(),
      signature.replace('\n-----END', '=\n-----END'),
      signature.replace('\n-----END', '\n\n-----END'),
      signature.replace('\n', '\n '),
      signature.replace('SSH SIGNATURE', 'PGP SIGNATURE'),
      '',
    ];
    for (const text of bad) expect([text, parseSshSignature(text).ok]).toEqual([text, false]);
  });

  test('of another version, another hash or with a reserved field is refused', () => {
    const blob = blobOf(sign('ada'));
    const version = Buffer.from(blob);
    version.writeUInt32BE(2, 6);
    expect(parseSshSignature(armoured(version))).toMatchObject({ reason: 'its version is 2, not 1' });
    const algorithm = Buffer.from(blob);
    algorithm.write('sha384', blob.indexOf('sha512'));
    expect(parseSshSignature(armoured(algorithm))).toEqual({
      ok: false,
      reason: expect.stringContaining('sha256 nor sha512'),
    });
  });

  test('ssh-keygen agrees with what is verified here', () => {
    writeFileSync(at('signers'), `ada ${key.text}\n`);
    writeFileSync(at('statement.sig'), sign('ada'));
    const said = execFileSync(
      'ssh-keygen',
      ['-Y', 'verify', '-f', at('signers'), '-I', 'ada', '-n', 'dismantle', '-s', at('statement.sig')],
      { input: MESSAGE, encoding: 'utf8' },
    );
    expect(said).toMatch(/^Good "dismantle" signature for ada/);
  });
});

test('random bytes in place of a key never throw', () => {
  for (let round = 0; round < 200; round++) {
    const { publicKey } = generateKeyPairSync('ed25519');
    const bytes = publicKey.export({ format: 'der', type: 'spki' });
    expect(parseSshPublicKey(`ssh-ed25519 ${bytes.toString('base64')}`).ok).toBe(false);
    expect(parseSshSignature(armoured(bytes)).ok).toBe(false);
  }
});
