import type { OutsideCount } from '../../../domain/report.ts';
import type { DocumentBlock } from '../../../ports/documents.ts';
import type { PaperContext } from './paper-context.ts';
import { count, moment, shortMoment } from './words.ts';

const MAX_DIFFERENCES = 200;

/** What others count, beside our own, with every difference. */
export function outsideSection(context: PaperContext): readonly DocumentBlock[] {
  const { report } = context;
  const heading: DocumentBlock = { type: 'heading', text: 'What others count', id: 'outside' };
  if (report.outside.length === 0)
    return [heading, { type: 'paragraph', text: 'No tracker that says what is online has been imported.' }];
  return [heading, ...report.outside.slice(0, 20).flatMap((each) => sourceBlocks(each, context))];
}

function sourceBlocks(outside: OutsideCount, { shown }: PaperContext): readonly DocumentBlock[] {
  const { source, asOf, online, offline, ours, differences } = outside;
  const left = differences.length - MAX_DIFFERENCES;
  return [
    { type: 'heading', level: 3, text: shown.name(source) },
    {
      type: 'paragraph',
      text: `As of ${moment(asOf)}: online ${count(online)}, offline ${count(offline)}. Of the same servers, by our looks: live ${count(ours.live)}, dark ${count(ours.dark)}, other ${count(ours.other)}. ${differences.length === 0 ? 'No difference.' : `Differences: ${count(differences.length)}.`}`,
    },
    ...(differences.length === 0
      ? []
      : [
          {
            type: 'table',
            hasRowHeads: true,
            columns: [
              { title: 'Server', share: 4 },
              { title: 'They say', share: 2 },
              { title: 'We found', share: 3 },
              { title: 'Our last look (UTC)', share: 3 },
            ],
            rows: differences
              .slice(0, MAX_DIFFERENCES)
              .map(({ host, theirs, ours: found, lastLookAt }) => [
                shown.host(host),
                theirs,
                found === 'not-looked' ? 'not looked at' : found,
                shortMoment(lastLookAt),
              ]),
          } as const,
        ]),
    ...(left > 0
      ? [{ type: 'paragraph', tone: 'small', text: `And ${count(left)} more; the JSON lists all.` } as const]
      : []),
  ];
}
