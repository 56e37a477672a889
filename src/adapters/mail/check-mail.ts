import { X509Certificate } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { Instant } from '../../domain/instant.ts';
import { mailboxFault } from '../../domain/mail-address.ts';
import { ProblemError } from '../../domain/problem.ts';
import { registrableDomain } from '../../domain/registrable-domain.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { MailFinding } from '../../ports/mail-keys.ts';
import type { MailServerSettings, Settings } from '../../ports/settings.ts';
import type { DkimKey } from './dkim-sign.ts';
import { readAuthorities, readDkimKey, readSmimeKey } from './read-keys.ts';

const SOON_MS = 30 * 86_400_000;
const DKIM = 'DKIM';
const SMIME = 'S/MIME';

type Checked = Pick<Settings, 'organisation' | 'traffic' | 'mail'>;

/** Looks at the settings of mail and the files that they name; opens no connection and asks no DNS. */
export async function checkMail(settings: Checked, now: Instant): Promise<readonly MailFinding[]> {
  const { mail } = settings;
  return [
    ...(await checkServer('mail out', 'mail.smtp', mail.smtp)),
    ...switchOf(settings),
    ...(await checkServer('mail in', 'mail.imap', mail.imap)),
    ...sender(settings),
    ...(await checkDkim(settings)),
    ...(await checkSmime(settings, now)),
    ...(await filesOthersMayRead(settings)),
  ];
}

const good = (what: string, says: string): MailFinding => ({ what, state: 'good', says });
const note = (what: string, says: string): MailFinding => ({ what, state: 'note', says });
const bad = (what: string, says: string): MailFinding => ({ what, state: 'bad', says });

async function checkServer(what: string, key: string, server: MailServerSettings): Promise<MailFinding[]> {
  const { host, port, security, user, password, caFile } = server;
  if (host === null) return [note(what, `${key}.host is not set: nothing goes this way`)];
  const findings: MailFinding[] = [];
  if (security === 'none' && !/^(localhost|127\.\d+\.\d+\.\d+|::1)$/i.test(host)) {
    findings.push(bad(what, `${key}.security is none, and ${host} is not this machine: it will not be used`));
  }
  if (user !== null && password === null) {
    findings.push(bad(what, `${key}.user is set and no password: set ${key}.passwordFile or its variable`));
  }
  if (user === null && password !== null)
    findings.push(note(what, `${key}.password has no effect without ${key}.user`));
  const authorities = await attempt(what, async () =>
    caFile === null ? '' : readAuthorities(`${key}.caFile`, caFile),
  );
  if (!authorities.ok) findings.push(authorities.problem);
  if (findings.some(({ state }) => state === 'bad')) return findings;
  const login = user === null ? 'without a login' : `as ${user}`;
  return [good(what, `${host}, port ${port ?? 'by default'}, ${security}, ${login}`), ...findings];
}

function switchOf({ traffic, mail }: Checked): MailFinding[] {
  if (mail.smtp.host === null || traffic.send) return [];
  return [note('mail out', 'traffic.send is off: nothing is sent, notices stay in the outbox')];
}

function sender({ organisation, mail }: Checked): MailFinding[] {
  const what = 'sender';
  if (organisation.email === null) return [bad(what, 'organisation.email is not set: no notice has a sender')];
  const fault = mailboxFault(organisation.email);
  if (fault !== null) return [bad(what, `organisation.email is no plain mailbox: ${fault}`)];
  return [good(what, `From ${organisation.email}, bounces to ${mail.from ?? organisation.email}`)];
}

async function checkDkim({ organisation, mail }: Checked): Promise<MailFinding[]> {
  const read = await attempt(DKIM, () => readDkimKey(mail.dkim));
  if (!read.ok) return [read.problem];
  const key = read.value;
  const from = domainOf(organisation.email);
  const envelope = domainOf(mail.from ?? organisation.email);
  if (key === null) {
    return [
      note(DKIM, 'mail.dkim is not set: mail goes out unsigned, unless the server signs it; desks may file it as spam'),
      ...(from === null ? [] : [dmarcBySpf(from, envelope)]),
    ];
  }
  return [...dkimKey(key), ...(from === null ? [] : [alignment(key, from)])];
}

