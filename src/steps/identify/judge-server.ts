import type { Assessment } from '../../domain/assessment.ts';
import { derivedId } from '../../domain/derived-id.ts';
import type { Instant } from '../../domain/instant.ts';
import type { IdentificationRow, ListHit } from '../../domain/rows.ts';
import { NEEDS_CORROBORATION, weigh } from '../../policy/corroboration.ts';
import { isHolding } from '../../policy/released-hits.ts';
import type { IdentifyFacts } from '../../ports/store.ts';

/** What the warning lists at hand say of a server; null where none were at hand. */
export type CheckedGround = {
  /** Every list that was asked, by its folder's name. */
  readonly lists: ReadonlySet<string>;
  /** A folder of warning lists is among them. Tor exits, own lists and built-in names alone check no ground. */
  readonly warningListsGiven: boolean;
  readonly hits: readonly ListHit[];
} | null;

/**
 * Is it C2, and may we touch it? Null when nothing has changed since it was last judged. What a list said before still
 * stands until that list is asked again: held is not cleared by forgetting the list.
 */
export function judgeServer(
  facts: IdentifyFacts,
  checked: CheckedGround,
  now: Instant,
  botnet: readonly string[] = [],
): IdentificationRow | null {
  const { current } = facts;
  // What is over is not judged anew: a server that comes back has a new case (verify).
  if (current !== null && (current.state === 'dark' || current.state === 'settled')) return null;
  const { assessment } = weigh({ ...heard(facts), probe: facts.probe ?? null }, now, botnet);
  const listHits = hitsInForce(checked, current?.listHits ?? []);
  const groundChecked = checked?.warningListsGiven === true || (current?.groundChecked ?? false);
  const heldBy: string[] = [];
  if (assessment.basis === 'none') heldBy.push(NEEDS_CORROBORATION);
  for (const hit of listHits) {
    if (isHolding(hit, facts.releases ?? []) && !heldBy.includes(hit.list)) heldBy.push(hit.list);
  }
  const row: IdentificationRow = {
    type: 'identification',
    caseId: current?.caseId ?? derivedId('case', facts.serverId, 1),
    serverId: facts.serverId,
    outcome: heldBy.length > 0 ? 'held' : 'identified',
    heldBy,
    groups: [...new Set(facts.statements.map(({ group }) => group))].sort(),
    attestedBy: facts.attestedImports,
    groundChecked,
    listHits,
    assessment,
  };
  return current !== null && sameJudgement(row, current) ? null : row;
}

/** What was said before something unknown began to answer there says nothing of that. */
function heard(facts: IdentifyFacts): IdentifyFacts {
  const { heardFrom = null } = facts;
  if (heardFrom === null) return facts;
  return {
    ...facts,
    statements: facts.statements.filter(({ seen, received }) => (seen ?? received) >= heardFrom),
    attestations: facts.attestations.filter(({ at }) => at >= heardFrom),
    attestedImports: [],
  };
}

function hitsInForce(checked: CheckedGround, before: readonly ListHit[]): readonly ListHit[] {
  if (checked === null) return before;
  const notAsked = before.filter(({ list }) => !checked.lists.has(list));
  return notAsked.length === 0 ? checked.hits : [...checked.hits, ...notAsked];
}

/**
 * A list's date is left out: of the same version, it tells only when somebody fetched the file, and rows from before dates
 * were kept would all be judged anew.
 */
function sameJudgement(row: IdentificationRow, current: NonNullable<IdentifyFacts['current']>): boolean {
  const essence = (judgement: Omit<NonNullable<IdentifyFacts['current']>, 'caseId' | 'state'>): string =>
    JSON.stringify([
      judgement.heldBy,
      judgement.groups,
      judgement.attestedBy,
      judgement.groundChecked,
      judgement.listHits.map((hit) => [hit.list, hit.version, hit.effect, hit.entry]),
      judgement.assessment === null ? null : assessmentEssence(judgement.assessment),
    ]);
  return essence({ ...row, assessment: row.assessment ?? null }) === essence(current);
}

/** In one order of keys: what comes back from the database has another. */
function assessmentEssence({ basis, groups, evidence, fingerprints = [] }: Assessment): unknown {
  return [
    basis,
    groups.map(({ group, weight }) => [group, weight]),
    evidence === null ? null : [evidence.class, evidence.source, evidence.seen],
    fingerprints,
  ];
}
