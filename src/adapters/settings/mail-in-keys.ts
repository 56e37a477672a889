import { z } from 'zod';
import type { SettingKey } from './setting-key.ts';

const word = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be one line without control characters');
const host = word.regex(/^[A-Za-z0-9.:_-]+$/, 'must be a host name or address');

/** Where replies come in. */
export const MAIL_IN_KEYS: readonly SettingKey[] = [
  { key: 'mail.imap.host', kind: 'text', schema: host, fallback: null, meaning: 'the IMAP server with the mailbox that answers go to; without it replies come in by dismantle mail import alone' },
  { key: 'mail.imap.port', kind: 'number', schema: z.int().min(1).max(65_535), fallback: 993, meaning: 'its port' },
  { key: 'mail.imap.security', kind: 'text', schema: z.enum(['tls', 'starttls', 'none']), fallback: 'tls', meaning: 'tls, starttls, or none, which is for a server on this very machine' },
  { key: 'mail.imap.user', kind: 'text', schema: word, fallback: null, meaning: 'the user of the mailbox' },
  { key: 'mail.imap.password', kind: 'text', schema: word, fallback: null, secret: true, meaning: 'its password' },
  { key: 'mail.imap.passwordFile', kind: 'text', schema: word, fallback: null, meaning: 'a file that holds mail.imap.password' },
  { key: 'mail.imap.folder', kind: 'text', schema: word, fallback: 'INBOX', meaning: 'the folder that is read; nothing in it is deleted' },
  { key: 'mail.imap.ca', kind: 'text', schema: word, fallback: null, meaning: 'a PEM file with the authority behind the server’s certificate, where this machine does not know it' },
  { key: 'mail.authservId', kind: 'text', schema: word.regex(/^[A-Za-z0-9._-]+$/, 'must be one word'), fallback: null, meaning: 'the name by which your own mail server writes Authentication-Results; it must remove those that arrive under that name' },
  { key: 'mail.replyWords', kind: 'text', schema: word, fallback: null, meaning: 'a file with the words by which replies are told apart, in place of ours' },
]; // prettier-ignore
