import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { actSigned, part } from '../../api.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { Failed } from '../../ui/parts.tsx';
import { Modal } from '../../ui/modal.tsx';
import type { Strike } from './contract.ts';

const T = texts.strikes;

/** The two words of people on a plan. Each is signed, and needs a reason. */
export function HoldOrRelease({
  operation,
  strike,
  me,
}: { readonly operation: string; readonly strike: Strike } & Pick<PageProps, 'me'>): ReactNode {
  const [asked, setAsked] = useState<'hold' | 'release' | null>(null);
  const [reason, setReason] = useState('');
  const [isHarm, setHarm] = useState(false);
  const client = useQueryClient();
  const path = `/operations/${part(operation)}/strikes/${strike.number}`;
  const sign = useMutation({
    mutationFn: () =>
      asked === 'hold' ? actSigned(`${path}/holds`, { reason }) : actSigned(`${path}/releases`, { reason, isHarm }),
    onSuccess() {
      setAsked(null);
      setReason('');
      void client.invalidateQueries();
    },
  });
  const mayAct = me?.person !== null && me?.roles.some((role) => role === 'approver' || role === 'counsel') === true;
  if (!mayAct) return null;
  return (
    <div className="row no-print">
      <button type="button" onClick={() => setAsked('hold')}>{T.hold}</button>
      <button type="button" className="danger" onClick={() => setAsked('release')}>{T.release}</button>
      {asked !== null && (
        <Modal label={asked === 'hold' ? T.hold : T.release} close={() => setAsked(null)}>
          <form className="stack" onSubmit={(event) => { event.preventDefault(); sign.mutate(); }}>
            <h2>{asked === 'hold' ? T.hold : T.release}: {T.number(strike.number)}, {T.notices(strike.items.length)}</h2>
            <label className="field">{T.reason}<textarea required minLength={3} value={reason} onChange={({ target }) => setReason(target.value)} /></label>
            {asked === 'release' && <label className="row"><input type="checkbox" checked={isHarm} onChange={({ target }) => setHarm(target.checked)} /> {T.harm}</label>}
            {sign.error !== null && <Failed error={sign.error} />}
            <p className="row"><button type="submit" className="primary" disabled={sign.isPending}>{T.sign}</button><button type="button" onClick={() => setAsked(null)}>{T.cancel}</button></p>
          </form>
        </Modal>
      )}
    </div>
  ); // prettier-ignore
}
