import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCertificateAuthority } from './certificates.ts';

const PROGRAM = '/usr/sbin/dovecot';
const LONGEST_START_MS = 20_000;

/** Whether Debian's IMAP server is here; tests say so where it is not. */
export const dovecotIsHere = existsSync(PROGRAM);

/** A private IMAP server on a loopback port, with users, folders and files of its own. */
export interface Dovecot {
  readonly port: number;
  readonly tlsPort: number;
  readonly user: string;
  readonly password: string;
  /** PEM that makes its certificate known. */
  readonly ca: string;
  /** Puts a message into INBOX as a delivery agent does: a file in the Maildir's new/. */
  deliver(name: string, message: Uint8Array): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface DovecotOptions {
  /** Clients may set no keywords (dovecot's ACL: no "w"). */
  readonly noKeywords?: boolean;
}

export async function openDovecot({ noKeywords = false }: DovecotOptions = {}): Promise<Dovecot> {
  const folder = await mkdtemp(join(tmpdir(), 'dovecot-'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const user = 'desk@cert.example';
  const password = 'only for tests';
  const isRoot = process.getuid?.() === 0;
  const account = isRoot
    ? await systemAccount('nobody')
    : { name: process.env['USER'] ?? 'nobody', uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const mail = join(folder, 'mail');
  for (const below of ['run', 'state', 'mail', 'mail/new', 'mail/cur', 'mail/tmp', 'acl'])
    await mkdir(join(folder, below), { recursive: true });
  const authority = await createCertificateAuthority();
  const issued = await authority.issue(['localhost'], ['127.0.0.1']);
  const certificate = join(folder, 'server.pem');
  const key = join(folder, 'server.key');
  await writeFile(certificate, issued.cert);
  await writeFile(key, issued.key, { mode: 0o600 });
  await writeFile(join(folder, 'users'), `${user}:{PLAIN}${password}::::::\n`);
  await writeFile(join(folder, 'acl', 'INBOX'), `owner lrsi\n`);
  await writeFile(
    join(folder, 'dovecot.conf'),
    `base_dir = ${folder}/run
state_dir = ${folder}/state
instance_name = test-${port}
log_path = ${folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <${certificate}
ssl_key = <${key}
disable_plaintext_auth = no
auth_mechanisms = plain
first_valid_uid = 1
${isRoot ? '' : `default_internal_user = ${account.name}\ndefault_login_user = ${account.name}\ndefault_internal_group = ${await groupName(account.gid)}\n`}mail_location = maildir:${mail}
mail_uid = ${account.uid}
mail_gid = ${account.gid}
${noKeywords ? `mail_plugins = acl\nprotocol imap {\n  mail_plugins = acl imap_acl\n}\nplugin {\n  acl = vfile:${folder}/acl\n}\n` : ''}
passdb {
  driver = passwd-file
  args = ${folder}/users
}
userdb {
  driver = static
  args = uid=${account.uid} gid=${account.gid} home=${mail}
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = ${tlsPort}
    ssl = yes
  }
}
service stats {
  chroot =
}
`,
  );
  await chmod(folder, 0o755);
  if (isRoot) {
    for (const below of ['mail', 'mail/new', 'mail/cur', 'mail/tmp', 'acl', 'acl/INBOX'])
      await chown(join(folder, below), account.uid, account.gid);
  }
  let running: ChildProcess | null = null;
  const server: Dovecot = {
    port,
    tlsPort,
    user,
    password,
    ca: authority.cert,
    async deliver(name, message) {
      await writeFile(join(mail, 'tmp', name), message);
      if (isRoot) await chown(join(mail, 'tmp', name), account.uid, account.gid);
      await rename(join(mail, 'tmp', name), join(mail, 'new', name));
    },
    async kill() {
      const ended = running;
      running = null;
      if (ended === null || ended.exitCode !== null) return;
      const gone = new Promise((resolve) => ended.once('exit', resolve));
      ended.kill('SIGTERM');
      await gone;
    },
    async start() {
      const child = spawn(PROGRAM, ['-F', '-c', join(folder, 'dovecot.conf')], { stdio: 'ignore' });
      running = child;
      const until = performance.now() + LONGEST_START_MS;
      while (!(await answers(port))) {
        if (child.exitCode !== null || performance.now() > until) {
          throw new Error(
            `dovecot does not start: ${await readFile(join(folder, 'log'), 'utf8').catch(() => 'no log')}`,
          );
        }
        await sleep(50);
      }
    },
    async close() {
      await server.kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await server.start();
  return server;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('data', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
    socket.setTimeout(1000, () => (socket.destroy(), resolve(false)));
  });
}

async function systemAccount(name: string): Promise<{ name: string; uid: number; gid: number }> {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((each) => each.startsWith(`${name}:`));
  const [, , uid = '65534', gid = '65534'] = line?.split(':') ?? [];
  return { name, uid: Number(uid), gid: Number(gid) };
}

async function groupName(gid: number): Promise<string> {
  const line = (await readFile('/etc/group', 'utf8')).split('\n').find((each) => each.split(':')[2] === String(gid));
  return line?.split(':')[0] ?? 'nogroup';
}
