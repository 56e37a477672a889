import type { Briefing } from '../domain/briefing.ts';
import type { Instant } from '../domain/instant.ts';
import { STRATEGIES } from '../domain/strike.ts';
import type { Strategy, Strike, StrikePlan } from '../domain/strike.ts';
import type { MethodTable } from '../domain/method-table.ts';
import type { Sender } from '../domain/operation.ts';
import { problem } from '../domain/problem.ts';
import { findOperation, spoken } from '../flow.ts';
import { briefingStanding } from '../policy/strike/briefing.ts';
import type { BriefingStanding, NotBriefed } from '../policy/strike/briefing.ts';
import { wallInstant } from '../policy/sending-window.ts';
import { strikeState } from '../policy/strike/hold.ts';
import type { StrikeState } from '../policy/strike/hold.ts';
import type { Hands } from '../policy/two-hands.ts';
import type { Windows } from '../policy/strike/service-hour.ts';
import type { Signing } from '../ports/signing.ts';
import type { ReadTransaction } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { briefingText } from '../steps/notify/compose-briefing.ts';
import type { FollowUpDrafting } from '../steps/notify/follow-up.ts';
import { actSigned } from '../steps/people/act-signed.ts';
import { briefingHands, briefingsAct } from '../steps/strike/approve-briefings.ts';
import type { BriefingWords } from '../steps/strike/approve-briefings.ts';
import { briefingsOf, writeBriefings } from '../steps/strike/brief-desks.ts';
import { holdAct, holdHands } from '../steps/strike/approve-hold.ts';
import type { HoldWords } from '../steps/strike/approve-hold.ts';
import { makePlan } from '../steps/strike/make-plan.ts';
import type { PlannedStrike } from '../steps/strike/make-plan.ts';
import { namedStrike } from '../steps/strike/named-strike.ts';
import { releaseAct } from '../steps/strike/release-strike.ts';
import type { ReleaseWords } from '../steps/strike/release-strike.ts';

/*
 *     planned ─► held by two people, one of them counsel ─► each notice at its moment
 *                    │            └─► trusted desks briefed ahead, approved by two, one of them counsel (TLP:RED)
 *                    └─► released: harm is imminent, or a reason; or a day has passed
 *
 * Whom to notify when. Without a hold everything rolls as found.
 */

/** What a plan consults besides the store. */
export interface StrikeSources {
  readonly methodTable: MethodTable;
  /** When desks are at work, by country or "default" (mail.windows); at any time where nothing is said. */
  readonly windows?: Windows;
}

export interface StrikeWish {
  readonly strategy?: Strategy;
  readonly aim?: Instant | null;
  readonly seed?: number | null;
  /** Who plans; null: whoever runs the program. A plan changes nothing. */
  readonly as?: string | null;
}

/** The default of a first wave; what is planned once a notice has left is replacements, and rolls. */
export async function planStrike(
  world: World,
  sources: StrikeSources,
  name: string,
  { strategy, aim = null, seed = null, as = null }: StrikeWish = {},
): Promise<PlannedStrike> {
  const operation = await findOperation(world, name);
  return makePlan(
    world,
    operation,
    { methodTable: sources.methodTable, windows: sources.windows ?? {} },
    { strategy: strategy ?? (await usualStrategy(world, operation.id)), aim, seed, as },
  );
}

async function usualStrategy(world: World, operationId: string): Promise<Strategy> {
  const records = await world.store.read((transaction) => transaction.noticeRecords(operationId));
  return records.some(({ sentAt }) => sentAt !== null) ? 'rolling' : 'simultaneous';
}

/** One of the two approvals that hold a strike's notices until their moments. Returns the strike as it stands then. */
export async function approveHold(
  world: World,
  signing: Signing,
  name: string,
  words: HoldWords,
): Promise<StrikeStanding> {
  const operation = await findOperation(world, name);
  await actSigned(world, signing, holdAct(world, operation, { ...words, ...spoken(words) }));
  return strikeNamed(world, name, words.strike);
}

/** Lets everything go that a strike holds, at once. */
export async function releaseStrike(
  world: World,
  signing: Signing,
  name: string,
  words: ReleaseWords,
): Promise<StrikeStanding> {
  const operation = await findOperation(world, name);
  await actSigned(world, signing, releaseAct(world, operation, { ...words, ...spoken(words) }));
  return strikeNamed(world, name, words.strike);
}

