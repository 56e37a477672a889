import type { Assessment } from '../domain/assessment.ts';
import type { Explanation } from '../flow.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

type Weighing = Explanation['weighing'];

const BASES: Readonly<Record<Weighing['assessment']['basis'], string>> = {
  'independent-groups': 'passes: independent groups name it',
  'matching-probe':
    'passes: one group names it, and our own look found the fingerprint that a source tied to this botnet',
  'attested-server': 'passes: a person vouches for this server',
  'attested-import': 'may be drafted, never sent: a person vouches for a whole import',
  none: 'does not pass: fewer than two independent groups count',
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
  'another-botnet': 'it names another botnet; where that is only another name of ours: dismantle run --alias NAME',
  'unreliable-source': 'its source is of reliability E, which counts for nothing',
};

const OBJECTIONS: Readonly<Record<string, string>> = {
  'no-weight': 'nothing that it says counts any more',
  'unnamed-beside-named': 'nobody has said that it is another than those with a name (--group)',
  'cites-the-same-reports': 'it cites the very reports that another group cites',
};

const STATEMENTS_SHOWN = 12;

/** What counts for a server, what does not, and why. */
export function weighingLines(
  { assessment, groups, statements, attestedBy, attestationExpired }: Weighing,
  recorded: Assessment | null,
  style: Style,
): string[] {
  const lines = ['', style.bold('What counts, as of now'), `  ${BASES[assessment.basis]}`];
  if (recorded !== null && recorded.basis !== assessment.basis) {
    lines.push(style.yellow(`  the last run judged otherwise (${BASES[recorded.basis]}); the next one judges anew`));
  }
  if (groups.length === 0) lines.push('  named by no source any more');
  for (const { group, weight, objection } of groups) {
    const name = group === '' ? 'the unnamed group' : `the group ${safeText(group)}`;
    lines.push(
      objection === null
        ? `  ${name} counts with ${weightText(weight)}`
        : style.dim(`  ${name} does not count: ${OBJECTIONS[objection] ?? objection}`),
    );
  }
  const strongest = [...statements].sort((a, b) => b.weight - a.weight).slice(0, STATEMENTS_SHOWN);
  for (const { statement, weight, reasons } of strongest) {
    const text = `    ${safeText(statement.source)}, ${statement.evidence}: ${weightText(weight)}; ${reasons.map((reason) => REASONS[reason]).join('; ')}`;
    lines.push(weight === 0 ? style.dim(text) : text);
  }
  if (statements.length > strongest.length)
    lines.push(style.dim(`    … and ${statements.length - strongest.length} more: --json`));
  lines.push(
    attestedBy.length === 0
      ? '  nobody vouches for this very server'
      : `  ${attestedBy.map(safeText).join(', ')} vouched for this very server`,
  );
  if (attestationExpired.length > 0) {
    lines.push(
      style.dim(`  ${attestationExpired.map(safeText).join(', ')} vouched more than 30 days ago: counts no more`),
    );
  }
  const { evidence } = assessment;
  lines.push(
    evidence === null
      ? '  evidence of C2: none; a listing is no evidence'
      : `  evidence of C2: ${evidence.class}, by ${safeText(evidence.source)}, ${evidence.seen === null ? 'without a date' : `of ${evidence.seen.slice(0, 10)}`}`,
  );
  return lines;
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
