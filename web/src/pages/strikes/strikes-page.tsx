import { useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part, useRead } from '../../api.ts';
import type { NoticeRow } from '../../contract.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { Card, FailedReads, Loaded, Moment, State } from '../../ui/parts.tsx';
import type { Planned, Strike } from './contract.ts';
import { Forecasts } from './forecasts.tsx';
import { HoldOrRelease } from './hold-or-release.tsx';
import { PlanForm } from './plan-form.tsx';

const T = texts.strikes;
const ENDED = ['struck', 'released', 'expired', 'over'];

/** Plans, what they predict, and what holds. */
export function StrikesPage({ operation, me }: PageProps): ReactNode {
  const strikes = useRead<readonly Strike[]>(`/operations/${part(operation)}/strikes`);
  const [planned, setPlanned] = useState<Planned | null>(null);
  return (
    <>
      <header className="page-head"><h1>{T.title}</h1></header>
      <p className="quiet">{T.about}</p>
      <PlanForm operation={operation} me={me} planned={setPlanned} />
      {planned !== null && (
        <>
          <Forecasts forecasts={planned.plan.forecasts} planned={planned.plan.strategy} />
          <PlannedItems items={planned.plan.items} />
        </>
      )}
      <Loaded query={strikes} isEmpty={(all) => all.length === 0} empty={T.none}>
        {(all) => all.toReversed().map((strike) => <OneStrike key={strike.strikeId} operation={operation} strike={strike} me={me} />)}
      </Loaded>
    </>
  ); // prettier-ignore
}

function PlannedItems({ items }: { readonly items: Planned['plan']['items'] }): ReactNode {
  return (
    <Card title={T.notices(items.length)}>
      <div className="scroll"><table>
        <thead><tr><th scope="col">{T.at}</th><th scope="col">{T.notice}</th><th scope="col">{T.provider}</th><th scope="col">{T.why}</th></tr></thead>
        <tbody>
          {items.map(({ noticeId, reference, provider, notifyAt, reasons }) => (
            <tr key={noticeId}><td><Moment at={notifyAt} /></td><td>{reference}</td><td>{provider}</td><td>{reasons.join(' ')}</td></tr>
          ))}
        </tbody>
      </table></div>
    </Card>
  ); // prettier-ignore
}

/** By its reference; one that has been drafted anew since under another number is said to be. */
function StruckNotice({
  operation,
  notice,
  isRead,
}: {
  readonly operation: string;
  readonly notice: NoticeRow | undefined;
  readonly isRead: boolean;
}): ReactNode {
  if (notice === undefined) return <span className="quiet">{isRead ? T.gone : ''}</span>;
  return <Link href={`/${part(operation)}/review/${part(notice.reference)}`}>{notice.reference}</Link>;
}

function OneStrike({
  operation,
  strike,
  me,
}: { readonly operation: string; readonly strike: Strike } & Pick<PageProps, 'me'>): ReactNode {
  const notices = useRead<readonly NoticeRow[]>(`/operations/${part(operation)}/notices`);
  const byId = new Map((notices.data ?? []).map((notice) => [notice.noticeId, notice]));
  const { number, strategy, aim, plannedAt, plannedBy, items, approvals, released, state, briefings = [] } = strike;
  return (
    <Card title={<span className="row">{T.number(number)} <State of={state} /></span>} aside={T.strategies[strategy]}>
      <div className="stack">
        <dl className="facts">
          <dt>{T.aim}</dt><dd><Moment at={aim} /></dd>
          <dt>{T.planned}</dt><dd><Moment at={plannedAt} /> {T.by} {plannedBy}</dd>
          <dt>{T.approvals}</dt>
          <dd>{approvals.length === 0 ? texts.shell.none : approvals.map(({ person, role, reason, approvedAt, stands }) => <span key={`${person} ${role}`} className={stands ? '' : 'bad'}>{person} ({role}), <Moment at={approvedAt} />: {reason}<br /></span>)}</dd>
          {released !== null && <><dt>{T.released}</dt><dd><Moment at={released.at} /> {T.by} {released.by}: {released.reason}</dd></>}
        </dl>
        {!ENDED.includes(state) && <HoldOrRelease operation={operation} strike={strike} me={me} />}
        <details>
          <summary>{T.notices(items.length)}</summary>
          <FailedReads queries={[notices]} />
          <div className="scroll"><table>
            <thead><tr><th scope="col">{T.at}</th><th scope="col">{T.notice}</th><th scope="col">{T.provider}</th><th scope="col" className="number">{T.servers}</th><th scope="col">{T.remarks}</th></tr></thead>
            <tbody>
              {items.map(({ noticeId, notifyAt, mayForward, isDevice, cases }) => (
                <tr key={noticeId}><td><Moment at={notifyAt} /></td><td><StruckNotice operation={operation} notice={byId.get(noticeId)} isRead={notices.data !== undefined} /></td><td>{byId.get(noticeId)?.provider}</td><td className="number">{cases.length}</td><td className="quiet">{isDevice ? T.device : mayForward ? T.mayForward : ''}</td></tr>
              ))}
            </tbody>
          </table></div>
        </details>
        {briefings.length > 0 && (
          <details>
            <summary>{T.briefings} ({briefings.length})</summary>
            <ul className="stack tight">
              {briefings.map(({ briefingId, provider, reference, recipient, standing, sentAt, text }) => (
                <li key={briefingId} className="stack tight"><p className="row wrap"><strong>{provider}</strong> {reference} <span className="quiet">{recipient}</span> <State of={standing} /> <Moment at={sentAt} /></p><pre tabIndex={0} aria-label={text.subject}>{`${text.subject}\n\n${text.body}`}</pre></li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </Card>
  ); // prettier-ignore
}
