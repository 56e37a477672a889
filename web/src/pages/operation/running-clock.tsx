import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part } from '../../api.ts';
import type { ClockBand } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { count, defanged, minutes } from '../../ui/format.ts';

const T = texts.operation.clock;
const TONES: Readonly<Record<string, string>> = {
  overdue: 'var(--bad)',
  30: 'var(--warn)',
  60: 'var(--warn)',
  120: 'var(--accent)',
  180: 'var(--accent)',
};

/** Who runs out of time, the most pressing first. */
export function RunningClock({
  operation,
  bands,
}: {
  readonly operation: string;
  readonly bands: readonly ClockBand[];
}): ReactNode {
  const most = Math.max(1, ...bands.map(({ servers }) => servers));
  const pressing = bands.flatMap(({ first }) => first).slice(0, 5);
  if (bands.every(({ servers }) => servers === 0)) return <p className="empty">{T.none}</p>;
  return (
    <div className="stack">
      <table>
        <tbody>
          {bands.map(({ underMinutes, servers }) => (
            <tr key={underMinutes}>
              <th scope="row">{underMinutes === null ? T.overdue : T.under(underMinutes)}</th>
              <td className="number">{count(servers)}</td>
              <td width="50%">
                <svg width="100%" height="8" aria-hidden="true">
                  <rect width={`${(servers / most) * 100}%`} height="8" rx="2" fill={TONES[underMinutes ?? 'overdue']} />
                </svg>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul className="stack tight">
        {pressing.map(({ host, provider, minutesLeft }) => (
          <li key={host} className="row spread">
            <Link href={`/${part(operation)}/cases/${part(host)}`}><code>{defanged(host)}</code></Link>
            <span className="quiet">{provider}</span>
            <span className={minutesLeft < 0 ? 'bad' : 'warn'}>{minutesLeft < 0 ? T.over(minutes(-minutesLeft)) : T.left(minutes(minutesLeft))}</span>
          </li>
        ))}
      </ul>
    </div>
  ); // prettier-ignore
}
