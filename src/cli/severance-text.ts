import type { SeveranceAnswer, SeveranceMatrix, ShownServer } from '../flow/severance.ts';
import { shownHost, shownText, shorten } from './shown.ts';
import { table } from './table.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

const STATES: Readonly<Record<SeveranceAnswer['severed']['state'], string>> = {
  no: 'no',
  'none-observed-live': 'none observed live (never "yes": lists pushed to bots unseen are not seen here)',
  unknown: 'unknown',
};

function stateText(state: SeveranceAnswer['severed']['state'], style: Style): string {
  const text = STATES[state];
  if (state === 'none-observed-live') return style.green(text);
  return state === 'no' ? style.red(text) : style.yellow(text);
}

type Basis = SeveranceAnswer['liveness'];

/** The whole answer; `rows` of each list. */
export function severanceText(answer: SeveranceAnswer, style: Style, rows: number): string {
  const { severed, reaching, remaining, liveNotInLatest, fallbacks } = answer;
  const { newestConfiguration: newest, ...coverage } = severed.coverage;
  const parts = [
    [
      ...basisLines(answer.liveness, style),
      `${style.bold('Severed:')} ${stateText(severed.state, style)}${severed.since === null ? '' : `, since ${moment(severed.since)}`}`,
      ...severed.reasons.map((reason) => `  ${shownText(reason)}`),
    ],
    [
      style.bold('Coverage'),
      `  ${coverage.configurations} configurations, ${coverage.inCirculation} in circulation; the newest: ${newest === null ? 'none' : `${nameOf(newest)}, collected ${newest.collectedAt === null ? 'nobody knows when' : moment(newest.collectedAt)}`}${coverage.daysSinceNewest === null ? '' : `; last collected ${coverage.daysSinceNewest} days ago`}`,
      `  ${coverage.listedServers} servers listed: ${coverage.live} live, ${coverage.dark} confirmed dark, ${coverage.provisionallyDark} provisionally dark, ${coverage.answersOther} answering as something else, ${coverage.inconclusive} inconclusive`,
      `  ${fallbacks.total} fallbacks that nobody can seize: ${fallbacks.alive} alive, ${fallbacks.unresolved} unresolved, ${fallbacks.notAlive} not alive`,
      `  entries that nobody could read: ${coverage.unreadableEntries}; sources: ${coverage.sources.length === 0 ? 'none' : coverage.sources.map(safeText).join(', ')}`,
      ...coverage.gaps.map((gap) => `  gap: ${shownText(gap)}`),
    ],
    section(`Configurations that still reach a live server: ${reaching.length}`, reaching, rows, style, (shown) =>
      table(
        shown,
        [
          { title: 'version', value: ({ version }) => version },
          { title: 'tag', value: ({ tag }) => tag },
          { title: 'collected', value: ({ collectedAt }) => day(collectedAt) },
          { title: 'servers', right: true, value: ({ servers }) => servers },
          { title: 'live', right: true, value: ({ live }) => live },
          { title: 'live fallbacks', right: true, value: ({ liveFallbacks }) => liveFallbacks },
        ],
        style,
      ),
    ),
    section(`What remains: ${remaining.length} live servers, the one that most hangs on first`, remaining, rows, style, (shown) =>
      table(
        shown,
        [
          { title: 'server', max: 60, value: ({ host }) => shownHost(host) },
          { title: 'verdict', value: ({ verdict }) => verdict },
          { title: 'hangs on it', right: true, value: ({ share }) => share.toFixed(2) },
          { title: 'configs', right: true, value: ({ configurations }) => configurations },
          { title: 'only it', right: true, value: ({ only }) => only },
          { title: 'newest', value: (one) => (one.newest === null ? 'in none' : nameOf(one.newest)) },
          { title: 'country', value: ({ country }) => country },
          { title: 'provider', max: 30, value: ({ provider, isFallback }) => (isFallback ? 'nobody can seize it' : provider) },
        ],
        style,
      ),
    ),
    section(
      `Live, and in none of the newest ${liveNotInLatest.newest} configurations: ${liveNotInLatest.servers.length}`,
      liveNotInLatest.servers,
      rows,
      style,
      (shown) => `${shown.map(({ host, country }) => `  ${shownHost(host)}${country === null ? '' : `  ${safeText(country)}`}`).join('\n')}\n`,
    ),
    [nextText(answer, style).trimEnd()],
  ]; // prettier-ignore
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** The servers to take down next, for each number of them. */
export function nextText({ next, liveness }: SeveranceAnswer, style: Style, isAlone = false): string {
  const { reaching, beyondReach, servers, steps } = next;
  const lines = [
    ...(isAlone ? basisLines(liveness, style) : []),
    style.bold('Take down next, to silence most configurations'),
    `  ${reaching} reach a live server${beyondReach === 0 ? '' : `; ${beyondReach} of them list a live fallback that nobody can seize`}; ${servers} servers have to fall to silence ${beyondReach === 0 ? 'all' : 'the others'}`,
  ];
  let before = -1;
  for (const { k, servers: chosen, silenced, atMost, isExact } of steps) {
    const promise = isExact ? 'exact' : `found; no ${k} servers silence more than ${atMost}`;
    const which =
      silenced === before ? '' : `: ${shorten(chosen.map(({ host }) => shownHost(host)).join(', ') || 'none', 400)}`;
    lines.push(
      `  ${String(k).padStart(3)} ${k === 1 ? 'server ' : 'servers'} silence ${silenced} (${promise})${which}`,
    );
    before = silenced;
  }
  return `${lines.join('\n')}\n`;
}

/** How many characters of a line show configurations: a run of them each where there are more. */
const STRIP = 64;
const STRIP_SIGNS = ' .:#';

/**
 * The matrix as a strip a server: from the oldest configuration on the left to the newest, each sign a run of them; a blank
 * where none of the run lists the server, # where all do.
 */
export function matrixText(matrix: SeveranceMatrix, style: Style, rows: number, onlyLive: boolean): string {
  const { configurations, servers } = matrix;
  const listed = servers.filter(({ verdict, listedIn }) => (onlyLive ? isLive(verdict) : listedIn.length > 0));
  const width = Math.min(STRIP, configurations.length);
  const strip = (listedIn: readonly number[]): string => {
    const hits = new Uint32Array(width);
    const sizes = new Uint32Array(width);
    const cell = (column: number): number => Math.floor((column * width) / configurations.length);
    for (const column of configurations.keys()) sizes[cell(column)] = (sizes[cell(column)] ?? 0) + 1;
    for (const column of listedIn) hits[cell(column)] = (hits[cell(column)] ?? 0) + 1;
    return [...hits].map((count, at) => sign(count, sizes[at] ?? 1)).join('');
  };
  const first = configurations[0];
  const last = configurations.at(-1);
  const head = [
    ...basisLines(matrix.liveness, style),
    first === undefined || last === undefined
      ? 'No configurations.'
      : `${configurations.length} configurations against ${servers.length} servers, from ${nameOf(first)} ${day(first.collectedAt) ?? 'undated'} (left) to ${nameOf(last)} ${day(last.collectedAt) ?? 'undated'} (right).`,
    'A sign stands for a run of configurations that lists the server: . few, : many, # all of it.',
  ];
  const shown = listed.slice(0, rows);
  const body =
    shown.length === 0
      ? ''
      : table(
          shown,
          [
            { title: 'server', max: 40, value: ({ host }) => shownHost(host) },
            { title: 'verdict', value: ({ verdict }) => verdict },
            { title: 'in', right: true, value: ({ listedIn }) => listedIn.length },
            { title: 'oldest to newest', max: STRIP + 2, value: ({ listedIn }) => `|${strip(listedIn)}|` },
          ],
          style,
        );
  const more = listed.length > shown.length ? `… and ${listed.length - shown.length} more servers: --limit, --csv or --json\n` : '';
  return `${head.join('\n')}\n\n${body}${more}`;
} // prettier-ignore

function sign(count: number, size: number): string {
  if (count === 0) return STRIP_SIGNS.charAt(0);
  if (count >= size) return STRIP_SIGNS.charAt(3);
  return STRIP_SIGNS.charAt(count * 2 < size ? 1 : 2);
}

function isLive(verdict: ShownServer['verdict']): boolean {
  return verdict === 'live' || verdict === 'c2-live';
}

function basisLines(basis: Basis, style: Style): readonly string[] {
  if (basis.kind === 'own-verdicts') return [];
  const { file, rows, notTracked, rejected } = basis;
  return [
    style.yellow(`What is alive is taken from ${safeText(file)} (${rows} rows): this is not our measurement.`),
    ...(notTracked === 0 ? [] : [`  ${notTracked} of its servers are not tracked here`]),
    ...rejected.slice(0, 5).map((one) => `  ${safeText(one.file)}, line ${one.line}: ${shownText(one.value)}: ${shownText(one.reason)}`),
    ...(rejected.length > 5 ? [`  … and ${rejected.length - 5} more rows: --json`] : []),
  ];
} // prettier-ignore

function section<Row>(
  title: string,
  all: readonly Row[],
  rows: number,
  style: Style,
  write: (shown: readonly Row[]) => string,
): readonly string[] {
  if (all.length === 0) return [style.bold(title)];
  const more = all.length > rows ? [`  … and ${all.length - rows} more: --limit, or --json`] : [];
  return [style.bold(title), write(all.slice(0, rows)).trimEnd(), ...more];
}

function nameOf({ version, tag }: { readonly version: string; readonly tag: string }): string {
  return safeText(tag === '' ? version : `${version} (${tag})`);
}

function day(iso: string | null): string | null {
  return iso === null ? null : iso.slice(0, 10);
}

function moment(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
