import type { DeliveryStatus } from '../../domain/received-mail.ts';
import { fieldsOf } from './message-ids.ts';
import { visibleLine } from './visible-text.ts';

const MOST_RECIPIENTS = 50;

/**
 * The recipients of a message/delivery-status part (RFC 3464 section 2.1): groups of fields parted by empty lines, the
 * first of them about the whole message.
 */
export function recipientsOf(part: string): readonly DeliveryStatus[] {
  const recipients: DeliveryStatus[] = [];
  for (const group of part
    .slice(0, 200_000)
    .replaceAll(/\r\n?/g, '\n')
    .split(/\n[ \t]*\n/)) {
    const fields = fieldsOf(group);
    const value = (name: string): string | null => fields.find((field) => field.name === name)?.value ?? null;
    const recipient = value('final-recipient') ?? value('original-recipient');
    const action = value('action');
    if (recipient === null && action === null) continue;
    recipients.push({
      action: /^[a-z]+/i.exec(action ?? '')?.[0].toLowerCase() ?? '',
      status: /\b[245]\.\d{1,3}\.\d{1,3}\b/.exec(value('status') ?? '')?.[0] ?? null,
      recipient: recipient === null ? null : addressOf(recipient),
      diagnostic: value('diagnostic-code') === null ? null : visibleLine(value('diagnostic-code') ?? '', 500),
    });
    if (recipients.length === MOST_RECIPIENTS) break;
  }
  return recipients;
}

/** "rfc822; abuse@host.example" (RFC 3464 section 2.1.2). */
function addressOf(value: string): string | null {
  const address =
    /^(?:rfc822|utf-8)\s*;\s*<?([^\s<>;]{1,254})>?/i.exec(value)?.[1] ??
    /^<?([^\s<>;]{1,254}@[^\s<>;]+?)>?$/.exec(value)?.[1];
  return address === undefined ? null : visibleLine(address.toLowerCase(), 254);
}
