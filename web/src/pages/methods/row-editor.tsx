import { useId } from 'react';
import type { ReactNode } from 'react';
import { texts } from '../../texts/en.ts';
import { readCell, readOutput, writeCell, writeText } from './cell.ts';
import type { Condition } from './cell.ts';
import type { Playbook } from './contract.ts';
import type { DmnSource, SourceRow } from './dmn-source.ts';

const T = texts.methods.edit;
const MODES = ['any', 'is', 'not'] as const;
const NUMBERS: ReadonlySet<string> = new Set(['approvals', 'deadlineHours']);

/** One row: when it decides, and what it then says. */
export function RowEditor({
  row,
  source,
  table,
  change,
}: {
  readonly row: SourceRow;
  readonly source: DmnSource;
  readonly table: Playbook;
  readonly change: (row: SourceRow) => void;
}): ReactNode {
  return (
    <>
      {row.copyOf !== null && <p className="quiet">{T.copied(row.copyOf)}</p>}
      <label className="field">{T.explanation}
        <textarea value={row.explanation} onChange={({ target }) => change({ ...row, explanation: target.value.replaceAll(/\s+/g, ' ') })} />
      </label>
      <h3>{T.when}</h3>
      <div className="conditions-edit">
        {source.inputs.map((column, index) => (
          <CellEditor
            key={column}
            label={T.columns[column] ?? column}
            cell={row.cells[index] ?? '-'}
            values={table.inputs[column] ?? null}
            change={(cell) => change({ ...row, cells: row.cells.with(index, cell) })}
          />
        ))}
      </div>
      <h3>{T.says}</h3>
      <div className="outputs-edit">
        {source.outputs.map((output, index) => (
          <OutputEditor
            key={output}
            output={output}
            text={row.outputs[index] ?? ''}
            values={output === 'template' ? table.templates : table.outputs[output]}
            change={(text) => change({ ...row, outputs: row.outputs.with(index, text) })}
          />
        ))}
      </div>
    </>
  ); // prettier-ignore
}

/** Anything, one of these, none of these; as it is written where it has no words. */
function CellEditor({
  label,
  cell,
  values,
  change,
}: {
  readonly label: string;
  readonly cell: string;
  /** What the fact may be; null: any country, or not known. */
  readonly values: readonly string[] | null;
  readonly change: (cell: string) => void;
}): ReactNode {
  const condition = readCell(cell);
  const name = useId();
  if (condition === null) {
    return <label className="field">{label}<small>{T.raw}</small><input className="mono" value={cell} onChange={({ target }) => change(target.value)} /></label>; // prettier-ignore
  }
  const set = (next: Condition): void => change(writeCell(next));
  const toggle = (value: string | null): void => {
    const has = condition.values.includes(value);
    const chosen = has ? condition.values.filter((each) => each !== value) : [...condition.values, value];
    // In the order of the vocabulary, so that the same choice is written the same.
    const order = values ?? chosen.filter((each) => each !== null);
    set({
      ...condition,
      values: [...order.filter((each) => chosen.includes(each)), ...(chosen.includes(null) ? [null] : [])],
    });
  };
  const begin = (mode: Condition['mode']): void => {
    const kept = condition.values.length > 0 ? condition.values : [values?.[0] ?? null];
    set({ mode, values: mode === 'any' ? [] : kept });
  };
  return (
    <fieldset className="cell">
      <legend>{label}</legend>
      <select aria-label={T.modeOf(label)} value={condition.mode} onChange={({ target }) => begin(MODES.find((mode) => mode === target.value) ?? 'any')}>
        {MODES.map((mode) => <option key={mode} value={mode}>{T.modes[mode]}</option>)}
      </select>
      {condition.mode !== 'any' && values !== null && (
        <span className="row">
          {values.map((value) => (
            <label key={value} className="choice"><input type="checkbox" name={name} checked={condition.values.includes(value)} disabled={condition.values.length === 1 && condition.values.includes(value)} onChange={() => toggle(value)} /> {value}</label>
          ))}
        </span>
      )}
      {condition.mode !== 'any' && values === null && <Countries condition={condition} label={label} set={set} />}
    </fieldset>
  ); // prettier-ignore
}

function Countries({
  condition,
  label,
  set,
}: {
  readonly condition: Condition;
  readonly label: string;
  readonly set: (condition: Condition) => void;
}): ReactNode {
  const codes = condition.values.filter((value) => value !== null);
  const isUnknownIn = condition.values.includes(null);
  const write = (text: string): void => {
    const found = [...new Set(text.toUpperCase().match(/[A-Z]{2}/g) ?? [])];
    set({ ...condition, values: [...found, ...(isUnknownIn || found.length === 0 ? [null] : [])] });
  };
  return (
    <>
      <input
        key={codes.join()}
        className="mono"
        aria-label={T.codesOf(label)}
        defaultValue={codes.join(' ')}
        placeholder={T.codes}
        onBlur={({ target }) => write(target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') write(event.currentTarget.value);
        }}
      />
      <label className="choice">
        <input
          type="checkbox"
          checked={isUnknownIn}
          disabled={codes.length === 0}
          onChange={() => set({ ...condition, values: isUnknownIn ? codes : [...codes, null] })}
        />{' '}
        {T.notKnown}
      </label>
    </>
  );
}

function OutputEditor({
  output,
  text,
  values,
  change,
}: {
  readonly output: string;
  readonly text: string;
  /** Undefined: any text. */
  readonly values: readonly string[] | undefined;
  readonly change: (text: string) => void;
}): ReactNode {
  const label = T.outputs[output] ?? output;
  const said = readOutput(text);
  if (output === 'reviewedByCounsel') {
    return <label className="choice"><input type="checkbox" checked={said === 'true'} onChange={({ target }) => change(String(target.checked))} /> {label}</label>; // prettier-ignore
  }
  if (output === 'asks' && values !== undefined) {
    const chosen = (said ?? '').split(',').map((ask) => ask.trim());
    const toggle = (ask: string): void => {
      const next = values.filter((each) => (each === ask ? !chosen.includes(ask) : chosen.includes(each)));
      if (next.length > 0) change(writeText(next.join(', ')));
    };
    return (
      <fieldset className="cell whole">
        <legend>{label}</legend>
        <span className="row">
          {values.map((ask) => <label key={ask} className="choice"><input type="checkbox" checked={chosen.includes(ask)} onChange={() => toggle(ask)} /> {ask}</label>)}
        </span>
      </fieldset>
    ); // prettier-ignore
  }
  if (values !== undefined) {
    return (
      <label className="field">{label}
        <select value={said ?? ''} onChange={({ target }) => change(writeText(target.value))}>
          {[...new Set([...values, said ?? ''])].map((value) => <option key={value}>{value}</option>)}
        </select>
      </label>
    ); // prettier-ignore
  }
  if (NUMBERS.has(output)) {
    return (
      <label className="field">{label}
        <input inputMode="numeric" value={said ?? ''} placeholder={T.noNumber} onChange={({ target }) => { if (/^\d{0,4}$/.test(target.value)) change(target.value === '' ? 'null' : target.value); }} />
      </label>
    ); // prettier-ignore
  }
  return <label className="field whole">{label}<textarea value={said ?? ''} onChange={({ target }) => change(writeText(target.value))} /></label>; // prettier-ignore
}
