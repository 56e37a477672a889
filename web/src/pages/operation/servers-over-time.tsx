import { useMemo, useState } from 'react';
import type { PointerEvent, ReactNode } from 'react';
import type { Marked, Overview } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { count, utc } from '../../ui/format.ts';

const T = texts.operation.chart;
const WIDTH = 880;
const HEIGHT = 260;
const LEFT = 40;
const BOTTOM = 24;
const TOP = 22;
const MARK_COLOURS: Readonly<Record<string, string>> = {
  notice: 'var(--accent)', order: 'var(--good)', configuration: 'var(--warn)', returned: 'var(--bad)',
}; // prettier-ignore

/** Servers that are identified and not disabled, over time, with what was done and what the operators did. */
export function ServersOverTime({ figures }: { readonly figures: Overview }): ReactNode {
  const { overTime, moments, asOf } = figures;
  const [at, setAt] = useState<number | null>(null);
  const plot = useMemo(() => plotOf(figures), [figures]);
  const last = overTime.at(-1);
  if (plot === null || last === undefined) return <p className="empty">{T.empty}</p>;
  const { x, y, line, area, ticks, from, until, top } = plot;
  const pointed = at === null ? null : (overTime.findLast((point) => Date.parse(point.at) <= at) ?? null);
  const onMove = (event: PointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const share = ((event.clientX - box.left) / box.width) * WIDTH;
    const moment = from + ((share - LEFT) / (WIDTH - LEFT - 8)) * (until - from);
    setAt(Math.max(from, Math.min(until, moment)));
  };
  return (
    <figure>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width="100%" role="img" aria-label={T.summary(last.identified, last.open)} onPointerMove={onMove} onPointerLeave={() => setAt(null)}>
        {[0, 0.5, 1].map((share) => {
          const value = Math.round(top * share);
          return (
            <g key={share}>
              <line className="axis" x1={LEFT} x2={WIDTH - 8} y1={y(value)} y2={y(value)} />
              <text x={LEFT - 6} y={y(value) + 4} textAnchor="end">{count(value)}</text>
            </g>
          );
        })}
        {ticks.map((tick) => (
          <text key={tick} x={x(tick)} y={HEIGHT - 6} textAnchor="middle">{new Date(tick).toISOString().slice(5, 10)}</text>
        ))}
        <path d={area} fill="var(--live)" opacity="0.14" />
        <path d={line} fill="none" stroke="var(--live)" strokeWidth="2" strokeLinejoin="round" />
        <Marks moments={moments} x={x} />
        {at !== null && pointed !== null && (
          <g pointerEvents="none">
            <line x1={x(at)} x2={x(at)} y1={TOP} y2={HEIGHT - BOTTOM} stroke="var(--quiet)" strokeDasharray="2 3" />
            <circle cx={x(at)} cy={y(pointed.open)} r="4" fill="var(--live)" />
          </g>
        )}
      </svg>
      <figcaption className="row spread quiet">
        <span>
          {at === null || pointed === null ? `${utc(overTime[0]?.at ?? asOf)} – ${utc(asOf)}` : utc(new Date(at).toISOString())}
          {' · '}<strong className="line-live">{count((pointed ?? last).open)} {T.open}</strong>
          {' · '}{count((pointed ?? last).disabled)} {T.disabled}{' · '}{count((pointed ?? last).identified)} {T.identified}
        </span>
        <span className="row">
          {Object.entries(T.marks).map(([kind, words]) => (
            <span key={kind} className="row"><svg width="10" height="10" aria-hidden="true"><rect width="3" height="10" x="3" fill={MARK_COLOURS[kind]} /></svg>{words}</span>
          ))}
        </span>
      </figcaption>
    </figure>
  ); // prettier-ignore
}

/** A tick above the curve for each moment; those of one kind that fall on one place are one tick. */
function Marks({ moments, x }: { readonly moments: readonly Marked[]; readonly x: (at: number) => number }): ReactNode {
  const ticks = useMemo(() => {
    const places = new Map<string, { readonly place: number; readonly kind: string; readonly texts: string[] }>();
    for (const { at, kind, text } of moments) {
      const place = Math.round(x(Date.parse(at)));
      if (place < LEFT) continue;
      const key = `${kind} ${place}`;
      const found = places.get(key);
      if (found === undefined) places.set(key, { place, kind, texts: [`${utc(at)} ${text}`] });
      else found.texts.push(`${utc(at)} ${text}`);
    }
    return [...places.entries()];
  }, [moments, x]);
  const rows: Readonly<Record<string, number>> = { notice: 4, order: 4, configuration: 11, returned: 4 };
  return ticks.map(([key, { place, kind, texts: said }]) => (
    <rect key={key} x={place - 1} y={rows[kind] ?? 4} width="2" height="6" fill={MARK_COLOURS[kind] ?? 'var(--quiet)'}>
      <title>{said.slice(0, 8).join('\n')}</title>
    </rect>
  ));
}

interface Plot {
  readonly x: (at: number) => number;
  readonly y: (servers: number) => number;
  readonly line: string;
  readonly area: string;
  readonly ticks: readonly number[];
  readonly from: number;
  readonly until: number;
  readonly top: number;
}

const DAY_MS = 86_400_000;
const MOST_TICKS = 10;

function plotOf({ overTime, asOf }: Overview): Plot | null {
  const [first] = overTime;
  if (first === undefined) return null;
  const from = Date.parse(first.at);
  const until = Math.max(Date.parse(asOf), from + 60_000);
  const top = Math.max(1, ...overTime.map(({ open }) => open));
  const x = (at: number): number => LEFT + ((at - from) / (until - from)) * (WIDTH - LEFT - 8);
  const y = (servers: number): number => HEIGHT - BOTTOM - (servers / top) * (HEIGHT - BOTTOM - TOP);
  let line = '';
  for (const [index, { at, open }] of overTime.entries()) {
    const place = x(Date.parse(at)).toFixed(1);
    line += index === 0 ? `M${place} ${y(open).toFixed(1)}` : `H${place}V${y(open).toFixed(1)}`;
  }
  line += `H${x(until).toFixed(1)}`;
  const area = `${line}V${y(0).toFixed(1)}H${LEFT}Z`;
  const days = Math.max(1, Math.ceil((until - from) / DAY_MS / MOST_TICKS));
  const ticks: number[] = [];
  for (let day = Math.ceil(from / DAY_MS) * DAY_MS; day < until; day += days * DAY_MS) ticks.push(day);
  return { x, y, line, area, ticks, from, until, top };
}
