import { useEffect, useRef, useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { ServiceProblem, actSigned, part } from '../../api.ts';
import type { Me } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { count, defanged, utc } from '../../ui/format.ts';
import { Field } from '../../ui/field.tsx';
import { Card, Failed } from '../../ui/parts.tsx';
import { hasRole } from '../../ui/people.ts';
import { useAct } from '../../ui/use-act.ts';
import type { Instrument } from './contract.ts';
import { KINDS, NOTHING_TYPED, codesOf, errorsByField, linesOf, missingIn, momentOf, wordsOf } from './words.ts';
import type { FieldErrors, FieldName, Typed } from './words.ts';

const T = texts.authorities.add;
const F = T.fields;

interface Chosen {
  readonly name: string;
  readonly bytes: number;
  readonly base64: string;
  /** Null where this browser cannot tell. */
  readonly sha256: string | null;
}

/** Puts an instrument on record. Counsel signs; what is wrong is said at its field, and what will be recorded is shown before. */
export function AddInstrument({
  operation,
  instruments,
  me,
}: {
  readonly operation: string;
  readonly instruments: readonly Instrument[];
  readonly me: Me | null;
}): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [told, setTold] = useState('');
  if (!hasRole(me, ['counsel']))
    return me === null || me.person === null ? null : <p className="quiet">{T.counselOnly}</p>;
  return (
    <>
      <p role="status" className={told === '' ? 'visually-hidden' : 'note'}>{told}</p>
      {isOpen ? (
        <Form operation={operation} instruments={instruments} me={me} close={() => setOpen(false)} tell={(words) => { setTold(words); setOpen(false); }} />
      ) : <p className="no-print"><button type="button" onClick={() => setOpen(true)}>{T.open}</button></p>}
    </>
  ); // prettier-ignore
}

function Form({
  operation,
  instruments,
  me,
  close,
  tell,
}: {
  readonly operation: string;
  readonly instruments: readonly Instrument[];
  readonly me: Me | null;
  readonly close: () => void;
  readonly tell: (words: string) => void;
}): ReactNode {
  const [typed, setTyped] = useState(NOTHING_TYPED);
  const [document_, setDocument] = useState<Chosen | null>(null);
  const [errors, setErrors] = useState<FieldErrors>({});
  const { isBusy, error, run } = useAct();
  const form = useRef<HTMLFormElement>(null);
  const wrong = Object.values(errors).flat().length;
  useEffect(() => {
    if (wrong > 0) form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
  }, [errors, wrong]);
  const put = (changed: Partial<Typed>): void => {
    setTyped({ ...typed, ...changed });
    setErrors(Object.fromEntries(Object.entries(errors).filter(([name]) => !Object.hasOwn(changed, name))));
  };
  const choose = async (file: File | undefined): Promise<void> => {
    setDocument(file === undefined ? null : await chosen(file));
    setErrors({ ...errors, document: [] });
  };
  const onSubmit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (isBusy) return;
    const missing = missingIn(typed, document_ !== null);
    setErrors(missing);
    if (document_ === null || Object.keys(missing).length > 0) return;
    const { name, base64 } = document_;
    const body = { words: wordsOf(typed), document: { name, base64 }, reason: typed.reason.trim() };
    const isDone = await run(async () => {
      try {
        return await actSigned(`/operations/${part(operation)}/authorities`, body);
      } catch (cause) {
        if (!(cause instanceof ServiceProblem) || cause.status !== 400) throw cause;
        setErrors(errorsByField(cause.message));
        return null;
      }
    });
    if (isDone) tell(T.done);
  };
  const text = (name: Exclude<keyof Typed, 'sealed' | 'standing'>, more: { readonly type?: string; readonly max?: number } = {}): ReactNode => (
    <Field label={F[name]} {...aboutOf(name)} errors={errors[name] ?? []}>
      {(props) => <input {...props} type={more.type ?? 'text'} maxLength={more.max ?? 200} value={typed[name]} onChange={({ target }) => put({ [name]: target.value })} />}
    </Field>
  ); // prettier-ignore
  const area = (name: 'providers' | 'addresses' | 'prefixes' | 'domains' | 'reason', most?: number): ReactNode => (
    <Field label={F[name]} {...aboutOf(name)} errors={errors[name] ?? []}>
      {(props) => <textarea {...props} maxLength={most} value={typed[name]} onChange={({ target }) => put({ [name]: target.value })} />}
    </Field>
  ); // prettier-ignore
  return (
    <Card title={T.title}>
      <form ref={form} className="stack instrument-form" noValidate onSubmit={(event) => void onSubmit(event)}>
        <div className="fields">
          <Field label={F.kind} errors={errors.kind ?? []}>
            {(props) => <select {...props} value={typed.kind} onChange={({ target }) => put({ kind: target.value })}>{KINDS.map((kind) => <option key={kind} value={kind}>{T.kinds[kind]}</option>)}</select>}
          </Field>
          {text('reference', { max: 60 })}
          {text('court')}
          {text('docket')}
          <Field label={F.parent} about={T.about.parent} errors={errors.parent ?? []}>
            {(props) => <select {...props} value={typed.parent} onChange={({ target }) => put({ parent: target.value })}><option value="">{T.none}</option>{instruments.map(({ reference }) => <option key={reference}>{reference}</option>)}</select>}
          </Field>
          {text('jurisdictions', { max: 1000 })}
          {text('issued', { type: 'datetime-local' })}
          {text('expires', { type: 'datetime-local' })}
          {text('bond')}
        </div>
        <label className="row"><input type="checkbox" checked={typed.sealed} onChange={({ target }) => put({ sealed: target.checked })} /> {F.sealed}</label>
        {typed.sealed && text('unseal', { type: 'datetime-local' })}
        <fieldset className="stack tight">
          <legend>{T.scope}</legend>
          <Field label={F.standing} errors={errors.standing ?? []}>
            {(props) => <input {...props} type="checkbox" checked={typed.standing} onChange={({ target }) => put({ standing: target.checked })} />}
          </Field>
          <div className="fields">{area('addresses')}{area('prefixes')}{area('domains')}</div>
        </fieldset>
        {area('providers')}
        <Field label={F.document} about={T.about.document} errors={errors.document ?? []}>
          {(props) => <input {...props} type="file" onChange={({ target }) => void choose(target.files?.[0])} />}
        </Field>
        {area('reason', 1000)}
        <Preview typed={typed} document_={document_} me={me} />
        {(errors.form ?? []).map((line) => <p key={line} className="note bad" role="alert">{line}</p>)}
        {error !== null && <Failed error={error} />}
        <p className="bad" role="status">{wrong > 0 ? T.wrong(wrong) : ''}</p>
        <p className="row">
          <button type="submit" className="primary" disabled={isBusy}>{isBusy ? texts.hands.busy : T.sign}</button>
          <button type="button" onClick={close}>{texts.hands.cancel}</button>
        </p>
      </form>
    </Card>
  ); // prettier-ignore
}

