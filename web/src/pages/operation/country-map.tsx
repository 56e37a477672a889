import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { useRead } from '../../api.ts';
import type { Slice, WorldMap } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { count } from '../../ui/format.ts';

const T = texts.operation.map;
const NAMES = new Intl.DisplayNames(['en'], { type: 'region' });

function nameOf(code: string): string {
  return /^[A-Z]{2}$/.test(code) ? (NAMES.of(code) ?? code) : code;
}

/** Where servers are: red where some are live, green where all are disabled, as large as they are many. The list says the same. */
export function CountryMap({ countries }: { readonly countries: readonly Slice[] }): ReactNode {
  const map = useRead<WorldMap>('/world-map');
  const byCode = useMemo(() => new Map(countries.map((slice) => [slice.key, slice])), [countries]);
  const listed = countries.toSorted((one, other) => other.live - one.live || other.identified - one.identified);
  return (
    <div className="map-and-list">
      {map.data !== undefined && (
        <svg viewBox={`0 0 ${map.data.width} ${map.data.height}`} role="img" aria-label={T.label} width="100%">
          <Land map={map.data} />
          {map.data.countries.map(({ country, place }, index) => {
            const slice = byCode.get(country);
            if (slice === undefined || place === null) return null;
            const radius = Math.min(16, 3 + 2 * Math.sqrt(slice.identified));
            return (
              <g key={`${country} ${index}`}>
                <circle cx={place[0]} cy={place[1]} r={radius} fill={slice.live > 0 ? 'var(--live)' : 'var(--dark)'} opacity="0.75">
                  <title>{`${nameOf(country)}: ${count(slice.live)} ${T.live.toLowerCase()}, ${count(slice.disabled)}/${count(slice.identified)} ${T.disabled.toLowerCase()}`}</title>
                </circle>
              </g>
            );
          })}
        </svg>
      )}
      <div className="scroll tall" tabIndex={0} role="region" aria-label={T.title}>
        <table>
          <thead><tr><th scope="col">{T.country}</th><th scope="col" className="number">{T.live}</th><th scope="col" className="number">{T.disabled}</th><th scope="col" className="number">{T.identified}</th></tr></thead>
          <tbody>
            {listed.map(({ key, live, disabled, identified }) => (
              <tr key={key}>
                <td>{nameOf(key)}</td>
                <td className={`number ${live > 0 ? 'bad' : ''}`}>{count(live)}</td>
                <td className="number">{count(disabled)}</td>
                <td className="number">{count(identified)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  ); // prettier-ignore
}

/** The shapes, drawn once. */
function Land({ map }: { readonly map: WorldMap }): ReactNode {
  return useMemo(
    () => (
      <g fill="var(--hover)" stroke="var(--line)" strokeWidth="0.5">
        {map.countries.map(({ country, d }, index) => (
          <path key={`${country} ${index}`} d={d} />
        ))}
      </g>
    ),
    [map],
  );
}
