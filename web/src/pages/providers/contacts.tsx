import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { actSigned, part } from '../../api.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { Failed, Moment } from '../../ui/parts.tsx';
import { hasRole } from '../../ui/people.ts';
import { useAct } from '../../ui/use-act.ts';
import type { ProviderFile } from './contract.ts';

const T = texts.providers.contacts;

interface ContactsProps extends Pick<PageProps, 'me'> {
  readonly file: ProviderFile;
  readonly tell: (words: string) => void;
}

/** Each way to reach it: who tells of it, since when, why it is thought good, and whether it takes mail. */
export function Contacts({ file, me, tell }: ContactsProps): ReactNode {
  const { provider, clearances, mail } = file;
  const { contacts = [], contact, channel } = provider;
  const bounced = mail.flatMap(({ bounce }) => bounce?.recipients ?? []).filter(({ action }) => action === 'failed');
  const bouncesOf = (mailbox: string): number =>
    bounced.filter(({ recipient }) => recipient?.toLowerCase().includes(mailbox.toLowerCase()) === true).length;
  const mayClear = hasRole(me, ['approver', 'counsel', 'analyst']);
  if (contacts.length === 0) {
    return (
      <div className="stack">
        <p className="quiet">{contact === null ? T.empty : <><code>{contact}</code> ({channel})</>}</p>
        <Undelivered file={file} />
      </div>
    ); // prettier-ignore
  }
  return (
    <div className="stack">
      {contact === null && <p className="warn">{T.none}</p>}
      {contacts.map(({ mailbox, score, source, where, date, changedAt, changedLately, reasons }) => {
        const bounces = bouncesOf(mailbox);
        return (
          <section key={mailbox} className="stack tight" aria-label={mailbox}>
            <p className="row">
              <code>{mailbox}</code>
              {mailbox === contact && <span className="badge accent">{T.used}</span>}
              {changedLately && <span className="badge warn">{texts.providers.changedLately}</span>}
              {bounces > 0 && <span className="badge live">{T.bounces(bounces)}</span>}
              <span className="quiet">{T.score(score)}, {source}</span>
            </p>
            <ul className="reasons quiet">
              {reasons.map((reason) => <li key={reason}>{reason}</li>)}
              {where !== '' && <li>{T.at} {where}</li>}
              {date !== null && <li>{T.asOf} <Moment at={date} /></li>}
              {changedAt !== null && <li>{T.changed} <Moment at={changedAt} /></li>}
            </ul>
            {clearances.filter((each) => each.mailbox === mailbox).map(({ person, reason, clearedAt }) => (
              <p key={person} className="good">✓ {T.cleared(person)}, <Moment at={clearedAt} />: {reason}</p>
            ))}
            {mayClear && <Clear provider={provider.key} mailbox={mailbox} tell={tell} />}
          </section>
        );
      })}
      <Undelivered file={file} />
    </div>
  ); // prettier-ignore
}

/** What could not be delivered, to whichever mailbox: bounces, and what a mail server refused. */
function Undelivered({ file: { mail, outgoing } }: Pick<ContactsProps, 'file'>): ReactNode {
  const failed = [
    ...mail.flatMap(({ sha256, receivedAt, bounce }) =>
      (bounce?.recipients ?? [])
        .filter(({ action }) => action === 'failed')
        .map(({ recipient, status, diagnostic }) => ({ key: `${sha256} ${recipient}`, at: receivedAt, to: recipient, why: [status, diagnostic].filter((word) => word !== null).join(' ') })),
    ),
    ...outgoing
      .filter(({ state }) => state === 'failed')
      .map(({ dispatchId, sentAt, nextAt, to, response }) => ({ key: dispatchId, at: sentAt ?? nextAt, to, why: response ?? '' })),
  ]; // prettier-ignore
  if (failed.length === 0) return null;
  return (
    <section className="stack tight" aria-label={T.undelivered}>
      <h3>{T.undelivered}</h3>
      <ul className="stack tight">
        {failed.map(({ key, at, to, why }) => <li key={key} className="wrap"><Moment at={at} /> <code>{to}</code> <span className="bad">{why}</span></li>)}
      </ul>
    </section>
  ); // prettier-ignore
}

function Clear({
  provider,
  mailbox,
  tell,
}: Pick<ContactsProps, 'tell'> & { readonly provider: string; readonly mailbox: string }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  const { isBusy, error, run } = useAct();
  const isGiven = reason.trim() !== '';
  if (!isOpen) return <p><button type="button" onClick={() => setOpen(true)}>{T.clear}</button></p>; // prettier-ignore
  const clear = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isGiven || isBusy) return;
    const path = `/providers/${part(provider)}/contact-clearances`;
    if (!(await run(() => actSigned(path, { mailbox, reason: reason.trim() })))) return;
    setOpen(false);
    setReason('');
    tell(T.clearedNow(mailbox));
  };
  return (
    <form className="stack tight" onSubmit={(event) => void clear(event)}>
      <label className="field">
        {T.clearReason}
        <small>{T.clearAbout}</small>
        <textarea value={reason} maxLength={1000} onChange={({ target }) => setReason(target.value)} />
      </label>
      <p className="row">
        <button type="submit" className="primary" disabled={!isGiven || isBusy}>{isBusy ? texts.review.decide.busy : T.clearDo}</button>
        <button type="button" onClick={() => setOpen(false)}>{texts.review.decide.cancel}</button>
      </p>
      {!isGiven && <p className="quiet">{texts.review.decide.needsReason}</p>}
      {error !== null && <Failed error={error} />}
    </form>
  ); // prettier-ignore
}
