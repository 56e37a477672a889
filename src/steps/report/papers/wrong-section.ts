import type { DocumentBlock } from '../../../ports/documents.ts';
import { linked } from './paper-context.ts';
import type { PaperContext } from './paper-context.ts';
import { count, counted, duration, shortMoment } from './words.ts';

const MAX_ROWS = 200;

/** What we got wrong: told before what went well is broken down. */
export function wrongSection({ report, shown, list }: PaperContext): readonly DocumentBlock[] {
  const { wrong, wrongNotices } = report;
  const heading: DocumentBlock = { type: 'heading', text: 'Wrong notices', id: 'wrong-notices' };
  if (wrong.servers === 0 && wrongNotices === 0) {
    return [
      heading,
      {
        type: 'paragraph',
        text: [
          { text: 'No ' },
          linked(report, 'wrongNotices', 'notice was found to be wrong'),
          { text: ' up to that moment.' },
        ],
      },
    ];
  }
  const left = wrong.list.length - MAX_ROWS;
  const stood =
    wrong.longestStandingMinutes === null
      ? 'Nothing had left for any of them.'
      : `From the first notice to the retraction it took ${duration(wrong.medianStandingMinutes)} in the median, ${duration(wrong.longestStandingMinutes)} at most.`;
  return [
    heading,
    {
      type: 'paragraph',
      text: [
        { text: `${counted(wrong.servers, 'server')} taken back; ` },
        linked(report, 'wrongNotices', `${counted(wrongNotices, 'wrong notice')} left or may have`),
        { text: `. ${stood}` },
      ],
    },
    {
      type: 'table',
      hasRowHeads: true,
      columns: [
        { title: 'Server', share: 4 },
        { title: 'No.', share: 1 },
        { title: 'Notices', share: 4 },
        { title: 'First sent (UTC)', share: 3 },
        { title: 'Retracted (UTC)', share: 3 },
        { title: 'Stood for', share: 2.4, align: 'right' },
        { title: 'Corrections delivered', share: 2.2, align: 'right' },
      ],
      rows: wrong.list
        .slice(0, MAX_ROWS)
        .map((each) => [
          shown.host(each.host),
          list.behindCases([each.caseId]),
          each.notices.slice(0, 5).map(shown.name).join(', ') || 'none had left',
          shortMoment(each.sentAt),
          shortMoment(each.retractedAt),
          duration(each.standingMinutes),
          `${count(each.correctionsDelivered)} of ${count(each.corrections)}`,
        ]),
    },
    ...(left > 0
      ? [{ type: 'paragraph', tone: 'small', text: `And ${count(left)} more; the JSON lists all.` } as const]
      : []),
  ];
}
