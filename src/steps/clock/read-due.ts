import {
  ARMING_WARNING_HOURS,
  AUTHORITY_WARNING_HOURS,
  HANDS_OFF_WARNING_HOURS,
  HOUR_MS,
  RETRACTION_HOURS,
} from '../../domain/clock.ts';
import { defang } from '../../domain/defang.ts';
import type { ClockStep } from '../../domain/clock.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { CLOSED } from '../../domain/case.ts';
import { correctionProgress, toCorrect } from '../../policy/clock/corrections.ts';
import { mayHaveArrivedWords } from '../../policy/may-have-arrived.ts';
import { compareHarm, harmOf, NO_HARM } from '../../policy/clock/harm.ts';
import type { Harm } from '../../policy/clock/harm.ts';
import type { Strike } from '../../domain/strike.ts';
import { heldCases, heldNotices, heldWords, strikeState } from '../../policy/strike/hold.ts';
import type { ClockNotice, RetractedCase } from '../../ports/clock-facts.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import { stepsOf } from './sent-notice.ts';
import type { ClockSetup } from './sent-notice.ts';

/** One thing that is due, or will be. */
export interface DueStep extends ClockStep {
  /** What it is about: a notice's reference, a host, an authority's reference. */
  readonly about: string;
  readonly reference: string | null;
  readonly provider: string | null;
  readonly servers: readonly { readonly serverId: string; readonly host: string }[];
  /** Of the server that does most. */
  readonly harm: Harm;
}

/** More servers than these are not read to be put in order: the list says so. */
export const MAX_UNNOTIFIED = 5000;

interface Undated extends Omit<DueStep, 'harm'> {
  /** A mistake of ours that others act on goes before everything else. */
  readonly isOurHarm?: boolean;
}

/**
 * Everything that waits for its time or for somebody, the most harmful to victims first and then what has least time left;
 * what we do wrong ourselves, a retraction that is running, goes before all of it.
 */
export async function readDue(
  transaction: ReadTransaction,
  operation: Operation,
  setup: ClockSetup,
  now: Instant,
): Promise<readonly DueStep[]> {
  const notices = await transaction.clockNotices(operation.id);
  const strikes = await transaction.strikes(operation.id);
  const steps: Undated[] = [
    ...(await retractionSteps(transaction, operation, notices)),
    ...(await identifiedSteps(transaction, operation, setup, strikes, now)),
    ...strikes.flatMap((strike) => strikeSteps(strike, strikes, now)),
    ...notices.flatMap((notice) => stepsOf(notice, setup).map((step) => aboutNotice(notice, step))),
    ...notices.flatMap(dispatchSteps),
    ...(await handsOffSteps(transaction, operation, now)),
    ...(await surroundingSteps(transaction, operation, now)),
  ];
  const told = await withLacks(transaction, setup, steps);
  const serverIds = [...new Set(told.flatMap(({ servers }) => servers.map(({ serverId }) => serverId)))];
  const records = await transaction.harmOf(operation.id, serverIds);
  const harms = new Map(records.map((record) => [record.serverId, harmOf(record)]));
  return told
    .map((step) => ({ ...step, harm: worst(step.servers.map(({ serverId }) => harms.get(serverId) ?? NO_HARM)) }))
    .toSorted(
      (one, other) =>
        Number(other.isOurHarm ?? false) - Number(one.isOurHarm ?? false) ||
        compareHarm(one.harm, other.harm) ||
        one.dueAt - other.dueAt ||
        (one.about < other.about ? -1 : 1),
    )
    .map(({ isOurHarm: _isOurHarm, ...step }) => step);
}

