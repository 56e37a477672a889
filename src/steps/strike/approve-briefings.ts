import type { Briefing } from '../../domain/briefing.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { assertTwoHands } from '../../domain/person.ts';
import { problem, refusalOf } from '../../domain/problem.ts';
import { HOLD_APPROVALS } from '../../domain/strike.ts';
import type { HoldRole, Strike } from '../../domain/strike.ts';
import { briefingHash } from '../../ledger/briefing-hash.ts';
import { BRIEFINGS_APPROVED_KIND, SIGNED_KINDS } from '../../ledger/signed-act.ts';
import { isBriefingApproved, whatKeepsBriefing } from '../../policy/strike/briefing.ts';
import { holdRole, lacksCounsel, missingRole, strikeState } from '../../policy/strike/hold.ts';
import { handsOf } from '../../policy/two-hands.ts';
import type { Hands } from '../../policy/two-hands.ts';
import type { PersonRecord } from '../../ports/people.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { assertHeld, briefingsOf } from './brief-desks.ts';
import { namedStrike } from './named-strike.ts';

export interface BriefingWords {
  readonly strike: string;
  readonly person: string;
  readonly reason: string;
}

/** One of the two words that briefings take, to be signed over the plan, each recipient and each text's hash. */
export function briefingsAct(world: World, operation: Operation, words: BriefingWords): SignedAct {
  return {
    name: words.person,
    act: BRIEFINGS_APPROVED_KIND,
    lock: operation.id,
    async prepare(transaction, person) {
      const strike = await namedStrike(transaction, operation, words.strike);
      const now = world.clock.now();
      assertHeld(strike, now);
      const { open, current } = await signable(transaction, strike, now);
      const wanted = current.filter(({ approvals }) => !approvals.some((each) => each.person === person.person));
      if (wanted.length === 0) throw nothingToSign(strike, open.length, current.length, person);
      const role = roleIn(wanted, strike, person);
      const others = wanted.flatMap(({ approvals }) => approvals.filter(({ stands }) => stands));
      assertTwoHands(
        await transaction.people(),
        person,
        others.map((each) => each.person),
      );
      return {
        subject: strike.strikeId,
        terms: {
          operation: operation.id,
          number: strike.number,
          planHash: strike.planHash,
          aim: isoInstant(strike.aim),
          briefings: wanted.map(({ briefingId, providerKey, recipient, hash }) => ({
            briefing: briefingId,
            provider: providerKey,
            recipient,
            hash,
          })),
          role,
          reason: words.reason,
        },
      };
    },
  };
}

/** What waits to be approved, and what of it could leave: nobody signs for what could not, whoever else signed. */
async function signable(
  transaction: ReadTransaction,
  strike: Strike,
  now: Instant,
): Promise<{ readonly open: readonly Briefing[]; readonly current: readonly Briefing[] }> {
  const all = await transaction.strikes(strike.operationId);
  const notices = await transaction.briefingNotices(strike.strikeId);
  const open = (await briefingsOf(transaction, strike)).filter((briefing) => briefing.state === 'waiting');
  const current = open.filter((briefing) => {
    assertUnchanged(briefing, strike);
    const signed = { ...briefing, approvals: SIGNED };
    return whatKeepsBriefing(signed, strike, all, notices, now).length === 0;
  });
  return { open, current };
}

/** Who has approved its briefings, and who may: what `briefingsAct` would say of each. */
export async function briefingHands(
  transaction: ReadTransaction,
  strike: Strike,
  people: readonly PersonRecord[],
  now: Instant,
): Promise<Hands> {
  const isHeld = strikeState(strike, now) === 'held';
  let found: Awaited<ReturnType<typeof signable>> = { open: [], current: [] };
  // A text that is not the one on record keeps everybody from signing here, and nobody from releasing the strike.
  const unsound = isHeld
    ? await refusalOf(async () => {
        found = await signable(transaction, strike, now);
      })
    : null;
  const { open, current } = found;
  // Where desks were written to in turn, some wait for one word more and some for two: what waits is what counts.
  const waiting = current.filter((briefing) => !isBriefingApproved(briefing));
  const wantedOf = ({ person }: PersonRecord): readonly Briefing[] =>
    current.filter(({ approvals }) => !approvals.some((each) => each.person === person));
  const standing = (briefings: readonly Briefing[]): Briefing['approvals'] =>
    briefings.flatMap(({ approvals }) => approvals.filter(({ stands }) => stands));
  return handsOf(people, {
    refused: unsound ?? (!isHeld ? `strike ${strike.number} is not held` : current.length === 0 ? whyNothing(strike, open.length) : null), // prettier-ignore
    needed: HOLD_APPROVALS,
    roles: SIGNED_KINDS[BRIEFINGS_APPROVED_KIND] ?? [],
    given: standing(waiting.length > 0 ? waiting : current).map(({ person }) => person),
    missing: waiting.some(({ approvals }) => missingRole(approvals) !== null) ? 'counsel' : null,
    keeps(person) {
      const wanted = wantedOf(person);
      if (wanted.length === 0) return 'has approved them already';
      const own = { person: person.person, role: holdRole(person) };
      const lacks = wanted.some(({ approvals }) => lacksCounsel(approvals, own));
      return lacks ? `is not counsel, and one of the ${HOLD_APPROVALS} has to be` : null;
    },
    beside: (person) => standing(wantedOf(person)).map((each) => each.person),
  });
}

function whyNothing({ number }: Strike, open: number): string {
  return open === 0
    ? `no briefing of strike ${number} waits to be approved`
    : `the briefings of strike ${number} are not what they would be now`;
}

/** As if enough had signed: what else keeps it? */
const SIGNED: Briefing['approvals'] = [
  { person: ' one', role: 'counsel', approvedAt: 0, stands: true },
  { person: ' other', role: 'approver', approvedAt: 0, stands: true },
];

/** What is signed is a hash: it has to be that of the text that everybody reads. */
export function assertUnchanged(briefing: Briefing, { strikeId, planHash }: Strike): void {
  const { providerKey, notices, recipient, messageId, leaveBefore, text } = briefing;
  const hash = briefingHash({
    strike: strikeId,
    planHash,
    provider: providerKey,
    notices,
    recipient,
    messageId,
    leaveBefore: isoInstant(leaveBefore),
    ...text,
  });
  if (hash === briefing.hash) return;
  throw problem('database', `the briefing for ${briefing.provider} is not the one on record`, 'Run dismantle audit');
}

function nothingToSign(strike: Strike, open: number, current: number, { name }: PersonRecord): Error {
  const { number } = strike;
  if (current > 0) {
    return problem(
      'refused',
      `${name} has approved the briefings of strike ${number} already; the same person twice is one`,
      'A second person has to approve them, too',
    );
  }
  return problem('refused', whyNothing(strike, open), `Write and read them first: dismantle strike brief ${number}`);
}

function roleIn(briefings: readonly Briefing[], { number }: Strike, signer: PersonRecord): HoldRole {
  const { person, name } = signer;
  const role = holdRole(signer);
  for (const { approvals } of briefings) {
    if (!lacksCounsel(approvals, { person, role })) continue;
    throw problem(
      'refused',
      `one of the ${HOLD_APPROVALS} who have desks briefed ahead of strike ${number} has to be counsel, and ${name} is not`,
      'Who is: dismantle person list',
    );
  }
  return role;
}
