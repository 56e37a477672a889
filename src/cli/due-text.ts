import type { Due, DueStep, DutyRecord, Handover } from '../flow/clock.ts';
import { readableInstant } from '../domain/instant.ts';
import { timeLeft } from './duration.ts';
import { shorten, shownText } from './shown.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

/** The step as a person calls it. */
const NAMES: Readonly<Record<DueStep['kind'], string>> = {
  identified: 'notice',
  'csirt-copy': 'copy to CSIRT',
  reminder: 'reminder',
  'next-contact': 'next contact',
  telephone: 'telephone',
  upstream: 'upstream',
  'law-enforcement': 'police',
  'answers-other': 'answers other',
  'looks-dark': 'looks dark',
  contest: 'CONTEST',
  question: 'question',
  refusal: 'refusal',
  retraction: 'RETRACTION',
  'hands-off': 'hands off',
  'unplaced-mail': 'mail',
  'failed-dispatch': 'failed',
  'waiting-dispatch': 'by hand',
  strike: 'strike',
  authority: 'authority',
  arming: 'arming',
};

const SHOWN = 40;
const SERVERS_NAMED = 3;

/** What is due, for a person: the most harmful first, what is over in words. */
export function dueText({ operation, at, steps }: Due, style: Style, all: boolean): string {
  const head = `${style.bold(`Operation ${safeText(operation)}`)}, ${readableInstant(at)}\n`;
  if (steps.length === 0) return `${head}\nNothing is due.\n`;
  const over = steps.filter(({ dueAt }) => dueAt <= at).length;
  const shown = all ? steps : steps.slice(0, SHOWN);
  const rest = steps.length - shown.length;
  return [
    head,
    `${steps.length} due, of them ${over} over; the most harmful to victims first\n`,
    ...shown.map((step) => stepText(step, at, style)),
    ...(rest === 0 ? [] : [style.dim(`… and ${rest} more: dismantle due --all\n`)]),
  ].join('\n');
}

function stepText(step: DueStep, now: number, style: Style): string {
  const { kind, automatic, dueAt, why, about, provider, servers, harm } = step;
  const time = timeLeft(dueAt, now);
  const hosts = servers.slice(0, SERVERS_NAMED).map(({ host }) => shownText(host));
  const more = servers.length - hosts.length;
  const named = servers.length === 1 && servers[0]?.host === about ? '' : hosts.join(', ');
  const where = [
    named === '' ? '' : `${named}${more > 0 ? ` and ${more} more` : ''}`,
    provider === null ? '' : safeText(provider),
  ];
  return [
    `${dueAt <= now ? style.red(time) : time}  ${style.bold(NAMES[kind])}  ${shownText(about)}${automatic ? style.dim('  goes by itself') : ''}`,
    `  ${shownText(why)}`,
    ...(where.every((words) => words === '') ? [] : [`  ${where.filter((words) => words !== '').join('; ')}`]),
    ...(harm.reasons.length === 0 ? [] : [style.dim(`  harm: ${shownText(harm.reasons.join('; '))}`)]),
    '',
  ].join('\n'); // prettier-ignore
}

export function dutiesText(duties: readonly DutyRecord[], now: number): string {
  if (duties.length === 0) return 'Nobody is on the roster: dismantle duty set PERSON --from … --until …\n';
  return duties
    .map(({ person, from, until }) => {
      const running = from <= now ? 'on duty' : 'then';
      return `${running.padEnd(8)} ${safeText(person)}, ${readableInstant(from)} to ${readableInstant(until)}\n`;
    })
    .join('');
}

const LINES_A_PART = 6;

/** One page: what is open, what went, what came, what is next. */
export function handoverText(page: Handover & { readonly operation: string }, style: Style): string {
  const { at, since, operation, onDuty, next, armedUntil, contests, retractions, handsOff, sent, replies, due } = page;
  const people = (duties: readonly DutyRecord[]): string =>
    duties.map(({ person, until }) => `${safeText(person)} until ${readableInstant(until)}`).join(', ');
  const unplaced = replies.filter(({ isPlaced }) => !isPlaced).length;
  return [
    `${style.bold(`Hand-over, operation ${safeText(operation)}`)}, ${readableInstant(at)}`,
    `On duty    ${onDuty.length === 0 ? style.yellow('nobody') : people(onDuty)}`,
    `Next       ${next.length === 0 ? 'nobody is on the roster' : next.map(({ person, from }) => `${safeText(person)} from ${readableInstant(from)}`).join(', ')}`,
    `Armed      ${armedUntil === null ? 'no: nothing but corrections leaves' : `until ${readableInstant(armedUntil)} (${timeLeft(armedUntil, at)})`}`,
    '',
    ...part('Retractions running', retractions, (step) => stepLine(step, at, style), style),
    ...part('Open contests', contests, (step) => stepLine(step, at, style), style),
    ...part(
      'Hands off',
      handsOff,
      ({ host, party, until }) => `${shownText(host)}: ${safeText(party)}, until ${readableInstant(until)}`,
      style,
    ),
    ...part(
      `Came in since ${readableInstant(since)}${unplaced === 0 ? '' : `, ${unplaced} not placed`}`,
      replies,
      ({ reference, class: kind, from, subject, receivedAt }) =>
        `${readableInstant(receivedAt)}  ${safeText(reference ?? 'not placed')}  ${safeText(kind)}  ${safeText(from ?? '')}  ${shorten(shownText(subject), 40)}`,
      style,
    ),
    ...part(
      `Went out since ${readableInstant(since)}`,
      sent.toReversed(),
      ({ reference, kind, recipient, provider, at: left }) =>
        `${readableInstant(left)}  ${safeText(reference)}  ${safeText(kind)}  ${safeText(recipient ?? provider)}`,
      style,
    ),
    ...part('Due next', due, (step) => stepLine(step, at, style), style),
  ].join('\n'); // prettier-ignore
}

/** A part says so where it is empty: what is missing on the page would be asked after. */
function part<Entry>(title: string, entries: readonly Entry[], line: (entry: Entry) => string, style: Style): string[] {
  if (entries.length === 0) return [`${style.bold(title)}: none`, ''];
  const rest = entries.length - LINES_A_PART;
  return [
    style.bold(`${title}: ${entries.length}`),
    ...entries.slice(0, LINES_A_PART).map((entry) => `  ${line(entry)}`),
    ...(rest > 0 ? [style.dim(`  … and ${rest} more`)] : []),
    '',
  ];
}

function stepLine({ kind, about, dueAt, why, provider }: DueStep, now: number, style: Style): string {
  const time = timeLeft(dueAt, now);
  const whose = provider === null ? '' : ` (${safeText(provider)})`;
  return `${dueAt <= now ? style.red(time) : time}  ${NAMES[kind]}  ${shownText(about)}${whose}: ${shorten(shownText(why), 90)}`;
}
