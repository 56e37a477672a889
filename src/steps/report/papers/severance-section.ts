import type { DocumentBlock } from '../../../ports/documents.ts';
import { linked } from './paper-context.ts';
import type { PaperContext } from './paper-context.ts';
import { count, moment, SEVERED_WORDS } from './words.ts';

const MAX_LINES = 100;

/** Whether any configuration still reaches a live server, by what is known of configurations. */
export function severanceSection({ report, shown }: PaperContext): readonly DocumentBlock[] {
  const { severed, liveNotInLatestConfiguration: strays } = report;
  const { coverage, reasons, since } = severed;
  const newest = coverage.newestConfiguration;
  const lines: readonly (readonly [string, string])[] = [
    ['Configurations known, in circulation', `${count(coverage.configurations)}, ${count(coverage.inCirculation)}`],
    [
      'Newest configuration',
      newest === null
        ? 'none'
        : `version ${shown.name(newest.version)}, tag ${shown.name(newest.tag)}, collected ${moment(newest.collectedAt)}`,
    ],
    ['Days since then', coverage.daysSinceNewest === null ? '–' : count(coverage.daysSinceNewest)],
    ['Sources of configurations', coverage.sources.slice(0, 20).map(shown.name).join(', ') || 'none'],
    ['Entries that nobody could read', count(coverage.unreadableEntries)],
    ['Servers listed in circulation', count(coverage.listedServers)],
    [
      'of them live, dark, provisionally dark',
      `${count(coverage.live)}, ${count(coverage.dark)}, ${count(coverage.provisionallyDark)}`,
    ],
    ['answering as something else, inconclusive', `${count(coverage.answersOther)}, ${count(coverage.inconclusive)}`],
    ['Fallbacks that nobody can seize (.onion, blockchain names)', count(coverage.fallbacks)],
  ];
  return [
    { type: 'heading', text: 'Severance', id: 'severance' },
    {
      type: 'paragraph',
      text: [
        linked(report, 'severed', 'Severed'),
        { text: ': ' },
        { text: SEVERED_WORDS[severed.state], strong: true },
        { text: since === null ? '.' : `, since ${moment(since)}.` },
        ...(reasons.length === 0
          ? []
          : [
              {
                text: ` ${reasons
                  .slice(0, MAX_LINES)
                  .map((reason) => sentence(shown.text(reason)))
                  .join(' ')}`,
              },
            ]),
      ],
    },
    {
      type: 'table',
      hasRowHeads: true,
      caption: 'What that rests on',
      columns: [
        { title: 'Coverage', share: 4 },
        { title: 'Value', share: 6 },
      ],
      rows: lines,
    },
    ...coverage.gaps
      .slice(0, MAX_LINES)
      .map((gap): DocumentBlock => ({ type: 'paragraph', text: `Gap: ${sentence(shown.text(gap))}` })),
    {
      type: 'paragraph',
      text: [
        linked(report, 'liveNotInLatestConfiguration', 'Live, and in no recent configuration'),
        { text: `: ${strays.length === 0 ? 'none' : someHosts(strays, shown.host)}.` },
      ],
    },
  ];
}

export function sentence(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}

export function someHosts(hosts: readonly string[], shownHost: (host: string) => string): string {
  const left = hosts.length - MAX_LINES;
  return `${hosts.slice(0, MAX_LINES).map(shownHost).join(', ')}${left > 0 ? ` and ${count(left)} more` : ''}`;
}
