import type { Refusal, Review } from './contract.ts';

export type Verdict = 'fine' | 'unknown' | 'against';

/** The questions that decide, in the order in which they are always shown. */
export const QUESTIONS = ['what', 'whom', 'ground', 'order', 'sure', 'alive', 'blast', 'others'] as const;
export type Question = (typeof QUESTIONS)[number];

interface Said {
  readonly question: Question;
  readonly verdict: Exclude<Verdict, 'fine'>;
}

const say = (question: Question, verdict: Said['verdict']): Said => ({ question, verdict });

/**
 * Which question a refusal of the service answers, and how. What is only missing is not known; what is known to be wrong is
 * against. A code that does not stand here is about approvals, arming or time, and shown in its own list.
 */
const REFUSALS: Readonly<Record<string, Said>> = {
  'sender-not-set': say('whom', 'against'),
  'no-contact': say('whom', 'unknown'),
  'contact-no-longer-listed': say('whom', 'against'),
  'contact-changed-lately': say('whom', 'against'),
  'contact-differs-from-registry': say('whom', 'against'),
  'bulletproof-without-order': say('whom', 'against'),
  'authority-missing': say('order', 'against'),
  'authority-not-yet-issued': say('order', 'against'),
  'authority-expired': say('order', 'against'),
  'authority-ended': say('order', 'against'),
  'authority-names-others': say('order', 'against'),
  'authority-does-not-cover': say('order', 'against'),
  'no-servers': say('what', 'against'),
  'case-stopped': say('sure', 'against'),
  'attested-import-only': say('sure', 'against'),
  'evidence-taken-back': say('sure', 'against'),
  'no-evidence-of-c2': say('sure', 'against'),
  'evidence-undated': say('sure', 'unknown'),
  'evidence-too-old': say('sure', 'unknown'),
  'never-found-alive': say('alive', 'unknown'),
  'look-too-old': say('alive', 'unknown'),
  'answers-other': say('alive', 'against'),
  dark: say('alive', 'against'),
  'case-held': say('blast', 'against'),
  'never-touched': say('blast', 'against'),
  'protected-ground-unchecked': say('blast', 'unknown'),
  'hands-off': say('others', 'against'),
  'with-partner': say('others', 'against'),
  'not-deconflicted': say('others', 'unknown'),
};

/** What the service has against a question, a sentence each. */
export function refusalsOf(review: Review, question: Question): readonly Refusal[] {
  return review.refusals.filter(({ code }) => REFUSALS[code]?.question === question);
}

/** How a question stands: the worst that is said. What nobody has told is not known, and never fine. */
export function verdictOf(review: Review, question: Question): Verdict {
  const said = new Set<Verdict>([
    ...review.refusals.flatMap(({ code }) => {
      const found = REFUSALS[code];
      return found?.question === question ? [found.verdict] : [];
    }),
    ...ownWords(review, question),
  ]);
  return said.has('against') ? 'against' : said.has('unknown') ? 'unknown' : 'fine';
}

/** What the review itself tells beside the refusals. */
function ownWords({ draft, row, notice, facts, blast }: Review, question: Question): readonly Verdict[] {
  switch (question) {
    case 'what':
      return draft === null ? ['unknown'] : [];
    case 'whom': {
      const { addressee, contacts } = notice;
      if (contacts.length === 0) return addressee.contact === null ? ['unknown'] : [];
      const onRecord = (mailbox: string): boolean =>
        addressee.contacts?.some((contact) => contact.mailbox.toLowerCase() === mailbox.toLowerCase()) === true;
      return contacts.every(onRecord) ? [] : ['unknown'];
    }
    case 'ground':
      return row === null || !row.reviewedByCounsel || otherRows({ notice }) > 0 ? ['unknown'] : [];
    case 'order':
      if (facts.authority === null) return [];
      if (facts.items.some(({ isCovered }) => isCovered === false)) return ['against'];
      return facts.items.every(({ isCovered }) => isCovered === true) ? [] : ['unknown'];
    case 'sure':
      return notice.items.every(({ assessment }) => isDated(assessment)) ? [] : ['unknown'];
    case 'alive':
      return facts.items.every(({ look }) => look !== null) ? [] : ['unknown'];
    case 'blast':
      return blast.map(({ level }) => (level === 'harm' ? 'against' : level === 'unknown' ? 'unknown' : 'fine'));
    case 'others':
      return facts.items.every(({ rounds }) => rounds.some((number) => isAllClear(facts.rounds, number)))
        ? []
        : ['unknown'];
    default:
      return [];
  }
}

/** Every kind of party has said clear: nobody was silent, and nobody was passed over. */
function isAllClear(rounds: Review['facts']['rounds'], number: number): boolean {
  const round = rounds.find((each) => each.number === number);
  return (
    round !== undefined &&
    round.parties.length > 0 &&
    round.skips.length === 0 &&
    round.parties.every(({ answer }) => answer === 'clear')
  );
}

/** Servers that another row of the method table decided than the one that is shown. */
export function otherRows({ notice }: Pick<Review, 'notice'>): number {
  return notice.items.filter(({ rowId }) => rowId !== undefined && rowId !== notice.rowId).length;
}

const RANKS: Readonly<Record<Verdict, number>> = { fine: 0, unknown: 1, against: 2 };

/** Questions that stand worse than they did: nobody approves what they did not see. */
export function worseQuestions(before: Review, now: Review): readonly Question[] {
  return QUESTIONS.filter((question) => RANKS[verdictOf(now, question)] > RANKS[verdictOf(before, question)]);
}

function isDated(assessment: Review['notice']['items'][number]['assessment']): boolean {
  const seen = assessment?.evidence?.seen ?? null;
  return seen !== null;
}

/** What changed between what was looked at and what stands there now. */
export function changedParts(before: Review, now: Review): readonly ChangedPart[] {
  const differs = (part: (review: Review) => unknown): boolean =>
    JSON.stringify(part(before)) !== JSON.stringify(part(now));
  const parts: ChangedPart[] = [];
  if (differs(({ notice }) => [notice.contacts, notice.informed])) parts.push('recipients');
  if (differs(({ notice }) => notice.items.map(({ host }) => host))) parts.push('servers');
  if (differs(({ draft, row }) => draft?.asks ?? row?.asks)) parts.push('asks');
  if (differs(({ facts }) => facts.authority)) parts.push('order');
  if (differs(({ facts }) => [facts.notice.notBefore, facts.notice.notAfter])) parts.push('aim');
  // The hash of the message covers its date and number, too: where the words can be read, those count.
  if (differs(({ text, notice }) => [text ?? notice.messageSha256, notice.followUps])) parts.push('text');
  return parts.length === 0 ? ['other'] : parts;
}
export type ChangedPart = 'recipients' | 'servers' | 'asks' | 'order' | 'aim' | 'text' | 'other';
