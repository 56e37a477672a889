import { execFileSync, spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why tests of S/MIME are skipped; null where the openssl program is there. */
export const NO_OPENSSL_CMS: string | null =
  spawnSync('openssl', ['cms', '-help']).status === 0 ? null : 'the openssl program is missing';

export interface DkimFile {
  readonly keyFile: string;
  /** What has to be published, as DNS gives it. */
  readonly record: string;
}

/** A private key for DKIM and its record, made independently of what is tested. */
export function makeDkimKey(folder: string, kind: 'rsa' | 'ed25519', bits = 2048): DkimFile {
  const { privateKey } =
    kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: bits }) : generateKeyPairSync('ed25519');
  const keyFile = join(folder, `dkim-${kind}-${bits}.pem`);
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  // RFC 8463 section 4.2: of an Ed25519 key its 32 bytes alone.
  const published = kind === 'rsa' ? spki : spki.subarray(-32);
  return { keyFile, record: `v=DKIM1; k=${kind}; p=${published.toString('base64')}` };
}

export interface SmimeFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** The root to trust. */
  readonly caFile: string;
}

/** A certificate for S/MIME of a mailbox, and its key, made with openssl. */
export function makeSmimeKey(folder: string, kind: 'rsa' | 'ec', mailbox: string): SmimeFiles {
  const openssl = (...args: readonly string[]): Buffer =>
    execFileSync('openssl', [...args], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const key = (name: string): readonly string[] => [
    ...(kind === 'rsa' ? ['-newkey', 'rsa:2048'] : ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']),
    '-nodes', '-keyout', `${kind}-${name}.key`,
  ]; // prettier-ignore
  openssl('req', '-x509', ...key('ca'), '-out', `${kind}-ca.pem`, '-subj', '/CN=Example Root', '-days', '2');
  openssl('req', ...key('own'), '-out', `${kind}-own.csr`, '-subj', '/CN=Lab CERT');
  writeFileSync(
    join(folder, `${kind}-extensions`),
    `subjectAltName=email:${mailbox}\nextendedKeyUsage=emailProtection\nkeyUsage=critical,digitalSignature\n`,
  );
  openssl(
    'x509', '-req', '-in', `${kind}-own.csr`, '-CA', `${kind}-ca.pem`, '-CAkey', `${kind}-ca.key`, '-CAcreateserial',
    '-days', '2', '-extfile', `${kind}-extensions`, '-out', `${kind}-own.pem`,
  ); // prettier-ignore
  return {
    certificateFile: join(folder, `${kind}-own.pem`),
    keyFile: join(folder, `${kind}-own.key`),
    caFile: join(folder, `${kind}-ca.pem`),
  };
}

/** What `openssl cms -verify` says to a whole message: the content that it found signed, or null and why not. */
export function verifySmime(
  message: Uint8Array,
  { caFile }: Pick<SmimeFiles, 'caFile'>,
): { readonly content: string | null; readonly says: string } {
  const run = spawnSync('openssl', ['cms', '-verify', '-CAfile', caFile], { input: message, encoding: 'latin1' });
  return { content: run.status === 0 ? run.stdout : null, says: run.stderr };
}

export function makeFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-mail-')));
  return {
    folder,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
