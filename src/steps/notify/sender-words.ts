import type { Sender } from '../../domain/operation.ts';
import type { Silence } from '../../domain/silence.ts';
import { cleanValue } from './clean-value.ts';
import { spanWords } from './deadline.ts';
import type { NoticeWords } from './notice-words.ts';

/** What we do while nothing is heard, in its order: what the clock does, and no more (policy/clock). */
export function silenceSteps(words: NoticeWords, silence: Silence): readonly string[] {
  const { reminders, everyHours, nextContact, nextContactHours, upstreamHours, lawEnforcementHours } = silence;
  const every = spanWords(words, everyHours);
  const steps: string[] = [];
  if (reminders === 1) steps.push(words.say('silence.remind.one', { span: every }));
  if (reminders > 1) steps.push(words.say('silence.remind.many', { span: every, count: String(reminders) }));
  const after = spanWords(words, nextContactHours);
  if (nextContact !== null)
    steps.push(words.say('silence.next', { span: after, mailbox: cleanValue(nextContact, 254) }));
  steps.push(words.say('silence.call'));
  if (upstreamHours !== null) steps.push(words.say('silence.upstream', { span: spanWords(words, upstreamHours) }));
  if (lawEnforcementHours !== null) {
    steps.push(words.say('silence.police', { span: spanWords(words, lawEnforcementHours) }));
  }
  steps.push(words.say('silence.answer'));
  return steps;
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
