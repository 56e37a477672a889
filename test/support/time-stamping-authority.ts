import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why the tests with a real authority are skipped; null where the openssl program is there. */
export const NO_OPENSSL: string | null =
  spawnSync('openssl', ['ts', '-help']).status === 0 ? null : 'the openssl program is missing';

/** A time-stamping authority of the tests' own, made with openssl and reached on loopback. */
export interface TimeStampingAuthority {
  readonly url: string;
  /** The certificate to trust. */
  readonly caFile: string;
  /** How many queries have come. */
  readonly queries: () => number;
  /** The next answers are given by this; null gives right ones again. */
  answerWith(answer: ((query: Uint8Array, response: ServerResponse) => void) | null): void;
  /** Answers a query as an authority does; an answer may be a refusal. */
  reply(query: Uint8Array): Uint8Array;
  /** What openssl says to a whole answer, or to a token alone, as a time-stamp of the bytes. */
  verify(stamp: Uint8Array, bytes: Uint8Array, what?: 'answer' | 'token'): string;
  close(): Promise<void>;
}

const CONFIGURATION = `
[tsa]
default_tsa = authority
[authority]
serial = ./serial
crypto_device = builtin
signer_cert = ./tsa.pem
certs = ./ca.pem
signer_key = ./tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.32473.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`;

export async function openTimeStampingAuthority(): Promise<TimeStampingAuthority> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dismantle-tsa-')));
  const openssl = (...args: readonly string[]): Buffer =>
    execFileSync('openssl', [...args], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  writeFileSync(join(folder, 'tsa.cnf'), CONFIGURATION);
  writeFileSync(join(folder, 'serial'), '01\n');
  writeFileSync(
    join(folder, 'extensions'),
    'extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n',
  );
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Example Root', '-days', '2');
  openssl('req', ...key, '-keyout', 'tsa.key', '-out', 'tsa.csr', '-subj', '/CN=Example TSA');
  openssl(
    'x509', '-req', '-in', 'tsa.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2',
    '-extfile', 'extensions', '-out', 'tsa.pem',
  ); // prettier-ignore

  const reply = (query: Uint8Array): Uint8Array => {
    writeFileSync(join(folder, 'query.tsq'), query);
    openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query.tsq', '-out', 'answer.tsr');
    return readFileSync(join(folder, 'answer.tsr'));
  };
  const rightly = (query: Uint8Array, response: ServerResponse): void => {
    response.setHeader('content-type', 'application/timestamp-reply');
    response.end(reply(query));
  };

  let answer = rightly;
  let queries = 0;
  const server = createServer((request, response) => {
    queries += 1;
    const pieces: Uint8Array[] = [];
    request.on('data', (piece: Uint8Array) => pieces.push(piece));
    request.on('end', () => answer(Buffer.concat(pieces), response));
    response.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the authority has no port');
  return {
    url: `http://127.0.0.1:${address.port}/tsr`,
    caFile: join(folder, 'ca.pem'),
    queries: () => queries,
    answerWith(next) {
      answer = next ?? rightly;
    },
    reply,
    verify(stamp, bytes, what = 'answer') {
      writeFileSync(join(folder, 'token.tsr'), stamp);
      writeFileSync(join(folder, 'bytes'), bytes);
      const args = ['ts', '-verify', '-in', 'token.tsr', '-data', 'bytes', '-CAfile', 'ca.pem'];
      if (what === 'token') args.push('-token_in');
      const { stdout, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
      return `${stdout}${stderr}`;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
