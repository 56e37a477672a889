import { useMutation } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { ReactNode } from 'react';
import { useRead } from '../../api.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { Card, Failed, Loaded } from '../../ui/parts.tsx';
import type { MethodRow, Playbook } from './contract.ts';
import type { DmnSource } from './dmn-source.ts';
import { EditTable } from './edit-table.tsx';
import { Findings } from './findings.tsx';
import { Proposals } from './proposals.tsx';
import { TryDraft } from './try-draft.tsx';
import { TryFacts } from './try-facts.tsx';
import { openSource } from './use-draft.ts';
import './methods.css';

const T = texts.methods;

/** Counsel's table: read it, try it, and try another one beside it. */
export function MethodsPage({ operation, me }: PageProps): ReactNode {
  const playbook = useRead<Playbook>('/playbook');
  const [source, setSource] = useState<DmnSource | null>(null);
  const [told, setTold] = useState('');
  const open = useMutation({
    mutationFn: openSource,
    onSuccess: (opened) => {
      setSource(opened);
      setTold('');
    },
  });
  return (
    <>
      <header className="page-head"><h1>{T.title}</h1></header>
      <p className="quiet">{T.about}</p>
      <Loaded query={playbook}>
        {(table) => source !== null ? <EditTable source={source} table={table} operation={operation} me={me} close={() => setSource(null)} proposed={() => { setSource(null); setTold(T.proposals.done.proposed); }} /> : (
          <>
            <p className="row">
              <strong>{table.name}</strong> <span className="quiet">{T.version}</span> <code>{table.sha256.slice(0, 16)}</code> <span className="quiet">{T.from[table.from](table.number)}</span>
              <button type="button" disabled={open.isPending} onClick={() => open.mutate()}>{T.edit.open}</button>
            </p>
            {open.error !== null && <Failed error={open.error} />}
            <p role="status" className="good">{told}</p>
            <div className="wall">
              <div className="stack">
                <Rows rows={table.rows} />
              </div>
              <div className="stack">
                <Proposals tell={setTold} />
                <TryFacts inputs={table.inputs} usual={table.usual} />
                <Card title={T.check.title}><Findings check={table.check} /></Card>
                <TryDraft />
              </div>
            </div>
          </>
        )}
      </Loaded>
    </>
  ); // prettier-ignore
}

function Rows({ rows }: { readonly rows: readonly MethodRow[] }): ReactNode {
  const [words, setWords] = useState('');
  const asked = useDeferredValue(words.trim().toLowerCase());
  const shown = rows
    .map((row, index) => ({ row, place: index + 1 }))
    .filter(({ row }) => JSON.stringify(row).toLowerCase().includes(asked));
  return (
    <Card title={T.rows(rows.length)}>
      <input className="wide" type="search" data-filter aria-label={T.filter} placeholder={T.filter} value={words} onChange={({ target }) => setWords(target.value)} />
      {shown.length === 0 && <p className="empty">{T.none}</p>}
      <ol className="method-rows">
        {shown.map(({ row, place }) => <OneRow key={row.id} row={row} place={place} />)}
      </ol>
    </Card>
  ); // prettier-ignore
}

function OneRow({ row, place }: { readonly row: MethodRow; readonly place: number }): ReactNode {
  const conditions = row.where.filter(({ cell }) => cell !== '-');
  return (
    <li value={place}>
      <details>
        <summary>
          <span className="quiet number">{place}</span> <code>{row.id}</code>{' '}
          <strong>{row.method.replaceAll('-', ' ')}</strong> <span className="quiet">→ {row.addressee}</span>
          <span className="conditions">{conditions.length === 0 ? T.always : conditions.map(({ column, cell }) => <span key={column} className="condition">{column} {cell}</span>)}</span>
        </summary>
        <div className="stack tight">
          <p>{row.explanation}</p>
          <dl className="facts">
            <dt>{T.asks}</dt><dd>{row.asks.join(', ') || texts.shell.none}</dd>
            <dt>{T.approvals}</dt><dd>{row.approvals}</dd>
            <dt>{T.deadline}</dt><dd>{row.deadlineHours ?? texts.shell.none}</dd>
            <dt>{T.binding}</dt><dd>{row.binding}</dd>
            <dt>{T.law}</dt><dd>{row.law}</dd>
            <dt>{T.citation}</dt><dd>{row.citation}</dd>
            <dt>{T.evidence}</dt><dd>{row.evidence}</dd>
            <dt>{T.escalation}</dt><dd>{row.escalation}</dd>
            <dt>{T.customerTold}</dt><dd>{row.customerTold}</dd>
            <dt>{T.nameShown}</dt><dd>{row.nameShown}</dd>
            <dt>{T.reviewed}</dt><dd>{row.reviewedByCounsel ? T.isReviewed : T.notReviewed}</dd>
          </dl>
        </div>
      </details>
    </li>
  ); // prettier-ignore
}
