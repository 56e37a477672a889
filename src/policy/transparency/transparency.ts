import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { plainText } from '../../domain/plain-text.ts';
import { OUTCOMES } from '../../domain/transparency.ts';
import type {
  OperationYear,
  Outcome,
  ToldCount,
  ToldRow,
  TransparencyFacts,
  TransparencyReport,
  YearFigures,
} from '../../domain/transparency.ts';
import { countServers } from '../figures/counted-server.ts';
import type { CountedServer } from '../figures/counted-server.ts';
import { durationFigures } from '../figures/durations.ts';
import { notifyToDark } from '../figures/spans.ts';
import { minutesOf } from '../figures/units.ts';
import { TRANSPARENCY_DEFINITIONS } from './definitions.ts';
import { LEAST_TOLD, OTHER, isSmall, told, toldCells, toldRows } from './suppression.ts';

export interface TransparencyQuestion {
  readonly year: number;
  readonly asOf: Instant;
  readonly organisation: string;
  readonly nameOperations: boolean;
  readonly nameProviders: boolean;
  readonly ledger: TransparencyReport['ledger'];
}

/** A year of an organisation's notices, from facts alone: the same facts give the same report. Drills are in none. */
export function transparencyReport(
  facts: readonly TransparencyFacts[],
  question: TransparencyQuestion,
): TransparencyReport {
  const { year, asOf, organisation, ledger } = question;
  const within = yearOf(year);
  const years = facts
    .filter(({ operation }) => !operation.drill)
    .map((each) => ofYear(each, within, asOf))
    .filter((each) => !isEmpty(each));
  const all = joined(years);
  const operations = groupsOf(years, question.nameOperations).map(({ name, members }) => ({
    operation: name,
    operations: members.length,
    ...figuresOf(joined(members), asOf),
  }));
  return {
    year,
    organisation: plainText(organisation, 200),
    asOf: isoInstant(asOf),
    isWholeYear: asOf >= within.until,
    ledger,
    total: totalOf(figuresOf(all, asOf), operations),
    operations,
    orders: toldRows(countBy(all.orders, ({ kind }) => kind)),
    byProvider: question.nameProviders ? toldRows(countBy(all.notices, ({ provider }) => plainText(provider, 80))) : null,
    definitions: TRANSPARENCY_DEFINITIONS,
  };
} // prettier-ignore

interface Within {
  readonly from: Instant;
  readonly until: Instant;
}

function yearOf(year: number): Within {
  return { from: Date.UTC(year, 0, 1), until: Date.UTC(year + 1, 0, 1) };
}

/** What of one operation lies in the year. */
interface Year {
  readonly name: string;
  readonly notices: TransparencyFacts['notices'];
  readonly mistakes: TransparencyFacts['mistakes'];
  readonly orders: TransparencyFacts['orders'];
  readonly servers: readonly CountedServer[];
  readonly wrong: number;
}

function ofYear({ operation, notices, mistakes, orders }: TransparencyFacts, within: Within, asOf: Instant): Year {
  const isIn = (at: Instant | null): boolean => at !== null && at >= within.from && at < within.until;
  const { counted, wrong } = countServers(operation.servers, operation.services[0]?.at ?? null, asOf);
  return {
    name: operation.operation,
    notices: notices.filter(({ sentAt }) => isIn(sentAt)),
    mistakes: mistakes.filter(({ retractedAt }) => isIn(retractedAt)),
    orders: orders.filter(({ issuedAt, servedAt }) => isIn(issuedAt) || servedAt.some(isIn)),
    servers: counted.filter(({ facts }) => isIn(facts.notifiedAt)),
    wrong: wrong.filter(({ facts }) => isIn(facts.notifiedAt)).length,
  };
}

function isEmpty({ notices, mistakes, orders, servers, wrong }: Year): boolean {
  return notices.length + mistakes.length + orders.length + servers.length + wrong === 0;
}

function joined(years: readonly Year[]): Year {
  return {
    name: '',
    notices: years.flatMap(({ notices }) => notices),
    mistakes: years.flatMap(({ mistakes }) => mistakes),
    orders: years.flatMap(({ orders }) => orders),
    servers: years.flatMap(({ servers }) => servers),
    wrong: years.reduce((sum, { wrong }) => sum + wrong, 0),
  };
}

const serversOf = ({ servers, wrong }: Year): number => servers.length + wrong;
const isTooSmall = (year: Year): boolean => year.notices.length < LEAST_TOLD || serversOf(year) < LEAST_TOLD;

/** Operations with too little to stand by themselves stand together, and one more with them where they are too few together. */
function groupsOf(
  years: readonly Year[],
  nameOperations: boolean,
): readonly { readonly name: string; readonly members: readonly Year[] }[] {
  const sorted = years.toSorted(
    (one, other) =>
      other.notices.length - one.notices.length ||
      serversOf(other) - serversOf(one) ||
      (one.name < other.name ? -1 : 1),
  );
  const alone = sorted.filter((year) => !isTooSmall(year));
  const together = sorted.filter(isTooSmall);
  if (together.length > 0 && isTooSmall(joined(together))) together.push(...alone.splice(-1));
  return [
    ...alone.map((year, index) => ({
      name: nameOperations ? plainText(year.name, 80) : `Operation ${index + 1}`,
      members: [year],
    })),
    ...(together.length === 0 ? [] : [{ name: 'Other operations', members: together }]),
  ];
}

