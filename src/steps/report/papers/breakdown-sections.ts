import type { BreakdownRow } from '../../../domain/report.ts';
import type { DocumentBlock, DocumentTable } from '../../../ports/documents.ts';
import { mapDrawing, notOnMap } from './charts/map.ts';
import type { PaperContext } from './paper-context.ts';
import { count, countryName, duration } from './words.ts';

/** Rows of a breakdown; a report that names ten thousand providers names none. */
const MAX_ROWS = 250;

/** The same figures by country, on a map as well, by provider, method and kind. */
export function breakdownSections(context: PaperContext): readonly DocumentBlock[] {
  const { report, shown } = context;
  if (report.servers.length === 0) return [];
  const name = (fallback: string) => (row: BreakdownRow) => shown.name(row.name || row.key) || fallback;
  return [
    { type: 'heading', text: 'By country', id: 'by-country' },
    ...mapBlocks(context),
    { type: 'heading', text: 'By provider', id: 'by-provider' },
    ...tableBlocks(context, 'Provider', report.byProvider, name('not known')),
    { type: 'heading', text: 'By method', id: 'by-method' },
    ...tableBlocks(context, 'Method', report.byMethod, name('not decided')),
    { type: 'heading', text: 'By kind', id: 'by-kind' },
    ...tableBlocks(context, 'Kind', report.byKind, name('not known')),
  ];
}

function mapBlocks(context: PaperContext): readonly DocumentBlock[] {
  const { report, map } = context;
  const missing = notOnMap(report.byCountry, map);
  const unknown = report.byCountry.find(({ key }) => key === '');
  const apart = [
    ...(missing.length === 0 ? [] : [`not on the map: ${missing.slice(0, 20).map(countryName).join(', ')}`]),
    ...(unknown === undefined ? [] : [`country not known: ${count(unknown.identified)}`]),
  ];
  const [table, ...rest] = tableBlocks(context, 'Country', report.byCountry, ({ key }) =>
    key === '' ? 'not known' : countryName(key),
  );
  if (table?.type !== 'table') return [];
  return [
    {
      type: 'chart',
      id: 'map',
      drawing: mapDrawing(report.byCountry, map),
      caption: `Where servers stood, and where some still answer${apart.length === 0 ? '' : ` (${apart.join('; ')})`}. Shapes: Natural Earth, 1:110 million; borders say nothing about who is right.`,
      table,
    },
    ...rest,
  ];
}

function tableBlocks(
  { list }: PaperContext,
  title: string,
  rows: readonly BreakdownRow[],
  nameOf: (row: BreakdownRow) => string,
): readonly DocumentBlock[] {
  const table: DocumentTable = {
    type: 'table',
    hasRowHeads: true,
    columns: [
      { title, share: 4.4 },
      { title: 'Identified', share: 1.7, align: 'right' },
      { title: 'Disabled', share: 1.6, align: 'right' },
      { title: 'Live', share: 1, align: 'right' },
      { title: 'Provisional', share: 1.9, align: 'right' },
      { title: 'Notice to dark, median', share: 2.4, align: 'right' },
      { title: 'Fastest', share: 2.1, align: 'right' },
      { title: 'Still open', share: 1.2, align: 'right' },
      { title: 'Servers', share: 3.6 },
    ],
    rows: rows
      .slice(0, MAX_ROWS)
      .map((row) => [
        nameOf(row),
        count(row.identified),
        count(row.disabled),
        count(row.live),
        count(row.provisionallyDark),
        duration(row.notifyToDark.medianMinutes),
        duration(row.notifyToDark.fastestMinutes),
        count(row.notifyToDark.censored),
        list.behindCases(row.caseIds),
      ]),
  };
  const left = rows.length - MAX_ROWS;
  if (left <= 0) return [table];
  return [table, { type: 'paragraph', tone: 'small', text: `And ${count(left)} more; the JSON lists all.` }];
}
