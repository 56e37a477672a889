import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part } from '../../api.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { count } from '../../ui/format.ts';
import { Moment } from '../../ui/parts.tsx';
import type { Waiting } from './contract.ts';

const T = texts.review.queue;

/** What waits, the most harmful first, as the service orders it. */
export function Queue({
  waiting,
  now,
  operation,
  me,
}: PageProps & {
  readonly waiting: readonly Waiting[];
  /** The service's own time; null while it is not known. */
  readonly now: string | null;
}): ReactNode {
  return (
    <div className="scroll">
      <table>
        <caption className="visually-hidden">{T.about}</caption>
        <thead>
          <tr>
            <th scope="col">{T.reference}</th><th scope="col">{T.provider}</th><th scope="col">{T.method}</th>
            <th scope="col" className="number">{T.servers}</th><th scope="col" className="number">{T.configurations}</th>
            <th scope="col">{T.to}</th><th scope="col">{T.stands}</th><th scope="col">{T.drafted}</th>
          </tr>
        </thead>
        <tbody>
          {waiting.map((notice) => (
            <tr key={notice.noticeId}>
              <th scope="row"><Link href={`/${part(operation)}/review/${part(notice.reference)}`}>{notice.reference}</Link></th>
              <td>{notice.provider}</td>
              <td>{notice.method.replaceAll('-', ' ')}</td>
              <td className="number">{count(notice.servers)}</td>
              <td className="number">{count(notice.configurations)}</td>
              <td><code>{notice.contacts[0] ?? T.noMailbox}</code></td>
              <td><Stands notice={notice} now={now} person={me?.person ?? null} /></td>
              <td><Moment at={notice.draftedAt} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  ); // prettier-ignore
}

function Stands({
  notice,
  now,
  person,
}: {
  readonly notice: Waiting;
  readonly now: string | null;
  readonly person: string | null;
}): ReactNode {
  const { state, given, approvals } = notice;
  if (state === 'rejected') return <span className="badge live">{T.rejected}</span>;
  const standing = given.filter(({ expiresAt }) => now === null || expiresAt > now);
  const people = new Set(standing.map((each) => each.person));
  const isEnough = people.size >= approvals;
  return (
    <span className="row">
      <span className={`badge ${isEnough ? 'accent' : 'warn'}`}>{isEnough ? T.ready : T.approvals(people.size, approvals)}</span>
      {person !== null && people.has(person) && <span className="quiet">{T.yours}</span>}
      {standing.length < given.length && <span className="warn">{T.expired}</span>}
    </span>
  ); // prettier-ignore
}
