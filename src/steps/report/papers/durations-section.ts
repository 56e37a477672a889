import type { CurveStep } from '../../../domain/report.ts';
import type { DocumentBlock } from '../../../ports/documents.ts';
import { overTimeChart } from './charts/over-time.ts';
import { riskTable, survivalChart } from './charts/survival.ts';
import { linked, term } from './paper-context.ts';
import type { PaperContext } from './paper-context.ts';
import { durationCells } from './words.ts';

const KEYS = ['identifyToNotify', 'notifyToDark', 'identifyToDark', 'devicesIdentifyToDark'] as const;

const NAMES = {
  identifyToNotify: 'From identified to notified',
  notifyToDark: 'From notified to dark',
  identifyToDark: 'From identified to dark',
  devicesIdentifyToDark: 'Devices: from identified to dark',
} as const;

const STILL = {
  identifyToNotify: 'not notified yet',
  notifyToDark: 'not dark yet',
  identifyToDark: 'not dark yet',
  devicesIdentifyToDark: 'not dark yet',
} as const;

/** How long it took, with what has not ended counted as such. */
export function durationsSection({ report }: PaperContext): readonly DocumentBlock[] {
  const curves = KEYS.filter((key) => report.curves[key].length > 0);
  return [
    { type: 'heading', text: 'How long it took', id: 'durations' },
    {
      type: 'table',
      hasRowHeads: true,
      columns: [
        { title: 'Span', share: 5 },
        { title: 'Median (95 %)', share: 2.8, align: 'right' },
        { title: 'Median, at least', share: 2, align: 'right' },
        { title: '90 % within', share: 2, align: 'right' },
        { title: 'Fastest', share: 2, align: 'right' },
        { title: 'Ended', share: 1.3, align: 'right' },
        { title: 'Still open', share: 1.3, align: 'right' },
      ],
      rows: KEYS.map((key) => [term(report, key, NAMES[key]), ...durationCells(report[key])]),
    },
    {
      type: 'paragraph',
      tone: 'small',
      text: 'By Kaplan-Meier. "Not reached": more than that share is still open, so that nobody can say. "At least": every span ended at the last look that found the server alive.',
    },
    ...(curves.length === 0
      ? [{ type: 'paragraph', text: 'No span has begun yet: there is nothing to draw.' } as const]
      : []),
    ...curves.map((key): DocumentBlock => {
      const steps: readonly CurveStep[] = report.curves[key];
      return {
        type: 'chart',
        id: `curve-${key}`,
        drawing: survivalChart(NAMES[key], STILL[key], steps, report[key].medianMinutes),
        caption: [
          linked(report, key, NAMES[key]),
          { text: `: the share of servers ${STILL[key]}. A tick is a case that was still open at that age.` },
        ],
        table: riskTable(steps),
      };
    }),
  ];
}

export function overTimeSection({ report }: PaperContext): readonly DocumentBlock[] {
  if (report.overTime.length === 0) return [];
  return [{ type: 'heading', text: 'Servers over time', id: 'over-time' }, overTimeChart(report)];
}
