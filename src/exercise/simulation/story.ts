import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Books, Written } from './books.ts';
import { textOf } from './books.ts';
import { faultInWords } from './fault.ts';
import type { SimulationOutcome } from './simulate.ts';

/** A history as lines for people: when, who, what. What the world did stands beside what the ledger has of it. */
export function storyOf({ plan, breaches, happenings, books }: SimulationOutcome): readonly string[] {
  const told: { readonly at: Instant; readonly order: number; readonly line: string }[] = [
    ...happenings.map(({ at, what }) => ({ at, order: 0, line: `world   ${what}` })),
    ...books.handed.map(({ at, to, messageId, hosts }) => ({
      at,
      order: 1,
      line: `mail    to ${to}: ${books.dispatchOf(messageId)?.kind ?? 'of no dispatch'}${hosts.length > 0 ? ` about ${hosts.join(', ')}` : ''}`,
    })),
    ...books.entries.map((entry) => ({ at: entry.at, order: 2, line: `ledger  ${entryInWords(books, entry)}` })),
    ...breaches.map(({ at, rule, what }) => ({ at, order: 3, line: `BROKEN  ${rule}: ${what}` })),
  ];
  return [
    `Seed ${plan.world.seed}: ${JSON.stringify(plan.world)}`,
    ...plan.faults.map((fault) => `Fault: ${faultInWords(fault)}`),
    ...told
      .toSorted((one, other) => one.at - other.at || one.order - other.order)
      .map(({ at, line }) => `${isoInstant(at).slice(5, 19).replace('T', ' ')}  ${line}`),
  ];
}

function entryInWords(books: Books, { sequence, draft: { kind, subject, body, actor }, rows }: Written): string {
  const notice = books.notices.get(kind.startsWith('notice.') ? subject : textOf(body['notice']));
  const dispatch = books.dispatches.get(subject);
  const about = [
    books.hostOf.get(subject),
    notice?.reference,
    dispatch?.kind,
    ...['file', 'class', 'party', 'from', 'to', 'recipient', 'response', 'next', 'until', 'reason'].map((key) =>
      textOf(body[key]),
    ),
    textOf(body['person']) || actor,
    rows.length > 0 ? `${rows.length} rows` : '',
  ];
  return `${sequence} ${kind} ${about.filter((part) => part !== undefined && part !== '').join(', ')}`;
}
