import { useId, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { actSigned } from '../../api.ts';
import type { Me } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { Failed } from '../../ui/parts.tsx';
import { ACTING, hasRole } from '../../ui/people.ts';
import { useAct } from '../../ui/use-act.ts';
import type { TableDraft } from './use-draft.ts';

const T = texts.methods.edit.propose;

/** Puts the table as it is edited before counsel. What keeps it from that is said before anything can be pressed. */
export function ProposeForm({
  draft,
  me,
  proposed,
}: {
  readonly draft: TableDraft;
  readonly me: Me | null;
  readonly proposed: () => void;
}): ReactNode {
  const [reason, setReason] = useState('');
  const { isBusy, error, run } = useAct();
  const reasons = useId();
  const { text, examples, isChanged, trial } = draft;
  if (!hasRole(me, ACTING)) return <p className="quiet">{T.notAPerson}</p>;
  const failing = trial.data?.examples.filter(({ passed }) => !passed).length ?? 0;
  const why = [
    ...(isChanged ? [] : [T.unchanged]),
    ...(trial.data === undefined || trial.isPending || trial.error !== null ? [T.untested] : []),
    ...(failing > 0 ? [T.failing(failing)] : []),
    ...(reason.trim() === '' ? [T.noReason] : []),
  ];
  const propose = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (why.length > 0 || isBusy) return;
    const body = { table: text, reason: reason.trim(), ...(examples === null ? {} : { examples }) };
    const about = T.looked(trial.data?.changes.length ?? 0);
    if (await run(() => actSigned('/playbook/proposals', body, about))) proposed();
  };
  return (
    <form className="stack tight" onSubmit={(event) => void propose(event)}>
      <p>{T.about}</p>
      <label className="field">{T.reason}<textarea value={reason} maxLength={1000} onChange={({ target }) => setReason(target.value)} /></label>
      <p><button type="submit" className="primary" disabled={why.length > 0 || isBusy} aria-describedby={reasons}>{isBusy ? T.busy : T.submit}</button></p>
      <div id={reasons}>
        {why.length > 0 && <><p className="quiet">{T.why}</p><ul className="why">{why.map((line) => <li key={line}>{line}</li>)}</ul></>}
      </div>
      {error !== null && <Failed error={error} />}
    </form>
  ); // prettier-ignore
}
