import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';
import { openSmtpLaboratory } from '../support/smtp-laboratory.ts';
import type { SmtpLaboratory } from '../support/smtp-laboratory.ts';

// The whole road by the command line: two feeds, people with real keys, others asked, a look, an approval, arming, real SMTP,
// an answer, a retraction, and the audit of it all. One test after the other, each where the one before has left off.

const SERVER = '192.0.2.11';
const DESK = 'abuse@prairie-hosting.example';

let installation: Installation;
let laboratory: SmtpLaboratory;
let reference = '';

const key = (name: string): string => join(installation.folder, name.toLowerCase());
const signed = (name: string): readonly string[] => ['--as', name, '--key', key(name)];
const inLab = ['--operation', 'lab'];

beforeAll(async () => {
  installation = createInstallation();
  laboratory = await openSmtpLaboratory({
    security: 'starttls',
    login: { user: 'dismantle', password: 'a secret of it' },
  });
  const { done, write, folder, dataDirectory } = installation;
  const password = write('password', 'a secret of it\n');
  execFileSync('openssl', ['genpkey', '-quiet', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', join(folder, 'dkim.pem')]); // prettier-ignore
  write(
    'data/dismantle.yaml',
    JSON.stringify({
      organisation: { name: 'Example CERT', email: 'desk@cert.example', contestEmail: 'contest@cert.example' },
      traffic: { send: true },
      mail: {
        smtp: {
          host: laboratory.host, port: laboratory.port, security: 'starttls', user: 'dismantle', passwordFile: password,
          caFile: laboratory.caFile,
        },
        dkim: { domain: 'cert.example', selector: 'lab', keyFile: join(folder, 'dkim.pem') },
      },
    }),
  ); // prettier-ignore
  expect(existsSync(join(dataDirectory, 'dismantle.yaml'))).toBe(true);
  for (const name of ['Ada', 'Bo']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key(name)]);
  await done(['person', 'add', 'Ada', '--role', 'admin', '--role', 'counsel', '--key', `${key('Ada')}.pub`, '--sign-with', key('Ada')]); // prettier-ignore
  await done(['person', 'add', 'Bo', '--role', 'approver', '--key', `${key('Bo')}.pub`, '--as', 'Ada', '--sign-with', key('Ada')]); // prettier-ignore
  const list = { name: 'some', description: 'some', version: 1, type: 'cidr', matching_attributes: ['ip-dst'] };
  write('lists/some/list.json', JSON.stringify({ ...list, list: ['198.51.100.250/32'] }));
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
  for (const group of ['one', 'two']) {
    const file = write(
      `${group}.csv`,
      `# ${group}\nserver,last_seen,evidence,malware\n${SERVER}:443,${day},sandbox-run,Examplebot\n`,
    );
    await done(['run', file, ...inLab, '--drill', '--malware', 'Examplebot', '--group', group, '--source', group, '--warninglists', join(folder, 'lists'), '--providers', 'examples/first-look/providers.yaml']); // prettier-ignore
  }
});

afterAll(async () => {
  await installation?.close();
  await laboratory?.close();
});

const outgoing = z.array(
  z.object({ kind: z.string(), state: z.string(), to: z.string(), messageId: z.string(), attempts: z.number() }),
);
const sending = z.looseObject({
  sent: z.number(),
  isArmed: z.boolean(),
  ready: z.string().nullable(),
  kept: z.array(z.object({ reasons: z.array(z.string()) })),
});
const send = (): Promise<z.infer<typeof sending>> => installation.json(sending, ['send', ...inLab]);

test('an approved notice waits for the others to be asked, for a look, and for an admin to arm the operation', async () => {
  const { done, json } = installation;
  const [notice] = await json(z.array(z.looseObject({ reference: z.string() })), ['review', ...inLab]);
  reference = notice?.reference ?? '';
  await done(['approve', reference, ...signed('Bo'), '--yes', ...inLab]);
  const kept = async (): Promise<string> => (await send()).kept.flatMap(({ reasons }) => reasons).join('; ');
  expect(await kept()).toMatch(/asked/);
  await done(['deconflict', 'open', '--as', 'Ada', ...inLab]);
  for (const kind of ['law-enforcement', 'csirt', 'sinkhole-operator']) {
    await done(['deconflict', 'ask', '1', '--party', kind, '--kind', kind, '--channel', 'telephone', '--as', 'Ada', ...inLab]); // prettier-ignore
    await done(['deconflict', 'answer', '1', '--party', kind, '--answer', 'clear', ...signed('Ada'), '--reason', 'said so', ...inLab]); // prettier-ignore
  }
  expect(await kept()).toMatch(/no look has found it alive/);
  const now = new Date(Date.now() - 1000).toISOString();
  await done(['look', SERVER, '--outcome', 'live', '--at', now, '--vantage', 'office', '--how', 'a connect', '--as', 'Ada', ...inLab]); // prettier-ignore
  // The approval stands: nothing that was approved has changed.
  const waiting = await send();
  expect(waiting).toMatchObject({ sent: 0, isArmed: false });
  expect(waiting.kept.flatMap(({ reasons }) => reasons)).toEqual(['the operation is not armed for sending']);
  expect(readdirSync(waiting.ready ?? '')).toEqual([`${reference}-notice.eml`]);
  expect(laboratory.connections()).toBe(0);
});

test('armed, it leaves over STARTTLS with a login, signed by DKIM, once', async () => {
  await installation.done(['arm', ...signed('Ada'), '--hours', '1', '--reason', 'a drill', ...inLab]);
  expect(await send()).toMatchObject({ sent: 1, isArmed: true, ready: null });
  expect(await send()).toMatchObject({ sent: 0 });
  expect(laboratory.received).toHaveLength(1);
  const [mail] = laboratory.received;
  expect(mail).toMatchObject({ secure: true, user: 'dismantle', to: [DESK] });
  const parsed = await PostalMime.parse(mail?.message ?? '');
  expect(parsed.headers.map(({ key: name }) => name)).toContain('dkim-signature');
  expect(parsed.subject).toContain(reference);
  const [dispatch] = await installation.json(outgoing, ['outgoing', ...inLab]);
  expect(dispatch).toMatchObject({ kind: 'notice', state: 'sent', to: DESK, attempts: 1 });
  expect(parsed.messageId).toBe(`<${dispatch?.messageId ?? ''}>`);
});

test('an answer that claims the server is gone moves the conversation, and no verdict', async () => {
  const { done, json, write } = installation;
  const [dispatch] = await json(outgoing, ['outgoing', ...inLab]);
  const reply = [
    `From: Desk <${DESK}>`,
    'To: desk@cert.example',
    `Subject: Re: [${reference}]`,
    `In-Reply-To: <${dispatch?.messageId ?? ''}>`,
    '',
    'The server has been suspended and is offline.',
    '',
  ].join('\r\n');
  expect(await done(['mail', 'import', write('reply.eml', reply)])).toContain('action-claimed');
  const cases = z.array(z.looseObject({ state: z.string() }));
  expect(await json(cases, ['cases', ...inLab])).toMatchObject([{ state: 'acknowledged' }]);
  expect(await done(['explain', SERVER, ...inLab])).toContain('live');
  expect(await done(['due', ...inLab])).toContain(reference);
});

test('a retraction reaches the desk in the same thread, and the audit verifies every signature', async () => {
  const { done, json, folder } = installation;
  await done(['retract', SERVER, ...signed('Ada'), '--reason', 'a mistake', ...inLab]);
  expect(await send()).toMatchObject({ sent: 1 });
  const parsed = await PostalMime.parse(laboratory.received[1]?.message ?? '');
  const [dispatch] = await json(outgoing, ['outgoing', ...inLab]);
  expect(parsed.inReplyTo).toBe(`<${dispatch?.messageId ?? ''}>`);
  expect(laboratory.received[1]?.to).toEqual([DESK]);
  expect(await done(['status', ...inLab])).toMatch(/Retracted 1 server/);
  expect(await done(['audit'])).toContain('The ledger is whole');
  const file = join(folder, 'ledger.jsonl');
  await done(['ledger', 'export', file]);
  expect(await done(['audit', file])).toContain('whole');
  // One letter of a signed reason, in the file alone: its commitment, and the signature over it, do not fit any more.
  const { write } = installation;
  const changed = write('changed.jsonl', readFileSync(file, 'utf8').replace('a mistake', 'a mystake'));
  const ran = await installation.run(['audit', changed]);
  expect(ran.code).toBe(1);
});
