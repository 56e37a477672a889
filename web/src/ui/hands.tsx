import { useId, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { actSigned } from '../api.ts';
import type { Hands, Me } from '../contract.ts';
import { useAct } from './use-act.ts';
import { texts } from '../texts/en.ts';
import { hasRole } from './people.ts';
import { Modal } from './modal.tsx';
import { Failed } from './parts.tsx';

const T = texts.hands;

/** What keeps somebody from signing, a sentence; null where nothing does. */
export function whyNotYou({ refused, roles, given, mayGive, mayNot }: Hands, me: Me | null): string | null {
  if (refused !== null) return `${refused.slice(0, 1).toUpperCase()}${refused.slice(1)}.`;
  if (me === null) return '';
  if (me.person === null || !me.scopes.includes('write')) return T.visitor;
  if (mayGive.includes(me.name)) return null;
  if (given.includes(me.name)) return T.yours;
  const why = mayNot.find(({ name }) => name === me.name)?.why;
  if (why !== undefined) return T.yourWhy(me.name, why);
  return T.role(roles.join(' or '), me.roles.join(', ') || T.noRole);
}

/** How an act of two hands stands: who has signed, what is missing, who may and who may not. */
export function HandsNow({ hands }: { readonly hands: Hands }): ReactNode {
  const { needed, given, missing, mayGive, mayNot, refused } = hands;
  if (refused !== null) return null;
  const names = given.join(', ');
  return (
    <div className="stack tight" data-hands="">
      <p>
        {T.needed(needed)}{' '}
        {given.length === 0 ? `${missing === null ? '' : `${T.oneIs(missing)} `}${T.nobody}` : <><strong>✓ {given.length === 1 ? T.given(names) : T.givenMany(names)}</strong> {missing === null ? T.second : T.missing(missing)}</>}
      </p>
      <dl className="facts">
        <dt>{T.may}</dt><dd>{mayGive.join(', ') || T.none}</dd>
        {mayNot.map(({ name, why }) => [<dt key={name}>{T.mayNot}</dt>, <dd key={`${name} why`}>{name}: {why}</dd>])}
      </dl>
    </div>
  ); // prettier-ignore
}

/** One of the words of two: how it stands comes before the button, and a button that would be refused says why and rests. */
export function TwoHands({
  label,
  path,
  body = {},
  hands,
  me,
  children,
}: {
  readonly label: string;
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly hands: Hands;
  readonly me: Me | null;
  /** What is signed, in words. */
  readonly children?: ReactNode;
}): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const { isBusy, error, run } = useAct();
  const [told, setTold] = useState('');
  const id = useId();
  const needs = useId();
  const why = whyNotYou(hands, me);
  const isGiven = reason.trim() !== '';
  const sign = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (why !== null || !isGiven || isBusy) return;
    if (!(await run(() => actSigned(path, { ...body, reason: reason.trim() })))) return;
    setOpen(false);
    setReason('');
    setTold(T.done(label));
  };
  return (
    <div className="stack tight no-print two-hands">
      <div id={id} className="stack tight">
        <HandsNow hands={hands} />
        {why !== null && why !== '' && <p className="quiet">{why}</p>}
      </div>
      {hasRole(me, hands.roles) && <p><button type="button" disabled={why !== null} aria-describedby={id} onClick={() => setOpen(true)}>{label}</button></p>}
      <p role="status" className={told === '' ? 'visually-hidden' : 'good'}>{told}</p>
      {isOpen && (
        <Modal label={label} close={() => setOpen(false)}>
          <form className="stack" onSubmit={(event) => void sign(event)}>
            <h2>{label}</h2>
            {children}
            <HandsNow hands={hands} />
            {why !== null && why !== '' && <p className="note warn" role="status">{why}</p>}
            <label className="field">{T.reason}<textarea required value={reason} maxLength={1000} onChange={({ target }) => setReason(target.value)} /></label>
            <p className="row">
              <button type="submit" className="primary" disabled={why !== null || !isGiven || isBusy} aria-describedby={needs}>{isBusy ? T.busy : T.sign}</button>
              <button type="button" onClick={() => setOpen(false)}>{T.cancel}</button>
            </p>
            <p id={needs} className="quiet">{isGiven ? '' : T.needsReason}</p>
            {error !== null && <Failed error={error} />}
          </form>
        </Modal>
      )}
    </div>
  ); // prettier-ignore
}
