import { coordinate } from '../../../../domain/drawing.ts';
import type { Drawing, Mark } from '../../../../domain/drawing.ts';
import type { CurveStep } from '../../../../domain/report.ts';
import type { DocumentTable } from '../../../../ports/documents.ts';
import { count, duration } from '../words.ts';
import { horizontal, linear, minuteTicks, stairs, thinned, vertical } from './axes.ts';
import type { Scale } from './axes.ts';

const WIDTH = 680;
const HEIGHT = 236;
const LEFT = 62;
const RIGHT = 664;
const TOP = 14;
const BOTTOM = 168;
const SIZE = 10;

/** A survival curve by Kaplan-Meier with its censored cases, its median, and below it how many were at risk. */
export function survivalChart(
  title: string,
  still: string,
  steps: readonly CurveStep[],
  medianMinutes: number | null,
): Drawing {
  const max = Math.max(1, ...steps.slice(-1).map(({ minutes }) => minutes));
  const ticks = minuteTicks(max);
  const x = linear([0, max], [LEFT, RIGHT]);
  const y = linear([0, 1], [BOTTOM, TOP]);
  const marks: Mark[] = [];
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    marks.push(horizontal(LEFT, RIGHT, y(share), share === 0 ? 'muted' : 'rule'));
    marks.push({
      type: 'text',
      x: LEFT - 8,
      y: y(share) + 3.5,
      text: `${share * 100} %`,
      size: SIZE,
      ink: 'muted',
      anchor: 'end',
    });
  }
  for (const { minutes, label } of ticks) {
    marks.push(vertical(x(minutes), BOTTOM, BOTTOM + 4));
    marks.push({
      type: 'text',
      x: x(minutes),
      y: BOTTOM + 17,
      text: label,
      size: SIZE,
      ink: 'muted',
      anchor: 'middle',
    });
  }
  if (medianMinutes !== null && medianMinutes <= max) {
    const d = `M${LEFT} ${coordinate(y(0.5))}H${coordinate(x(medianMinutes))}V${BOTTOM}`;
    marks.push({ type: 'path', d, stroke: 'muted', width: 0.75, dash: [3, 3] });
    const isLate = x(medianMinutes) > RIGHT - 150;
    marks.push({
      type: 'text',
      x: x(medianMinutes) + (isLate ? -6 : 6),
      y: BOTTOM - 6,
      text: `median ${duration(medianMinutes)}`,
      size: SIZE,
      ink: 'ink',
      anchor: isLate ? 'end' : 'start',
    });
  }
  const band = bandPath(steps, x, y);
  if (band !== '') marks.unshift({ type: 'path', d: band, fill: 'disabled-soft' });
  const drawn = thinned(steps, ({ minutes }) => x(minutes));
  const line = stairs([[LEFT, TOP], ...drawn.map(({ minutes, share }) => [x(minutes), y(share)] as const)]);
  marks.push({ type: 'path', d: `${line}H${RIGHT}`, stroke: 'disabled', width: 1.75 });
  const censored = thinned(
    steps.filter((step) => step.censored > 0),
    ({ minutes }) => x(minutes),
  );
  const d = censored.map(({ minutes, share }) => `M${coordinate(x(minutes))} ${coordinate(y(share) - 4)}v8`).join('');
  if (d !== '') marks.push({ type: 'path', d, stroke: 'live', width: 1.25 });
  marks.push(horizontal(LEFT, RIGHT, BOTTOM + 30));
  marks.push({ type: 'text', x: LEFT, y: BOTTOM + 43, text: `Still at risk (${still})`, size: 9, ink: 'muted' });
  for (const { minutes } of ticks) {
    const text = count(atRisk(steps, minutes));
    marks.push({ type: 'text', x: x(minutes), y: BOTTOM + 58, text, size: SIZE, ink: 'ink', anchor: 'middle' });
  }
  const [last] = steps.slice(-1);
  const open = steps.reduce((sum, step) => sum + step.censored, 0);
  return {
    width: WIDTH,
    height: HEIGHT,
    title,
    description: `Survival curve over ${duration(max)}: the share ${still} falls from 100 % to ${Math.round((last?.share ?? 1) * 1000) / 10} %; ${count(open)} cases were still open. The table that follows has the numbers.`,
    marks,
  };
}

/** Between the bounds of 95 per cent, where the curve has them. */
function bandPath(steps: readonly CurveStep[], x: Scale, y: Scale): string {
  const bounded = thinned(
    steps.flatMap(({ minutes, shareLow, shareHigh }) =>
      shareLow === undefined || shareHigh === undefined ? [] : [{ minutes, low: shareLow, high: shareHigh }],
    ),
    ({ minutes }) => x(minutes),
  );
  const [first] = bounded;
  if (first === undefined) return '';
  const there: (readonly [number, number])[] = bounded.map(({ minutes, high }) => [x(minutes), y(high)]);
  const back = bounded.toReversed().map(({ minutes, low }) => [x(minutes), y(low)] as const);
  const last = bounded.at(-1) ?? first;
  const [turn, ...rest] = back;
  // There along the upper bound, which keeps its value until the next step; back along the lower one, which has it from the last.
  const lower = (turn === undefined ? [] : [turn, ...rest])
    .map(([left, height]) => `V${coordinate(height)}H${coordinate(left)}`)
    .join('');
  return `${stairs(there)}H${RIGHT}V${coordinate(y(last.low))}${lower.replace(/^V[^H]*/, '')}Z`;
}

/** How many had neither ended nor been left out before that time. */
function atRisk(steps: readonly CurveStep[], minutes: number): number {
  const next = steps.find((step) => step.minutes >= minutes);
  if (next !== undefined) return next.atRisk;
  return 0;
}

/** The curve at the ticks of its axis. */
export function riskTable(steps: readonly CurveStep[]): DocumentTable {
  const max = Math.max(1, ...steps.slice(-1).map(({ minutes }) => minutes));
  let index = 0;
  let [ended, censored, share] = [0, 0, 1];
  const rows = minuteTicks(max).map(({ minutes, label }, tick, ticks) => {
    const before = atRisk(steps, minutes);
    const until = tick === ticks.length - 1 ? Infinity : minutes;
    for (; index < steps.length && (steps[index]?.minutes ?? 0) <= until; index++) {
      const step = steps[index];
      if (step === undefined) break;
      ended += step.ended;
      censored += step.censored;
      share = step.share;
    }
    const name = until === Infinity ? `${label} and later` : label;
    return [name, count(before), count(ended), count(censored), `${(share * 100).toFixed(1)} %`];
  });
  return {
    type: 'table',
    hasRowHeads: true,
    columns: [
      { title: 'Age', share: 2 },
      { title: 'At risk', share: 2, align: 'right' },
      { title: 'Ended by then', share: 2, align: 'right' },
      { title: 'Still open, left out by then', share: 3, align: 'right' },
      { title: 'Share not ended', share: 2, align: 'right' },
    ],
    rows,
  };
}
