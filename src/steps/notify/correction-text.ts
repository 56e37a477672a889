import { defang } from '../../domain/defang.ts';
import type { DispatchText } from '../../domain/dispatch.ts';
import { readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation, Sender } from '../../domain/operation.ts';
import type { HostType } from '../../domain/server.ts';
import type { Tlp } from '../../domain/tlp.ts';
import { cleanValue } from './clean-value.ts';
import { againWords, followUpText } from './follow-up.ts';
import type { FollowUpDrafting } from './follow-up.ts';
import { foreignWords, inert, placesWords } from './notice-view.ts';
import { senderView } from './sender-words.ts';

/** What a correction tells one recipient of a notice. From what is on record: no case has to be judged anew for it. */
export interface CorrectionFacts {
  readonly operation: Pick<Operation, 'drill'>;
  readonly sender: Sender;
  readonly provider: string;
  /** The notice's reference. */
  readonly token: string;
  readonly sentAt: Instant | null;
  readonly takenBack: readonly { readonly host: string; readonly hostType: HostType }[];
  /** How many further servers the notice names that nobody has taken back. */
  readonly stays: number;
  /** `addressee`: was asked to act. `informed`: was told of it, the national CSIRT. */
  readonly to: 'addressee' | 'informed';
  readonly languages: readonly string[];
  readonly tlp: Tlp | null;
}

/** By when a recipient is asked to have restored what was there before, in hours after the correction. */
const RESTORE_HOURS = 24;

/**
 * The correction that goes into a thread, with the request to restore. Why it was wrong stays with us: the reason on
 * record is written for us, and may name sources and people.
 */
export function correctionText(facts: CorrectionFacts, drafting: FollowUpDrafting): DispatchText {
  const { takenBack, stays, sender } = facts;
  if (takenBack.length === 0) throw new Error('a correction that takes nothing back');
  const places = takenBack.map(({ host }) => defang(host));
  const mark = {
    token: facts.token,
    drill: facts.operation.drill,
    marking: facts.tlp === null ? '' : `TLP:${facts.tlp.toUpperCase()}`,
  };
  const name = facts.to === 'addressee' ? 'correction' : 'correction-copy';
  return followUpText(name, facts.languages, drafting, mark, (words) => ({
    ...inert({
      reference: cleanValue(facts.token, 40),
      provider: foreignWords(facts.provider, 120),
      phone: sender.phone === null ? '' : cleanValue(sender.phone, 40),
      drill: facts.operation.drill,
      names: takenBack.every(({ hostType }) => hostType !== 'address'),
      where: placesWords(places, words),
      sent: facts.sentAt === null ? '' : readableInstant(facts.sentAt),
      again: againWords(words, RESTORE_HOURS),
      takenOne: takenBack.length === 1,
      takenMany: takenBack.length === 1 ? '' : String(takenBack.length),
      // All of them, however many: what is not named is not taken back.
      takenBack: places.map((place) => ({ place })),
      stays: stays > 0,
      staysOne: stays === 1,
      staysMany: stays > 1 ? String(stays) : '',
    }),
    ...senderView(words, sender),
  }));
}
