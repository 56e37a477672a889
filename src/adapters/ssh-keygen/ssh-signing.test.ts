import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseSshPublicKey, verifySshSignature } from '../../ledger/ssh-signature.ts';
import { createSshSigning } from './ssh-signing.ts';

const STATEMENT = '{"statement":"dismantle-1","name":"Änne"}';
const PASSPHRASE = 'correct horse';

let folder: string;
let agent: ChildProcess;
/** No agent, and a home with no keys in it. */
let bare: Record<string, string>;
let withAgent: Record<string, string>;

const at = (name: string): string => join(folder, name);

function make(name: string, passphrase = ''): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'somebody', '-f', at(name)]);
  const parsed = parseSshPublicKey(readFileSync(at(`${name}.pub`), 'utf8').trim());
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value.text;
}

/** A program that answers the question for a passphrase, as a person at a desktop would. */
function askpass(name: string, answer: string): string {
  writeFileSync(at(name), `#!/bin/sh\necho '${answer}'\n`);
  chmodSync(at(name), 0o700);
  return at(name);
}

interface Armoured {
  /** The armoured SSHSIG. */
  sign(statement: string, publicKey: string): Promise<string>;
}

function signing(keyFile: string | null, environment: Record<string, string> = bare): Armoured {
  return armoured({ keyFile, environment, signal: new AbortController().signal });
}

function armoured(options: Parameters<typeof createSshSigning>[0]): Armoured {
  const created = createSshSigning(options);
  return {
    async sign(statement, publicKey) {
      const made = await created.sign(statement, [{ publicKey, fingerprint: '', credentialId: null }]);
      expect(made).toEqual({ scheme: 'ssh', publicKey, signature: made.signature });
      return made.signature;
    },
  };
}

function isGood(signature: string, publicKey: string): boolean {
  const key = parseSshPublicKey(publicKey);
  return key.ok && verifySshSignature(STATEMENT, key.value, signature).ok;
}

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-keys-')));
  mkdirSync(at('home'));
  bare = { PATH: process.env['PATH'] ?? '', HOME: at('home') };
  const socket = at('agent');
  withAgent = { ...bare, SSH_AUTH_SOCK: socket };
  agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  for (let waitedMs = 0; !existsSync(socket) && waitedMs < 5000; waitedMs += 20) await sleep(20);
});

afterAll(() => {
  agent.kill();
  rmSync(folder, { recursive: true, force: true });
});

describe('a signature', () => {
  test('is made with the private key that --key names, or with the public one beside it', async () => {
    const key = make('plain');
    for (const file of [at('plain'), at('plain.pub')]) {
      const signature = await signing(file).sign(STATEMENT, key);
      expect(isGood(signature, key)).toBe(true);
    }
  });

  test('is one that ssh-keygen accepts, over the statement that was recorded', async () => {
    const key = make('agreed');
    writeFileSync(at('agreed.sig'), await signing(at('agreed')).sign(STATEMENT, key));
    writeFileSync(at('allowed'), `"änne example" ${key}\n`);
    const said = execFileSync(
      'ssh-keygen',
      ['-Y', 'verify', '-f', at('allowed'), '-I', 'änne example', '-n', 'dismantle', '-s', at('agreed.sig')],
      { input: STATEMENT, encoding: 'utf8' },
    );
    expect(said).toMatch(/^Good "dismantle" signature/);
  });

  test('is made by an agent that holds a key with a passphrase, the private file gone', async () => {
    const key = make('guarded', PASSPHRASE);
    const env = {
      ...withAgent,
      SSH_ASKPASS: askpass('answer', PASSPHRASE),
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: 'x',
    };
    execFileSync('ssh-add', ['-q', at('guarded')], { env, stdio: 'ignore' });
    rmSync(at('guarded'));
    for (const file of [null, at('guarded.pub')]) {
      expect(isGood(await signing(file, withAgent).sign(STATEMENT, key), key)).toBe(true);
    }
    writeFileSync(at('guarded.sig'), await signing(null, withAgent).sign(STATEMENT, key));
    writeFileSync(at('guarded.allowed'), `ada ${key}\n`);
    const verify = ['-Y', 'verify', '-f', at('guarded.allowed'), '-I', 'ada', '-n', 'dismantle'];
    const said = execFileSync('ssh-keygen', [...verify, '-s', at('guarded.sig')], {
      input: STATEMENT,
      encoding: 'utf8',
    });
    expect(said).toMatch(/^Good "dismantle" signature for ada/);
  });

  test('is made with a key that asks for its passphrase', async () => {
    const key = make('asks', PASSPHRASE);
    const env = { ...bare, SSH_ASKPASS: askpass('answer-2', PASSPHRASE), SSH_ASKPASS_REQUIRE: 'force', DISPLAY: 'x' };
    expect(isGood(await signing(at('asks'), env).sign(STATEMENT, key), key)).toBe(true);
  });

  test('is made with the key in ~/.ssh that is the one on record, whatever its name', async () => {
    const key = make('mine');
    make('not-mine');
    const home = at('other-home');
    mkdirSync(join(home, '.ssh'), { recursive: true });
    for (const name of ['mine', 'not-mine']) {
      copyFileSync(at(name), join(home, '.ssh', `x-${name}`));
      chmodSync(join(home, '.ssh', `x-${name}`), 0o600);
      copyFileSync(at(`${name}.pub`), join(home, '.ssh', `x-${name}.pub`));
    }
    expect(isGood(await signing(null, { ...bare, HOME: home }).sign(STATEMENT, key), key)).toBe(true);
  });

  test('leaves nothing behind, whether it worked or not', async () => {
    const key = make('tidy');
    mkdirSync(at('tmp'));
    vi.stubEnv('TMPDIR', at('tmp'));
    try {
      await signing(at('tidy')).sign(STATEMENT, key);
      await expect(signing(at('tidy')).sign(STATEMENT, make('untidy'))).rejects.toThrow();
    } finally {
      vi.unstubAllEnvs();
    }
    expect(readdirSync(at('tmp'))).toEqual([]);
  });

  test('is announced before anybody is asked for anything', async () => {
    const key = make('told');
    const said: string[] = [];
    const announce = (text: string): void => void said.push(text);
    const signal = new AbortController().signal;
    await armoured({ keyFile: at('told'), environment: bare, signal, announce }).sign(STATEMENT, key);
    expect(said).toEqual([expect.stringMatching(/^signing a statement with SHA256:.* \(.*told\)$/)]);
  });
});

