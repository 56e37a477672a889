import { useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part } from '../../api.ts';
import type { Me } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { defanged } from '../../ui/format.ts';
import { Modal } from '../../ui/modal.tsx';
import { Card, Failed } from '../../ui/parts.tsx';
import { Changes } from './changes.tsx';
import type { TriedExample, Trial } from './contract.ts';
import { Findings } from './findings.tsx';
import { ProposeForm } from './propose-form.tsx';
import type { TableDraft } from './use-draft.ts';

const T = texts.methods.edit;

/** What the table as it is edited would do, beside it. */
export function TrialPanel({
  draft,
  operation,
  me,
  close,
  proposed,
}: {
  readonly draft: TableDraft;
  readonly operation: string;
  readonly me: Me | null;
  readonly close: () => void;
  readonly proposed: () => void;
}): ReactNode {
  const [isAsking, setAsking] = useState(false);
  const { trial, proof, text, isChanged, setExamples } = draft;
  const { data } = trial;
  return (
    <div className="stack trial">
      <Card title={T.tests.title} aside={data === undefined ? '' : T.tests.pass(data.examples.filter(({ passed }) => passed).length, data.examples.length)}>
        <div className="stack tight">
          <span role="status" className="visually-hidden">{data === undefined ? '' : T.tests.pass(data.examples.filter(({ passed }) => passed).length, data.examples.length)}</span>
          {trial.error !== null && <Failed error={trial.error} />}
          {data === undefined && trial.error === null && <div className="skeleton" />}
          {data !== undefined && trial.error === null && <Tests tests={data.examples} />}
          <label className="field">{T.tests.own}
            <input type="file" accept=".yaml,.yml,.json" onChange={({ target }) => { const [file] = target.files ?? []; if (file === undefined) setExamples(null); else void file.text().then(setExamples); }} />
            <small>{T.tests.about}</small>
          </label>
        </div>
      </Card>
      {data !== undefined && trial.error === null && <Cases cases={data.cases} operation={operation} />}
      <Card title={T.differs} aside={data === undefined ? '' : T.rowsDiffer(data.changes.length)}>
        <div className="stack tight tall" tabIndex={0} role="group" aria-label={T.differs}>{data !== undefined && <Changes changes={data.changes} />}</div>
      </Card>
      <Card title={texts.methods.check.title}>
        <div className="stack tight">
          {proof.error !== null && <Failed error={proof.error} />}
          {proof.data !== undefined && proof.data !== null && <Findings check={proof.data} />}
          <p><button type="button" disabled={proof.isPending} onClick={() => proof.mutate()}>{proof.isPending ? T.proving : T.prove}</button></p>
        </div>
      </Card>
      <Card title={T.propose.title}><ProposeForm draft={draft} me={me} proposed={proposed} /></Card>
      <Card title={T.take.title}>
        <div className="stack tight">
          <p>{T.take.about}</p>
          <p className="row">
            <button type="button" className="primary" disabled={!isChanged || trial.error !== null} onClick={() => save(text)}>{T.take.save}</button>
            <button type="button" onClick={() => (isChanged ? setAsking(true) : close())}>{isChanged ? T.take.discard : T.take.close}</button>
          </p>
        </div>
      </Card>
      {isAsking && (
        <Modal label={T.take.discard} close={() => setAsking(false)}>
          <div className="stack">
            <h2>{T.take.discard}?</h2>
            <p>{T.take.lost}</p>
            <p className="row"><button type="button" className="danger" onClick={close}>{T.take.discard}</button><button type="button" autoFocus onClick={() => setAsking(false)}>{T.take.goOn}</button></p>
          </div>
        </Modal>
      )}
    </div>
  ); // prettier-ignore
}

function Tests({ tests }: { readonly tests: readonly TriedExample[] }): ReactNode {
  const failing = tests.filter(({ passed }) => !passed);
  return (
    <>
      {failing.length === 0 ? <p className="good">{T.tests.all}</p> : (
        <ul className="stack tight">
          {failing.map(({ name, row, differences }) => (
            <li key={name} className="due-step">
              <strong>{name}</strong> <span className="badge live">{T.tests.fails}</span>
              <br />{T.tests.came}: <code>{row?.id ?? texts.shell.none}</code>
              <ul>{differences.map(({ what, expected, got }) => <li key={what}>{T.outputs[what] ?? what}: <del>{expected}</del> <ins>{got}</ins></li>)}</ul>
            </li>
          ))}
        </ul>
      )}
      <details>
        <summary>{T.tests.passing(tests.length - failing.length)}</summary>
        <ul className="stack tight tall">
          {tests.filter(({ passed }) => passed).map(({ name, row }) => <li key={name}>{name} <span className="quiet">→ {(row?.method ?? '').replaceAll('-', ' ')}, <code>{row?.id}</code></span></li>)}
        </ul>
      </details>
    </>
  ); // prettier-ignore
}

function Cases({ cases, operation }: { readonly cases: Trial['cases']; readonly operation: string }): ReactNode {
  if (cases === null) return null;
  return (
    <Card title={T.cases.title} aside={T.cases.of(cases.cases)}>
      <div className="stack tight">
        <p className={cases.methods > 0 ? 'warn' : ''}>{T.cases.counts(cases.methods, cases.otherwise)}</p>
        {cases.first.length > 0 && (
          <div className="scroll tall" tabIndex={0} role="group" aria-label={T.cases.title}>
            <table>
              <thead><tr><th scope="col">{T.cases.server}</th><th scope="col">{T.cases.now}</th><th scope="col">{T.cases.afterwards}</th></tr></thead>
              <tbody>
                {cases.first.map(({ serverId, host, provider, country, before, after }) => (
                  <tr key={serverId}>
                    <td><Link className="in-text" href={`/${part(operation)}/cases/${part(host)}`}><code>{defanged(host)}</code></Link><br /><span className="quiet">{[provider, country].filter((each) => each !== null).join(', ')}</span></td>
                    <td>{before === null ? texts.shell.none : <Decided row={before} />}</td>
                    <td>{after === null ? <span className="bad">{T.cases.gap}</span> : <Decided row={after} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </div>
    </Card>
  ); // prettier-ignore
}

function Decided({
  row: { id, method, asks },
}: {
  readonly row: { readonly id: string; readonly method: string; readonly asks: readonly string[] };
}): ReactNode {
  return <>{method.replaceAll('-', ' ')}<br /><span className="quiet">{asks.join(', ')}; <code>{id}</code></span></>; // prettier-ignore
}

/** As a file, for review. */
function save(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/xml' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'method-table.dmn';
  link.click();
  URL.revokeObjectURL(url);
}
