import { CLOCK_DEFAULTS, pastDeadline, USUAL_REMINDER_HOURS } from '../../domain/clock.ts';
import type { ClockSettings } from '../../domain/clock.ts';
import type { DispatchText } from '../../domain/dispatch.ts';
import type { NoticeFacts, Reminder } from '../../domain/notice.ts';
import { askGroups } from './asks.ts';
import type { Silence } from '../../domain/silence.ts';
import { cleanValue } from './clean-value.ts';
import { spanKey, spanValues } from './deadline.ts';
import type { FollowUpName } from './follow-up-shapes.ts';
import { foreignWords, noticeView } from './notice-view.ts';
import type { NoticeTexts } from './notice-texts.ts';
import type { NoticeWords } from './notice-words.ts';
import { isPlainMailbox } from '../../domain/notice.ts';
import type { TemplateView } from './template.ts';
import { joinVersions, textVersions } from './text-versions.ts';
import { toldInParallel } from './told-in-parallel.ts';

/** What such texts are made with. */
export interface FollowUpDrafting {
  readonly texts: NoticeTexts;
}

export type ReminderPlan = Pick<ClockSettings, 'reminderHours' | 'maxReminders'> & Partial<ClockSettings>;

/**
 * The reminders of a notice, in their order. They are written together with it and signed with it (rule 6), so that none
 * of their words may depend on what is answered. Of a notice that asks for nothing nobody is reminded.
 */
export function reminderTexts(
  facts: NoticeFacts,
  drafting: FollowUpDrafting,
  plan: ReminderPlan = CLOCK_DEFAULTS,
): readonly Reminder[] {
  if (asksForNothing(facts)) return [];
  const afterHours = reminderHours(facts, plan);
  return Array.from({ length: plan.maxReminders }, (_, index) => ({
    afterHours,
    ...withTheNotice('reminder', facts, drafting, plan, { final: index + 1 === plan.maxReminders }),
  }));
}

/** What the next mailbox on the approved list is written; null where nothing is asked. */
export function nextContactText(
  facts: NoticeFacts,
  drafting: FollowUpDrafting,
  plan: ReminderPlan = CLOCK_DEFAULTS,
): DispatchText | null {
  return asksForNothing(facts) ? null : withTheNotice('next-contact', facts, drafting, plan, { final: false });
}

/** What the national CSIRT is told in parallel; null where nobody is to be told. In English alone: CSIRTs read it. */
export function csirtCopyText(facts: NoticeFacts, drafting: FollowUpDrafting): DispatchText | null {
  if (toldInParallel(facts).length === 0) return null;
  return withTheNotice('csirt-copy', { ...facts, languages: [] }, drafting, CLOCK_DEFAULTS, { final: false });
}

/** What follows while nothing is heard, as the clock has it (policy/clock); null where nothing is asked. */
export function silenceOf(facts: NoticeFacts, plan: ReminderPlan = CLOCK_DEFAULTS): Silence | null {
  if (asksForNothing(facts)) return null;
  const clock: ClockSettings = { ...CLOCK_DEFAULTS, ...plan };
  const { addressee, method } = facts.row;
  // Nobody above an access provider is asked to cut victims off, and no victim is referred.
  const isCleaning = method === 'isp-remediation';
  const runsNetwork = addressee === 'hosting' || addressee === 'conduit';
  const everyHours = reminderHours(facts, plan);
  const further = contactsOf(facts).slice(1);
  const told = (hours: number): number => pastDeadline(hours, deadlinesOf(facts));
  return {
    reminders: clock.maxReminders,
    everyHours,
    nextContact: further[0] ?? null,
    nextContactHours: clock.nextContactHours,
    callHours: told(everyHours * Math.max(clock.maxReminders, 1) + clock.nextContactHours * (further.length + 1)),
    upstreamHours: runsNetwork && !isCleaning ? told(clock.upstreamHours) : null,
    lawEnforcementHours: addressee === 'law-enforcement' || isCleaning ? null : told(clock.lawEnforcementHours),
  };
}

