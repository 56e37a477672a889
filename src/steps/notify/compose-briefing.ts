import { BRIEFING_MARKING } from '../../domain/briefing.ts';
import type { DispatchText } from '../../domain/dispatch.ts';
import { readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation, Sender } from '../../domain/operation.ts';
import { cleanValue } from './clean-value.ts';
import { followUpText } from './follow-up.ts';
import type { FollowUpDrafting } from './follow-up.ts';
import { inert } from './notice-view.ts';
import type { NoticeWords } from './notice-words.ts';
import { senderView, waysToVerify } from './sender-words.ts';

/** What a desk is told ahead of a strike: it holds no server, so that no words made of it can. */
export interface BriefingFacts {
  readonly operation: Pick<Operation, 'drill'>;
  readonly sender: Sender;
  /** Of its notices, the first one as well in the subject. */
  readonly references: readonly string[];
  readonly servers: number;
  readonly at: Instant;
  /** The same by the desk's clock; null where its zone is not known. */
  readonly local: string | null;
  readonly languages: readonly string[];
}

/** Marked TLP:RED in the subject and in the first line, in the languages of the notice. */
export function briefingText(facts: BriefingFacts, drafting: FollowUpDrafting): DispatchText {
  const { sender, operation, servers, at, local } = facts;
  const [reference = '', ...further] = facts.references.map((each) => cleanValue(each, 40));
  const ways = (words: NoticeWords): readonly string[] => waysToVerify(words, sender);
  const mark = { token: reference, drill: operation.drill, marking: BRIEFING_MARKING };
  return followUpText('briefing', facts.languages, drafting, mark, (words) => ({
    ...inert({
      phone: sender.phone === null ? '' : cleanValue(sender.phone, 40),
      drill: operation.drill,
      at: readableInstant(at),
      local: local ?? '',
      one: servers === 1,
      many: servers === 1 ? '' : String(servers),
      reference,
      notices: further.length === 0 ? '' : String(facts.references.length),
      further: further.map((also) => ({ also })),
      website: sender.website ?? '',
      // A briefing holds no address, and the key verifies our records, not who writes.
      keysAt: '',
      verifiable: ways(words).length > 0,
      ways: ways(words).map((way) => ({ way })),
    }),
    ...senderView(words, sender),
  }));
}
