import { useId, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { actSigned, useRead } from '../../api.ts';
import { texts } from '../../texts/en.ts';
import { Card, Failed, Loaded, Moment } from '../../ui/parts.tsx';
import { useAct } from '../../ui/use-act.ts';
import { Changes } from './changes.tsx';
import type { OneProposal, Proposal } from './contract.ts';

const T = texts.methods.proposals;

/** Tables that people have proposed, the newest first: what each changes, what became of it, and what one may say of it. */
export function Proposals({ tell }: { readonly tell: (words: string) => void }): ReactNode {
  const proposals = useRead<readonly Proposal[]>('/playbook/proposals');
  return (
    <Card title={T.title}>
      <Loaded query={proposals}>
        {(tables) => tables.length === 0 ? <p className="quiet">{T.none}</p> : (
          <ol className="method-rows">
            {tables.toReversed().map((table) => (
              <li key={table.number} value={table.number}>
                <OneTable table={table} isNewest={tables.findLast(({ sha256 }) => sha256 === table.sha256)?.number === table.number} tell={tell} />
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Card>
  ); // prettier-ignore
}

const TONES = { waiting: 'warn', 'in-force': 'accent', superseded: '', rejected: '', withdrawn: '' } as const;

function OneTable({
  table,
  isNewest,
  tell,
}: {
  readonly table: Proposal;
  /** Of those of the same table: what is said is said of that one. */
  readonly isNewest: boolean;
  readonly tell: (words: string) => void;
}): ReactNode {
  const [isOpen, setOpen] = useState(table.state === 'waiting');
  return (
    <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <strong>{T.number(table.number)}</strong> <code>{table.sha256.slice(0, 12)}</code> <span className={`badge ${TONES[table.state]}`}>{T.state[table.state]}</span> {table.name}
      </summary>
      <div className="stack tight">
        <dl className="facts">
          <dt>{T.by}</dt><dd><Said by={table.proposedBy} at={table.proposedAt} /></dd>
          <dt>{T.why}</dt><dd>{table.reason}</dd>
          <dt>{T.follows}</dt><dd>{T.followed(table.replaces)}</dd>
          <dt>{T.tests}</dt><dd>{T.passed(table.examples.count, table.examples.isOurs)}</dd>
          {table.approvedBy !== null && <><dt>{T.approved}</dt><dd><Said by={table.approvedBy} at={table.approvedAt} /></dd></>}
          {table.rejectedBy !== null && <><dt>{T.rejected}</dt><dd><Said by={table.rejectedBy} at={table.rejectedAt} /></dd></>}
          {table.withdrawnBy !== null && <><dt>{T.withdrawn}</dt><dd><Said by={table.withdrawnBy} at={table.withdrawnAt} /></dd></>}
          {table.settledReason !== null && <><dt>{T.settled}</dt><dd>{table.settledReason}</dd></>}
        </dl>
        {isOpen && (isNewest ? <WholeTable sha256={table.sha256} tell={tell} /> : <p className="quiet">{T.anew}</p>)}
      </div>
    </details>
  ); // prettier-ignore
}

function Said({ by, at }: { readonly by: string; readonly at: string | null }): ReactNode {
  return <>{T.said(by)}, <Moment at={at} /></>; // prettier-ignore
}

function WholeTable({ sha256, tell }: { readonly sha256: string; readonly tell: (words: string) => void }): ReactNode {
  const proposal = useRead<OneProposal>(`/playbook/proposals/${sha256}`);
  return (
    <Loaded query={proposal}>
      {(table) => (
        <>
          {(!table.examples.isOurs || table.ours.failing.length > 0) && (
            <div className={table.ours.failing.length > 0 ? 'warn' : 'quiet'}>
              {T.ours(table.ours.count - table.ours.failing.length, table.ours.count)}
              <ul>{table.ours.failing.map((name) => <li key={name}>{name}</li>)}</ul>
            </div>
          )}
          <h3>{T.differs}</h3>
          <div className="stack tight tall" tabIndex={0} role="group" aria-label={T.differs}><Changes changes={table.differs} /></div>
          <p><a href={`/api/v1/playbook/proposals/${sha256}/source`} download="method-table.dmn">{T.file}</a></p>
          <Words table={table} tell={tell} />
        </>
      )}
    </Loaded>
  ); // prettier-ignore
}

interface WordsProps {
  readonly table: OneProposal;
  readonly tell: (words: string) => void;
}

/** What one may say of it, and why one may not. */
function Words({ table, tell }: WordsProps): ReactNode {
  const { state, whyNot } = table;
  if (state !== 'waiting' && state !== 'in-force') return null;
  if (whyNot === null) return <p className="quiet">{T.notAPerson}</p>;
  return (
    <div className="stack tight no-print">
      {state === 'waiting' && <Approve table={table} tell={tell} whyNot={whyNot.approve} />}
      {state === 'waiting' && <WithReason table={table} tell={tell} word="reject" whyNot={whyNot.reject} />}
      <WithReason table={table} tell={tell} word="withdraw" whyNot={whyNot.withdraw} />
    </div>
  );
}

function Approve({ table, tell, whyNot }: WordsProps & { readonly whyNot: string | null }): ReactNode {
  const { isBusy, error, run } = useAct();
  const reasons = useId();
  const { number, sha256, differs } = table;
  const approve = async (): Promise<void> => {
    const about = T.looked(number, differs.length);
    if (await run(() => actSigned(`/playbook/proposals/${sha256}/approvals`, {}, about))) tell(T.done.approve(number));
  };
  return (
    <div>
      <button type="button" className="primary" disabled={whyNot !== null || isBusy} aria-describedby={reasons} onClick={() => void approve()}>{isBusy ? T.busy : T.approve}</button>
      <p id={reasons} className="quiet">{whyNot === null ? '' : `${T.cannot.approve}: ${whyNot}.`}</p>
      {error !== null && <Failed error={error} />}
    </div>
  ); // prettier-ignore
}

function WithReason({
  table,
  tell,
  word,
  whyNot,
}: WordsProps & { readonly word: 'reject' | 'withdraw'; readonly whyNot: string | null }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const { isBusy, error, run } = useAct();
  const reasons = useId();
  const { number, sha256 } = table;
  const isGiven = reason.trim() !== '';
  const act = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isGiven || isBusy) return;
    const path = `/playbook/proposals/${sha256}/${word === 'reject' ? 'rejections' : 'withdrawals'}`;
    if (await run(() => actSigned(path, { reason: reason.trim() }))) tell(T.done[word](number));
  };
  if (!isOpen) {
    return (
      <div>
        <button type="button" disabled={whyNot !== null} aria-describedby={reasons} onClick={() => setOpen(true)}>{T[word]}</button>
        <p id={reasons} className="quiet">{whyNot === null ? '' : `${T.cannot[word]}: ${whyNot}.`}</p>
      </div>
    ); // prettier-ignore
  }
  return (
    <form className="stack tight" onSubmit={(event) => void act(event)}>
      <label className="field">{T.reason}<textarea autoFocus value={reason} maxLength={1000} onChange={({ target }) => setReason(target.value)} /></label>
      <p className="row">
        <button type="submit" className="danger" disabled={!isGiven || isBusy}>{isBusy ? T.busy : word === 'reject' ? T.rejectDo : T.withdrawDo}</button>
        <button type="button" onClick={() => setOpen(false)}>{T.cancel}</button>
      </p>
      {error !== null && <Failed error={error} />}
    </form>
  ); // prettier-ignore
}
