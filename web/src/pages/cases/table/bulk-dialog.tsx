import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { act as ask } from '../../../api.ts';
import { texts } from '../../../texts/en.ts';
import { defanged, utc } from '../../../ui/format.ts';
import { Modal } from '../../../ui/modal.tsx';
import { byReason, planOf, requestOf } from './bulk-plan.ts';
import type { BulkAct } from './bulk-plan.ts';
import { KINDS } from './row.ts';
import type { Now, Row } from './row.ts';

const T = texts.cases.bulk;
const P = T.preview;
const FIRST = 12;
const A_WEEK_MS = 7 * 86_400_000;

interface Result {
  readonly host: string;
  /** Null: not tried yet. */
  readonly isDone: boolean | null;
  readonly said: string;
}

/** Asks what is needed, shows in plain words what will happen to whom, and does it one after the other. */
export function BulkDialog({
  operation,
  name,
  rows,
  who,
  now,
  close,
}: {
  readonly operation: string;
  readonly name: BulkAct['name'];
  readonly rows: readonly Row[];
  readonly who: string;
  readonly now: () => Now;
  readonly close: () => void;
}): ReactNode {
  const [kind, setKind] = useState<string>(KINDS[0]);
  const [party, setParty] = useState('');
  const [until, setUntil] = useState(() => new Date(now().nowMs + A_WEEK_MS).toISOString().slice(0, 16));
  const [reason, setReason] = useState('');
  const [results, setResults] = useState<readonly Result[] | null>(null);
  const [isRunning, setRunning] = useState(false);
  const isStopped = useRef(false);
  const client = useQueryClient();
  useEffect(
    () => () => {
      isStopped.current = true;
    },
    [],
  );

  const act = useMemo((): BulkAct | null => {
    if (name === 'kind') return { name, kind: kind === '' ? null : kind, reason };
    const at = Date.parse(`${until}Z`);
    return Number.isNaN(at) ? null : { name, party, until: new Date(at).toISOString(), reason };
  }, [name, kind, party, until, reason]);
  const plan = useMemo(() => (act === null ? null : planOf(act, rows)), [act, rows]);

  const run = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (act === null || plan === null) return;
    isStopped.current = false;
    setRunning(true);
    const told: Result[] = plan.servers.map(({ host }) => ({ host, isDone: null, said: '' }));
    setResults(told);
    for (const [index, { host }] of plan.servers.entries()) {
      if (isStopped.current) break;
      const { method, path, body } = requestOf(act, operation, host);
      try {
        await ask(method, path, body);
        told[index] = { host, isDone: true, said: T.acts[name].done };
      } catch (cause) {
        told[index] = { host, isDone: false, said: cause instanceof Error ? cause.message : String(cause) };
      }
      setResults([...told]);
    }
    setRunning(false);
    void client.invalidateQueries();
  };

  const title = T.acts[name].title;
  return (
    <Modal label={title} close={close} className="bulk-dialog">
      {results === null ? (
        <form className="stack" onSubmit={(event) => void run(event)}>
          <h2>{title}</h2>
          {name === 'kind' ? (
            <label className="field">
              {T.fields.kind}
              <select value={kind} onChange={({ target }) => setKind(target.value)}>
                {KINDS.map((each) => <option key={each}>{each}</option>)}
                <option value="">{T.fields.taken}</option>
              </select>
            </label>
          ) : (
            <>
              <label className="field">{T.fields.party}<input required maxLength={120} value={party} onChange={({ target }) => setParty(target.value)} /></label>
              <label className="field">{T.fields.until}<input type="datetime-local" required value={until} onChange={({ target }) => setUntil(target.value)} /></label>
            </>
          )}
          <label className="field">{T.fields.reason}<textarea required maxLength={1000} value={reason} onChange={({ target }) => setReason(target.value)} /></label>
          {act !== null && plan !== null && <Preview act={act} plan={plan} who={who} />}
          <p className="row">
            <button type="submit" className="primary" disabled={plan === null || plan.servers.length === 0}>{plan === null || plan.servers.length === 0 ? T.nothing : T.go(plan.servers.length)}</button>
            <button type="button" onClick={close}>{T.cancel}</button>
          </p>
        </form>
      ) : (
        <div className="stack">
          <h2>{title}</h2>
          <Results results={results} isRunning={isRunning} />
          <p>
            {isRunning ? (
              <button type="button" className="danger" onClick={() => { isStopped.current = true; }}>{T.stop}</button>
            ) : (
              <button type="button" className="primary" onClick={close}>{T.close}</button>
            )}
          </p>
        </div>
      )}
    </Modal>
  ); // prettier-ignore
}

function Preview({
  act,
  plan,
  who,
}: {
  readonly act: BulkAct;
  readonly plan: ReturnType<typeof planOf>;
  readonly who: string;
}): ReactNode {
  const what = act.name === 'handsOff' ? P.handsOff(act.party, utc(act.until)) : act.kind === null ? P.takeBack : P.kind(act.kind); // prettier-ignore
  return (
    <dl className="facts preview" data-preview="">
      <dt>{P.who}</dt><dd>{who}</dd>
      <dt>{P.what}</dt><dd>{what} {P.one}</dd>
      <dt>{P.which}</dt>
      <dd><strong>{plan.servers.length.toLocaleString('en')}</strong> <Hosts hosts={plan.servers.map(({ host }) => host)} /></dd>
      <dt>{P.without}</dt>
      <dd>
        {plan.without.length === 0 ? P.nobodyElse : (
          <ul className="stack tight">
            {byReason(plan.without).map(({ why, hosts }) => <li key={why}><strong>{hosts.length.toLocaleString('en')}</strong> {why}: <Hosts hosts={hosts} /></li>)}
          </ul>
        )}
      </dd>
    </dl>
  ); // prettier-ignore
}

function Hosts({ hosts }: { readonly hosts: readonly string[] }): ReactNode {
  return (
    <span className="mono">
      {hosts.slice(0, FIRST).map(defanged).join(' · ')}
      {hosts.length > FIRST && ` · ${P.more(hosts.length - FIRST)}`}
    </span>
  );
}

function Results({
  results,
  isRunning,
}: {
  readonly results: readonly Result[];
  readonly isRunning: boolean;
}): ReactNode {
  const done = results.filter(({ isDone }) => isDone === true).length;
  const refused = results.filter(({ isDone }) => isDone === false).length;
  const undone = results.length - done - refused;
  return (
    <>
      <p role="status">{isRunning ? T.progress(done + refused, results.length) : T.outcome(done, refused, undone)}</p>
      <progress max={results.length} value={done + refused} aria-label={T.result} />
      <div className="scroll tall" tabIndex={0} role="region" aria-label={T.result}>
        <table>
          <thead><tr><th scope="col">{T.server}</th><th scope="col">{T.result}</th></tr></thead>
          <tbody>
            {results.map(({ host, isDone, said }) => (
              <tr key={host}>
                <td className="mono">{defanged(host)}</td>
                <td className={isDone === false ? 'bad' : isDone === true ? 'good' : 'quiet'}>{isDone === null ? (isRunning ? '…' : T.stopped) : said}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  ); // prettier-ignore
}
