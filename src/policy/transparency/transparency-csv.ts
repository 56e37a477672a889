import { csvRow } from '../../domain/csv-row.ts';
import { OUTCOMES } from '../../domain/transparency.ts';
import type { ToldCount, TransparencyReport, YearFigures } from '../../domain/transparency.ts';

type Line = readonly [scope: string, measure: string, key: string, value: number | string];

/** One figure a line: whose, what, of what, how many. */
export function transparencyCsv(report: TransparencyReport): string {
  const { year, organisation, asOf, isWholeYear, ledger, total, operations, orders, byProvider } = report;
  const lines: Line[] = [
    ['report', 'year', '', year],
    ['report', 'organisation', '', organisation],
    ['report', 'as_of', '', asOf],
    ['report', 'is_whole_year', '', String(isWholeYear)],
    ['report', 'ledger_entries', '', ledger.entries],
    ['report', 'ledger_root', '', ledger.root],
    ...figureLines('total', total),
    ...operations.flatMap((each) => figureLines(each.operation, each)),
    ...orders.map(({ key, count }): Line => ['total', 'orders', key, shown(count)]),
    ...(byProvider ?? []).map(({ key, count }): Line => ['total', 'notices_by_provider', key, shown(count)]),
  ];
  return [csvRow(['scope', 'measure', 'key', 'value']), ...lines.map((line) => csvRow(line))].join('');
}

function figureLines(scope: string, figures: YearFigures): readonly Line[] {
  const { mistakes, timeToDark } = figures;
  const line = (measure: string, value: ToldCount, key = ''): Line => [scope, measure, key, shown(value)];
  const minutes = (measure: string, value: number | null): Line => [scope, measure, '', value ?? ''];
  return [
    line('notices', figures.notices),
    line('servers', figures.servers),
    line('providers', figures.providers),
    ...OUTCOMES.map((outcome) => line('outcome', figures.outcomes[outcome], outcome)),
    line('came_back', figures.cameBack),
    line('servers_taken_back', mistakes.serversTakenBack),
    line('servers_taken_back_told', mistakes.told),
    line('wrong_notices', mistakes.wrongNotices),
    line('corrections', mistakes.corrections),
    line('corrections_delivered', mistakes.correctionsDelivered),
    minutes('wrong_standing_minutes_median', mistakes.medianStandingMinutes),
    minutes('wrong_standing_minutes_longest', mistakes.longestStandingMinutes),
    minutes('time_to_dark_minutes_median', timeToDark?.medianMinutes ?? null),
    minutes('time_to_dark_minutes_p90', timeToDark?.p90Minutes ?? null),
    ...figures.byMethod.map(({ key, count }) => line('notices_by_method', count, key)),
    ...figures.byCountry.map(({ key, count }) => line('notices_by_country', count, key)),
  ];
}

function shown(count: ToldCount): number | string {
  return count ?? 'withheld';
}
