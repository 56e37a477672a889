import type { DispatchText } from '../../domain/dispatch.ts';
import type { Method } from '../../domain/method.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation, Sender } from '../../domain/operation.ts';
import { correctionText } from './correction-text.ts';
import type { CorrectionFacts } from './correction-text.ts';
import type { FollowUpDrafting } from './follow-up.ts';

/** What corrections are written with. */
export interface CorrectionSetup {
  readonly sender: Sender;
  readonly drafting: FollowUpDrafting;
  readonly languages?: Readonly<Record<string, readonly string[]>>;
}

/** What was marked for authorities is corrected under the same marking (TLP 2.0). */
const FOR_AUTHORITIES: ReadonlySet<Method> = new Set(['csirt-referral', 'law-enforcement-referral']);

/** Writes a correction in the languages of the notice that it corrects; whoever was informed reads English. */
export function composeCorrection(
  operation: Operation,
  { sender, drafting, languages = {} }: CorrectionSetup,
  request: Pick<CorrectionFacts, 'takenBack' | 'stays' | 'to'> & {
    readonly notice: {
      readonly reference: string;
      readonly provider: string;
      readonly country: string | null;
      readonly method: Method;
      readonly sentAt: Instant | null;
    };
  },
): DispatchText {
  const { notice, takenBack, stays, to } = request;
  const { country } = notice;
  const theirs = country !== null && Object.hasOwn(languages, country) ? (languages[country] ?? []) : [];
  return correctionText(
    {
      operation,
      sender,
      provider: notice.provider,
      token: notice.reference,
      sentAt: notice.sentAt,
      takenBack,
      stays,
      to,
      languages: to === 'addressee' ? theirs : [],
      tlp: FOR_AUTHORITIES.has(notice.method) ? 'amber' : null,
    },
    drafting,
  );
}
