import type { Instant } from '../../domain/instant.ts';
import { isAlive } from '../../domain/look.ts';
import type { LookOutcome } from '../../domain/look.ts';
import type { Finding, JudgedLook, JudgedRound, QuorumVantage } from '../../domain/verdict.ts';

/** What one round says of its server. */
export interface RoundVerdict {
  readonly outcome: LookOutcome;
  readonly finding: Finding | null;
  /** The moment of the look that says so: of a dark round the first dark look, of a live one the last live look. */
  readonly at: Instant;
  /** Vantages that found every endpoint dark. */
  readonly darkFrom: readonly QuorumVantage[];
}

/**
 * All looks of a round together: one vantage that finds one endpoint alive keeps the server alive. It is dark where at least
 * one vantage found all of its endpoints dark, nobody found it alive or something else, and nothing takes connections.
 */
export function judgeRound({ at, looks: taken }: JudgedRound): RoundVerdict {
  // What cannot be looked at says nothing while something else can.
  const telling = taken.filter(({ finding }) => finding !== 'nothing-to-look-at');
  const looks = telling.length === 0 ? taken : telling;
  const alive = latest(looks.filter(({ outcome }) => outcome === 'c2-live')) ?? latest(looks.filter(isLiveLook));
  if (alive !== null) return { outcome: alive.outcome, finding: alive.finding, at: alive.at, darkFrom: [] };
  const other = latest(looks.filter(({ outcome }) => outcome === 'answers-other'));
  if (other !== null) return { outcome: 'answers-other', finding: other.finding, at: other.at, darkFrom: [] };
  const byVantage = [...Map.groupBy(looks, ({ vantage }) => vantage.name).values()];
  const darkFrom = byVantage.filter((own) => own.every(({ outcome }) => outcome === 'dark'));
  const broken = latest(looks.filter(({ finding }) => finding === 'changed-behaviour'));
  const [first] = darkFrom
    .flat()
    .toSorted((one, another) => one.at - another.at || (nameOf(one) < nameOf(another) ? -1 : 1));
  if (broken !== null || first === undefined) {
    const last = broken ?? latest(looks.filter(({ outcome }) => outcome === 'inconclusive'));
    return { outcome: 'inconclusive', finding: last?.finding ?? null, at: last?.at ?? at, darkFrom: [] };
  }
  const vantages = darkFrom.flatMap(([look]) => (look === undefined ? [] : [look.vantage]));
  return { outcome: 'dark', finding: first.finding, at: first.at, darkFrom: vantages };
}

function isLiveLook({ outcome }: JudgedLook): boolean {
  return isAlive(outcome);
}

/** Of two at one moment the order of names decides, so that the order of looks does not. */
function latest(looks: readonly JudgedLook[]): JudgedLook | null {
  return looks.toSorted((one, other) => other.at - one.at || (nameOf(one) < nameOf(other) ? -1 : 1))[0] ?? null;
}

function nameOf({ vantage, port, finding }: JudgedLook): string {
  return JSON.stringify([vantage.name, port, finding]);
}
