import { isoInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { assertTwoHands } from '../../domain/person.ts';
import { problem, refusalOf } from '../../domain/problem.ts';
import { HOLD_APPROVALS, MAX_HOLD_HOURS } from '../../domain/strike.ts';
import type { HoldRole, Strike } from '../../domain/strike.ts';
import { HOLD_APPROVED_KIND, SIGNED_KINDS } from '../../ledger/signed-act.ts';
import { byNotice, holdOf, holdRole, lacksCounsel, latestHold, missingRole } from '../../policy/strike/hold.ts';
import { handsOf } from '../../policy/two-hands.ts';
import type { Hands } from '../../policy/two-hands.ts';
import type { PersonRecord } from '../../ports/people.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { namedStrike } from './named-strike.ts';
import { planHash } from './plan-text.ts';

const HOUR_MS = 3_600_000;

export interface HoldWords {
  readonly strike: string;
  readonly person: string;
  readonly reason: string;
  /** When it ends by itself; null: at the aim, or as the approval before says. */
  readonly until: Instant | null;
}

/** One of the two words that a hold takes, to be signed over the plan's hash. */
export function holdAct(world: World, operation: Operation, words: HoldWords): SignedAct {
  return {
    name: words.person,
    act: HOLD_APPROVED_KIND,
    lock: operation.id,
    async prepare(transaction, person) {
      const strike = await namedStrike(transaction, operation, words.strike);
      const now = world.clock.now();
      await assertUnchanged(transaction, strike);
      assertHoldable(strike, operation, now);
      await assertNothingJoined(transaction, strike, operation, now);
      const role = roleIn(strike, person);
      const others = strike.approvals.filter(({ stands }) => stands);
      assertTwoHands(
        await transaction.people(),
        person,
        others.map((each) => each.person),
      );
      const until = words.until ?? strike.approvals.find(({ stands }) => stands)?.until ?? strike.aim;
      await assertUntil(transaction, strike, until, now);
      const held = strike.items.filter(({ notifyAt }) => notifyAt > now);
      return {
        subject: strike.strikeId,
        terms: {
          operation: operation.id,
          number: strike.number,
          strategy: strike.strategy,
          aim: isoInstant(strike.aim),
          planHash: strike.planHash,
          notices: strike.items.length,
          held: held.length,
          until: isoInstant(until),
          role,
          reason: words.reason,
        },
      };
    },
  };
}

/** What is signed is a hash: it has to be that of the plan that everybody reads. */
async function assertUnchanged(transaction: ReadTransaction, strike: Strike): Promise<void> {
  if (planHash(await transaction.storedPlan(strike.strikeId)) === strike.planHash) return;
  throw problem('database', `the plan of strike ${strike.number} is not the one on record`, 'Run dismantle audit');
}

function assertHoldable(strike: Strike, { name }: Operation, now: Instant): void {
  const keeps = whatKeepsHold(strike, now);
  if (keeps === null) return;
  const isHeld = strike.released === null && holdOf(strike) !== null;
  const next = isHeld
    ? `See: dismantle strike show ${strike.number}`
    : `Plan anew: dismantle strike plan --operation ${name}`;
  throw problem('refused', keeps, next);
}

/** Why nobody may approve its hold; null where nothing stands against it. */
function whatKeepsHold(strike: Strike, now: Instant): string | null {
  const { number, released, aim, strategy, items } = strike;
  if (released !== null) return `strike ${number} was released: ${released.reason}`;
  if (holdOf(strike) !== null) return `strike ${number} is held already`;
  if (strategy === 'rolling') return `strike ${number} is rolling: its notices go as found, and none is held back`;
  if (aim <= now) return `the aim of strike ${number} has passed`;
  if (items.some(({ notifyAt }) => notifyAt > now)) return null;
  return `strike ${number} holds nothing back: all of it may go at once`;
}

/** Who has approved its hold, and who may: what `holdAct` would say of each. */
export async function holdHands(
  transaction: ReadTransaction,
  strike: Strike,
  operation: Operation,
  people: readonly PersonRecord[],
  now: Instant,
): Promise<Hands> {
  const { approvals } = strike;
  const refused =
    whatKeepsHold(strike, now) ??
    (await refusalOf(async () => {
      await assertUnchanged(transaction, strike);
      await assertNothingJoined(transaction, strike, operation, now);
    }));
  return handsOf(people, {
    refused,
    needed: HOLD_APPROVALS,
    roles: SIGNED_KINDS[HOLD_APPROVED_KIND] ?? [],
    given: approvals.filter(({ stands }) => stands).map(({ person }) => person),
    missing: missingRole(approvals),
    keeps(person) {
      if (approvals.some((each) => each.person === person.person)) return 'has approved it already';
      const own = { person: person.person, role: holdRole(person) };
      return lacksCounsel(approvals, own) ? `is not counsel, and one of the ${HOLD_APPROVALS} has to be` : null;
    },
  });
}

/** Nobody signs for servers that joined a notice after the plan: they would be held without any word that names them. */
async function assertNothingJoined(
  transaction: ReadTransaction,
  strike: Strike,
  { id, name }: Operation,
  now: Instant,
): Promise<void> {
  const planned = new Map(strike.items.map((item) => [item.noticeId, item]));
  for (const { noticeId, reference, servers } of await transaction.waitingForStrike(id, now)) {
    const item = planned.get(noticeId);
    if (item === undefined || item.isDevice || servers.every(({ caseId }) => item.cases.includes(caseId))) continue;
    throw problem(
      'refused',
      `${reference} names a server by now that the plan of strike ${strike.number} does not`,
      `Plan anew: dismantle strike plan --operation ${name}`,
    );
  }
}

function roleIn({ number, approvals }: Strike, signer: PersonRecord): HoldRole {
  const { person, name } = signer;
  if (approvals.some((each) => each.person === person)) {
    throw problem(
      'refused',
      `${name} has approved the hold of strike ${number} already; the same person twice is one`,
      'A second person has to approve it, too',
    );
  }
  const role = holdRole(signer);
  if (lacksCounsel(approvals, { person, role })) {
    throw problem(
      'refused',
      `one of the ${HOLD_APPROVALS} who hold strike ${number} back has to be counsel, and ${name} is not`,
      'Who is: dismantle person list',
    );
  }
  return role;
}

async function assertUntil(transaction: ReadTransaction, strike: Strike, until: Instant, now: Instant): Promise<void> {
  if (until < strike.aim) {
    throw problem(
      'usage',
      `a hold reaches to the aim at least, which is ${readableInstant(strike.aim)}`,
      'Leave --until out: it ends at the aim',
    );
  }
  const approved = strike.approvals.map(({ approvedAt }) => approvedAt);
  let latest = Math.min(now, ...approved) + MAX_HOLD_HOURS * HOUR_MS;
  const naming = byNotice(await transaction.strikes(strike.operationId));
  for (const { noticeId, isDevice } of strike.items) {
    if (!isDevice) latest = Math.min(latest, latestHold(noticeId, naming.get(noticeId) ?? []));
  }
  if (until <= latest) return;
  throw problem(
    'refused',
    `no notice is held back for more than ${MAX_HOLD_HOURS} hours in all: ${readableInstant(latest)} is the latest here`,
    'Aim earlier, and plan anew',
  );
}
