/**
 * A colour by what it means. The renderers have a value for each, in light and in dark; nothing is told by colour alone.
 */
export const INKS = [
  'ink',
  'muted',
  'rule',
  'paper',
  'land',
  'sea',
  'disabled',
  'disabled-fill',
  'disabled-soft',
  'live',
  'live-soft',
  'notice',
] as const;
export type Ink = (typeof INKS)[number];

/** One thing drawn. Coordinates are points from the upper left corner. */
export type Mark =
  | {
      readonly type: 'path';
      /** SVG path data (SVG 1.1 section 8.3): M, L, H, V, A and Z. */
      readonly d: string;
      readonly fill?: Ink;
      readonly stroke?: Ink;
      readonly width?: number;
      readonly dash?: readonly number[];
    }
  | {
      readonly type: 'text';
      readonly x: number;
      /** Of the line that the letters stand on. */
      readonly y: number;
      readonly text: string;
      readonly size: number;
      readonly ink?: Ink;
      readonly anchor?: 'start' | 'middle' | 'end';
      readonly strong?: boolean;
    };

/** A chart or a map as paths and texts: what is drawn, not in which format. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** What it shows, in a few words. */
  readonly title: string;
  /** What there is to see, for who cannot see it. */
  readonly description: string;
  readonly marks: readonly Mark[];
}

/** A coordinate with at most one decimal: finer than any eye, and short. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10 + 0);
}

export function circlePath(x: number, y: number, radius: number): string {
  const [left, right, r, middle] = [x - radius, x + radius, radius, y].map(coordinate);
  return `M${left} ${middle}A${r} ${r} 0 1 0 ${right} ${middle}A${r} ${r} 0 1 0 ${left} ${middle}Z`;
}
