import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { Link } from 'wouter';
import { actSigned, part, useRead } from '../../api.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { defanged, minutes } from '../../ui/format.ts';
import { Card, Failed, FailedReads, Loaded, Moment, State } from '../../ui/parts.tsx';
import { age, minutesUntil } from './age.ts';
import type { DueStep, Handover, MailHead, Outgoing } from './contract.ts';
import { Mail } from './mail.tsx';
import { hasRole } from '../../ui/people.ts';
import { UNPLACED } from './unplaced.ts';
import { useAct } from '../../ui/use-act.ts';
import { useNow } from './use-now.ts';

const T = texts.review.contests;

interface ContestsProps extends PageProps {
  readonly handover: Handover;
  /** When it was read, by this machine's clock. */
  readonly readAt: number;
}

/** What is contested, what is being taken back, and what nobody could place: each with its clock. */
export function Contests({ handover, readAt, operation, me }: ContestsProps): ReactNode {
  const now = useNow(handover.at, readAt);
  const [told, setTold] = useState<string | null>(null);
  const mails = useRead<readonly MailHead[]>('/mail?limit=1000');
  const unplaced = useRead<readonly MailHead[]>(UNPLACED);
  const outgoing = useRead<readonly Outgoing[]>(`/operations/${part(operation)}/outgoing`);
  const { contests, retractions, armedUntil, onDuty } = handover;
  return (
    <div className="stack">
      <p className="quiet">
        {T.duty}: {onDuty.map(({ person }) => person).join(', ') || T.nobody}{' · '}
        {armedUntil === null ? T.notArmed : <>{T.armed} <Moment at={armedUntil} /></>}
      </p>
      <p role="status" className={told === null ? 'visually-hidden' : 'note'}>{told}</p>
      <Card title={T.retractions} aside={T.retractionsAbout}>
        {retractions.length === 0 && <p className="quiet">{T.noRetractions}</p>}
        {retractions.map((step) => <Retraction key={step.about} step={step} now={now} operation={operation} />)}
        <Loaded query={outgoing}>{(all) => <Corrections corrections={all.filter(({ kind }) => kind === 'correction')} operation={operation} />}</Loaded>
      </Card>
      <Card title={T.title} aside={T.about}>
        {contests.length === 0 ? <p className="quiet">{T.empty}</p> : <FailedReads queries={[mails]} />}
        <div className="stack">
          {contests.map((step) => (
            <Contest key={step.about} step={step} now={now} operation={operation} me={me} tell={setTold}
              mails={mails.data === undefined ? null : mails.data.filter((mail) => mail.reference === step.reference && mail.class === 'contest')} />
          ))}
        </div>
      </Card>
      <Card title={T.unplaced} aside={T.unplacedAbout}>
        <Loaded query={unplaced} isEmpty={(all) => all.length === 0} empty={T.noUnplaced}>
          {(all) => <div className="stack tight">{all.map((mail) => <Mail key={mail.sha256} mail={mail} me={me} />)}</div>}
        </Loaded>
      </Card>
    </div>
  ); // prettier-ignore
}

interface StepProps {
  readonly step: DueStep;
  readonly now: string;
  readonly operation: string;
}

function Contest({
  step,
  now,
  operation,
  mails,
  me,
  tell,
}: StepProps &
  Pick<PageProps, 'me'> & {
    readonly mails: readonly MailHead[] | null;
    readonly tell: (words: string) => void;
  }): ReactNode {
  const { reference, provider, dueAt, why, servers } = step;
  return (
    <section className="matter over stack tight" aria-label={`${T.title}: ${reference ?? step.about}`}>
      <p className="row spread">
        <span>
          {reference !== null && <Link href={`/${part(operation)}/review/${part(reference)}`}><strong>{reference}</strong></Link>} {provider}
        </span>
        <span className="clock bad">{T.waits(age(dueAt, now))}</span>
      </p>
      <p>{why}</p>
      <p>{T.servers}: {servers.map(({ host }, at) => <span key={host}>{at > 0 && ', '}<Link href={`/${part(operation)}/cases/${part(host)}`}><code>{defanged(host)}</code></Link></span>)}</p>
      <h3>{T.said}</h3>
      {mails?.length === 0 && <p className="quiet">{T.nothingSaid}</p>}
      {mails?.map((mail) => <Mail key={mail.sha256} mail={mail} me={me} isOpen />)}
      {hasRole(me, ['counsel', 'approver', 'duty']) ? <TakeBack servers={servers} operation={operation} tell={tell} /> : <p className="quiet">{T.may}</p>}
    </section>
  ); // prettier-ignore
}

