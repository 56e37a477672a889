import { ASK_AGAIN_HOURS, PARTY_KINDS, WAIT_HOURS } from '../domain/deconfliction.ts';
import type { HandsOff, PartyKind, Round } from '../domain/deconfliction.ts';
import type { Instant } from '../domain/instant.ts';

/*
 * Rule 4 of DESIGN.md: nobody is written to before others who may be at work on the same servers have been asked. The
 * database answers the same in SQL (the function deconflicted); a test holds the two against each other.
 */

const HOUR_MS = 3_600_000;

/** Two different people, as for every rule that is not kept. */
export const SKIPS_NEEDED = 2;

export interface KindStanding {
  readonly kind: PartyKind;
  readonly state: 'nobody-asked' | 'waiting' | 'answered' | 'skipped';
  /** Parties that were asked and have not answered. */
  readonly waitingFor: readonly string[];
  /** Who has said that this kind is not asked; two are needed. */
  readonly skippedBy: readonly string[];
}

export interface RoundStanding {
  readonly isComplete: boolean;
  readonly kinds: readonly KindStanding[];
}

/**
 * A round is complete when each kind of party has been asked and none of them is waited for, or two different people
 * have said why that kind is not asked.
 */
export function roundStanding({ parties, skips }: Pick<Round, 'parties' | 'skips'>): RoundStanding {
  const kinds = PARTY_KINDS.map((kind): KindStanding => {
    const asked = parties.filter(({ partyKind }) => partyKind === kind);
    const waitingFor = asked.filter(({ answer }) => answer === null).map(({ party }) => party);
    const skippedBy = [...new Set(skips.filter(({ partyKind }) => partyKind === kind).map(({ person }) => person))];
    return { kind, state: stateOf(asked.length, waitingFor.length, skippedBy.length), waitingFor, skippedBy };
  });
  return { kinds, isComplete: kinds.every(({ state }) => state === 'answered' || state === 'skipped') };
}

function stateOf(asked: number, waitingFor: number, skippedBy: number): KindStanding['state'] {
  if (asked > 0 && waitingFor === 0) return 'answered';
  if (skippedBy >= SKIPS_NEEDED) return 'skipped';
  return asked === 0 ? 'nobody-asked' : 'waiting';
}

/** From when on a party that has said nothing counts as silent. */
export function silentFrom(askedAt: Instant, waitHours: number): Instant {
  return askedAt + Math.max(waitHours, WAIT_HOURS) * HOUR_MS;
}

/** What is on record about one server: the rounds that name it, and what parties have said of it alone. */
export interface ServerRecord {
  readonly rounds: readonly Round[];
  readonly handsOffs: readonly HandsOff[];
}

/** The hands-off that blocks a server now, the one that lasts longest; null where none does. */
export function handsOffInForce(handsOffs: readonly HandsOff[], now: Instant): HandsOff | null {
  const inForce = handsOffs.filter((each) => !wasLifted(each) && each.until > now);
  return inForce.reduce<HandsOff | null>(
    (last, each) => (last !== null && last.until >= each.until ? last : each),
    null,
  );
}

/** Lifting one that has run out lifts nothing: then somebody has to ask again. */
function wasLifted({ liftedAt, until }: HandsOff): boolean {
  return liftedAt !== null && liftedAt < until;
}

/** When asking about a server again begins to count for what comes after its hands-off. */
export function askAgainFrom({ recordedAt, until }: HandsOff): Instant {
  return Math.max(recordedAt, until - ASK_AGAIN_HOURS * HOUR_MS);
}

/** The rounds that still speak for a server at `at`: a hands-off that has run out by then takes it out of all before it. */
function roundsThatCover<Known extends Pick<Round, 'openedAt'>>(
  rounds: readonly Known[],
  handsOffs: readonly HandsOff[],
  at: Instant,
): readonly Known[] {
  const runOut = handsOffs.filter((each) => !wasLifted(each) && each.until <= at);
  return rounds.filter(({ openedAt }) => runOut.every((each) => openedAt >= askAgainFrom(each)));
}

export type ServerDeconfliction =
  | { readonly state: 'deconflicted'; readonly round: number }
  | { readonly state: 'waiting'; readonly round: number; readonly standing: RoundStanding }
  | { readonly state: 'ask-again'; readonly party: string; readonly until: Instant }
  | { readonly state: 'never-asked' };

/** Whether others have been asked about a server, and what is missing where not. A hands-off in force stands apart. */
export function serverDeconfliction(record: ServerRecord, now: Instant): ServerDeconfliction {
  const covering = roundsThatCover(record.rounds, record.handsOffs, now).toSorted(
    (one, other) => other.number - one.number,
  );
  const complete = covering.find((round) => roundStanding(round).isComplete);
  if (complete !== undefined) return { state: 'deconflicted', round: complete.number };
  const [last] = covering;
  if (last !== undefined) return { state: 'waiting', round: last.number, standing: roundStanding(last) };
  const runOut = record.handsOffs
    .filter((each) => !wasLifted(each) && each.until <= now)
    .toSorted((one, other) => other.until - one.until)[0];
  if (runOut !== undefined) return { state: 'ask-again', party: runOut.party, until: runOut.until };
  return { state: 'never-asked' };
}

/**
 * Whether the next round is to ask about a server: no round speaks for it when its hands-offs of the next two days have
 * run out. One under a longer hands-off is left alone until then; whoever said it knows of it.
 */
export function isToBeAsked(
  {
    rounds,
    handsOffs,
  }: { readonly rounds: readonly Pick<Round, 'openedAt'>[]; readonly handsOffs: readonly HandsOff[] },
  now: Instant,
): boolean {
  const soon = now + ASK_AGAIN_HOURS * HOUR_MS;
  return handsOffInForce(handsOffs, soon) === null && roundsThatCover(rounds, handsOffs, soon).length === 0;
}
