import type { ReactNode } from 'react';
import { texts } from '../../texts/en.ts';
import type { Check } from './contract.ts';

const T = texts.methods;

/** What can be proved of a table, or what is wrong with it. */
export function Findings({ check }: { readonly check: Check }): ReactNode {
  if (check.sound) return <p className="good">{T.check.sound(check.combinations)}</p>;
  return (
    <>
      <p className="bad">{T.check.findings(check.findings.length)}</p>
      <ul className="stack tight">
        {check.findings.map(({ code, rowId, sentence }) => (
          <li key={`${code} ${rowId} ${sentence}`}><code>{rowId ?? code}</code> {sentence}</li>
        ))}
      </ul>
    </>
  ); // prettier-ignore
}