/** Takes one server's case back everywhere: one signature is enough, harm is being done meanwhile. */
function TakeBack({
  servers,
  operation,
  tell,
}: {
  readonly servers: DueStep['servers'];
  readonly operation: string;
  readonly tell: (words: string) => void;
}): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const [which, setWhich] = useState('');
  const [reason, setReason] = useState('');
  const { isBusy, error, run } = useAct();
  const host = which || (servers.length === 1 ? (servers[0]?.host ?? '') : '');
  const isGiven = reason.trim() !== '' && host !== '';
  if (!isOpen) return <p><button type="button" className="danger" onClick={() => setOpen(true)}>{T.takeBack}</button></p>; // prettier-ignore
  const act = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isGiven || isBusy) return;
    const body = { target: host, reason: reason.trim() };
    if (!(await run(() => actSigned(`/operations/${part(operation)}/retractions`, body)))) return;
    setOpen(false);
    tell(T.takenBack(defanged(host)));
  };
  return (
    <form className="stack tight" onSubmit={(event) => void act(event)}>
      <label className="field">
        {T.takeBackWhich}
        <select value={host} onChange={({ target }) => setWhich(target.value)}>
          {servers.length > 1 && <option value="" />}
          {servers.map((server) => <option key={server.serverId} value={server.host}>{defanged(server.host)}</option>)}
        </select>
      </label>
      <label className="field">
        {T.takeBackReason}
        <textarea value={reason} maxLength={1000} onChange={({ target }) => setReason(target.value)} />
      </label>
      <p className="row">
        <button type="submit" className="danger" disabled={!isGiven || isBusy}>{isBusy ? texts.review.decide.busy : T.takeBackDo}</button>
        <button type="button" onClick={() => setOpen(false)}>{texts.review.decide.cancel}</button>
      </p>
      {!isGiven && <p className="quiet">{texts.review.decide.needsReason}</p>}
      {error !== null && <Failed error={error} />}
    </form>
  ); // prettier-ignore
}

function Retraction({ step, now, operation }: StepProps): ReactNode {
  const { about, provider, dueAt, why, automatic } = step;
  const left = minutesUntil(dueAt, now);
  return (
    <section className={`matter stack tight ${left < 0 ? 'over' : ''}`} aria-label={`${T.retractions}: ${defanged(about)}`}>
      <p className="row spread">
        <span><Link href={`/${part(operation)}/cases/${part(about)}`}><code>{defanged(about)}</code></Link> {provider}</span>
        <span className={`clock ${left < 0 ? 'bad' : 'warn'}`}>{left < 0 ? T.over(minutes(-left)) : T.left(minutes(left))}</span>
      </p>
      <p>{why} <span className="quiet">({automatic ? T.byItself : T.byHand})</span></p>
    </section>
  ); // prettier-ignore
}

function Corrections({
  corrections,
  operation,
}: {
  readonly corrections: readonly Outgoing[];
  readonly operation: string;
}): ReactNode {
  if (corrections.length === 0) return <p className="quiet">{T.noCorrections}</p>;
  return (
    <div className="scroll">
      <table>
        <caption>{T.corrections}</caption>
        <thead>
          <tr>{[T.notice, T.to, T.state, T.when, T.answer].map((title) => <th key={title} scope="col">{title}</th>)}</tr>
        </thead>
        <tbody>
          {corrections.map(({ dispatchId, reference, provider, to, state, sentAt, nextAt, response }) => (
            <tr key={dispatchId}>
              <td><Link className="in-text" href={`/${part(operation)}/review/${part(reference)}`}>{reference}</Link> {provider}</td>
              <td><code>{to}</code></td>
              <td><State of={state} /></td>
              <td><Moment at={sentAt ?? nextAt} /></td>
              <td className="quiet">{response}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  ); // prettier-ignore
}
