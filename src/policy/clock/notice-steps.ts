import { HOUR_MS, pastDeadline, USUAL_REMINDER_HOURS } from '../../domain/clock.ts';
import type { ClockSettings, ClockStep } from '../../domain/clock.ts';
import type { Instant } from '../../domain/instant.ts';
import type { LookOutcome } from '../../domain/look.ts';

/** What the clock knows of one server that a sent notice names. */
export interface ClockServer {
  readonly serverId: string;
  /** `closed`: confirmed dark, or settled as something else by a person. */
  readonly state: 'open' | 'contested' | 'closed' | 'retracted';
  /** The newest look at it after the notice was sent; null where nobody has looked since. */
  readonly look: { readonly outcome: LookOutcome; readonly at: Instant } | null;
}

/** What was answered last. Bounces and auto-acknowledgements are no answers. */
export interface LastAnswer {
  readonly class: 'acknowledgement' | 'action-claimed' | 'refusal' | 'question' | 'contest';
  readonly at: Instant;
}

/** One notice that has been sent, as the clock sees it. */
export interface SentNotice {
  readonly sentAt: Instant;
  /** By when it was asked at the soonest, in hours; null where no time was set. */
  readonly deadlineHours: number | null;
  readonly servers: readonly ClockServer[];
  /** The newest answer of any of its threads. */
  readonly answer: LastAnswer | null;
  /** False where the desk is on record for closing repeats unread. */
  readonly wantsReminders: boolean;
  /** It asks an access provider to have victims' devices cleaned: nobody above it is asked to cut them off, and no victim is referred. */
  readonly isCleaning?: boolean;
  /** After how many hours each reminder goes that was signed with it, counted from the message before. */
  readonly signedReminders: readonly number[];
  /** Whether a letter to the next contact was signed with it. */
  readonly nextContactSigned: boolean;
  /** The national CSIRT is told in parallel: by its mailbox, by a person where it has none, or not at all. */
  readonly csirt: 'mailbox' | 'by-hand' | 'nobody';
  /** How many contacts the approved list holds, the first of which the notice went to. */
  readonly contacts: number;
  /** What has been queued before, cancelled ones apart. `at`: when it left, else when it was queued. */
  readonly followUps: readonly {
    readonly kind: 'csirt-copy' | 'reminder' | 'next-contact' | 'telephone' | 'upstream' | 'law-enforcement';
    readonly at: Instant;
  }[];
}

/**
 * What the playbook's clock has still to do about one sent notice, the soonest first. A step that is done is not in it.
 *
 * The words that go by themselves were signed before anything left, and name all of the notice's servers. So nothing goes
 * by itself once one of them is contested, taken back or found to be something else, even where others go on: then a
 * person speaks to the provider about these. Nothing at all is left to do where every server is taken back.
 */
export function noticeSteps(given: SentNotice, settings: ClockSettings): readonly ClockStep[] {
  const notice = afterCall(given);
  const standing = notice.servers.filter(({ state }) => state === 'open' || state === 'contested');
  if (standing.length === 0) return [];
  return [
    ...peoplesSteps(notice, standing),
    ...csirtStep(notice),
    ...(isContested(notice) || !standing.some(isAlive) ? [] : runningSteps(notice, settings)),
  ].toSorted((one, other) => one.dueAt - other.dueAt);
}

/** A question is answered once somebody has telephoned after it (dismantle phone): then the clock goes on. */
function afterCall(notice: SentNotice): SentNotice {
  const { answer } = notice;
  if (answer?.class !== 'question' || !hasCalledSince(notice, answer.at)) return notice;
  return { ...notice, answer: { class: 'acknowledgement', at: answer.at } };
}

function hasCalledSince({ followUps }: SentNotice, moment: Instant): boolean {
  return followUps.some(({ kind, at }) => kind === 'telephone' && at >= moment);
}

/** Whether the signed words still hold for every server that they name. */
export function mayGoByItself(notice: SentNotice): boolean {
  return (
    !isContested(notice) &&
    notice.servers.every(({ state, look }) => state === 'open' && look?.outcome !== 'answers-other')
  );
}

function isContested({ servers, answer }: SentNotice): boolean {
  return answer?.class === 'contest' || servers.some(({ state }) => state === 'contested');
}

/** Nobody has found it dark or something else since the notice. */
function isAlive({ look }: ClockServer): boolean {
  return look?.outcome !== 'dark' && look?.outcome !== 'answers-other';
}

/** What has happened and waits for somebody: due from the moment on at which it happened. */
function peoplesSteps(notice: SentNotice, standing: readonly ClockServer[]): readonly ClockStep[] {
  const { answer } = notice;
  const steps: ClockStep[] = [];
  const say = (kind: ClockStep['kind'], dueAt: Instant, why: string): void => {
    steps.push({ kind, automatic: false, dueAt, ordinal: 0, why });
  };
  const others = standing.filter(({ look }) => look?.outcome === 'answers-other');
  const [other] = others;
  if (other?.look !== undefined && other.look !== null) {
    say(
      'answers-other',
      other.look.at,
      `${countOf(others.length)} answers as something else than before: reminders have stopped, settle, accept or retract (dismantle verdict)`,
    );
  }
  const dark = standing.filter(({ look }) => look?.outcome === 'dark');
  if (dark.length === standing.length) {
    const since = Math.max(...dark.map(({ look }) => look?.at ?? 0));
    say('looks-dark', since, 'the newest look found nothing answering: reminders have stopped, have it confirmed');
  }
  const isContested = standing.some(({ state }) => state === 'contested') || answer?.class === 'contest';
  if (isContested)
    say('contest', answer?.at ?? 0, 'the provider contests it: everything has stopped until it is settled');
  else if (answer?.class === 'question')
    say(
      'question',
      answer.at,
      'the provider asks back: answer it and record that with dismantle phone; reminders wait',
    );
  else if (answer?.class === 'refusal' && !hasCalledSince(notice, answer.at))
    say('refusal', answer.at, 'the provider refuses: no reminder goes, decide how to go on');
  return steps;
}

