import { readableInstant } from '../domain/instant.ts';
import type { DurationFigures } from '../domain/report.ts';
import type { Scenario } from '../domain/scenario.ts';
import type { SpreadFigure, StrategyOutcome } from '../exercise/compare.ts';
import type { ExerciseResult } from '../exercise/result.ts';
import { table } from './table.ts';
import type { Column } from './table.ts';
import { safeLines, safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

/** What an exercise came to, on one screen. The report has all of it. */
export function exerciseText(
  scenario: Scenario,
  result: ExerciseResult,
  written: readonly string[],
  style: Style,
): string {
  const { initial, added, total, severed, exposure, truth, innocents } = result;
  const countries = Object.entries(result.liveByCountry)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([country, live]) => `${country} ${live}`)
    .join(', ');
  const lines = [
    style.bold(`${safeText(scenario.title)}: seed ${result.seed}, ${result.strategy}`),
    `${readableInstant(scenario.begins)} to ${readableInstant(scenario.ends)}, on drill addresses only`,
    '',
    `${style.bold(`${total.disabled} of ${total.identified} servers disabled`)} (${total.percent} %)`,
    `  at the beginning   ${initial.disabled} of ${initial.identified}, devices among them ${initial.devices.disabled} of ${initial.devices.identified}`,
    `  brought up since   ${added.disabled} of ${added.identified}`,
    `  dark, not confirmed ${total.provisionallyDark}; live ${total.live}${countries === '' ? '' : ` (${countries})`}; returned ${total.returned}`,
    '',
    `Identified to notified   ${durationText(result.identifyToNotify)}`,
    `Notified to dark         ${durationText(result.notifyToDark)}`,
    `Identified to dark       ${durationText(result.identifyToDark)}`,
    `Exposure                 ${exposure.minutes === null ? 'none yet' : `${hours(exposure.minutes)}${exposure.open ? ', still open' : ''}`}`,
    `Victim-hours             ${result.victimHours}`,
    `Severed                  ${severed.state}`,
    '',
    `What the world knows: ${truth.servers} servers of the botnet stood, ${truth.replacements} of them replacements; ${truth.aliveAtEnd} live at the end; ` +
      `${truth.neverIdentified} were never identified; ${truth.innocentsHit} innocent machines were hit.`,
    truth.lostAt === null
      ? 'The operators never lost their last server.'
      : `The operators lost their last server on ${truth.lostAt.slice(0, 16).replace('T', ' ')} UTC.`,
    ...(result.decoys.total === 0
      ? []
      : [
          `Of ${result.decoys.total} false indicators ${result.decoys.noticed} reached a notice, of ${result.true.total} true ones ${result.true.noticed}.`,
        ]),
    ...(innocents.onSharedGround === 0
      ? []
      : [
          `${innocents.onSharedGround} innocents share the ground: ${innocents.hit} were hit; asking for whole domains would have hit ${innocents.wholeDomainTotal}.`,
          `Notices that asked for more than a host name there: ${innocents.asksBeyondHostname}.`,
        ]),
    ...troubleLines(result.troubles),
    '',
    `Playbook     ${safeText(result.playbook.name)}  (sha256 ${result.playbook.sha256.slice(0, 12)})`,
    `Ledger root  ${result.ledgerRoot}  (${result.ledger.entries} entries)`,
    ...written.map((file) => `Written      ${safeText(file)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** What the team was refused and had not expected: something for whoever wrote the playbook, or for us. */
function troubleLines({ total, first: [first] }: ExerciseResult['troubles']): readonly string[] {
  if (first === undefined) return [];
  const others = total === 1 ? '' : `; ${total - 1} more in report.json`;
  return [`The team was refused what it did not expect: ${safeText(first)}${others}`];
}

function durationText({ medianMinutes, p90Minutes, fastestMinutes, finished, censored }: DurationFigures): string {
  if (finished === 0) return 'none finished';
  const median = medianMinutes === null ? 'not yet half' : `median ${hours(medianMinutes)}`;
  const p90 = p90Minutes === null ? '' : `, p90 ${hours(p90Minutes)}`;
  const fastest = fastestMinutes === null ? '' : `, fastest ${hours(fastestMinutes)}`;
  return `${median}${p90}${fastest} (${finished} finished, ${censored} open)`;
}

function hours(minutes: number): string {
  if (minutes < 60) return `${Math.round(minutes * 10) / 10} min`;
  return `${Math.floor(minutes / 60)} h ${Math.round(minutes % 60)} min`;
}

export interface Comparison {
  readonly scenario: string;
  readonly seeds: number;
  readonly firstSeed: number;
  readonly strategies: readonly StrategyOutcome[];
}

/** The strategies beside each other, each figure with the values between which eight of ten exercises lie. */
export function comparisonText(scenario: Scenario, comparison: Comparison, style: Style): string {
  const { seeds, firstSeed, strategies } = comparison;
  return (
    `${style.bold(`${safeText(scenario.title)}: ${seeds} ${seeds === 1 ? 'seed' : 'seeds'} from ${firstSeed}`)}\n\n` +
    `${table(strategies, COLUMNS, style)}\n` +
    'Median, and in brackets the first and the last decile. Exposure: from the first target dark to the last, of the\n' +
    'exercises in which it closed. Victim-hours: time alive after identification, summed over servers. None left: the\n' +
    'share of exercises in which bots could reach no server any more, with its 95 % interval (Wilson). These are figures\n' +
    'of a model: they compare strategies within it, and promise nothing.\n'
  );
}

const COLUMNS: readonly Column<StrategyOutcome>[] = [
  { title: 'strategy', value: ({ strategy }) => strategy },
  { title: 'disabled %', right: true, value: ({ disabledPercent }) => spread(disabledPercent) },
  {
    title: 'exposure h',
    right: true,
    value: ({ exposureMinutes, exposureOpen, seeds }) =>
      `${exposureMinutes === null ? '–' : spread(inHours(exposureMinutes))}${exposureOpen === 0 ? '' : `, ${exposureOpen} of ${seeds.length} open`}`,
  },
  { title: 'victim-hours', right: true, value: ({ victimHours }) => spread(victimHours) },
  {
    title: 'identify→dark h',
    right: true,
    value: ({ identifyToDarkMinutes: each }) => (each === null ? null : spread(inHours(each))),
  },
  { title: 'replacements', right: true, value: ({ replacements }) => spread(replacements) },
  { title: 'live at end', right: true, value: ({ liveAtEnd }) => spread(liveAtEnd) },
  {
    title: 'none left',
    right: true,
    value: ({ noneLeft: { share, low, high } }) => `${percent(share)} [${percent(low)}–${percent(high)}]`,
  },
];

function spread({ median, low, high }: SpreadFigure): string {
  return `${median} [${low}–${high}]`;
}

function inHours({ median, low, high }: SpreadFigure): SpreadFigure {
  const round = (minutes: number): number => Math.round(minutes / 6) / 10;
  return { median: round(median), low: round(low), high: round(high) };
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

export interface ListedScenario {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly strategy: string;
}

export function scenarioList(scenarios: readonly ListedScenario[], style: Style): string {
  const items = scenarios.map(
    ({ name, title, about }) => `${style.bold(safeText(name))}  ${safeText(title)}\n${wrapped(safeLines(about))}\n`,
  );
  return `${items.join('\n')}\nPlay one with: dismantle exercise ${safeText(scenarios[0]?.name ?? 'NAME')}\n`;
}

function wrapped(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + word.length + 1 > 86) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((each) => `  ${each}`).join('\n');
}
