import type { DocumentBlock, Words } from '../../../ports/documents.ts';
import { term } from './paper-context.ts';
import type { PaperContext } from './paper-context.ts';
import { count, duration } from './words.ts';

const MAX_TAGS = 30;
const MAX_SHARED = 50;

/** What the botnet's operators did meanwhile. */
export function operatorsSection({ report, shown }: PaperContext): readonly DocumentBlock[] {
  const { operators } = report;
  const { lifeOfReplacement: life, configurationsPerDay, activeTags, sharedWithOtherBotnets: shared } = operators;
  const rate = (value: number | null): string => (value === null ? '–' : count(value));
  const tags = (names: readonly string[]): string =>
    names.length === 0
      ? 'none'
      : `${count(names.length)}: ${names.slice(0, MAX_TAGS).map(shown.name).join(', ')}${names.length > MAX_TAGS ? ' …' : ''}`;
  const line = (key: string, name: string, value: Words): readonly Words[] => [term(report, key, name), value];
  return [
    { type: 'heading', text: "The operators' behaviour", id: 'operators' },
    {
      type: 'table',
      hasRowHeads: true,
      columns: [
        { title: 'Figure', share: 4 },
        { title: 'Value', share: 6 },
      ],
      rows: [
        line('replacementsPerDay', 'Replacement servers a day', rate(operators.replacementsPerDay)),
        line(
          'firstDarkToFirstReplacementMinutes',
          'From the first loss to the first replacement',
          duration(operators.firstDarkToFirstReplacementMinutes),
        ),
        line(
          'lifeOfReplacement',
          'Life of a replacement, median',
          `${duration(life.medianMinutes)} (${count(life.finished)} ended, ${count(life.censored)} still open)`,
        ),
        line(
          'configurationsPerDay',
          'New configurations a day, before and after',
          `${rate(configurationsPerDay.before)}, ${rate(configurationsPerDay.after)}`,
        ),
        line('activeTags', 'Active campaign tags, before', tags(activeTags.before)),
        line('activeTags', 'Active campaign tags, after', tags(activeTags.after)),
        line(
          'sharedWithOtherBotnets',
          'Servers shared with other botnets',
          shared.length === 0
            ? 'none known'
            : shared
                .slice(0, MAX_SHARED)
                .map(({ host, operations }) => `${shown.host(host)} (${operations.map(shown.name).join(', ')})`)
                .join('\n') + (shared.length > MAX_SHARED ? `\nand ${count(shared.length - MAX_SHARED)} more` : ''),
        ),
      ],
    },
  ];
}