function dkimKey({ domain, selector, algorithm }: DkimKey): MailFinding[] {
  const found = good(DKIM, `${algorithm}; publish ${selector}._domainkey.${domain}: see dismantle mail keys`);
  return algorithm === 'rsa-sha256'
    ? [found]
    : [found, note(DKIM, 'many receivers do not verify Ed25519 yet; RSA is verified by all')];
}

/** DMARC's identifier alignment (RFC 7489 section 3.1). */
function alignment({ domain }: DkimKey, from: string): MailFinding {
  if (domain === from) return good('DMARC', `aligned: ${domain} signs for itself, by strict rules too`);
  const ours = registrableDomain(domain);
  if (ours !== null && ours === registrableDomain(from))
    return note('DMARC', `aligned by relaxed rules alone: ${domain} signs for ${from}; with adkim=s it would fail`);
  return bad(
    'DMARC',
    `mail.dkim.domain ${domain} is not aligned with ${from} of organisation.email: DMARC fails by it`,
  );
}

function dmarcBySpf(from: string, envelope: string | null): MailFinding {
  const ours = registrableDomain(from);
  return envelope !== null && ours !== null && registrableDomain(envelope) === ours
    ? note('DMARC', `met by SPF alone: the server’s address has to be in the SPF record of ${envelope}`)
    : bad('DMARC', `the domain of mail.from is not aligned with ${from}, and nothing is signed: DMARC fails`);
}

async function checkSmime({ organisation, mail }: Checked, now: Instant): Promise<MailFinding[]> {
  const read = await attempt(SMIME, () => readSmimeKey(mail.smime));
  if (!read.ok) return [read.problem];
  const own = read.value?.certificates[0];
  if (own === undefined) return [note(SMIME, 'mail.smime is not set: notices carry no signature of their own')];
  const certificate = new X509Certificate(own);
  const until = certificate.validToDate.getTime();
  const day = certificate.validToDate.toISOString().slice(0, 10);
  const findings: MailFinding[] = [];
  if (certificate.validFromDate.getTime() > now) findings.push(bad(SMIME, 'the certificate is not valid yet'));
  if (until <= now)
    findings.push(bad(SMIME, `the certificate expired on ${day}: mail programs will warn of every notice`));
  else if (until - now < SOON_MS) findings.push(note(SMIME, `the certificate expires on ${day}`));
  if (organisation.email !== null && certificate.checkEmail(organisation.email) === undefined) {
    findings.push(
      bad(SMIME, `the certificate is not for ${organisation.email}: mail programs will warn of every notice`),
    );
  }
  return findings.some(({ state }) => state === 'bad')
    ? findings
    : [good(SMIME, `${certificate.subject.replaceAll('\n', ', ')}, valid until ${day}`), ...findings];
}

/** Secrets that more than their owner can read. */
async function filesOthersMayRead({ mail }: Checked): Promise<MailFinding[]> {
  if (process.platform === 'win32') return [];
  const findings: MailFinding[] = [];
  for (const [key, file] of [
    ['mail.dkim.keyFile', mail.dkim.keyFile],
    ['mail.smime.keyFile', mail.smime.keyFile],
    ['mail.smtp.passwordFile', mail.smtp.passwordFile],
    ['mail.imap.passwordFile', mail.imap.passwordFile],
  ] as const) {
    if (file === null) continue;
    const mode = await stat(file).then(
      (found) => found.mode,
      () => 0,
    );
    if ((mode & 0o077) !== 0) findings.push(note('secrets', `${key}: others may read ${file}; chmod 600 ends that`));
  }
  return findings;
}

async function attempt<Value>(what: string, work: () => Promise<Value>): Promise<Result<Value, MailFinding>> {
  try {
    return success(await work());
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { message, hint } = error.problem;
    return failure(bad(what, hint === undefined ? message : `${message}. ${hint}`));
  }
}

function domainOf(mailbox: string | null): string | null {
  return mailbox === null ? null : mailbox.slice(mailbox.lastIndexOf('@') + 1).toLowerCase();
}
