import type { Instant } from '../domain/instant.ts';
import { STRATEGIES } from '../domain/strike.ts';
import type { Strategy, Strike, StrikePlan } from '../domain/strike.ts';
import type { MethodTable } from '../domain/method-table.ts';
import { problem } from '../domain/problem.ts';
import { findOperation, spoken } from '../flow.ts';
import { strikeState } from '../policy/strike/hold.ts';
import type { StrikeState } from '../policy/strike/hold.ts';
import type { Windows } from '../policy/strike/service-hour.ts';
import type { Signing } from '../ports/signing.ts';
import type { World } from '../ports/world.ts';
import { actSigned } from '../steps/people/act-signed.ts';
import { holdAct } from '../steps/strike/approve-hold.ts';
import type { HoldWords } from '../steps/strike/approve-hold.ts';
import { makePlan } from '../steps/strike/make-plan.ts';
import type { PlannedStrike } from '../steps/strike/make-plan.ts';
import { namedStrike } from '../steps/strike/named-strike.ts';
import { releaseAct } from '../steps/strike/release-strike.ts';
import type { ReleaseWords } from '../steps/strike/release-strike.ts';

/*
 *     planned ─► held by two people, one of them counsel ─► each notice at its moment
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

export interface StrikeStanding extends Strike {
  readonly state: StrikeState;
}

/** All strikes of an operation, by number. */
export async function strikes(world: World, name: string): Promise<readonly StrikeStanding[]> {
  const { id } = await findOperation(world, name);
  const now = world.clock.now();
  const found = await world.store.read((transaction) => transaction.strikes(id));
  return found.map((strike) => ({ ...strike, state: strikeState(strike, now) }));
}

export async function strikeNamed(world: World, name: string, strike: string): Promise<StrikeStanding> {
  const operation = await findOperation(world, name);
  const found = await world.store.read((transaction) => namedStrike(transaction, operation, strike));
  return { ...found, state: strikeState(found, world.clock.now()) };
}

export function strategyOf(text: string): Strategy {
  const found = STRATEGIES.find((strategy) => strategy === text);
  if (found !== undefined) return found;
  throw problem('usage', `--strategy "${text}" is not one of ${STRATEGIES.join(', ')}`);
}

export { heldWords } from '../policy/strike/hold.ts';
export type { HeldNotice } from '../policy/strike/hold.ts';
export type { PlannedStrike, StrikePlan };
