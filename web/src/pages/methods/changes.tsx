import type { ReactNode } from 'react';
import { texts } from '../../texts/en.ts';
import type { Change } from './contract.ts';

const T = texts.methods.draft;

/** What another table has otherwise than the one in force, row by row. */
export function Changes({ changes }: { readonly changes: readonly Change[] }): ReactNode {
  if (changes.length === 0) return <p>{T.none}</p>;
  return (
    <>
      {changes.map(({ rowId, change, columns, from, to }) => (
        <section key={rowId} className="stack tight">
          <p><code>{rowId}</code> <span className="badge accent">{T.change[change]}</span> <span className="quiet">{T.place(from, to)}</span></p>
          {columns.length > 0 && (
            <div className="scroll"><table>
              <thead><tr><th scope="col">{T.column}</th><th scope="col">{T.from}</th><th scope="col">{T.to}</th></tr></thead>
              <tbody>{columns.map((each) => <tr key={each.column}><th scope="row">{each.column}</th><td><del>{each.from}</del></td><td><ins>{each.to}</ins></td></tr>)}</tbody>
            </table></div>
          )}
        </section>
      ))}
    </>
  ); // prettier-ignore
}
