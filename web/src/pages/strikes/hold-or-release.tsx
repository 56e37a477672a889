import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { actSigned, part, useRead } from '../../api.ts';
import type { Hands } from '../../contract.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { TwoHands } from '../../ui/hands.tsx';
import { Modal } from '../../ui/modal.tsx';
import { Failed, Loaded } from '../../ui/parts.tsx';
import { hasRole } from '../../ui/people.ts';
import { useAct } from '../../ui/use-act.ts';
import type { Strike } from './contract.ts';

const T = texts.strikes;
const MAY = ['approver', 'counsel'] as const;

interface StrikeHands {
  readonly hold: Hands;
  readonly briefings: Hands;
}

type Props = { readonly operation: string; readonly strike: Strike } & Pick<PageProps, 'me'>;

/** The words of people on a plan. Each is signed, and needs a reason; where it takes two, who is missing is said first. */
export function HoldOrRelease({ operation, strike, me }: Props): ReactNode {
  const path = `/operations/${part(operation)}/strikes/${strike.number}`;
  const hands = useRead<StrikeHands>(`${path}/hands`);
  const waits = (strike.briefings ?? []).some(({ standing }) => standing === 'to-approve' || standing === 'half-approved'); // prettier-ignore
  return (
    <div className="stack">
      <Loaded query={hands}>
        {({ hold, briefings }) => (
          <div className="grid">
            <section className="half stack tight" aria-label={T.hold}>
              <h3>{T.hold}</h3>
              <TwoHands label={T.hold} path={`${path}/holds`} hands={hold} me={me}><p>{T.number(strike.number)}, {T.notices(strike.items.length)}</p></TwoHands>
            </section>
            {waits && (
              <section className="half stack tight" aria-label={T.brief}>
                <h3>{T.brief}</h3>
                <TwoHands label={T.brief} path={`${path}/briefing-approvals`} hands={briefings} me={me}>
                  <p>{T.briefAbout((strike.briefings ?? []).map(({ provider, recipient }) => `${provider} (${recipient})`).join(', '))}</p>
                </TwoHands>
              </section>
            )}
          </div>
        )}
      </Loaded>
      <Release path={path} strike={strike} me={me} />
    </div>
  ); // prettier-ignore
}

/** Gives back what was held: one word is enough, and that is said as well. */
function Release({ path, strike, me }: Omit<Props, 'operation'> & { readonly path: string }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const [isHarm, setHarm] = useState(false);
  const { isBusy, error, run } = useAct();
  const mayAct = hasRole(me, MAY);
  const isGiven = reason.trim() !== '';
  const sign = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isGiven || isBusy) return;
    if (!(await run(() => actSigned(`${path}/releases`, { reason: reason.trim(), isHarm })))) return;
    setOpen(false);
    setReason('');
  };
  const needs = me !== null && me.person !== null && !mayAct ? texts.hands.role(MAY.join(' or '), me.roles.join(', ') || texts.hands.noRole) : ''; // prettier-ignore
  return (
    <section className="stack tight no-print" aria-label={T.release}>
      <h3>{T.release}</h3>
      <p id={`release-${strike.number}`} className="quiet">{texts.hands.one} {needs}</p>
      {mayAct && <p><button type="button" className="danger" aria-describedby={`release-${strike.number}`} onClick={() => setOpen(true)}>{T.release}</button></p>}
      {isOpen && (
        <Modal label={T.release} close={() => setOpen(false)}>
          <form className="stack" onSubmit={(event) => void sign(event)}>
            <h2>{T.release}: {T.number(strike.number)}, {T.notices(strike.items.length)}</h2>
            <p>{texts.hands.one}</p>
            <label className="field">{T.reason}<textarea required value={reason} maxLength={1000} onChange={({ target }) => setReason(target.value)} /></label>
            <label className="row"><input type="checkbox" checked={isHarm} onChange={({ target }) => setHarm(target.checked)} /> {T.harm}</label>
            {error !== null && <Failed error={error} />}
            <p className="row"><button type="submit" className="primary" disabled={!isGiven || isBusy}>{isBusy ? texts.hands.busy : T.sign}</button><button type="button" onClick={() => setOpen(false)}>{T.cancel}</button></p>
            {!isGiven && <p className="quiet">{texts.hands.needsReason}</p>}
          </form>
        </Modal>
      )}
    </section>
  ); // prettier-ignore
}
