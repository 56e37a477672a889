import { readableInstant } from '../domain/instant.ts';
import type { AuthVerdict } from '../domain/received-mail.ts';
import type { Received, ReceivedMail, ShownMail } from '../flow.ts';
import { shorten, shownText } from './shown.ts';
import { table } from './table.ts';
import { safeLines, safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

const ID_LENGTH = 12;
/** Who said something at the provider's door. */
const AT_DOOR = 'whoever has the link';

export function shownId({ sha256 }: { readonly sha256: string }): string {
  return sha256.slice(0, ID_LENGTH);
}

/** A sender as plain text: names and addresses in it are somebody else's words, and never links. */
function shownSender(address: string | null): string {
  return address === null ? 'nobody known' : safeText(address).replaceAll('.', '[.]');
}

export function receivedLine(received: Received): string {
  const { wasKnown, reference, isConfirmed } = received;
  const place =
    reference === null
      ? 'waits for a person to place it'
      : isConfirmed
        ? reference
        : `${reference}, waits for a person to confirm the sender`;
  return `${shownId(received)}  ${wasKnown ? 'known already' : received.class}  ${place}  from ${shownSender(received.from)}: ${shorten(shownText(received.subject), 60)}\n`;
}

/** What an import or a fetch came to. */
export function takenText(received: readonly Received[], options: string): string {
  if (received.length === 0) return 'No message was there.\n';
  const fresh = received.filter(({ wasKnown }) => !wasKnown);
  const waiting = fresh.filter(({ reference, isConfirmed }) => reference === null || !isConfirmed);
  const lines = fresh.slice(0, 100).map(receivedLine).join('');
  const rest = fresh.length > 100 ? `… and ${fresh.length - 100} more\n` : '';
  const known = received.length - fresh.length;
  const counts = `${fresh.length} taken in${known === 0 ? '' : `, ${known} known already`}.\n`;
  const next =
    waiting.length === 0 ? '' : `${waiting.length} wait for a person: dismantle mail list --unplaced${options}\n`;
  return `${lines}${rest}${counts}${next}`;
}

export function mailListText(mails: readonly ReceivedMail[], unplaced: boolean, style: Style): string {
  if (mails.length === 0) return unplaced ? 'No message waits for a person.\n' : 'No message has come in.\n';
  return table(
    mails,
    [
      { title: 'id', value: (mail) => shownId(mail) },
      { title: 'received', value: ({ receivedAt }) => readableInstant(receivedAt) },
      { title: 'class', value: (mail) => (mail.byPerson === null ? mail.class : `${mail.class} (by hand)`) },
      {
        title: 'notice',
        value: ({ reference, isConfirmed }) => (reference === null ? null : isConfirmed ? reference : `${reference}?`),
      },
      {
        title: 'from',
        max: 40,
        value: ({ fromAddress, source }) => (source === 'door' ? AT_DOOR : shownSender(fromAddress)),
      },
      { title: 'subject', max: 50, value: ({ subject }) => shownText(subject) },
    ],
    style,
  );
}

/** One message with all that is known of it. */
export function mailText({ mail, facts }: ShownMail, style: Style): string {
  const { auth } = mail;
  const lines = [
    style.bold(`Message ${shownId(mail)}: ${mail.class}`),
    `from      ${mail.source === 'door' ? AT_DOOR : shownSender(mail.fromAddress)}${facts === null || facts.fromName === '' ? '' : ` (calls itself "${shownText(facts.fromName)}")`}`,
    `subject   ${shownText(mail.subject)}`,
    `received  ${readableInstant(mail.receivedAt)}, ${safeText(mail.source)}`,
    `notice    ${placeOf(mail)}`,
    ...(mail.ticket === null ? [] : [`ticket    ${safeText(mail.ticket)}`]),
    `sender    DKIM ${verdict(auth.dkim)}, SPF ${verdict(auth.spf)}, DMARC ${verdict(auth.dmarc)}; checked by ${auth.by}`,
    ...(mail.class === mail.proposedClass ? [] : [`proposed  ${mail.proposedClass}`]),
    'Why:',
    ...mail.reasons.map((reason) => `  ${shownText(reason)}`),
  ];
  if (facts === null) return `${lines.join('\n')}\nThe raw message is not here any more.\n`;
  if (facts.attachments.length > 0) {
    lines.push('Attachments (listed, never opened):');
    for (const { name, type, sizeBytes, sha256 } of facts.attachments) {
      lines.push(
        `  ${name === '' ? 'without a name' : shownText(name)}, ${safeText(type)}, ${sizeBytes} bytes, SHA-256 ${sha256}`,
      );
    }
  }
  const words = facts.unreadable === null ? facts.text : `It could not be read: ${facts.unreadable}.`;
  const shown = safeLines(words)
    .split('\n')
    .map((line) => `  | ${unlinked(shownText(line))}`);
  lines.push('Words:', ...shown, ...(facts.textCut ? ['  (cut here; the whole is in the raw message)'] : []));
  return `${lines.join('\n')}\n`;
}

/** A web address is one for a mail program whatever stands before it. */
function unlinked(line: string): string {
  return line.replaceAll(/tt(?=ps?:\/\/)/gi, 'xx');
}

function placeOf({ reference, isConfirmed, placedBy }: ReceivedMail): string {
  if (reference === null) return 'none yet; a person has to place it';
  const by = placedBy === 'person' ? 'by a person' : `by ${placedBy ?? 'nobody'}`;
  return `${reference} (${by})${isConfirmed ? '' : '; sender not known in this conversation, so nothing follows until a person confirms'}`;
}

function verdict({ result, domain }: AuthVerdict): string {
  return domain === null ? result : `${result} (${safeText(domain).replaceAll('.', '[.]')})`;
}
