import { circlePath } from '../../../../domain/drawing.ts';
import type { Drawing, Ink, Mark } from '../../../../domain/drawing.ts';
import type { BreakdownRow } from '../../../../domain/report.ts';
import type { WorldMap } from '../../../../ports/world-map.ts';
import { count, countryName } from '../words.ts';

/** Below the map, for what its colours mean. */
const LEGEND = 30;

/** Where servers were, and where some still answer: the number on a disc is that of live ones. */
export function mapDrawing(rows: readonly BreakdownRow[], map: WorldMap): Drawing {
  const byCountry = new Map(rows.map((row) => [row.key, row]));
  const marks: Mark[] = map.countries.map(({ country, d }) => ({
    type: 'path',
    d,
    fill: inkOf(byCountry.get(country)),
    stroke: 'paper',
    width: 0.5,
  }));
  const shaped = new Set(map.countries.map(({ country }) => country));
  for (const row of rows) {
    const place = map.place(row.key);
    if (place === null || row.live > 0 || shaped.has(row.key)) continue;
    marks.push({ type: 'path', d: circlePath(place[0], place[1], 3), fill: inkOf(row), stroke: 'paper', width: 0.75 });
  }
  // The largest first, so that small ones are not hidden below.
  const alive = rows.filter(({ live }) => live > 0).toSorted((left, right) => right.live - left.live);
  for (const { key, live } of alive) {
    const place = map.place(key);
    if (place === null) continue;
    const radius = Math.min(22, 6 + 1.6 * Math.sqrt(live));
    marks.push({ type: 'path', d: circlePath(place[0], place[1], radius), fill: 'live', stroke: 'paper', width: 1 });
    marks.push({
      type: 'text',
      x: place[0],
      y: place[1] + 3.2,
      text: count(live),
      size: live > 999 ? 7.5 : 9,
      ink: 'paper',
      anchor: 'middle',
      strong: true,
    });
  }
  marks.push(...legend(map.height + 18));
  const live = alive.map(({ key, live: number }) => `${countryName(key)} ${count(number)}`);
  return {
    width: map.width,
    height: map.height + LEGEND,
    title: 'Servers by country',
    description: `Map of ${count(rows.filter(({ key }) => key !== '').length)} countries in which servers were identified. ${live.length === 0 ? 'None of them answers any more.' : `Still live: ${live.slice(0, 12).join(', ')}${live.length > 12 ? ' and others' : ''}.`} The table that follows lists all.`,
    marks,
  };
}

function inkOf(row: BreakdownRow | undefined): Ink {
  if (row === undefined || row.identified === 0) return 'land';
  if (row.live > 0) return 'live-soft';
  return row.disabled === row.identified ? 'disabled-fill' : 'disabled-soft';
}

function legend(y: number): readonly Mark[] {
  const entries: readonly (readonly [Ink, string, number])[] = [
    ['disabled-fill', 'all servers disabled', 0],
    ['disabled-soft', 'none live, not all confirmed dark', 128],
    ['live-soft', 'some live; the disc has their number', 312],
    ['land', 'no server identified', 508],
  ];
  return entries.flatMap(([ink, text, x]): readonly Mark[] => [
    { type: 'path', d: `M${x + 8} ${y - 8}h10v10h-10Z`, fill: ink },
    { type: 'text', x: x + 23, y: y + 1, text, size: 9.5, ink: 'muted' },
  ]);
}

/** Codes that have servers and no place on the map. */
export function notOnMap(rows: readonly BreakdownRow[], map: WorldMap): readonly string[] {
  return rows.map(({ key }) => key).filter((key) => key !== '' && map.place(key) === null);
}
