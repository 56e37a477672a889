import { useId, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { actSigned, part } from '../../api.ts';
import type { Me } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { Failed } from '../../ui/parts.tsx';
import { forbidding, forbiddingYou } from './blocks.tsx';
import type { Review } from './contract.ts';
import { hasRole } from '../../ui/people.ts';
import { sentenceOf } from './sentence.ts';
import { useAct } from '../../ui/use-act.ts';

const T = texts.review.decide;
const TAIL = 4;
const MAX_HOURS = 336;

interface DecideProps {
  readonly review: Review;
  readonly me: Me | null;
  readonly operation: string;
  /** What stands there has been looked at as it stands now. */
  readonly isLookedAt: boolean;
  readonly tell: (words: string) => void;
}

/** What somebody can do about the notice; whoever can do nothing is told so in one sentence. */
export function Decide(props: DecideProps): ReactNode {
  const { review, me } = props;
  const { state } = review.notice;
  const isOpen = state === 'drafted' || state === 'approved';
  const isApprover = hasRole(me, ['approver']);
  const hasApproved = review.standing.given.some(({ name }) => name === me?.name);
  if (me !== null && !hasRole(me, ['analyst', 'counsel', 'approver', 'admin', 'duty'])) return <p className="quiet">{T.notAPerson}</p>; // prettier-ignore
  if (!isOpen) return <p className="quiet">{T.left(state)}</p>;
  return (
    <div className="stack">
      {hasApproved && <p>✓ {T.given}</p>}
      {!isApprover && <p className="quiet">{T.noApprover}</p>}
      {isApprover && !hasApproved && <Approve {...props} />}
      {hasApproved && <WithReason {...props} path="approval-withdrawals" open={T.withdraw} label={T.withdrawReason} submit={T.withdrawDo} done={T.withdrawn(review.notice.reference)} />}
      {hasRole(me, ['approver', 'counsel']) && <WithReason {...props} path="rejections" open={T.reject} label={T.rejectReason} submit={T.rejectDo} done={T.rejected(review.notice.reference)} />}
    </div>
  ); // prettier-ignore
}

function Approve({ review, me, operation, isLookedAt, tell }: DecideProps): ReactNode {
  const [typed, setTyped] = useState('');
  const [hours, setHours] = useState('');
  const { isBusy, error, run } = useAct();
  const reasons = useId();
  const { reference, hash } = review.notice;
  const tail = reference.slice(-TAIL);
  const isTyped = typed.trim().toUpperCase() === tail.toUpperCase();
  const given = hours.trim() === '' ? null : Number(hours);
  const own = forbiddingYou(review, me);
  const why = [
    ...forbidding(review),
    ...(own === null ? [] : [own]),
    ...(review.draft === null ? [T.outdated] : []),
    ...(review.text === null ? [T.noText] : []),
    ...(isLookedAt ? [] : [T.needsLook]),
    ...(given === null || (Number.isInteger(given) && given >= 1 && given <= MAX_HOURS) ? [] : [T.needsHours]),
    ...(isTyped ? [] : [typed.trim().length >= TAIL ? T.wrong : T.needsType]),
  ];
  const approve = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (why.length > 0 || isBusy) return;
    // Names the hash of what was looked at: the service refuses any other.
    const body = { hash, ...(given === null ? {} : { hours: given }) };
    let given_ = review.standing.given.length + 1;
    const isDone = await run(async () => {
      const about = `${review.notice.drill ? texts.review.signing.drill : texts.review.signing.real} ${sentenceOf(review)}`;
      const approved = await actSigned<{ readonly standing?: { readonly given: readonly unknown[] } }>(
        `/operations/${part(operation)}/notices/${part(reference)}/approvals`,
        body,
        about,
      );
      given_ = approved?.standing?.given.length ?? given_;
      return approved;
    });
    setTyped('');
    if (isDone) tell(T.approved(reference, given_, review.standing.needed));
  };
  return (
    <form className="stack" onSubmit={(event) => void approve(event)}>
      <label className="field">
        {T.type(tail)}
        <small>{T.typeAbout}</small>
        <input value={typed} onChange={({ target }) => setTyped(target.value)} autoComplete="off" autoCapitalize="characters" spellCheck={false} className="mono" maxLength={20} aria-describedby={reasons} />
      </label>
      <label className="field">
        {T.hours}
        <small>{T.hoursAbout}</small>
        <input inputMode="numeric" value={hours} onChange={({ target }) => setHours(target.value)} maxLength={3} />
      </label>
      <button type="submit" className="primary" disabled={why.length > 0 || isBusy} aria-describedby={reasons}>{isBusy ? T.busy : T.approve}</button>
      <div id={reasons}>
        {why.length > 0 && (
          <>
            <p className="quiet">{T.why}</p>
            <ul className="why">{why.map((line) => <li key={line}>{line}</li>)}</ul>
          </>
        )}
      </div>
      {error !== null && <Failed error={error} />}
    </form>
  ); // prettier-ignore
}

/** An act that needs a reason: it is asked for before anything can be pressed. */
function WithReason({
  review,
  operation,
  path,
  open,
  label,
  submit,
  done,
  tell,
}: DecideProps & {
  readonly path: string;
  readonly open: string;
  readonly label: string;
  readonly submit: string;
  readonly done: string;
}): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const { isBusy, error, run } = useAct();
  const needs = useId();
  const isGiven = reason.trim() !== '';
  if (!isOpen) return <p><button type="button" onClick={() => setOpen(true)}>{open}</button></p>; // prettier-ignore
  const act = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isGiven || isBusy) return;
    const address = `/operations/${part(operation)}/notices/${part(review.notice.reference)}/${path}`;
    if (!(await run(() => actSigned(address, { reason: reason.trim() })))) return;
    setOpen(false);
    setReason('');
    tell(done);
  };
  return (
    <form className="stack tight" onSubmit={(event) => void act(event)}>
      <label className="field">
        {label}
        <textarea autoFocus value={reason} maxLength={1000} onChange={({ target }) => setReason(target.value)} />
      </label>
      <p className="row">
        <button type="submit" className="danger" disabled={!isGiven || isBusy} aria-describedby={needs}>{isBusy ? T.busy : submit}</button>
        <button type="button" onClick={() => setOpen(false)}>{T.cancel}</button>
      </p>
      <p id={needs} className="quiet">{isGiven ? '' : T.needsReason}</p>
      {error !== null && <Failed error={error} />}
    </form>
  ); // prettier-ignore
}
