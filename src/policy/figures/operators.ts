import type { ConfigurationFacts, SharedHost } from '../../domain/figure-facts.ts';
import type { Instant } from '../../domain/instant.ts';
import type { OperationReport } from '../../domain/report.ts';
import type { CountedServer } from './counted-server.ts';
import { durationFigures } from './durations.ts';
import { lives } from './spans.ts';
import { byText, DAY_MS, earliest, minutesOf } from './units.ts';

/** A campaign tag is active before the baseline if a configuration with it was collected in that many days before it. */
export const ACTIVE_TAG_DAYS = 30;

export interface OperatorFacts {
  readonly counted: readonly CountedServer[];
  readonly configurations: readonly ConfigurationFacts[];
  readonly shared: readonly SharedHost[];
  readonly baselineAt: Instant | null;
  readonly asOf: Instant;
}

/** What those behind the botnet did about it. */
export function operatorFigures(facts: OperatorFacts): OperationReport['operators'] {
  const { counted, baselineAt, asOf } = facts;
  const added = counted.filter(({ group }) => group === 'added');
  return {
    replacementsPerDay: baselineAt === null ? null : aDay(added.length, baselineAt, asOf),
    firstDarkToFirstReplacementMinutes: firstReplacement(counted, added),
    lifeOfReplacement: durationFigures(lives(added, asOf)),
    ...configurationFigures(facts),
    sharedWithOtherBotnets: facts.shared,
  };
}

/** A number a day; over less than a day it is the number itself, so that one server in ten minutes is not 144 a day. */
function aDay(count: number, from: Instant, to: Instant): number {
  return Math.round((count / Math.max(1, (to - from) / DAY_MS)) * 100) / 100;
}

function firstReplacement(counted: readonly CountedServer[], added: readonly CountedServer[]): number | null {
  const firstDarkAt = earliest(counted.flatMap(({ facts }) => facts.darkRuns.map(({ darkAt }) => darkAt)));
  if (firstDarkAt === null) return null;
  const replacedAt = earliest(added.map(({ identifiedAt }) => identifiedAt).filter((at) => at >= firstDarkAt));
  return replacedAt === null ? null : minutesOf(replacedAt - firstDarkAt);
}

function configurationFigures({
  configurations,
  baselineAt,
  asOf,
}: OperatorFacts): Pick<OperationReport['operators'], 'configurationsPerDay' | 'activeTags'> {
  const dated = configurations.flatMap(({ tag, collectedAt }) =>
    // A list with a date that has not come yet is dated wrongly.
    collectedAt === null || collectedAt > asOf ? [] : [{ tag, collectedAt }],
  );
  const before = dated.filter(({ collectedAt }) => baselineAt === null || collectedAt <= baselineAt);
  const after = baselineAt === null ? [] : dated.filter(({ collectedAt }) => collectedAt > baselineAt);
  const firstAt = earliest(before.map(({ collectedAt }) => collectedAt));
  const beforeUntil = baselineAt ?? asOf;
  const active = before.filter(({ collectedAt }) => collectedAt >= beforeUntil - ACTIVE_TAG_DAYS * DAY_MS);
  return {
    configurationsPerDay: {
      before: firstAt === null ? null : aDay(before.length, firstAt, beforeUntil),
      after: baselineAt === null || dated.length === 0 ? null : aDay(after.length, baselineAt, asOf),
    },
    activeTags: { before: tagsOf(active), after: tagsOf(after) },
  };
}

function tagsOf(configurations: readonly { readonly tag: string }[]): readonly string[] {
  return [...new Set(configurations.map(({ tag }) => tag))].filter((tag) => tag !== '').toSorted(byText);
}