/** What briefings are written with. */
export interface BriefingSources {
  readonly sender: Sender;
  /** False while the settings do not say who we are: no desk is told anything by nobody. */
  readonly senderSet: boolean;
  readonly drafting: FollowUpDrafting;
  /** By country, as of the notices. */
  readonly languages?: Readonly<Record<string, readonly string[]>>;
  /** By whose clock a desk lives (mail.windows). */
  readonly windows?: Windows;
}

export interface BriefedStrike extends StrikeStanding {
  /** Providers of the plan that are not told ahead, and why. */
  readonly others: readonly NotBriefed[];
}

/** Writes what trusted desks are to be told ahead of a strike that is held. Nothing leaves before two people approve it. */
export async function writeStrikeBriefings(
  world: World,
  sources: BriefingSources,
  name: string,
  words: { readonly strike: string; readonly as: string | null },
): Promise<BriefedStrike> {
  const operation = await findOperation(world, name);
  const { sender, senderSet, drafting, languages = {}, windows = {} } = sources;
  if (!senderSet) {
    throw problem(
      'refused',
      'the settings do not say who we are, so that no desk is told anything ahead',
      'Set organisation.name and organisation.email',
    );
  }
  const { others } = await writeBriefings(
    world,
    operation,
    ({ country, notices, servers, leaveBefore: at }) => {
      const own = country === null || !Object.hasOwn(windows, country) ? undefined : windows[country];
      const theirs = country !== null && Object.hasOwn(languages, country) ? (languages[country] ?? []) : [];
      const local = own === undefined ? null : wallInstant(own.zone, at);
      const references = notices.map(({ reference }) => reference);
      return briefingText({ operation, sender, references, servers, at, local, languages: theirs }, drafting);
    },
    words,
  );
  return { ...(await strikeNamed(world, name, words.strike)), others };
}

/** One of the two approvals without which no briefing leaves. Returns the strike as it stands then. */
export async function approveBriefings(
  world: World,
  signing: Signing,
  name: string,
  words: BriefingWords,
): Promise<StrikeStanding> {
  const operation = await findOperation(world, name);
  await actSigned(world, signing, briefingsAct(world, operation, { ...words, ...spoken(words) }));
  return strikeNamed(world, name, words.strike);
}

/** Who has given one of the two words on its hold and on its briefings, and who may give the other. */
export interface StrikeHands {
  readonly hold: Hands;
  readonly briefings: Hands;
}

export async function strikeHands(world: World, name: string, strike: string): Promise<StrikeHands> {
  const operation = await findOperation(world, name);
  return world.store.read(async (transaction) => {
    const found = await namedStrike(transaction, operation, strike);
    const people = await transaction.people();
    const now = world.clock.now();
    return {
      hold: await holdHands(transaction, found, operation, people, now),
      briefings: await briefingHands(transaction, found, people, now),
    };
  });
}

export interface StrikeStanding extends Strike {
  readonly state: StrikeState;
  /** What desks are told ahead, by reference. */
  readonly briefings: readonly (Briefing & { readonly standing: BriefingStanding })[];
}

/** All strikes of an operation, by number. */
export async function strikes(world: World, name: string): Promise<readonly StrikeStanding[]> {
  const { id } = await findOperation(world, name);
  return world.store.read(async (transaction) => {
    const standing: StrikeStanding[] = [];
    for (const strike of await transaction.strikes(id)) standing.push(await standingOf(world, transaction, strike));
    return standing;
  });
}

export async function strikeNamed(world: World, name: string, strike: string): Promise<StrikeStanding> {
  const operation = await findOperation(world, name);
  return world.store.read(async (transaction) =>
    standingOf(world, transaction, await namedStrike(transaction, operation, strike)),
  );
}

async function standingOf(world: World, transaction: ReadTransaction, strike: Strike): Promise<StrikeStanding> {
  const now = world.clock.now();
  const briefings = (await briefingsOf(transaction, strike)).map((briefing) => ({
    ...briefing,
    standing: briefingStanding(briefing, strike, now),
  }));
  return { ...strike, state: strikeState(strike, now), briefings };
}

export function strategyOf(text: string): Strategy {
  const found = STRATEGIES.find((strategy) => strategy === text);
  if (found !== undefined) return found;
  throw problem('usage', `--strategy "${text}" is not one of ${STRATEGIES.join(', ')}`);
}

export { heldWords } from '../policy/strike/hold.ts';
export type { HeldNotice } from '../policy/strike/hold.ts';
export type { PlannedStrike, StrikePlan };