function aboutOf(name: FieldName): { readonly about?: string } {
  const about = (T.about as Readonly<Partial<Record<FieldName, string>>>)[name];
  return about === undefined ? {} : { about };
}

/** In plain words, before anybody signs. */
function Preview({
  typed,
  document_,
  me,
}: {
  readonly typed: Typed;
  readonly document_: Chosen | null;
  readonly me: Me | null;
}): ReactNode {
  const moment = (text: string): string => (text === '' ? '' : utc(momentOf(text)));
  const scope = [
    ...(typed.standing ? [texts.authorities.one.standing] : []),
    ...[typed.addresses, typed.prefixes, typed.domains].flatMap(linesOf).map(shownEntry),
  ];
  const rows: readonly (readonly [name: string, value: string])[] = [
    [F.kind, (T.kinds as Readonly<Record<string, string>>)[typed.kind] ?? typed.kind],
    [F.reference, typed.reference.trim() || T.own],
    [F.court, typed.court],
    [F.docket, typed.docket],
    [F.parent, typed.parent],
    [F.jurisdictions, codesOf(typed.jurisdictions).join(', ').toUpperCase()],
    [F.issued, moment(typed.issued)],
    [F.expires, moment(typed.expires) || texts.authorities.ended],
    [F.bond, typed.bond],
    [F.sealed, typed.sealed ? moment(typed.unseal) || texts.authorities.one.sealOpen : ''],
    [T.scope, scope.join(', ')],
    [F.providers, linesOf(typed.providers).join('; ') || texts.authorities.one.notLimited],
    [F.document, document_ === null ? '' : `${document_.name}, ${T.bytes(count(document_.bytes))}${document_.sha256 === null ? '' : `, SHA-256 ${document_.sha256}`}`],
    [F.reason, typed.reason],
    [T.signedBy, me?.name ?? ''],
  ]; // prettier-ignore
  return (
    <section className="note" aria-label={T.preview} data-preview="">
      <h3>{T.preview}</h3>
      <dl className="facts">{rows.map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} is`}>{value.trim() === '' ? <span className="quiet">{T.none}</span> : value}</dd>])}</dl>
    </section>
  ); // prettier-ignore
}

function shownEntry(entry: string): string {
  const bar = entry.indexOf('/');
  return bar < 0 ? defanged(entry) : `${defanged(entry.slice(0, bar))}${entry.slice(bar)}`;
}

async function chosen(file: File): Promise<Chosen> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(typeof reader.result === 'string' ? reader.result : ''));
    reader.addEventListener('error', () => reject(reader.error ?? new Error(file.name)));
    reader.readAsDataURL(file);
  });
  // Only where the page came over a safe way.
  const subtle = globalThis.isSecureContext ? crypto.subtle : null;
  const hash = subtle === null ? null : new Uint8Array(await subtle.digest('SHA-256', bytes));
  const sha256 = hash === null ? null : [...hash].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { name: file.name, bytes: bytes.length, base64: url.slice(url.indexOf(',') + 1), sha256 };
}
