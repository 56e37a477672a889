import type { ReactNode } from 'react';
import { texts } from '../../../texts/en.ts';
import type { Decision } from './contract.ts';

const T = texts.oneCase.decision;

/** The row that decided, what it was decided on, and why the others did not. */
export function DecisionPath({ decision }: { readonly decision: Decision | null }): ReactNode {
  if (decision === null || decision.row === null) return <p className="empty">{T.none}</p>;
  const { row, explanation, facts, rows, playbookChanged } = decision;
  const before = rows.filter(({ place }) => place === 'before');
  const after = rows.filter(({ place }) => place === 'after');
  return (
    <div className="stack">
      {playbookChanged && <p className="note warn">{T.changed}</p>}
      <div className="decided">
        <p><strong>{T.decided}: <code>{row.id}</code> → {row.method}</strong></p>
        {explanation !== null && <p>{explanation}</p>}
        <dl className="facts">
          <dt>{T.law}</dt><dd>{row.law}</dd>
          <dt>{T.citation}</dt><dd>{row.citation}</dd>
          <dt>{T.evidence}</dt><dd>{row.evidence}</dd>
          <dt>{T.approvals}</dt><dd>{row.approvals}</dd>
          <dt>{T.facts}</dt><dd>{Object.entries(facts).map(([name, value]) => `${name} ${value}`).join(' · ')}</dd>
        </dl>
      </div>
      {before.length > 0 && <details><summary>{T.before(before.length)}</summary><Rows rows={before} /></details>}
      {after.length > 0 && <details><summary>{T.after(after.length)}</summary><Rows rows={after} /></details>}
    </div>
  ); // prettier-ignore
}

function Rows({ rows }: { readonly rows: Decision['rows'] }): ReactNode {
  return (
    <div className="scroll tall" tabIndex={0} role="region" aria-label={T.why}>
      <table>
        <thead><tr><th scope="col">{T.row}</th><th scope="col">{T.method}</th><th scope="col">{T.why}</th></tr></thead>
        <tbody>
          {rows.map(({ rowId, method, matched, failed }) => (
            <tr key={rowId}>
              <td><code className="nowrap">{rowId}</code></td>
              <td>{method}</td>
              <td>{matched ? T.wouldFit : failed.map(({ column, cell, value }) => T.failed(column, value ?? '—', cell)).join('; ')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  ); // prettier-ignore
}
