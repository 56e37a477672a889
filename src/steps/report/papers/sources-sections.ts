import { runsOf } from '../../../ports/documents.ts';
import type { DocumentBlock, Words } from '../../../ports/documents.ts';
import { definitionAnchor } from './paper-context.ts';
import type { PaperContext } from './paper-context.ts';
import { count, moment, shortMoment } from './words.ts';

const KINDS = {
  direct: 'this machine',
  socks5: 'SOCKS5 proxy of ours',
  'http-connect': 'HTTP proxy of ours',
  agent: 'agent that signs',
  person: 'written down by a person',
} as const;

/** From where we looked. */
export function vantagesSection({ report, shown }: PaperContext): readonly DocumentBlock[] {
  const heading: DocumentBlock = { type: 'heading', text: 'From where we looked', id: 'vantages' };
  if (report.vantages.length === 0)
    return [heading, { type: 'paragraph', text: 'Nobody has looked at any server up to that moment.' }];
  return [
    heading,
    ...(report.isSingleVantage
      ? [
          {
            type: 'paragraph',
            text: [
              { text: 'Single vantage. ', strong: true },
              {
                text: 'No two of these stand in different networks and countries, so that no server can be confirmed dark.',
              },
            ],
          } as const,
        ]
      : []),
    {
      type: 'table',
      hasRowHeads: true,
      columns: [
        { title: 'Vantage', share: 3 },
        { title: 'What it is', share: 4 },
        { title: 'Network', share: 2 },
        { title: 'Country', share: 2 },
        { title: 'Looks', share: 2, align: 'right' },
        { title: 'Last look (UTC)', share: 3 },
      ],
      rows: report.vantages
        .slice(0, 100)
        .map(({ name, kind, network, country, looks, lastLookAt }) => [
          shown.name(name),
          KINDS[kind],
          shown.name(network ?? 'not known'),
          shown.name(country ?? 'not known'),
          count(looks),
          shortMoment(lastLookAt),
        ]),
    },
  ];
}

/** What every figure that is shown means, in the words of whoever computed it. */
export function definitionsSection(
  { report, shown }: PaperContext,
  before: readonly DocumentBlock[],
): readonly DocumentBlock[] {
  const wanted = linkedFrom(before);
  const entries = Object.entries(report.definitions).filter(([key]) => wanted.has(definitionAnchor(key)));
  return [
    { type: 'heading', text: 'What the figures mean', id: 'definitions' },
    ...(entries.length === 0
      ? []
      : [
          {
            type: 'terms',
            items: entries.map(([key, text]) => ({ id: definitionAnchor(key), term: key, text: shown.prose(text) })),
          } as const,
        ]),
    { type: 'heading', text: 'How to check this', id: 'check' },
    {
      type: 'paragraph',
      text: `Everything here was computed from the first ${count(report.ledger.entries)} entries of an append-only ledger and the rows that they commit to, as of ${moment(report.asOf)}. The root of their hash tree is ${report.ledger.root}. "dismantle ledger export" writes that ledger into a file, "dismantle audit" checks the file without any database, and "dismantle report --as-of" gives this report again. "--format json" has every figure with the ids of the cases behind it.`,
    },
  ];
}

/** Where the links of those blocks lead. */
function linkedFrom(blocks: readonly DocumentBlock[]): ReadonlySet<string> {
  const words = blocks.flatMap((block): readonly Words[] => {
    if (block.type === 'paragraph') return [block.text];
    if (block.type === 'figures') return block.items.map(({ label, to = '' }) => [{ text: label, to }]);
    if (block.type === 'table') return block.rows.flat();
    return block.type === 'chart' ? [block.caption, ...block.table.rows.flat()] : [];
  });
  return new Set(words.flatMap((each) => runsOf(each).flatMap(({ to }) => (to === undefined ? [] : [to]))));
}
