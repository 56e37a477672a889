import { useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part } from '../../api.ts';
import type { Slice } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { count, minutes } from '../../ui/format.ts';

const T = texts.operation.providers;
const FIRST = 8;

/** Who acts fast, and who does not: those with servers left stand last, whatever their median. */
export function ProviderRanking({
  operation,
  providers,
}: {
  readonly operation: string;
  readonly providers: readonly Slice[];
}): ReactNode {
  const [isWhole, setWhole] = useState(false);
  const ranked = providers.toSorted(
    (one, other) =>
      (one.identifyToDark.medianMinutes ?? Infinity) - (other.identifyToDark.medianMinutes ?? Infinity) ||
      one.name.localeCompare(other.name),
  );
  if (ranked.length === 0) return <p className="empty">{T.empty}</p>;
  const shown = isWhole ? ranked : ranked.slice(0, FIRST);
  return (
    <>
      <div className="scroll">
        <table>
          <thead>
            <tr><th scope="col">{T.provider}</th><th scope="col" className="number">{T.median}</th><th scope="col" className="number">{T.disabled}</th></tr>
          </thead>
          <tbody>
            {shown.map(({ key, name, identifyToDark, disabled, identified }) => (
              <tr key={key}>
                <td><Link href={`/${part(operation)}/providers/${part(key)}`}>{name}</Link></td>
                <td className="number">{minutes(identifyToDark.medianMinutes)}</td>
                <td className={`number ${disabled < identified ? 'bad' : ''}`}>{count(disabled)}/{count(identified)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {ranked.length > FIRST && !isWhole && <button type="button" className="bare" onClick={() => setWhole(true)}>{texts.shell.more(ranked.length - FIRST)}</button>}
    </>
  ); // prettier-ignore
}