describe('it says what to do', () => {
  test('when no key of the person is at hand', async () => {
    const key = make('elsewhere');
    await expect(signing(null).sign(STATEMENT, key)).rejects.toMatchObject({
      problem: {
        code: 'refused',
        message: expect.stringContaining('neither in an agent nor in'),
        hint: expect.stringContaining('--key'),
      },
    });
    await expect(signing(null, withAgent).sign(STATEMENT, key)).rejects.toThrow(/neither in an agent/);
  });

  test('when the person has passkeys only', async () => {
    const keys = [
      { publicKey: 'webauthn-es256 A https://dismantle.example', fingerprint: 'SHA256:A', credentialId: 'A' },
    ];
    const ssh = createSshSigning({ keyFile: null, environment: bare, signal: new AbortController().signal });
    await expect(ssh.sign(STATEMENT, keys)).rejects.toThrow(/no SSH key is on record .* only passkeys/);
  });

  test('when --key names another key than the one on record', async () => {
    const key = make('registered');
    make('other');
    await expect(signing(at('other')).sign(STATEMENT, key)).rejects.toThrow(/other is not the key on record \(SHA256:/);
    // Without its public half it is found out by the signature.
    rmSync(at('other.pub'));
    await expect(signing(at('other')).sign(STATEMENT, key)).rejects.toThrow(/made by another key/);
  });

  test('when --key names no file, or a public key whose private half nobody has', async () => {
    const key = make('half');
    rmSync(at('half'));
    await expect(signing(at('missing')).sign(STATEMENT, key)).rejects.toThrow(/missing: there is no such file/);
    await expect(signing(at('missing.pub')).sign(STATEMENT, key)).rejects.toThrow(/no such file/);
    await expect(signing(at('half.pub')).sign(STATEMENT, key)).rejects.toThrow(/no agent holds the private half/);
  });

  test('when the passphrase is wrong, or there is nobody to ask', async () => {
    const key = make('locked', PASSPHRASE);
    const env = {
      ...bare,
      SSH_ASKPASS: askpass('wrong', 'battery staple'),
      SSH_ASKPASS_REQUIRE: 'force',
      DISPLAY: 'x',
    };
    await expect(signing(at('locked'), env).sign(STATEMENT, key)).rejects.toMatchObject({
      problem: {
        code: 'refused',
        message: expect.stringContaining('passphrase'),
        hint: expect.stringContaining('ssh-add'),
      },
    });
  });

  test('when ssh-keygen is not installed', async () => {
    const key = make('unsigned');
    await expect(signing(at('unsigned'), { ...bare, PATH: at('home') }).sign(STATEMENT, key)).rejects.toMatchObject({
      problem: { message: 'ssh-keygen is not installed', hint: expect.stringContaining('openssh-client') },
    });
  });

  test('when others may read the private key', async () => {
    const key = make('open');
    chmodSync(at('open'), 0o644);
    await expect(signing(at('open')).sign(STATEMENT, key)).rejects.toThrow(/others may read this key/);
  });

  test('when the person stops it', async () => {
    const key = make('stopped');
    const signal = AbortSignal.abort();
    const stopped = armoured({ keyFile: at('stopped'), environment: bare, signal });
    await expect(stopped.sign(STATEMENT, key)).rejects.toMatchObject({ problem: { code: 'interrupted' } });
  });

  test('when the agent refuses', async () => {
    const key = make('confirmed');
    // -c: the agent asks each time, and here nobody answers.
    execFileSync('ssh-add', ['-q', '-c', at('confirmed')], { env: withAgent, stdio: 'ignore' });
    rmSync(at('confirmed'));
    await expect(signing(null, withAgent).sign(STATEMENT, key)).rejects.toMatchObject({
      problem: { code: 'refused', message: expect.stringContaining('the agent would not sign') },
    });
  });
});
