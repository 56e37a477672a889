import type { Explanation } from '../flow.ts';
import { shownText } from './shown.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

type Weighing = Explanation['weighing'];
type Basis = Weighing['assessment']['basis'];

const BASES: Readonly<Record<Basis, string>> = {
  'independent-groups': 'passes: independent groups name it',
  'matching-probe':
    'passes: one group names it, and our own look found the fingerprint that a source tied to this botnet',
  'attested-server': 'passes: a person vouches for this server',
  'attested-import': 'may be drafted, never sent: a person vouches for a whole import',
  none: 'does not pass',
};

const REASONS: Readonly<Record<Weighing['statements'][number]['reasons'][number], string>> = {
  fresh: 'at most 30 days old',
  'aged-30': 'older than 30 days',
  'aged-90': 'older than 90 days',
  'too-old': 'older than 180 days, counts no more',
  'published-anew': 'old news when we were told: an old list published anew',
  undated: 'without a date: counts from the day that we were told, half at most',
  'dated-by-report': 'without a date, and the report that it cites is of that age',
  'undated-repeat': 'without a date, and those who date it have not seen it for a year',
  'doubtful-source': 'its source is of reliability D, which halves it',
  'unreliable-source': 'its source is of reliability E, which counts for nothing',
  'another-botnet': 'it names another botnet; where that is only another name of ours: dismantle run --alias NAME',
};

const OBJECTIONS: Readonly<Record<string, string>> = {
  'no-weight': 'nothing that it says counts any more',
  'unnamed-beside-named': 'nobody has said that it is another than those with a name (--group)',
  'cites-the-same-reports': 'it rests on the very report or configuration that another group rests on',
};

/** Two independent groups, and a weight of 1 together (docs/decisions/0012). */
const WEIGHT_NEEDED = 1;
const STATEMENTS_SHOWN = 6;

/** What counts for a server, what does not, and why. */
export function weighingLines(explanation: Explanation, style: Style): string[] {
  const { weighing, case: caseView } = explanation;
  const { basis } = weighing.assessment;
  const lines = [
    '',
    style.bold('What counts, as of now'),
    `  ${BASES[basis]}${basis === 'none' ? `: ${whyNot(weighing)}` : ''}`,
  ];
  const recorded = caseView?.assessment ?? null;
  if (recorded !== null && recorded.basis !== basis) {
    lines.push(style.yellow(`  the last run judged otherwise (${BASES[recorded.basis]}); the next one judges anew`));
  }
  if (weighing.groups.length === 0) lines.push('  named by no source any more');
  for (const group of weighing.groups) lines.push(...groupLines(group, weighing.statements, style));
  lines.push(...matchLines(weighing, style));
  return [...lines, ...attestationLines(explanation, style), evidenceLine(weighing)];
}

/** The sum that is short of what is needed, so that nobody has to guess what would help. */
function whyNot({ assessment: { groups }, statements }: Weighing): string {
  const sum = groups.reduce((total, { weight }) => total + weight, 0);
  if (groups.length === 0 && statements.length > 0) return 'nothing that was said of it counts';
  if (groups.length < 2) return 'fewer than two independent groups count';
  return `${groups.map(({ weight }) => weight).join(' + ')} = ${sum} of ${WEIGHT_NEEDED} needed`;
}

function groupLines(
  { group, weight, objection }: Weighing['groups'][number],
  statements: Weighing['statements'],
  style: Style,
): string[] {
  const name = group === '' ? 'the unnamed group' : `the group ${safeText(group)}`;
  const said = statements.filter(({ statement }) => statement.group === group).sort((a, b) => b.weight - a.weight);
  return [
    objection === null
      ? `  ${name} counts with ${weightText(weight)}`
      : style.dim(`  ${name} does not count: ${OBJECTIONS[objection] ?? objection}`),
    ...said.slice(0, STATEMENTS_SHOWN).map(({ statement, weight: own, reasons }) => {
      const { source, evidence, seen } = statement;
      const when = seen === null ? '' : ` of ${new Date(seen).toISOString().slice(0, 10)}`;
      const text = `    ${safeText(source)}, ${evidence}${when}: ${weightText(own)}; ${reasons.map((reason) => REASONS[reason]).join('; ')}`;
      return own === 0 ? style.dim(text) : text;
    }),
    ...(said.length > STATEMENTS_SHOWN ? [style.dim(`    … and ${said.length - STATEMENTS_SHOWN} more: --json`)] : []),
  ];
}

const MATCH_OBJECTIONS = {
  'too-old': 'that is more than 30 days ago',
  'nobody-names-it': 'no source that counts names the server, and a look of ours alone opens nothing',
  'same-group':
    'nobody has said that its source is another than those who name the server, or that those know it by something else',
} as const;

/** What our own newest matching look found, and whether that counts. */
function matchLines({ matches }: Weighing, style: Style): string[] {
  return matches.map(({ fingerprint: { kind, value, source, group }, objection }) => {
    const whose = `${safeText(source)}${group === '' ? '' : ` (group ${safeText(group)})`}`;
    const text = `  our own look found the ${kind} ${shownText(shortened(value))}, which ${whose} ties to this botnet`;
    return objection === null ? text : style.dim(`${text}; does not count: ${MATCH_OBJECTIONS[objection]}`);
  });
}

/** Enough of a hash to find it by. */
function shortened(value: string): string {
  return /^[0-9a-f]{64}$/.test(value) ? `${value.slice(0, 16)}…` : value;
}

function attestationLines({ attestations, weighing }: Explanation, style: Style): string[] {
  if (attestations.length === 0) return ['  nobody vouches for this very server'];
  return attestations.map(({ person, reason, at, evidence, seen }) => {
    const day = (instant: number): string => new Date(instant).toISOString().slice(0, 10);
    const what = evidence === null || seen === null ? '' : `; ${evidence} of ${day(seen)}`;
    const text = `  ${safeText(person)} vouched for this very server on ${day(at)}: ${safeText(reason)}${what}`;
    return weighing.attestedBy.includes(person) ? text : style.dim(`${text}; more than 30 days ago, counts no more`);
  });
}

function evidenceLine({ assessment: { evidence }, statements }: Weighing): string {
  if (evidence !== null) {
    const when = evidence.seen === null ? 'without a date' : `of ${evidence.seen.slice(0, 10)}`;
    return `  evidence of C2: ${evidence.class}, by ${safeText(evidence.source)}, ${when}`;
  }
  const lost = statements.some(({ statement }) => statement.evidence !== 'listing');
  return `  evidence of C2: none${lost ? ' that counts (see above)' : '; a listing is no evidence'}`;
}

const WEIGHTS: ReadonlyMap<number, string> = new Map([
  [1, 'its whole weight'],
  [0.5, 'half its weight'],
  [0.25, 'a quarter of its weight'],
  [0.125, 'an eighth of its weight'],
  [0, 'no weight'],
]);

function weightText(weight: number): string {
  return WEIGHTS.get(weight) ?? `weight ${weight}`;
}
