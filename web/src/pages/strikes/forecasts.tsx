import type { ReactNode } from 'react';
import { texts } from '../../texts/en.ts';
import { minutes, oneDigit } from '../../ui/format.ts';
import { Card } from '../../ui/parts.tsx';
import type { Forecast, Spread, Strategy } from './contract.ts';

const T = texts.strikes;

/** All strategies side by side, each figure with its spread. */
export function Forecasts({
  forecasts,
  planned,
}: {
  readonly forecasts: readonly Forecast[];
  readonly planned: Strategy;
}): ReactNode {
  const mostExposure = Math.max(1, ...forecasts.map(({ exposureMinutes }) => exposureMinutes?.p90 ?? 0));
  const mostHours = Math.max(1, ...forecasts.map(({ victimHours }) => victimHours.p90));
  return (
    <Card title={T.compare.title} aside={T.compare.about}>
      <div className="scroll"><table>
        <thead><tr><th scope="col">{T.compare.strategy}</th><th scope="col">{T.compare.exposure}</th><th scope="col">{T.compare.harm}</th><th scope="col">{T.compare.none}</th></tr></thead>
        <tbody>
          {forecasts.map(({ strategy, exposureMinutes, victimHours, stillOpen, noneLeftAlive }) => (
            <tr key={strategy}>
              <th scope="row">{T.strategies[strategy]} {strategy === planned && <span className="badge accent">{T.compare.planned}</span>}</th>
              <td>
                {exposureMinutes === null ? T.compare.noneLost : <SpreadBar spread={exposureMinutes} most={mostExposure} words={minutes} />}
                {stillOpen > 0 && <span className="quiet">{T.compare.open(oneDigit(stillOpen * 100))}</span>}
              </td>
              <td><SpreadBar spread={victimHours} most={mostHours} words={oneDigit} /></td>
              <td>{oneDigit(noneLeftAlive.chance * 100)} % <span className="quiet">({oneDigit(noneLeftAlive.low * 100)}–{oneDigit(noneLeftAlive.high * 100)})</span></td>
            </tr>
          ))}
        </tbody>
      </table></div>
    </Card>
  ); // prettier-ignore
}

function SpreadBar({
  spread: { p10, p50, p90 },
  most,
  words,
}: {
  readonly spread: Spread;
  readonly most: number;
  readonly words: (value: number) => string;
}): ReactNode {
  const percent = (value: number): string => `${(value / most) * 100}%`;
  return (
    <>
      <svg width="100%" height="10" aria-hidden="true">
        <rect x={percent(p10)} y="3" width={`${((p90 - p10) / most) * 100}%`} height="4" rx="2" fill="var(--accent)" opacity="0.35" />
        <rect x={percent(p50)} y="0" width="3" height="10" fill="var(--accent)" />
      </svg>
      <span>{words(p50)} <span className="quiet">({words(p10)}–{words(p90)})</span></span>
    </>
  ); // prettier-ignore
}
