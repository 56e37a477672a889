import { useState } from 'react';
import type { ReactNode } from 'react';
import type { Me } from '../../../contract.ts';
import { texts } from '../../../texts/en.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { MOST_AT_ONCE } from './bulk-plan.ts';
import type { BulkAct } from './bulk-plan.ts';
import type { ListFormat } from './case-list.ts';
import type { Row } from './row.ts';
import type { Cases } from './use-cases.ts';

const T = texts.cases.bulk;
const ACTING: ReadonlySet<string> = new Set(['analyst', 'counsel', 'approver', 'admin', 'duty']);
const ACTS = ['kind', 'handsOff'] as const;

/** What can be done with the rows that are selected. */
export function BulkBar({
  cases,
  me,
  selected,
  select,
}: {
  readonly cases: Cases;
  readonly me: Me | null;
  readonly selected: ReadonlySet<number>;
  readonly select: (next: ReadonlySet<number>) => void;
}): ReactNode {
  const { source, shown } = cases;
  const [said, setSaid] = useState('');
  const [dialog, setDialog] = useState<{ readonly name: BulkAct['name']; readonly rows: readonly Row[] } | null>(null);
  const total = shown?.count ?? 0;
  if (selected.size === 0) return <p className="quiet no-print keys-line">{texts.cases.table.keys}</p>;

  const text = (format: ListFormat): Promise<string> => source.call('text', [...selected], format);
  const copy = async (format: ListFormat): Promise<void> => {
    const list = await text(format);
    await navigator.clipboard.writeText(list);
    setSaid(T.copied(list.split('\n').length));
    setTimeout(() => setSaid(''), 3000);
  };
  const save = async (): Promise<void> => {
    const address = URL.createObjectURL(new Blob([await text('csv')], { type: 'text/csv;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = `${source.operation.replaceAll(/[^\w.-]+/g, '-')}-cases.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  };
  const begin = async (name: BulkAct['name']): Promise<void> => {
    setDialog({ name, rows: await source.call('rows', [...selected]) });
  };
  const mayAct = me !== null && me.person !== null && me.roles.some((role) => ACTING.has(role));
  const hindrance = !mayAct
    ? T.mayNot
    : (shown?.problems.length ?? 0) > 0
      ? T.notUnderstood
      : selected.size > MOST_AT_ONCE
        ? T.tooMany(MOST_AT_ONCE)
        : null;

  return (
    <div className="bulk-bar row" role="group" aria-label={T.label}>
      <strong role="status">{T.selected(selected.size)}</strong>
      {selected.size < total && (
        <button type="button" className="bare" onClick={() => void source.call('ids', 0, total).then((ids) => select(new Set(ids)))}>{T.all(total)}</button>
      )}
      <button type="button" className="bare" onClick={() => select(new Set())}>{T.none}</button>
      <span className="bulk-gap" />
      <button type="button" onClick={() => void copy('defanged')}>{T.copyDefanged}</button>
      <button type="button" onClick={() => void copy('raw')}>{T.copyRaw}</button>
      <button type="button" onClick={() => void save()}>{T.csv}</button>
      {ACTS.map((name) => (
        <button key={name} type="button" disabled={hindrance !== null} title={hindrance ?? undefined} onClick={() => void begin(name)}>{T.acts[name].button}</button>
      ))}
      {hindrance !== null && <span className="quiet">{hindrance}</span>}
      <span role="status" className="quiet">{said}</span>
      {dialog !== null && <BulkDialog operation={source.operation} name={dialog.name} rows={dialog.rows} who={me?.name ?? ''} now={cases.now} close={() => setDialog(null)} />}
    </div>
  ); // prettier-ignore
}
