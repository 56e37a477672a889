import { useId, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { ServiceProblem, actSigned, part } from '../../api.ts';
import type { Me } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { Field } from '../../ui/field.tsx';
import { utc } from '../../ui/format.ts';
import { Failed } from '../../ui/parts.tsx';
import { hasRole } from '../../ui/people.ts';
import { useAct } from '../../ui/use-act.ts';
import type { Instrument } from './contract.ts';
import { momentOf } from './words.ts';

const T = texts.authorities.serve;
type Name = 'provider' | 'method' | 'proof' | 'servedAt' | 'reason';
type Errors = Partial<Readonly<Record<Name, readonly string[]>>>;
const NOTHING: Readonly<Record<Name, string>> = { provider: '', method: '', proof: '', servedAt: '', reason: '' };

/** Records that an instrument was handed over. Counsel signs. */
export function ServeInstrument({
  operation,
  instrument,
  at,
  me,
}: {
  readonly operation: string;
  readonly instrument: Instrument;
  /** The service's own time; null while it is not known. */
  readonly at: string | null;
  readonly me: Me | null;
}): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState(NOTHING);
  const [errors, setErrors] = useState<Errors>({});
  const [told, setTold] = useState('');
  const { isBusy, error, run } = useAct();
  const known = useId();
  if (!hasRole(me, ['counsel']))
    return me === null || me.person === null ? null : <p className="quiet">{T.counselOnly}</p>;
  const { reference, issuedAt, providers } = instrument;
  const put = (name: Name, value: string): void => {
    setTyped({ ...typed, [name]: value });
    setErrors({ ...errors, [name]: [] });
  };
  const served = momentOf(typed.servedAt);
  const onSubmit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isBusy) return;
    const wrong: Errors = {
      ...(typed.method.trim() === '' ? { method: [T.missing.method] } : {}),
      ...(typed.proof.trim() === '' ? { proof: [T.missing.proof] } : {}),
      ...(typed.reason.trim() === '' ? { reason: [T.missing.reason] } : {}),
      ...(served === '' ? { servedAt: [T.missing.servedAt] }
        : Date.parse(served) < Date.parse(issuedAt) ? { servedAt: [T.before(utc(issuedAt))] }
          : at !== null && Date.parse(served) > Date.parse(at) ? { servedAt: [T.future] } : {}),
    }; // prettier-ignore
    setErrors(wrong);
    if (Object.keys(wrong).length > 0) return;
    const body = {
      provider: typed.provider.trim() === '' ? null : typed.provider.trim(),
      method: typed.method.trim(),
      proof: typed.proof.trim(),
      servedAt: new Date(served).toISOString(),
      reason: typed.reason.trim(),
    };
    const isDone = await run(async () => {
      try {
        return await actSigned(`/operations/${part(operation)}/authorities/${part(reference)}/services`, body);
      } catch (cause) {
        if (!(cause instanceof ServiceProblem)) throw cause;
        if (cause.status === 404) setErrors({ provider: [cause.message] });
        else if (cause.status === 400) setErrors({ servedAt: [cause.message] });
        else throw cause;
        return null;
      }
    });
    if (!isDone) return;
    setOpen(false);
    setTyped(NOTHING);
    setTold(T.done);
  };
  const field = (name: Name, most: number, type = 'text'): ReactNode => (
    <Field label={T.fields[name]} {...(name === 'provider' ? { about: T.providerAbout } : {})} errors={errors[name] ?? []}>
      {(props) => <input {...props} type={type} maxLength={most} list={name === 'provider' ? known : undefined} value={typed[name]} onChange={({ target }) => put(name, target.value)} />}
    </Field>
  ); // prettier-ignore
  return (
    <div className="stack no-print">
      <p role="status" className={told === '' ? 'visually-hidden' : 'note'}>{told}</p>
      {!isOpen && <p><button type="button" onClick={() => setOpen(true)}>{T.open}</button></p>}
      {isOpen && (
        <form className="stack" noValidate aria-label={T.open} onSubmit={(event) => void onSubmit(event)}>
          {field('provider', 300)}
          <datalist id={known}>{providers.map((name) => <option key={name} value={name} />)}</datalist>
          {field('servedAt', 40, 'datetime-local')}
          {field('method', 200)}
          {field('proof', 500)}
          {field('reason', 1000)}
          <section className="note" aria-label={T.preview} data-preview="">
            <h3>{T.preview}</h3>
            <p className="wrap">{T.sentence(reference, typed.provider.trim() || texts.authorities.one.all, served === '' ? T.noMoment : utc(served), typed.method.trim() || '…', typed.proof.trim() || '…')}</p>
            <p>{texts.authorities.add.signedBy}: {me?.name}</p>
          </section>
          {error !== null && <Failed error={error} />}
          <p className="row">
            <button type="submit" className="primary" disabled={isBusy}>{isBusy ? texts.hands.busy : texts.hands.sign}</button>
            <button type="button" onClick={() => setOpen(false)}>{texts.hands.cancel}</button>
          </p>
        </form>
      )}
    </div>
  ); // prettier-ignore
}
