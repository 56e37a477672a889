import { coordinate } from '../../../../domain/drawing.ts';
import type { Mark } from '../../../../domain/drawing.ts';

/** From what is counted to where it stands in the picture. */
export type Scale = (value: number) => number;

export function linear(from: readonly [number, number], to: readonly [number, number]): Scale {
  const span = from[1] - from[0] || 1;
  return (value) => to[0] + ((value - from[0]) / span) * (to[1] - to[0]);
}

const MINUTE_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 7200, 14_400, 43_200, 86_400, 432_000];

/** Ticks of a span in minutes, at most about seven, in the unit in which they read best. */
export function minuteTicks(max: number): readonly { readonly minutes: number; readonly label: string }[] {
  const step = MINUTE_STEPS.find((each) => max / each <= 7) ?? niceStep(max, 7);
  const [unit, name] = step % 1440 === 0 ? [1440, 'd'] : step % 60 === 0 ? [60, 'h'] : [1, 'min'];
  const ticks: { minutes: number; label: string }[] = [];
  for (let minutes = 0; minutes <= max * 1.0001; minutes += step) {
    ticks.push({ minutes, label: minutes === 0 ? '0' : `${minutes / unit} ${name}` });
  }
  return ticks;
}

/** 1, 2 or 5 times a power of ten. */
export function niceStep(max: number, ticks: number): number {
  const raw = Math.max(max / ticks, 1e-9);
  const power = 10 ** Math.floor(Math.log10(raw));
  return ([1, 2, 5, 10].find((each) => each * power >= raw) ?? 10) * power;
}

/** Whole numbers from nought up to the first tick that is not below the largest value. */
export function countTicks(max: number): readonly number[] {
  const step = Math.max(1, niceStep(max, 5));
  const ticks = [0];
  while ((ticks.at(-1) ?? 0) < max) ticks.push((ticks.at(-1) ?? 0) + step);
  return ticks;
}

export function horizontal(x1: number, x2: number, y: number, ink: 'rule' | 'muted' = 'rule'): Mark {
  return { type: 'path', d: `M${coordinate(x1)} ${coordinate(y)}H${coordinate(x2)}`, stroke: ink, width: 0.75 };
}

export function vertical(
  x: number,
  y1: number,
  y2: number,
  ink: 'rule' | 'muted' | 'ink' = 'muted',
  width = 0.75,
): Mark {
  return { type: 'path', d: `M${coordinate(x)} ${coordinate(y1)}V${coordinate(y2)}`, stroke: ink, width };
}

/** A line that keeps its value until the next point. */
export function stairs(points: readonly (readonly [number, number])[]): string {
  return points
    .map(([x, y], index) => (index === 0 ? `M${coordinate(x)} ${coordinate(y)}` : `H${coordinate(x)}V${coordinate(y)}`))
    .join('');
}

/**
 * Of steps that would fall into the same place on paper, the last: a curve of ten thousand steps is no finer than the paper.
 */
export function thinned<Value>(values: readonly Value[], place: (value: Value) => number): readonly Value[] {
  const kept: Value[] = [];
  let last = Number.NaN;
  for (const value of values) {
    const at = Math.round(place(value) * 4);
    if (at === last) kept[kept.length - 1] = value;
    else kept.push(value);
    last = at;
  }
  return kept;
}
