import type { Instant } from '../../domain/instant.ts';
import { mailboxFault } from '../../domain/mail-address.ts';
import { mailDate, refuse } from './message-fields.ts';
import type { Field, MessageParts } from './message-fields.ts';

const NEEDED: readonly string[] = ['from', 'subject', 'message-id', 'date', 'mime-version', 'content-type'];
/** What stands only on mail that somebody else has handled, signs it, or names further recipients. */
const FOREIGN =
  /^(cc|bcc|sender|return-path|received|delivered-to|authentication-results|dkim-signature|arc-.*|resent-.*)$/;

/** The approved draft with the Date and the recipient of this attempt; every other field, and the body, stays as it is. */
export function setDateAndTo(
  { fields, body }: MessageParts,
  { date, to }: { readonly date: Instant; readonly to: string },
): MessageParts {
  const fault = mailboxFault(to);
  if (fault !== null) refuse(`its recipient is no plain mailbox: ${fault}`);
  const dateText = mailDate(date);
  if (dateText === 'Invalid Date') refuse('its date is none');
  const count = (name: string): number => fields.filter((field) => field.name === name).length;
  for (const { name } of fields) {
    if (FOREIGN.test(name)) refuse(`it has a field ${name}, which no draft has`);
    if (count(name) > 1) refuse(`it has the field ${name} twice`);
  }
  for (const name of NEEDED) if (count(name) === 0) refuse(`it has no field ${name}`);

  const toField: Field = { name: 'to', line: `To: ${to}` };
  const made = fields.flatMap((field): Field[] => {
    if (field.name === 'date') return [{ name: 'date', line: `Date: ${dateText}` }];
    if (field.name === 'to') return [toField];
    // A draft for which no contact was known has no To.
    if (field.name === 'from' && count('to') === 0) return [field, toField];
    return [field];
  });
  return { fields: made, body };
}
