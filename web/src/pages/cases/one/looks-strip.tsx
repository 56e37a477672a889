import type { ReactNode } from 'react';
import { texts } from '../../../texts/en.ts';
import { utc } from '../../../ui/format.ts';
import { Moment, State } from '../../../ui/parts.tsx';
import type { LookRecord } from './contract.ts';

const T = texts.oneCase.looks;
const WIDTH = 1000;
const LEFT = 110;
const LANE = 22;
const COLOURS: Readonly<Record<string, string>> = {
  live: 'var(--live)',
  'c2-live': 'var(--live)',
  dark: 'var(--dark)',
  'answers-other': 'var(--warn)',
};
const LISTED = 200;

/** A lane for each vantage: high and red where it answered, low and green where it was dark. */
export function LooksStrip({ looks }: { readonly looks: readonly LookRecord[] }): ReactNode {
  const [first] = looks;
  const last = looks.at(-1);
  if (first === undefined || last === undefined) return <p className="empty">{T.empty}</p>;
  const from = Date.parse(first.at);
  const span = Math.max(1, Date.parse(last.at) - from);
  const lanes = [...new Set(looks.map(({ vantage }) => vantage.name))].toSorted();
  const height = lanes.length * LANE + 18;
  return (
    <div className="stack">
      <div className="scroll" tabIndex={0} role="region" aria-label={T.title}>
        <svg className="looks-strip" viewBox={`0 0 ${WIDTH} ${height}`} width="100%" role="img" aria-label={T.strip}>
          {lanes.map((lane, at) => (
            <g key={lane}>
              <text x="0" y={at * LANE + 15}>{lane}</text>
              <line className="axis" x1={LEFT} x2={WIDTH} y1={at * LANE + 20} y2={at * LANE + 20} />
            </g>
          ))}
          {looks.map(({ at, vantage, outcome, how }, index) => {
            const isDark = outcome === 'dark';
            const top = lanes.indexOf(vantage.name) * LANE + (isDark ? 12 : 4);
            return (
              <rect key={index} x={LEFT + ((Date.parse(at) - from) / span) * (WIDTH - LEFT - 4)} y={top} width="3" height={isDark ? 8 : 16} fill={COLOURS[outcome] ?? 'var(--quiet)'}>
                <title>{`${utc(at)} ${vantage.name}: ${outcome}. ${how}`}</title>
              </rect>
            );
          })}
          <text x={LEFT} y={height - 2}>{utc(first.at)}</text>
          <text x={WIDTH} y={height - 2} textAnchor="end">{utc(last.at)}</text>
        </svg>
      </div>
      <details>
        <summary>{T.list}</summary>
        <div className="scroll tall" tabIndex={0} role="region" aria-label={T.list}>
          <table>
            <thead><tr><th scope="col">{T.at}</th><th scope="col">{T.vantage}</th><th scope="col">{T.port}</th><th scope="col">{T.outcome}</th><th scope="col">{T.how}</th></tr></thead>
            <tbody>
              {looks.slice(-LISTED).toReversed().map(({ at, vantage, port, outcome, how }, index) => (
                <tr key={index}><td><Moment at={at} /></td><td>{vantage.name}</td><td className="number">{port}</td><td><State of={outcome} /></td><td>{how}</td></tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  ); // prettier-ignore
}
