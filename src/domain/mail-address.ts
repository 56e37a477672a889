import { isDrillName, reservedNameReason } from './host-name.ts';
import { isPlainMailbox } from './notice.ts';

/*
 * The one gate before a mail: whatever becomes a recipient, a sender, a subject or another header value passes here, whether it came
 * from a provider book, a registry, a text or a setting. A refusal is a clause that a person can act on; null lets it through.
 */

/** What is wrong with a mailbox, the most telling first; the first that matches is said. */
const MAILBOX_FAULTS: readonly (readonly [found: RegExp, says: string])[] = [
  [/^$/, 'it is empty'],
  [/[\r\n]/, 'it has a line end in it, by which further header fields could be put in'],
  [/[\x00-\x1f\x7f]/, 'it has a control character in it'],
  [/[^\x00-\x7f]/, 'it has a character outside ASCII in it, such as a look-alike letter or a full-width @'],
  [/^\s|\s$/, 'it begins or ends in a blank'],
  [/["\\]/, 'it is quoted, by which mail servers have been made to read another domain'],
  [/[()]/, 'it has a comment in it'],
  [/[,;]|^[^@]*:/, 'it is a list or a group, and a mail goes to one mailbox'],
  [/[<>]/, 'it has a display name or angle brackets'],
  [/\s/, 'it has a blank in it'],
  [/@.*@/, 'it has more than one @'],
  [/^[^@]*$/, 'it has no @'],
  [/^@|@$/, 'a part of it is missing'],
  [/=\?/, 'it has an encoded word in it, which some programs decode before they look for the @'],
  [/\[|\]/, 'it names an address in brackets where a domain belongs'],
  [/[%!][^@]*@/, 'its local part names a route through another host'],
  [/^[-|/]/, 'its local part begins as an option, a pipe or a path does'],
  [/\.$/, 'its domain ends in a dot'],
  [/^\.|\.\.|\.@|@\./, 'a dot stands where none may'],
  [/@[^.]*$/, 'its domain is a single word'],
  [/\.\d+$/, 'it names an IP address where a domain belongs'],
];

/** Why a text may be no mailbox of a mail, or null: exactly what `isPlainMailbox` accepts passes. */
export function mailboxFault(text: string): string | null {
  if (isPlainMailbox(text)) return null;
  if (text.length > 254) return 'it is longer than the 254 characters of a mailbox';
  const found = MAILBOX_FAULTS.find(([pattern]) => pattern.test(text));
  if (found !== undefined) return found[1];
  if (text.indexOf('@') > 64) return 'its local part is longer than 64 characters';
  return 'its domain is none that mail could go to';
}

const MAX_HEADER_CHARACTERS = 900;

/** Why a text may not stand in a header field (a subject, a display name, a further field), or null. */
export function headerTextFault(text: string): string | null {
  if (/[\r\n\u0085\u2028\u2029]/.test(text)) return 'it has a line end in it';
  if (/[\x00-\x1f\x7f]/.test(text)) return 'it has a control character in it';
  if (/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/.test(text)) return 'it turns the direction of writing round';
  if (/\p{Cs}/u.test(text)) return 'it is no whole Unicode text';
  return text.length > MAX_HEADER_CHARACTERS ? `it is longer than ${MAX_HEADER_CHARACTERS} characters` : null;
}

const MESSAGE_ID =
  /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/;

/** Why a text is no msg-id without its angle brackets (RFC 5322 section 3.6.4, dot-atoms only), or null. */
export function messageIdFault(text: string): string | null {
  return text.length <= 250 && MESSAGE_ID.test(text) ? null : 'it is no plain msg-id such as name@host.example';
}

/**
 * Why an operation may not mail to a mailbox, or null: a drill mails to reserved names alone (RFC 2606, RFC 6761), every other
 * operation never does, for there nobody would read it.
 */
export function recipientFault(mailbox: string, drill: boolean): string | null {
  const fault = mailboxFault(mailbox);
  if (fault !== null) return fault;
  const domain = mailbox.slice(mailbox.lastIndexOf('@') + 1).toLowerCase();
  const isReserved = isDrillName(domain) || domain.endsWith('.localhost');
  if (drill)
    return isReserved ? null : 'a drill mails to names under .example, .test, .invalid and .localhost and nowhere else';
  if (isReserved) return `${domain} is reserved for documentation and tests; only a drill mails there`;
  return reservedNameReason(domain);
}
