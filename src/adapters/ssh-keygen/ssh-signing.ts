import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PersonKey } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { readStatement } from '../../ledger/signed-act.ts';
import { SSH_NAMESPACE, parseSshPublicKey, verifySshSignature } from '../../ledger/ssh-signature.ts';
import type { Signing } from '../../ports/signing.ts';
import { findKey, fingerprintOf } from './find-key.ts';
import type { Environment, FoundKey } from './find-key.ts';
import { runProgram } from './run-program.ts';
import type { ProgramOutcome } from './run-program.ts';

export interface SshSigningOptions {
  /** From --key: a private key, or the public one whose private half an agent holds. Null: agent, then ~/.ssh. */
  readonly keyFile: string | null;
  /** SSH_AUTH_SOCK, SSH_ASKPASS, HOME and PATH are OpenSSH's to read. */
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** Tells the person what is to be signed, before ssh-keygen or the agent may ask. */
  readonly announce?: (text: string) => void;
}

/** Signs through ssh-keygen, which asks for a passphrase on the terminal where the key needs one. */
export function createSshSigning({ keyFile, environment, signal, announce }: SshSigningOptions): Signing {
  const sshDirectory = join(environment['HOME'] ?? homedir(), '.ssh');
  return {
    async sign(statement, keys) {
      const publicKey = sshKeyAmong(keys);
      const found = await findKey(publicKey, keyFile, { environment, sshDirectory });
      const what = readStatement(statement);
      announce?.(
        `signing ${what === null ? 'a statement' : `${what.act} ${what.subject}`} with ${fingerprintOf(publicKey)} (${found.in === 'agent' ? 'agent' : found.file})`,
      );
      const directory = await mkdtemp(join(tmpdir(), 'dismantle-sign-'));
      try {
        // ssh-keygen reads the message from a file, so that standard input stays the terminal it asks on. Its own answer
        // stands beside that file.
        const message = join(directory, 'statement');
        await writeFile(message, statement, { mode: 0o600 });
        const key = await keyParameter(found, publicKey, directory);
        const ran = await runProgram(
          'ssh-keygen',
          ['-q', '-Y', 'sign', '-n', SSH_NAMESPACE, '-f', key, message],
          environment,
          'keeps-terminal',
        );
        if (signal.aborted) throw stopped();
        if (ran === null || ran.code !== 0) throw signingProblem(ran, found);
        const signature = await readFile(`${message}.sig`, 'utf8');
        assertItsOwn(statement, publicKey, signature);
        return { scheme: 'ssh', publicKey, signature };
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}

function sshKeyAmong(keys: readonly PersonKey[]): string {
  const key = keys.find(({ publicKey }) => publicKey.startsWith('ssh-'));
  if (key !== undefined) return key.publicKey;
  throw problem(
    'refused',
    'no SSH key is on record for whoever is to sign, only passkeys',
    'Do it in the browser, where the passkey signs: dismantle serve',
  );
}

/** For an agent the public key is enough: ssh-keygen then asks the agent for the other half. */
async function keyParameter(found: FoundKey, publicKey: string, directory: string): Promise<string> {
  if (found.in === 'file') return found.file;
  const file = join(directory, 'key.pub');
  await writeFile(file, `${publicKey}\n`, { mode: 0o600 });
  return file;
}

function assertItsOwn(statement: string, publicKey: string, signature: string): void {
  const key = parseSshPublicKey(publicKey);
  const verified = key.ok ? verifySshSignature(statement, key.value, signature) : key;
  if (verified.ok) return;
  throw problem(
    'refused',
    `the signature was not taken: ${verified.reason}`,
    `The key on record is ${fingerprintOf(publicKey)}; name it with --key FILE`,
  );
}

function signingProblem(ran: ProgramOutcome | null, found: FoundKey): Error {
  if (ran === null) {
    return problem('input', 'ssh-keygen is not installed', 'Install the OpenSSH client (Debian: openssh-client)');
  }
  const { code, stderr } = ran;
  // Killed, or ended by the interrupt that the person typed at its question.
  if (code === null || code === 130) return stopped();
  const where = found.in === 'agent' ? 'the agent' : found.file;
  if (/passphrase|bad decrypt/i.test(stderr)) {
    return problem(
      'refused',
      `${where}: the passphrase was not given, or was wrong; nothing was recorded`,
      'Run it again at a terminal, or load the key first: ssh-add FILE',
    );
  }
  if (/agent refused|not found in agent|no identity/i.test(stderr)) {
    return problem('refused', `${where} would not sign; nothing was recorded`, 'See what it holds: ssh-add -l');
  }
  if (/unprotected private key|bad permissions/i.test(stderr)) {
    return problem('input', `${where}: others may read this key`, `Keep it to yourself: chmod 600 ${where}`);
  }
  const said = stderr.trim().split('\n').at(-1) ?? '';
  return problem('refused', `ssh-keygen did not sign${said === '' ? '' : `: ${said}`}`, 'Nothing was recorded');
}

function stopped(): Error {
  return problem('interrupted', 'not signed; nothing was recorded', 'Run the same command again to sign');
}
