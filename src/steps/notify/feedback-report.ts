import { isoInstant } from '../../domain/instant.ts';
import type { NoticeFacts } from '../../domain/notice.ts';
import { knownMoment } from './item-facts.ts';

const MAX_DOMAINS = 100;

/**
 * The fields of the message/feedback-report part (RFC 5965 section 3). `Feedback-Type: xarf` is X-ARF's own value,
 * not one that IANA lists: a reader who does not know it has to pass the message by (section 3.5), rather than take it
 * for a complaint about a mail. Source-IP, Source-Port (RFC 6692) and Arrival-Date may stand once only, so they
 * are there for a single server; Reported-Domain may repeat.
 */
export function feedbackReport(facts: NoticeFacts, program: string): string {
  const fields = ['Feedback-Type: xarf', `User-Agent: ${program}`, 'Version: 1'];
  const [item, ...others] = facts.items;
  if (item !== undefined && others.length === 0) {
    const known = knownMoment(item, facts.draftedAt);
    // A day is no moment: a desk would look up whose the address was at midnight.
    if (known?.precision === 'exact') fields.push(`Arrival-Date: ${mailDate(known.at)}`);
    if (item.hostType === 'address') {
      fields.push(`Source-IP: ${item.host}`);
      const port = item.endpoints.find((endpoint) => endpoint.port !== null)?.port ?? null;
      if (port !== null) fields.push(`Source-Port: ${port}`);
    }
  }
  const names = facts.items.filter(({ hostType }) => hostType !== 'address').map(({ host }) => host);
  for (const name of names.slice(0, MAX_DOMAINS)) fields.push(`Reported-Domain: ${name}`);
  fields.push(`Incidents: ${facts.items.length}`);
  return `${fields.join('\n')}\n`;
}

/** RFC 5322 section 3.3, in UTC. */
function mailDate(instant: number): string {
  return new Date(isoInstant(instant)).toUTCString().replace('GMT', '+0000');
}
