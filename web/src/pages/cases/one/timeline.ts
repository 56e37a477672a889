import { texts } from '../../../texts/en.ts';
import type { Explained, LookRecord, Mail, NoticeShown, Outgoing } from './contract.ts';

const T = texts.oneCase.timeline;
/** Fewer than that are read as fast as their count. */
const FOLDED_FROM = 3;
/** Looks that are so near to each other are one round. */
const ROUND_MS = 120_000;

export interface Happening {
  readonly at: string;
  readonly what: string;
  readonly tone: '' | 'good' | 'bad' | 'warn';
  /** What a message is taken for. */
  readonly badge: string | null;
  /** What stands together where several follow on each other; by itself, what it says. */
  readonly like: string;
  /** What several of them say together. */
  readonly together: string;
  /** The evidence for it. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Everything that is on record about a server, in the order in which it was. */
export function timelineOf(
  { server, sightings, case: ours }: Explained,
  notice: NoticeShown | null,
  outgoing: readonly Outgoing[],
  mails: readonly Mail[],
  looks: readonly LookRecord[],
): readonly Happening[] {
  const all: Happening[] = [];
  const add = (at: string | null | undefined, what: string, facts: Record<string, string | number | null | undefined> = {}, tone: Happening['tone'] = '', more: Partial<Pick<Happening, 'badge' | 'like' | 'together'>> = {}): void => {
    if (at === null || at === undefined) return;
    const told = Object.entries(facts).flatMap(([name, value]) => (value === null || value === undefined || value === '' ? [] : [[name, String(value)]]));
    all.push({ at, what, tone, badge: null, like: what, together: what, ...more, facts: Object.fromEntries(told) });
  }; // prettier-ignore
  for (const each of sightings) {
    const { source, group, reliability, tlp, file, line, port, label, reference, configuration, importedAt, withdrawn } = each; // prettier-ignore
    const what = withdrawn ? `${T.seen(source)}, ${T.withdrawn}` : T.seen(source);
    add(each.firstSeen ?? each.lastSeen ?? importedAt, what, { file, line, group, reliability, tlp, port, label, reference, configuration, 'last seen': each.lastSeen, imported: importedAt }, withdrawn ? 'warn' : ''); // prettier-ignore
  }
  add(ours?.openedAt, T.identified, { case: ours?.caseId });
  if (notice !== null) {
    const { reference, provider, draftedAt, method } = notice.notice;
    add(draftedAt, T.drafted(reference), { provider, method });
    const { hash } = notice.notice;
    for (const each of notice.facts.approvals) {
      add(each.approvedAt, `${T.approved(each.person)}${each.hash === hash ? '' : `, ${T.earlierText}`}`);
      add(each.withdrawnAt, T.tookBack(each.person), {}, 'warn');
    }
    for (const each of notice.facts.rejections)
      add(each.rejectedAt, T.rejected(each.person), { reason: each.reason }, 'warn');
  }
  for (const { kind, to, channel, state, response, sentAt } of outgoing) {
    add(sentAt, T.left(kind, to ?? '—'), { channel, state, response });
  }
  for (const { fromAddress, subject, receivedAt, class: is, reasons } of mails) {
    const badge = is === null ? null : (texts.review.mail.classes[is] ?? is);
    add(receivedAt, T.mail(fromAddress), { subject, because: reasons.join(' ') }, '', { badge, like: `${T.mail(fromAddress)} ${is}` }); // prettier-ignore
  }
  add(server.darkAt, T.dark, { finding: server.finding }, 'good');
  add(server.confirmedAt, T.confirmed, {}, 'good');
  add(ours?.retraction?.at, T.retracted, { reason: ours?.retraction?.reason }, 'bad');
  if (ours?.closedAt !== server.confirmedAt) add(ours?.closedAt, T.closed, { state: ours?.state });
  // After what came of them at the same moment: a milestone parts no run.
  for (const [look, outcomes] of inRounds(looks)) {
    const { at, outcome, vantage, port, how, finding, person } = look;
    const facts = { country: vantage.country, port, how, finding, person };
    add(at, T.looked(vantage.name, outcomeWords(outcome)), facts, LOOK_TONES[outcome] ?? '', {
      like: `look ${outcomes.join()}`,
      together: T.lookedOften(outcomes.map(outcomeWords).join(T.or)),
    });
  }
  return all.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

const LOOK_TONES: Readonly<Record<string, Happening['tone']>> = {
  'c2-live': 'bad',
  live: 'bad',
  'answers-other': 'warn',
  dark: 'good',
};

function outcomeWords(outcome: string): string {
  return T.outcomes[outcome] ?? outcome;
}

/** Each look with all that its round has given: rounds in which one place sees it and another does not are alike, too. */
function inRounds(looks: readonly LookRecord[]): readonly (readonly [look: LookRecord, outcomes: readonly string[]])[] {
  const ordered = looks.toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
  const rounds: LookRecord[][] = [];
  for (const look of ordered) {
    const round = rounds.at(-1);
    const begun = round?.[0]?.at;
    if (round !== undefined && begun !== undefined && Date.parse(look.at) - Date.parse(begun) < ROUND_MS)
      round.push(look);
    else rounds.push([look]);
  }
  return rounds.flatMap((round) => {
    const outcomes = [...new Set(round.map(({ outcome }) => outcome))].toSorted();
    return round.map((look) => [look, outcomes] as const);
  });
}

/** What follows on each other and is alike, together; what is not stands alone, and nothing is left out. */
export function runsOf(all: readonly Happening[]): readonly (readonly Happening[])[] {
  const runs: Happening[][] = [];
  for (const each of all) {
    const run = runs.at(-1);
    if (run?.[0]?.like === each.like) run.push(each);
    else runs.push([each]);
  }
  return runs.flatMap((run) => (run.length < FOLDED_FROM ? run.map((each) => [each]) : [run]));
}
