import type { ReplyClass } from '../../domain/reply.ts';
import type { Party } from './place-reply.ts';

/** One message of a notice's conversation that counts, in the order in which they came. */
export interface ConversationMail {
  readonly class: ReplyClass;
  readonly party: Party;
}

/** To what a conversation brings the cases of its notice. Never to any verdict: that only probes give. */
export type ConversationState = 'notified' | 'acknowledged' | 'refused' | 'contested';

export interface Conversation {
  /** The class of the latest message that says anything; null where none does. */
  readonly latest: ReplyClass | null;
  readonly state: ConversationState;
}

/**
 * Where a conversation stands after all its confirmed messages. A contest stays until a person takes the message that
 * made it for something else: neither a machine nor a later "any news?" may set the clock going again. Who was only
 * informed can contest, and nothing else.
 */
export function conversationOf(mails: readonly ConversationMail[]): Conversation {
  let latest: ReplyClass | null = null;
  let state: ConversationState = 'notified';
  for (const mail of mails) {
    const moved = stateAfter(mail);
    // A machine's word is no answer: after a refusal it must not look as if nothing had been said.
    if (moved !== null || (latest === null && mail.class !== 'unrelated')) latest = mail.class;
    if (moved !== null && state !== 'contested') state = moved;
  }
  return { latest, state };
}

const STATE_AFTER: Readonly<Record<ReplyClass, ConversationState | null>> = {
  contest: 'contested',
  refusal: 'refused',
  question: 'acknowledged',
  'action-claimed': 'acknowledged',
  acknowledgement: 'acknowledged',
  'auto-acknowledgement': null,
  bounce: null,
  unrelated: null,
};

function stateAfter({ class: reply, party }: ConversationMail): ConversationState | null {
  return party === 'informed' && reply !== 'contest' ? null : STATE_AFTER[reply];
}
