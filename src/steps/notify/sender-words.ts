import { isNamed, NO_MAILBOX } from '../../domain/operation.ts';
import type { Sender } from '../../domain/operation.ts';
import type { Silence } from '../../domain/silence.ts';
import { cleanValue } from './clean-value.ts';
import { spanWords } from './deadline.ts';
import { inertWords } from './inert-words.ts';
import type { NoticeWords } from './notice-words.ts';

/** What we do while nothing is heard, in the order of time, each counted from the notice: what the clock does, and no more (policy/clock). */
export function silenceSteps(words: NoticeWords, silence: Silence): readonly string[] {
  const { reminders, everyHours, nextContact, nextContactHours, upstreamHours, lawEnforcementHours } = silence;
  const span = (hours: number): { readonly span: string } => ({ span: spanWords(words, hours) });
  const nextAt = everyHours * Math.max(reminders, 1) + nextContactHours;
  const callAt = silence.callHours ?? (nextContact === null ? nextAt : nextAt + nextContactHours);
  const steps: { readonly at: number; readonly step: string }[] = [];
  if (reminders === 1) steps.push({ at: everyHours, step: words.say('silence.remind.one', span(everyHours)) });
  if (reminders > 1) {
    const step = words.say('silence.remind.many', { ...span(everyHours), count: String(reminders) });
    steps.push({ at: everyHours, step });
  }
  if (nextContact !== null) {
    const step = words.say('silence.next', { ...span(nextAt), mailbox: cleanValue(nextContact, 254) });
    steps.push({ at: nextAt, step });
  }
  steps.push({ at: callAt, step: words.say('silence.call', span(callAt)) });
  if (upstreamHours !== null)
    steps.push({ at: upstreamHours, step: words.say('silence.upstream', span(upstreamHours)) });
  if (lawEnforcementHours !== null)
    steps.push({ at: lawEnforcementHours, step: words.say('silence.police', span(lawEnforcementHours)) });
  const inOrder = steps.toSorted((one, other) => one.at - other.at).map(({ step }) => step);
  return [...inOrder, words.say('silence.answer')];
}

/**
 * Who speaks, as values of a text. What the settings do not say is said to be missing, with what to set, and never filled with
 * something else. They are ready as they are: `inert` would break up the mark that is ours.
 */
export function senderView(
  words: NoticeWords,
  { organisation, capacity, email, contestEmail }: Sender,
): Readonly<Record<'organisation' | 'capacity' | 'email' | 'contestEmail', string>> {
  const mailbox = (address: string): string =>
    address === NO_MAILBOX ? words.say('sender.missing.email') : inertWords(cleanValue(address, 254));
  return {
    organisation: isNamed(organisation)
      ? inertWords(cleanValue(organisation, 120))
      : words.say('sender.missing.organisation'),
    // Whether it is a company or not is nobody's word as long as nobody has said who it is.
    capacity: isNamed(organisation) ? words.say(`capacity.${capacity}`) : '',
    email: mailbox(email),
    contestEmail: mailbox(contestEmail),
  };
}

/** By what a recipient can tell that it is us: what the settings know, and nothing that they do not. */
export function waysToVerify(
  words: NoticeWords,
  { website = null, phone, email, dkimDomain = null, signsWithSmime = false }: Sender,
): readonly string[] {
  return [
    ...(website === null ? [] : [words.say('verify.website')]),
    ...(phone === null ? [] : [words.say('verify.phone', { phone: cleanValue(phone, 40) })]),
    ...(dkimDomain === null ? [] : [words.say('verify.dkim', { domain: dkimDomain })]),
    ...(signsWithSmime ? [words.say('verify.smime', { email: cleanValue(email, 254) })] : []),
  ];
}