function figuresOf(year: Year, asOf: Instant): YearFigures {
  const { notices, servers, mistakes } = year;
  const sum = serversOf(year);
  const outcomes = outcomesOf(year);
  return {
    notices: told(notices.length),
    servers: told(sum),
    providers: told(new Set(notices.map(({ provider }) => provider)).size),
    outcomes,
    cameBack: servers.filter(({ hasReturned }) => hasReturned).length,
    mistakes: mistakesOf(mistakes),
    // How many went dark is not told by how long it took them.
    timeToDark: outcomes.disabled === null ? null : timeToDark(servers, outcomes.disabled, asOf),
    byMethod: toldRows(countBy(notices, ({ method }) => method)),
    byCountry: toldRows(countBy(notices, ({ country }) => country ?? '')),
  };
}

function outcomesOf(year: Year): Readonly<Record<Outcome, ToldCount>> {
  const counts = countBy(year.servers, outcomeOf);
  const cells = record((outcome) => (outcome === 'wrong' ? year.wrong : (counts.get(outcome) ?? 0)));
  // Where the sum itself is withheld, so is each part of it that is not about us: noughts would tell which it is.
  if (isSmall(serversOf(year))) return record((outcome) => (outcome === 'wrong' ? cells[outcome] : null));
  return toldCells<Outcome>(cells, 'wrong');
} // prettier-ignore

function record<Value>(of: (outcome: Outcome) => Value): Record<Outcome, Value> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each of them once
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, of(outcome)])) as Record<Outcome, Value>;
}

/** What a provider says comes before what our looks say, where it says no. */
function outcomeOf({ facts, standing }: CountedServer): Outcome {
  if (facts.state === 'contested') return 'contested';
  if (standing === 'disabled') return 'disabled';
  if (facts.state === 'refused') return 'refused';
  if (standing === 'settled-otherwise' || standing === 'answers-other') return 'answersOtherwise';
  return standing === 'provisionally-dark' ? 'darkNotConfirmed' : 'open';
}

function mistakesOf(mistakes: Year['mistakes']): YearFigures['mistakes'] {
  const standing = mistakes
    .map(({ standingMs }) => standingMs)
    .filter((ms) => ms !== null)
    .toSorted((one, other) => one - other);
  const minutes = (ms: number | undefined): number | null => (ms === undefined ? null : minutesOf(ms));
  const sum = (of: (mistake: (typeof mistakes)[number]) => number): number =>
    mistakes.reduce((total, mistake) => total + of(mistake), 0);
  return {
    serversTakenBack: mistakes.length,
    told: mistakes.filter(({ notices }) => notices.length > 0).length,
    wrongNotices: new Set(mistakes.flatMap(({ notices }) => notices)).size,
    corrections: sum(({ corrections }) => corrections),
    correctionsDelivered: sum(({ correctionsDelivered }) => correctionsDelivered),
    medianStandingMinutes: minutes(standing[Math.ceil(standing.length / 2) - 1]),
    longestStandingMinutes: minutes(standing.at(-1)),
  };
}

function timeToDark(servers: readonly CountedServer[], disabled: number, asOf: Instant): YearFigures['timeToDark'] {
  const others = servers.filter(({ isDevice }) => !isDevice);
  const { medianMinutes, p90Minutes, finished } = durationFigures(notifyToDark(others, asOf));
  if (finished < LEAST_TOLD) return null;
  // Devices are left out, and some have come back: how many these are is the difference from those that are disabled.
  const ended = isSmall(Math.abs(disabled - finished)) ? null : finished;
  return { medianMinutes, p90Minutes, ended };
}

/**
 * The sum of what the operations tell, and never of more: whatever one of them withholds could be taken from a sum over all. What
 * no subtraction leads back from (medians) and what is about us is of the whole.
 */
function totalOf(whole: YearFigures, operations: readonly OperationYear[]): YearFigures {
  const sum = (part: (operation: OperationYear) => ToldCount): ToldCount => {
    const parts = operations.map(part);
    return parts.includes(null) ? null : parts.reduce<number>((total, count) => total + (count ?? 0), 0);
  };
  const outcomes = record((outcome) => sum(({ outcomes }) => outcomes[outcome]));
  return {
    ...whole,
    notices: sum(({ notices }) => notices),
    servers: sum(({ servers }) => servers),
    // No sum: but with all parts but one it tells the most and the least that the withheld one may be.
    providers: operations.some(({ providers }) => providers === null) ? null : whole.providers,
    outcomes,
    timeToDark: timeOf(whole, operations),
    byMethod: summedRows(operations.flatMap(({ byMethod }) => byMethod)),
    byCountry: summedRows(operations.flatMap(({ byCountry }) => byCountry)),
  };
}

/** The medians are of the whole; how many ended is the sum of what the operations tell, as everything that is counted. */
function timeOf(whole: YearFigures, operations: readonly OperationYear[]): YearFigures['timeToDark'] {
  if (whole.timeToDark === null || operations.some(({ outcomes }) => outcomes.disabled === null)) return null;
  const parts = operations.map(({ timeToDark: time, outcomes }) =>
    time === null && outcomes.disabled === 0 ? 0 : (time?.ended ?? null),
  );
  const ended = parts.includes(null) ? null : parts.reduce<number>((total, count) => total + (count ?? 0), 0);
  return { ...whole.timeToDark, ended: ended === whole.timeToDark.ended ? ended : null };
}

function summedRows(rows: readonly ToldRow[]): readonly ToldRow[] {
  const sums = new Map<string, ToldCount>();
  for (const { key, count } of rows) {
    const before = sums.get(key);
    sums.set(key, before === null || count === null ? null : (before ?? 0) + count);
  }
  const last = (key: string): number => (key === OTHER ? 1 : 0);
  return [...sums]
    .map(([key, count]) => ({ key, count }))
    .toSorted(
      (one, other) =>
        last(one.key) - last(other.key) || (other.count ?? 0) - (one.count ?? 0) || (one.key < other.key ? -1 : 1),
    );
}

function countBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}
