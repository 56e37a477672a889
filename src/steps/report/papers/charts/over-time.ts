import { circlePath, coordinate } from '../../../../domain/drawing.ts';
import type { Drawing, Mark } from '../../../../domain/drawing.ts';
import { isoInstant } from '../../../../domain/instant.ts';
import type { OperationReport } from '../../../../domain/report.ts';
import type { DocumentBlock, DocumentTable } from '../../../../ports/documents.ts';
import { count, instantOfIso, shortMoment } from '../words.ts';
import { countTicks, horizontal, linear, stairs, thinned, vertical } from './axes.ts';
import type { Scale } from './axes.ts';

const WIDTH = 680;
const LEFT = 62;
const RIGHT = 590;
const TOP = 14;
const BOTTOM = 190;
const STRIP = 18;
const SIZE = 10;
const DAY_MS = 86_400_000;
/** Rows of the table that goes with it: as many moments, evenly apart. */
const ROWS = 12;

const STRIPS = [
  { name: 'Notices and orders', kinds: ['notice', 'order'], shape: 'bar', ink: 'notice' },
  { name: 'Configurations', kinds: ['configuration'], shape: 'diamond', ink: 'ink' },
  { name: 'Servers that returned', kinds: ['returned'], shape: 'ring', ink: 'live' },
] as const;

/** Identified, disabled and open servers, with what happened below: notices, configurations, returns. */
export function overTimeChart(report: OperationReport): DocumentBlock {
  return {
    type: 'chart',
    id: 'chart-over-time',
    drawing: drawingOf(report),
    caption:
      'Servers identified, disabled (from the moment at which that was confirmed) and open. Below: when notices left, configurations came and servers returned.',
    table: tableOf(report),
  };
}

function drawingOf(report: OperationReport): Drawing {
  const points = report.overTime.map(({ at, ...rest }) => ({ at: instantOfIso(at), ...rest }));
  const first = points[0]?.at ?? 0;
  const last = Math.max(instantOfIso(report.asOf), first + 60_000);
  const ticks = countTicks(Math.max(1, ...points.map(({ identified }) => identified)));
  const x = linear([first, last], [LEFT, RIGHT]);
  const y = linear([0, ticks.at(-1) ?? 1], [BOTTOM, TOP]);
  const marks: Mark[] = [];
  for (const tick of ticks) {
    marks.push(horizontal(LEFT, RIGHT, y(tick), tick === 0 ? 'muted' : 'rule'));
    marks.push({
      type: 'text',
      x: LEFT - 8,
      y: y(tick) + 3.5,
      text: count(tick),
      size: SIZE,
      ink: 'muted',
      anchor: 'end',
    });
  }
  marks.push(...dateMarks(first, last, x));
  const drawn = thinned(points, ({ at }) => x(at));
  const lines = [
    { key: 'identified', name: 'identified', ink: 'muted', dash: [4, 3] },
    { key: 'disabled', name: 'disabled', ink: 'disabled', dash: null },
    { key: 'open', name: 'open', ink: 'live', dash: null },
  ] as const;
  const ends: number[] = [];
  for (const { key, name, ink, dash } of lines) {
    const d = `${stairs([[LEFT, BOTTOM], ...drawn.map((point) => [x(point.at), y(point[key])] as const)])}H${RIGHT}`;
    marks.push({ type: 'path', d, stroke: ink, width: 1.75, ...(dash === null ? {} : { dash }) });
    const value = points.at(-1)?.[key] ?? 0;
    ends.push(freePlace(y(value) + 3.5, ends));
    marks.push({
      type: 'text',
      x: RIGHT + 6,
      y: ends.at(-1) ?? 0,
      text: `${count(value)} ${name}`,
      size: SIZE,
      ink,
      strong: true,
    });
  }
  let top = BOTTOM + 34;
  const told: string[] = [];
  for (const { name, kinds, shape, ink } of STRIPS) {
    const moments = report.moments.filter(({ kind }) => kinds.some((each) => each === kind));
    if (moments.length === 0) continue;
    told.push(`${name.toLowerCase()}: ${count(moments.length)}`);
    marks.push(horizontal(LEFT, RIGHT, top + STRIP / 2));
    marks.push({ type: 'text', x: RIGHT + 6, y: top + STRIP / 2 + 3, text: name, size: 9, ink: 'muted' });
    const places = thinned(
      moments.map(({ at }) => x(instantOfIso(at))).filter((place) => place >= LEFT && place <= RIGHT),
      (place) => place,
    );
    if (places.length > 0) marks.push(momentMark(shape, ink, places, top + STRIP / 2));
    top += STRIP + 2;
  }
  const end = points.at(-1);
  return {
    width: WIDTH,
    height: told.length === 0 ? BOTTOM + 28 : top + 6,
    title: 'Servers over time',
    description: `From ${shortMoment(isoInstant(first))} to ${shortMoment(report.asOf)} UTC: at the end ${count(end?.identified ?? 0)} identified, ${count(end?.disabled ?? 0)} disabled, ${count(end?.open ?? 0)} open. ${told.length === 0 ? '' : `Marked below, ${told.join('; ')}.`}`,
    marks,
  };
}

