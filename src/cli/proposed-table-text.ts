import { readableInstant } from '../domain/instant.ts';
import type { ChangedRow } from '../flow.ts';
import type { ProposedTableView } from '../flow/proposed-tables.ts';
import { table } from './table.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

const STATES = {
  waiting: 'waits for approval',
  'in-force': 'in force',
  superseded: 'was in force',
  rejected: 'rejected',
  withdrawn: 'withdrawn',
} as const;

/** What `dismantle playbook list` tells a person. */
export function proposedTablesText(tables: readonly ProposedTableView[], style: Style): string {
  if (tables.length === 0) {
    return 'No method table was proposed here: that of the settings decides, else the one that comes with the program.\n';
  }
  return table(
    tables,
    [
      { title: 'number', right: true, value: ({ number }) => number },
      { title: 'table', value: ({ sha256 }) => sha256.slice(0, 12) },
      { title: 'state', value: ({ state }) => STATES[state] },
      { title: 'proposed by', value: ({ proposedBy }) => proposedBy },
      {
        title: 'settled by',
        value: ({ withdrawnBy, rejectedBy, approvedBy }) => withdrawnBy ?? rejectedBy ?? approvedBy,
      },
      { title: 'differs in', right: true, value: ({ changes }) => Object.values(changes).flat().length },
      { title: 'tests', right: true, value: ({ examples }) => examples.count },
      { title: 'why', max: 60, value: ({ reason }) => reason },
    ],
    style,
  );
}

/** One of them in full, with what it changes of the table that is in force now. */
export function proposedTableText(
  {
    view,
    changes,
    ours,
  }: {
    readonly view: ProposedTableView;
    readonly changes: readonly ChangedRow[];
    readonly ours: { readonly count: number; readonly failing: readonly string[] };
  },
  style: Style,
): string {
  const { number, sha256, name, state, rows, examples, reason, replaces } = view;
  const said = (what: string, by: string | null, at: string | null): string[] =>
    by === null || at === null ? [] : [`  ${what.padEnd(12)}${safeText(by)}, ${readableInstant(Date.parse(at))}`];
  const lines = [
    `${style.bold(`Method table ${number}: ${safeText(name)}`)}  ${STATES[state]}`,
    `  ${'SHA-256'.padEnd(12)}${sha256}`,
    `  ${'rows'.padEnd(12)}${rows}`,
    `  ${'tests'.padEnd(12)}${examples.count} of ${examples.count} pass, ${examples.isOurs ? 'those that come with the program' : `of its own (SHA-256 ${examples.sha256.slice(0, 12)})`}`,
    ...(examples.isOurs && ours.failing.length === 0
      ? []
      : [
          `  ${''.padEnd(12)}of those that come with the program ${ours.count - ours.failing.length} of ${ours.count} pass`,
          ...ours.failing.map((name) => `  ${''.padEnd(12)}${style.yellow('fails')}  ${safeText(name)}`),
        ]),
    `  ${'follows'.padEnd(12)}${replaces === null ? 'the table of the settings' : `table ${replaces}`}`,
    ...said('proposed', view.proposedBy, view.proposedAt),
    `  ${'why'.padEnd(12)}${safeText(reason)}`,
    ...said('approved', view.approvedBy, view.approvedAt),
    ...said('rejected', view.rejectedBy, view.rejectedAt),
    ...said('withdrawn', view.withdrawnBy, view.withdrawnAt),
    ...(view.settledReason === null ? [] : [`  ${'why'.padEnd(12)}${safeText(view.settledReason)}`]),
    '',
    changes.length === 0
      ? 'It differs in no row from the table in force.'
      : `It differs in ${changes.length} ${changes.length === 1 ? 'row' : 'rows'} from the table in force:`,
    ...changes.flatMap(({ rowId, change, columns, from, to }) => [
      `  ${change.padEnd(8)} ${safeText(rowId)}${placeWords(from, to)}`,
      ...columns.map((each) => `           ${each.column}: ${safeText(each.from)} → ${safeText(each.to)}`),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function placeWords(from: number | null, to: number | null): string {
  if (from === null) return `, as row ${to ?? ''}`;
  if (to === null) return `, which was row ${from}`;
  return from === to ? '' : `, from row ${from} to ${to}`;
}