function countOf(servers: number): string {
  return servers === 1 ? 'a server' : `${servers} servers: each`;
}

/** Told once, whatever the provider answers: but of nothing that is not so any more. */
function csirtStep(notice: SentNotice): readonly ClockStep[] {
  const isTold = notice.followUps.some(({ kind }) => kind === 'csirt-copy');
  if (notice.csirt === 'nobody' || isTold || !mayGoByItself(notice)) return [];
  const automatic = notice.csirt === 'mailbox';
  const why = automatic
    ? 'the national CSIRT is told in parallel'
    : 'the national CSIRT is to be told in parallel, and no mailbox of it is known';
  return [{ kind: 'csirt-copy', automatic, dueAt: notice.sentAt, ordinal: 0, why }];
}

/** The clock proper: it waits while a question is open and ends at a refusal, save for what counsel and a person decide. */
function runningSteps(notice: SentNotice, settings: ClockSettings): readonly ClockStep[] {
  const { sentAt, answer } = notice;
  const goesOn = answer?.class !== 'refusal' && answer?.class !== 'question';
  const lastSteps =
    notice.isCleaning === true
      ? []
      : [
          stepOf(
            'upstream',
            sentAt + pastDeadline(settings.upstreamHours, [notice.deadlineHours]) * HOUR_MS,
            'nothing has helped: counsel decides whether to ask the upstream',
          ),
          stepOf(
            'law-enforcement',
            sentAt + pastDeadline(settings.lawEnforcementHours, [notice.deadlineHours]) * HOUR_MS,
            'nothing has helped: decide on a referral to the police',
          ),
        ].filter(({ kind }) => !notice.followUps.some((done) => done.kind === kind));
  const next = goesOn ? providersSteps(notice, settings) : [];
  return [...(mayGoByItself(notice) ? next : next.flatMap((step) => byHand(notice, step))), ...lastSteps];
}

/** What would go by itself, were it not for a server that its words should not name any more. */
function byHand({ followUps }: SentNotice, { dueAt }: ClockStep): readonly ClockStep[] {
  if (followUps.some(({ kind }) => kind === 'telephone')) return [];
  return [
    stepOf(
      'telephone',
      dueAt,
      'the signed words name a server that no longer belongs there: telephone about the others',
    ),
  ];
}

function stepOf(kind: ClockStep['kind'], dueAt: Instant, why: string): ClockStep {
  return { kind, automatic: false, dueAt, ordinal: 0, why };
}

/** Reminders, then the next contacts, then the telephone: one at a time, counted from when the one before has left. */
function providersSteps(notice: SentNotice, settings: ClockSettings): readonly ClockStep[] {
  const { sentAt, answer, followUps } = notice;
  const usualMs = (settings.reminderHours ?? notice.deadlineHours ?? USUAL_REMINDER_HOURS) * HOUR_MS;
  const sent = (kind: string): readonly { readonly at: Instant }[] => followUps.filter((done) => done.kind === kind);
  const reminders = sent('reminder');
  const planned = notice.wantsReminders ? Math.min(settings.maxReminders, notice.signedReminders.length) : 0;
  // Who says that he has acted gets the whole time anew, once for each step: a look decides, not his word and not our impatience, and
  // saying it again and again puts nothing off for ever.
  const claimedAt = answer?.class === 'action-claimed' ? answer.at : sentAt;
  const anew = (from: Instant, ms: number): Instant => Math.max(from, Math.min(claimedAt, from + ms)) + ms;
  if (reminders.length < planned) {
    const last = Math.max(sentAt, ...reminders.map(({ at }) => at));
    const ordinal = reminders.length + 1;
    const signedHours = notice.signedReminders[reminders.length];
    const everyMs = signedHours === undefined ? usualMs : signedHours * HOUR_MS;
    return [
      {
        kind: 'reminder',
        automatic: true,
        dueAt: anew(last, everyMs),
        ordinal,
        why: `${hours(everyMs)} without an end: reminder ${ordinal} of ${planned}`,
      },
    ];
  }
  const others = sent('next-contact');
  const before = Math.max(...[...reminders, ...others].map(({ at }) => at), planned === 0 ? sentAt + usualMs : sentAt);
  const dueAt = anew(before, settings.nextContactHours * HOUR_MS);
  if (notice.nextContactSigned && others.length + 1 < notice.contacts) {
    const ordinal = others.length + 1;
    const why = notice.wantsReminders
      ? `the last message has led to nothing: contact ${ordinal + 1} of ${notice.contacts} is written to`
      : `this desk closes repeats unread: contact ${ordinal + 1} of ${notice.contacts} is written to instead of a reminder`;
    return [{ kind: 'next-contact', automatic: true, dueAt, ordinal, why }];
  }
  if (sent('telephone').length > 0) return [];
  return [stepOf('telephone', dueAt, 'there is nobody left to write to: telephone the provider')];
}

const hours = (milliseconds: number): string => `${milliseconds / HOUR_MS} h`;