/** What looks dark says what it still takes to confirm it, of the first server that is named. */
async function withLacks(
  transaction: ReadTransaction,
  { lacks }: ClockSetup,
  steps: readonly Undated[],
): Promise<readonly Undated[]> {
  const dark = steps.filter(({ kind }) => kind === 'looks-dark');
  if (lacks === undefined || dark.length === 0) return steps;
  const words = await lacks(transaction, [
    ...new Set(dark.flatMap(({ servers }) => servers.map(({ serverId }) => serverId))),
  ]);
  return steps.map((step) => {
    if (step.kind !== 'looks-dark') return step;
    const [first, ...further] = step.servers.flatMap(({ serverId, host }) => {
      const lack = words.get(serverId);
      return lack === undefined ? [] : [`${defang(host)}: ${lack}`];
    });
    if (first === undefined) return step;
    return { ...step, why: `${step.why}; ${first}${further.length === 0 ? '' : `, and ${further.length} more`}` };
  });
}

function worst(harms: readonly Harm[]): Harm {
  return harms.toSorted(compareHarm)[0] ?? NO_HARM;
}

async function identifiedSteps(
  transaction: ReadTransaction,
  operation: Operation,
  { settings }: ClockSetup,
  strikes: readonly Strike[],
  now: Instant,
): Promise<readonly Undated[]> {
  const servers = await transaction.unnotifiedServers(operation.id, MAX_UNNOTIFIED);
  const held = heldCases(strikes, now);
  const heldOf = (caseId: string): string => {
    const found = held.get(caseId);
    return found === undefined ? '' : `; ${heldWords(found)}`;
  };
  return servers.map(({ caseId, serverId, host, openedAt, state, provider, missing }) => ({
    kind: 'identified' as const,
    automatic: false,
    dueAt: openedAt + settings.targetHours * HOUR_MS,
    ordinal: 0,
    why: `${state}, and no notice has left: the target is ${settings.targetHours} h${missing.length === 0 ? '' : ` (it misses ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ' …' : ''})`}${heldOf(caseId)}`,
    about: host,
    reference: null,
    provider,
    servers: [{ serverId, host }],
  }));
}

/** What a strike holds back until its aim, and one that waits for its second approval. */
function strikeSteps(strike: Strike, strikes: readonly Strike[], now: Instant): readonly Undated[] {
  const state = strikeState(strike, now);
  if (state !== 'held' && state !== 'half-approved') return [];
  const held = [...heldNotices(strikes, now).values()].filter((each) => each.strike === strike.number).length;
  return [
    {
      kind: 'strike',
      automatic: state === 'held',
      dueAt: strike.aim,
      ordinal: 0,
      why:
        state === 'held'
          ? `it holds back ${held === 1 ? '1 notice' : `${held} notices`} until the aim at the latest; harm that is imminent ends it: dismantle strike release ${strike.number}`
          : `one of two has approved the hold, which holds nothing yet: dismantle strike hold ${strike.number}`,
      about: `strike ${strike.number}`,
      reference: null,
      provider: null,
      servers: [],
    },
  ];
}

function aboutNotice(notice: ClockNotice, step: ClockStep): Undated {
  const { reference, provider, cases } = notice;
  const servers = cases
    .filter(({ state }) => !CLOSED.some((closed) => closed === state))
    .map(({ serverId, host }) => ({ serverId, host }));
  return { ...step, about: reference, reference, provider, servers };
}

/** What an engine cannot do alone: no contact is left, or a form waits to be filled in. Corrections have a clock of their own. */
function dispatchSteps(notice: ClockNotice): readonly Undated[] {
  return notice.dispatches
    .filter(({ kind, state }) => kind !== 'correction' && (state === 'failed' || state === 'waiting'))
    .map(({ kind, channel, state, queuedAt, contacts, inDoubt }) =>
      aboutNotice(notice, {
        kind: state === 'failed' ? 'failed-dispatch' : 'waiting-dispatch',
        automatic: false,
        dueAt: queuedAt,
        ordinal: 0,
        why:
          state === 'failed'
            ? `the ${kind} to ${contacts.join(', ')} could not be delivered: ${inDoubt === null ? 'find another way' : mayHaveArrivedWords(inDoubt, notice.reference)}`
            : `the ${kind} goes by ${channel}: a person has to carry it out`,
      }),
    );
}

