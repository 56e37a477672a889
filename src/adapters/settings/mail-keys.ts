import { z } from 'zod';
import { isPlainMailbox } from '../../domain/notice.ts';
import { parseAddress } from '../../domain/address.ts';
import { parseSendingWindow, sendingWindowText } from '../../domain/sending-window.ts';
import type { SettingKey } from './setting-key.ts';

/*
 * The keys of `mail`: how notices go out and answers come in.
 */

const line = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line without control characters');
/** Not trimmed: a password may begin with a blank. */
const secret = z.string().regex(/^[^\u0000-\u001f\u007f]{1,500}$/, 'must be one line of at most 500 characters');
const HOST = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;
const host = z
  .string()
  .trim()
  .max(253)
  .refine((text) => parseAddress(text).ok || (HOST.test(text) && !/^[\d.]+$/.test(text)), {
    error: 'must be a host name or an address, without a port',
  });
const domain = z
  .string()
  .trim()
  .max(253)
  .toLowerCase()
  .refine((text) => text.includes('.') && HOST.test(text) && !/\.\d+$/.test(text), {
    error: 'must be a domain such as cert.example',
  });
/** RFC 6376 section 3.1. */
const selector = z.string().trim().toLowerCase().max(63).regex(HOST, 'must be a name such as dsm2026');
const port = z.int().min(1).max(65_535);
const mailbox = z.string().refine(isPlainMailbox, { error: 'must be one plain mailbox such as bounces@cert.example' });
const rate = z.int().min(1).max(10_000);
const windows = z.record(
  z.string().regex(/^([A-Z]{2}|default)$/, 'must be a country such as DE, or default'),
  z
    .string()
    .max(200)
    .transform((text, context) => {
      const parsed = parseSendingWindow(text);
      if (parsed.ok) return parsed.value;
      context.addIssue({ code: 'custom', message: parsed.problem, input: text });
      return z.NEVER;
    }),
);
const parsedWindows = z.record(
  z.string(),
  z.object({ days: z.array(z.number()), fromMinute: z.number(), toMinute: z.number(), zone: z.string() }),
);

const SECURITIES = ['starttls', 'tls', 'none'] as const;
const SECURITY_MEANING =
  'starttls (demanded, never given up), tls (from the first byte), none (for a server on this machine alone)';

/** The keys that both directions have. */
function server(name: 'smtp' | 'imap', what: string, ports: string): readonly SettingKey[] {
  const key = (last: string): string => `mail.${name}.${last}`;
  return [
    { key: key('host'), kind: 'text', schema: host, fallback: null, meaning: `the server ${what}` },
    { key: key('port'), kind: 'number', schema: port, fallback: null, meaning: `its port; ${ports} when not set` },
    { key: key('security'), kind: 'text', schema: z.enum(SECURITIES), fallback: name === 'smtp' ? 'starttls' : 'tls', meaning: SECURITY_MEANING },
    { key: key('user'), kind: 'text', schema: line, fallback: null, meaning: 'the user to log in as; no login when not set' },
    { key: key('password'), kind: 'text', schema: secret, fallback: null, secret: true, meaning: 'the password of that user' },
    { key: key('passwordFile'), kind: 'text', schema: line, fallback: null, meaning: `a file that holds ${key('password')}` },
    { key: key('caFile'), kind: 'text', schema: line, fallback: null, meaning: 'the certificates (PEM) of the only authorities to trust there; the well-known ones when not set' },
  ]; // prettier-ignore
}

export const MAIL_KEYS: readonly SettingKey[] = [
  ...server('smtp', 'that takes our mail; none is sent when not set', '587 (starttls), 465 (tls) or 25 (none)'),
  { key: 'mail.smtp.connections', kind: 'number', schema: z.int().min(1).max(50), fallback: 4, meaning: 'how many connections to it there may be at once' },
  { key: 'mail.smtp.timeoutSeconds', kind: 'number', schema: z.int().min(1).max(600), fallback: 60, meaning: 'how long each step may take: connecting with greeting and TLS, EHLO, login, the envelope' },
  { key: 'mail.smtp.dataTimeoutSeconds', kind: 'number', schema: z.int().min(1).max(3600), fallback: 600, meaning: 'how long a message and the answer to it may take; who waits less than RFC 5321’s ten minutes may send twice' },
  { key: 'mail.from', kind: 'text', schema: mailbox, fallback: null, meaning: 'the envelope’s sender, where bounces come back to; organisation.email when not set' },
  { key: 'mail.dkim.domain', kind: 'text', schema: domain, fallback: null, meaning: 'the domain that signs (d=); it has to be that of organisation.email or above it' },
  { key: 'mail.dkim.selector', kind: 'text', schema: selector, fallback: null, meaning: 'the selector (s=) under which the key is published' },
  { key: 'mail.dkim.keyFile', kind: 'text', schema: line, fallback: null, meaning: 'the private key (PEM): RSA of at least 2048 bits, or Ed25519' },
  { key: 'mail.smime.certificateFile', kind: 'text', schema: line, fallback: null, meaning: 'the certificate to sign with (PEM), those of its issuers below it' },
  { key: 'mail.smime.keyFile', kind: 'text', schema: line, fallback: null, meaning: 'its private key (PEM): RSA or ECDSA' },
  { key: 'mail.rate.perProviderPerHour', kind: 'number', schema: rate, fallback: 4, meaning: 'how many mails an hour go to one provider at most' },
  { key: 'mail.rate.perDomainPerHour', kind: 'number', schema: rate, fallback: 10, meaning: 'how many mails an hour go to one domain at most' },
  { key: 'mail.windows', kind: 'mapping', schema: windows, fallback: {}, show: (value) => JSON.stringify(Object.fromEntries(Object.entries(parsedWindows.parse(value)).map(([country, window]) => [country, sendingWindowText(window)]))), example: '{"DE":"Mon-Fri 08:00-18:00 Europe/Berlin"}', meaning: 'when desks are written to, by the provider’s country or "default"; at any time where nothing is said' },
  ...server('imap', 'that answers are read from; none are fetched when not set', '993 (tls) or 143'),
  { key: 'mail.imap.folder', kind: 'text', schema: line.max(200), fallback: 'INBOX', meaning: 'the folder that answers are read from; nothing in it is deleted' },
  { key: 'mail.authservId', kind: 'text', schema: line.regex(/^[A-Za-z0-9._-]+$/, 'must be one word such as mx.cert.example'), fallback: null, meaning: 'the name under which your own mail server writes Authentication-Results; it has to remove those that arrive under that name' },
  { key: 'mail.replyWordsFile', kind: 'text', schema: line, fallback: null, meaning: 'the words by which replies are told apart (YAML), in place of ours' },
]; // prettier-ignore

/** Keys of `mail` whose value is a path. */
export const MAIL_PATH_KEYS: readonly string[] = MAIL_KEYS.map(({ key }) => key).filter((key) => key.endsWith('File'));
