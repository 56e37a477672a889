import { useDeferredValue, useState } from 'react';
import type { ReactNode } from 'react';
import type { Me } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { Card } from '../../ui/parts.tsx';
import type { Playbook } from './contract.ts';
import { readCell, readOutput } from './cell.ts';
import type { DmnSource, SourceRow } from './dmn-source.ts';
import { RowEditor } from './row-editor.tsx';
import { TrialPanel } from './trial-panel.tsx';
import { useDraft } from './use-draft.ts';

const T = texts.methods.edit;

/** The table in words, row by row, with its test cases beside it. What is in force stays as it is. */
export function EditTable({
  source,
  table,
  operation,
  me,
  close,
  proposed,
}: {
  readonly source: DmnSource;
  /** The one in force: its vocabulary. */
  readonly table: Playbook;
  readonly operation: string;
  readonly me: Me | null;
  readonly close: () => void;
  readonly proposed: () => void;
}): ReactNode {
  const draft = useDraft(source, operation);
  const [words, setWords] = useState('');
  const [openId, setOpen] = useState<string | null>(null);
  const asked = useDeferredValue(words.trim().toLowerCase());
  const { rows, change } = draft;
  const originals = new Map(source.rows.map((row) => [row.id, row]));
  const move = (from: number, to: number): void =>
    change(rows.toSpliced(from, 1).toSpliced(to, 0, ...rows.slice(from, from + 1)));
  const copy = (row: SourceRow, at: number): void => {
    const id = freeId(row.id, new Set(rows.map((each) => each.id)));
    change(rows.toSpliced(at, 0, { ...row, id, copyOf: row.copyOf ?? row.id }));
    setOpen(id);
  };
  return (
    <>
      <p className="note warn">{T.about}</p>
      <div className="wall">
        <Card title={texts.methods.rows(rows.length)} aside={T.order}>
          <input className="wide" type="search" data-filter aria-label={texts.methods.filter} placeholder={texts.methods.filter} value={words} onChange={({ target }) => setWords(target.value)} />
          <ol className="method-rows">
            {rows.map((row, index) => JSON.stringify(row).toLowerCase().includes(asked) && (
              <li key={row.id} value={index + 1}>
                <details open={openId === row.id} onToggle={({ currentTarget }) => { if (currentTarget.open) setOpen(row.id); else if (openId === row.id) setOpen(null); }}>
                  <summary>
                    <span className="quiet number">{index + 1}</span> <code>{row.id}</code>{' '}
                    <strong>{(readOutput(row.outputs[source.outputs.indexOf('method')] ?? '') ?? '').replaceAll('-', ' ')}</strong>
                    {isEdited(row, originals.get(row.id)) && <span className="badge accent">{row.copyOf === null ? T.edited : T.added}</span>}
                    <span className="conditions">{inWords(row, source)}</span>
                  </summary>
                  {openId === row.id && (
                    <div className="stack">
                      <RowEditor row={row} source={source} table={table} change={(next) => change(rows.with(index, next))} />
                      <p className="row">
                        <button type="button" disabled={index === 0} onClick={() => move(index, index - 1)}>{T.up}</button>
                        <button type="button" disabled={index === rows.length - 1} onClick={() => move(index, index + 1)}>{T.down}</button>
                        <button type="button" onClick={() => copy(row, index)}>{T.copy}</button>
                        <button type="button" className="danger" disabled={rows.length === 1} onClick={() => change(rows.toSpliced(index, 1))}>{T.remove}</button>
                      </p>
                    </div>
                  )}
                </details>
              </li>
            ))}
          </ol>
        </Card>
        <TrialPanel draft={draft} operation={operation} me={me} close={close} proposed={proposed} />
      </div>
    </>
  ); // prettier-ignore
}

function isEdited(row: SourceRow, original: SourceRow | undefined): boolean {
  return row.copyOf !== null || JSON.stringify(row) !== JSON.stringify(original);
}

function inWords({ cells }: SourceRow, { inputs }: DmnSource): ReactNode {
  const conditions = inputs.flatMap((column, index) => {
    const cell = cells[index] ?? '-';
    const condition = readCell(cell);
    if (condition?.mode === 'any') return [];
    const words = condition === null ? cell : T.condition[condition.mode === 'is' ? 'is' : 'not'](condition.values.map((value) => value ?? T.notKnown).join(', ')); // prettier-ignore
    return [{ column, words }];
  });
  if (conditions.length === 0) return texts.methods.always;
  return conditions.map(({ column, words }) => (
    <span key={column} className="condition">
      {T.columns[column] ?? column} {words}
    </span>
  ));
}

/** "br-abuse-notice-2" */
function freeId(id: string, taken: ReadonlySet<string>): string {
  for (let number = 2; ; number++) if (!taken.has(`${id}-${number}`)) return `${id}-${number}`;
}