/** How many mailboxes of one provider are tried, one after the other. */
const MAX_CONTACTS = 5;

/** The mailboxes that it may go to, in order; none where none is known. */
export function contactsOf({ to, nextContacts = [] }: NoticeFacts): readonly string[] {
  if (to === null || !isPlainMailbox(to)) return [];
  const others = nextContacts.filter((mailbox) => isPlainMailbox(mailbox));
  const distinct = new Map([to, ...others].map((mailbox) => [mailbox.toLowerCase(), mailbox] as const));
  return [...distinct.values()].slice(0, MAX_CONTACTS);
}

/** Within how many hours a reminder asks: the soonest that any of its servers' rows asks for, else the usual. */
export function againHours(facts: NoticeFacts, { reminderHours: set }: ReminderPlan): number {
  if (set !== null) return set;
  const asked = deadlinesOf(facts).filter((hours) => hours !== null);
  return asked.length === 0 ? USUAL_REMINDER_HOURS : Math.min(...asked);
}

/** After how many hours a reminder goes: when the time that it reminds of has run out, and never at that hour itself. */
export function reminderHours(facts: NoticeFacts, plan: ReminderPlan): number {
  return pastDeadline(againHours(facts, plan), deadlinesOf(facts));
}

/** Within how many hours a reminder may ask that goes after so many: as `reminderHours` has it of `againHours`, whatever a team has set. */
export function againHoursOf(facts: NoticeFacts, afterHours: number): readonly number[] {
  const deadlines = deadlinesOf(facts);
  const hours = [afterHours];
  for (let before = afterHours - 1; deadlines.includes(before); before--) hours.push(before);
  return hours;
}

function deadlinesOf({ row, items }: NoticeFacts): readonly (number | null)[] {
  return [row.deadlineHours, ...items.map((item) => item.row?.deadlineHours ?? null)];
}

function asksForNothing({ items }: NoticeFacts): boolean {
  return items.every(({ asks }) => asks.every((ask) => ask === 'none'));
}

function withTheNotice(
  name: FollowUpName,
  facts: NoticeFacts,
  { texts }: FollowUpDrafting,
  plan: ReminderPlan,
  { final }: { readonly final: boolean },
): DispatchText {
  const asks = askGroups(facts.items, facts.row);
  return followUpText(name, facts.languages, { texts }, markOf(facts), (words) => ({
    ...noticeView(facts, asks, words, silenceOf(facts, plan), false),
    final,
    direct: facts.row.addressee !== 'csirt' && facts.row.addressee !== 'law-enforcement',
    again: againWords(words, againHours(facts, plan)),
    earlier: facts.to === null ? '' : isPlainMailbox(facts.to) ? facts.to : foreignWords(facts.to, 254),
  }));
}

/** What stands before the subject and above the text. */
export interface Mark {
  readonly token: string;
  readonly drill: boolean;
  readonly marking: string;
}

function markOf({ token, operation, tlp = null }: NoticeFacts): Mark {
  return { token, drill: operation.drill, marking: tlp === null ? '' : `TLP:${tlp.toUpperCase()}` };
}

/** Fills one of the texts that follow a notice, in every language that has it, English last. */
export function followUpText(
  name: FollowUpName,
  languages: readonly string[],
  { texts }: FollowUpDrafting,
  { token, drill, marking }: Mark,
  view: (words: NoticeWords) => TemplateView,
): DispatchText {
  const versions = textVersions(languages, texts, name, ({ followUps, words }) => ({
    text: followUps.get(name),
    view: () => view(words),
  }));
  const [leading] = versions;
  if (leading === undefined) throw new Error(`there is no text ${name}`);
  const marks = [marking, drill ? `${leading.drillWord}:` : ''].filter((mark) => mark !== '');
  return {
    subject: cleanValue([`[${token}]`, ...marks, leading.subject].join(' '), 180),
    body: joinVersions(versions, marking),
  };
}

/** "within 24 hours of this message". */
export function againWords(words: NoticeWords, hours: number): string {
  return words.say(`again.${spanKey(hours)}`, spanValues(hours));
}
