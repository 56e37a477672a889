import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { geoEqualEarth, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { CountryShape, WorldMap } from '../../ports/world-map.ts';
import { LETTERS_BY_DIGITS, SMALL_PLACES } from './country-codes.ts';

const WIDTH = 680;
const HEIGHT = 320;
/** Nobody hosts there, and it would take a fifth of the picture. */
const ANTARCTICA = 'AQ';

/** Where the middle of the shapes is not where people look for the country: overseas parts pull it away. */
const PLACES: Readonly<Record<string, readonly [number, number]>> = {
  US: [-98, 39],
  FR: [2.5, 46.6],
  NO: [9, 61],
  NL: [5.4, 52.2],
  RU: [90, 61],
  CA: [-100, 57],
  MY: [102.3, 4],
  CL: [-71, -33],
};

/**
 * Natural Earth's countries at 1:110 million (public domain), in the Equal Earth projection, which shows areas as large as they
 * are. Borders are Natural Earth's and say nothing about who is right.
 */
export function readWorldMap(): WorldMap {
  const file = createRequire(import.meta.url).resolve('world-atlas/countries-110m.json');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the package's own file, at the version that the lock file names
  const topology = JSON.parse(readFileSync(file, 'utf8')) as Topology<{
    countries: GeometryCollection<{ name: string }>;
  }>;
  const { features } = feature(topology, topology.objects.countries);
  const land = features
    .map((shape) => ({ shape, country: LETTERS_BY_DIGITS.get(String(shape.id)) ?? '' }))
    .filter(({ country }) => country !== ANTARCTICA);
  const projection = geoEqualEarth().fitSize([WIDTH, HEIGHT], {
    type: 'FeatureCollection',
    features: land.map(({ shape }) => shape),
  });
  const path = geoPath(projection).digits(1);
  const places = new Map<string, readonly [number, number]>();
  const countries: CountryShape[] = [];
  for (const { shape, country } of land) {
    const d = path(shape);
    if (d !== null) countries.push({ country, d });
    if (country !== '') places.set(country, path.centroid(shape));
  }
  for (const [country, middle] of Object.entries({ ...SMALL_PLACES, ...PLACES })) {
    const point = projection([...middle]);
    if (point !== null) places.set(country, point);
  }
  const byCode = (left: CountryShape, right: CountryShape): number => (left.country < right.country ? -1 : 1);
  return {
    width: WIDTH,
    height: HEIGHT,
    countries: countries.toSorted(byCode),
    place: (country) => places.get(country) ?? null,
  };
}
