import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part } from '../../api.ts';
import type { Overview } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { count } from '../../ui/format.ts';
import { State } from '../../ui/parts.tsx';

const T = texts.operation.funnel;

/** How many cases stand in each state; states in which none stands are left out. */
export function CaseFunnel({
  operation,
  funnel,
}: {
  readonly operation: string;
  readonly funnel: Overview['funnel'];
}): ReactNode {
  const shown = funnel.filter(({ cases }) => cases > 0);
  const most = Math.max(1, ...shown.map(({ cases }) => cases));
  if (shown.length === 0) return <p className="empty">{T.empty}</p>;
  return (
    <table>
      <tbody>
        {shown.map(({ state, cases }) => (
          <tr key={state}>
            <th scope="row">
              <Link href={`/${part(operation)}/cases?filter=${encodeURIComponent(`state:${state}`)}`}><State of={state} /></Link>
            </th>
            <td className="number">{count(cases)}</td>
            <td width="50%">
              <svg width="100%" height="8" aria-hidden="true">
                <rect width={`${(cases / most) * 100}%`} height="8" rx="2" fill="var(--accent)" />
              </svg>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  ); // prettier-ignore
}