/** Names at the ends of lines keep a line's height apart. */
function freePlace(wanted: number, taken: readonly number[]): number {
  let place = wanted;
  while (taken.some((other) => Math.abs(other - place) < 11)) place += 1;
  return place;
}

function dateMarks(first: number, last: number, x: Scale): readonly Mark[] {
  const days = (last - first) / DAY_MS;
  const step = days <= 1 ? DAY_MS / 6 : days <= 3 ? DAY_MS / 2 : DAY_MS * Math.max(1, Math.ceil(days / 7));
  const marks: Mark[] = [];
  for (let at = Math.ceil(first / step) * step; at <= last; at += step) {
    const iso = isoInstant(at);
    const text =
      step < DAY_MS
        ? `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1] ?? ''} ${iso.slice(11, 16)}`
        : `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1] ?? ''}`;
    marks.push(vertical(x(at), BOTTOM, BOTTOM + 4));
    marks.push({ type: 'text', x: x(at), y: BOTTOM + 17, text, size: SIZE, ink: 'muted', anchor: 'middle' });
  }
  return marks;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function momentMark(
  shape: 'bar' | 'diamond' | 'ring',
  ink: 'notice' | 'ink' | 'live',
  places: readonly number[],
  y: number,
): Mark {
  if (shape === 'bar') {
    return {
      type: 'path',
      d: places.map((x) => `M${coordinate(x)} ${coordinate(y - 5)}v10`).join(''),
      stroke: ink,
      width: 1,
    };
  }
  if (shape === 'ring') {
    return {
      type: 'path',
      d: places.map((x) => circlePath(x, y, 3.5)).join(''),
      fill: 'paper',
      stroke: ink,
      width: 1.25,
    };
  }
  const d = places.map((x) => `M${coordinate(x)} ${coordinate(y - 4.5)}l4.5 4.5l-4.5 4.5l-4.5 -4.5Z`).join('');
  return { type: 'path', d, fill: ink };
}

function tableOf({ overTime }: OperationReport): DocumentTable {
  const last = overTime.length - 1;
  const indices = new Set(Array.from({ length: ROWS }, (_none, index) => Math.round((last * index) / (ROWS - 1))));
  return {
    type: 'table',
    hasRowHeads: true,
    columns: [
      { title: 'Moment (UTC)', share: 3 },
      { title: 'Identified', share: 2, align: 'right' },
      { title: 'Disabled', share: 2, align: 'right' },
      { title: 'Open', share: 2, align: 'right' },
    ],
    rows: [...indices]
      .map((index) => overTime[index])
      .filter((point) => point !== undefined)
      .map(({ at, identified, disabled, open }) => [shortMoment(at), count(identified), count(disabled), count(open)]),
  };
}
