import { texts } from '../../texts/en.ts';
import type { Review } from './contract.ts';

const T = texts.review.sentence;
/** From the most to the least that can be asked of a server; of what is asked, the first is what it is about. */
const MAIN = ['suspend-domain', 'suspend', 'null-route', 'isolate', 'block-hostname', 'clean', 'preserve'] as const;

/** Whom it goes to: "Example Hosting (abuse@host.example)". */
export function recipient({ notice }: Review): string {
  const { addressee, contacts } = notice;
  return `${addressee.name} (${contacts[0] ?? addressee.contact ?? T.noContact})`;
}

/** All of it in one sentence: who is asked for what, by when, on what order. */
export function sentenceOf(review: Review): string {
  const { notice, draft, row, facts } = review;
  // What the method table says by now is not what the message says.
  if (draft === null) return `${T.outdated(recipient(review))}.`;
  const names = notice.items.flatMap((item) => item.names);
  const asked = draft.asks.filter(({ asks }) => asks.some((ask) => ask !== 'none'));
  if (asked.length === 0) return `${T.tells(recipient(review), notice.servers)}.`;
  const whats = asked.map(({ asks, hosts, deadlineHours }) => {
    const main = MAIN.find((each) => asks.includes(each)) ?? 'other';
    const count = main === 'block-hostname' && asked.length === 1 && names.length > 0 ? names.length : hosts.length;
    return `${T.main[main]?.(count) ?? ''}${deadlineHours === null ? '' : T.within(deadlineHours)}`;
  });
  const { authority } = facts;
  const ground =
    authority !== null
      ? T.by(`${authority.kind.replaceAll('-', ' ')} ${authority.reference}`)
      : row?.binding === 'binding'
        ? ''
        : T.byCourtesy;
  return `${T.asks(recipient(review))}${whats.join(T.and)}${ground}.`;
}
