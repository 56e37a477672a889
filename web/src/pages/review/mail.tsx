import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { act, part, useRead } from '../../api.ts';
import type { Me } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { Failed, Loaded, Moment } from '../../ui/parts.tsx';
import type { MailHead, WholeMail } from './contract.ts';
import { ACTING, hasRole } from '../../ui/people.ts';
import { useAct } from '../../ui/use-act.ts';

const T = texts.review.mail;
const TONES: Readonly<Record<string, string>> = { contest: 'live', refusal: 'live', bounce: 'live', question: 'warn', 'action-claimed': 'dark' }; // prettier-ignore

/** One message that came in: what it is taken for and why, and its words, made harmless, once somebody wants them. */
export function Mail({
  mail,
  me,
  isOpen = false,
}: {
  readonly mail: MailHead;
  readonly me: Me | null;
  readonly isOpen?: boolean;
}): ReactNode {
  const [isShown, setShown] = useState(isOpen);
  return (
    <article className="mail stack tight" aria-label={mail.subject || T.noSubject}>
      <p className="row spread">
        <strong>{mail.subject || T.noSubject}</strong>
        <Moment at={mail.receivedAt} />
      </p>
      <p className="row">
        <span className={`badge ${TONES[mail.class] ?? ''}`}>{T.classes[mail.class] ?? mail.class}</span>
        {!mail.isConfirmed && <span className="badge warn">{T.unconfirmed}</span>}
        <span className="quiet">{T.from} {mail.fromAddress ?? T.unknownSender}</span>
        {mail.byPerson !== null && <span className="quiet">{T.byPerson(mail.byPerson)}</span>}
      </p>
      {(mail.bounce?.recipients ?? []).map(({ recipient, status, diagnostic }) => (
        <p key={`${recipient} ${status}`} className="bad">{T.bounce} {recipient} {status} {diagnostic}</p>
      ))}
      <details open={isShown} onToggle={({ currentTarget }) => setShown(currentTarget.open)}>
        <summary>{T.read}</summary>
        {isShown && <Whole mail={mail} />}
      </details>
      {hasRole(me, ACTING) && <Place mail={mail} />}
    </article>
  ); // prettier-ignore
}

function Whole({ mail }: { readonly mail: MailHead }): ReactNode {
  const whole = useRead<WholeMail>(`/mail/${part(mail.sha256)}`);
  const { auth, reasons } = mail;
  return (
    <div className="stack tight">
      <Loaded query={whole}>
        {({ message }) => {
          if (message === null) return <p className="quiet">{T.gone}</p>;
          if (message.unreadable !== null) return <p className="warn">{T.unreadable} {message.unreadable}</p>;
          return (
            <>
              <pre tabIndex={0} aria-label={T.read}>{message.text}</pre>
              {message.textCut && <p className="quiet">{T.cut}</p>}
              {message.attachments.length > 0 && (
                <>
                  <p className="quiet">{T.attachments}</p>
                  <ul>{message.attachments.map(({ name, type, sizeBytes, sha256 }) => <li key={sha256}><code>{name}</code> {type}, {T.bytes(sizeBytes)}</li>)}</ul>
                </>
              )}
            </>
          );
        }}
      </Loaded>
      <p className="quiet">{T.takenFor}: {T.classes[mail.class] ?? mail.class}. {reasons.join(' ')}</p>
      <p className="quiet">{T.sender} {auth.by}: SPF {auth.spf.result}, DKIM {auth.dkim.result}, DMARC {auth.dmarc.result}</p>
    </div>
  ); // prettier-ignore
}

/** A person says what a message is, and where it belongs. */
function Place({ mail }: { readonly mail: MailHead }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [kind, setKind] = useState(mail.class);
  const [notice, setNotice] = useState(mail.reference ?? '');
  const [reason, setReason] = useState('');
  const { isBusy, error, run } = useAct();
  const isGiven = reason.trim() !== '';
  if (!isOpen) return <p><button type="button" className="bare" onClick={() => setOpen(true)}>{T.place}</button></p>; // prettier-ignore
  const say = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isGiven || isBusy) return;
    const body = { class: kind, notice: notice.trim() === '' ? null : notice.trim(), reason: reason.trim() };
    if (await run(() => act('PUT', `/mail/${part(mail.sha256)}/placement`, body), false)) setOpen(false);
  };
  return (
    <form className="stack tight" onSubmit={(event) => void say(event)}>
      <label className="field">
        {T.what}
        <select value={kind} onChange={({ target }) => setKind(target.value)}>
          {Object.entries(T.classes).map(([value, words]) => <option key={value} value={value}>{words}</option>)}
        </select>
      </label>
      <label className="field">
        {T.notice}
        <small>{T.noticeAbout}</small>
        <input value={notice} maxLength={100} onChange={({ target }) => setNotice(target.value)} className="mono" />
      </label>
      <label className="field">
        {T.reason}
        <textarea value={reason} maxLength={1000} onChange={({ target }) => setReason(target.value)} />
      </label>
      <p className="row">
        <button type="submit" disabled={!isGiven || isBusy}>{T.placeDo}</button>
        <button type="button" onClick={() => setOpen(false)}>{texts.review.decide.cancel}</button>
      </p>
      {!isGiven && <p className="quiet">{texts.review.decide.needsReason}</p>}
      {error !== null && <Failed error={error} />}
    </form>
  ); // prettier-ignore
}