async function retractionSteps(
  transaction: ReadTransaction,
  operation: Operation,
  notices: readonly ClockNotice[],
): Promise<readonly Undated[]> {
  const retracted = await transaction.retractedCases(operation.id);
  return retracted.flatMap((each) => retractionStep(each, notices));
}

function retractionStep(retracted: RetractedCase, notices: readonly ClockNotice[]): readonly Undated[] {
  const { caseId, serverId, host, retractedAt } = retracted;
  const about = notices.filter(({ cases }) => cases.some((each) => each.caseId === caseId));
  const progress = correctionProgress(
    about.flatMap((notice) => toCorrect(caseId, notice.messageId, notice.dispatches)),
    about.flatMap(({ dispatches }) => dispatches),
  );
  if (progress.delivered === progress.total) return [];
  const { total, delivered, failed, byHand } = progress;
  const loud = [
    failed === 0 ? '' : `${failed} COULD NOT BE DELIVERED, reach them another way`,
    byHand === 0 ? '' : `${byHand} by hand`,
  ].filter((words) => words !== '');
  return [
    {
      kind: 'retraction',
      // Corrections go by themselves; one that failed does not.
      automatic: failed + byHand === 0,
      dueAt: retractedAt + RETRACTION_HOURS * HOUR_MS,
      ordinal: 0,
      why: `${delivered} of ${total} corrections delivered${loud.length === 0 ? '' : `; ${loud.join('; ')}`}`,
      about: host,
      reference: about[0]?.reference ?? null,
      provider: about[0]?.provider ?? null,
      servers: [{ serverId, host }],
      isOurHarm: true,
    },
  ];
}

async function handsOffSteps(
  transaction: ReadTransaction,
  operation: Operation,
  now: Instant,
): Promise<readonly Undated[]> {
  const records = await transaction.handsOffRecords(operation.id);
  return records
    .filter(({ until }) => until <= now + HANDS_OFF_WARNING_HOURS * HOUR_MS)
    .map(({ serverId, host, party, until }) => ({
      kind: 'hands-off' as const,
      automatic: false,
      dueAt: until,
      ordinal: 0,
      why: `"hands off" of ${party} ${until <= now ? 'has run out' : 'runs out'}: ask again`,
      about: host,
      reference: null,
      provider: null,
      servers: [{ serverId, host }],
    }));
}

/** What is due of the operation as a whole: mail that nobody could place, authorities and arming that end. */
async function surroundingSteps(
  transaction: ReadTransaction,
  operation: Operation,
  now: Instant,
): Promise<readonly Undated[]> {
  const none = { automatic: false, ordinal: 0, reference: null, provider: null, servers: [] };
  const replies = await transaction.repliesSince(operation.id, now);
  const unplaced = replies.filter(({ isPlaced }) => !isPlaced);
  const [oldest] = unplaced;
  const ending = await transaction.authoritiesEnding(operation.id, now, now + AUTHORITY_WARNING_HOURS * HOUR_MS);
  const armings = (await transaction.armings(operation.id)).filter(({ disarmedAt, until }) => {
    const ends = Date.parse(until);
    return disarmedAt === null && ends > now && ends <= now + ARMING_WARNING_HOURS * HOUR_MS;
  });
  return [
    ...(oldest === undefined
      ? []
      : [
          {
            ...none,
            kind: 'unplaced-mail' as const,
            dueAt: oldest.receivedAt,
            why: `${unplaced.length} ${unplaced.length === 1 ? 'message' : 'messages'} that belong to no notice by what they say: place them`,
            about: 'mail',
          },
        ]),
    ...ending.map(({ reference, endsAt }) => ({
      ...none,
      kind: 'authority' as const,
      dueAt: endsAt,
      why: 'the authority ends: what has not been sent under it stops',
      about: reference,
    })),
    ...armings.map(({ until }) => ({
      ...none,
      kind: 'arming' as const,
      dueAt: Date.parse(until),
      why: 'the arming ends: nothing but corrections leaves afterwards',
      about: operation.name,
    })),
  ];
}
