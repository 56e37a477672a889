import type { ReactNode } from 'react';
import { Link, useSearch } from 'wouter';
import { part, useRead } from '../../api.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { count } from '../../ui/format.ts';
import { Loaded } from '../../ui/parts.tsx';
import { Contests } from './contests.tsx';
import { UNPLACED } from './unplaced.ts';
import type { Handover, MailHead, Waiting } from './contract.ts';
import { Queue } from './queue.tsx';
import './review.css';

const T = texts.review;

/** What waits for an approver, and in a place of its own what is contested or taken back. */
export function ReviewPage({ operation, me }: PageProps): ReactNode {
  const api = `/operations/${part(operation)}`;
  const isContests = new URLSearchParams(useSearch()).get('tab') === 'contests';
  const waiting = useRead<readonly Waiting[]>(`${api}/waiting`);
  const handover = useRead<Handover>(`${api}/handover`);
  const unplaced = useRead<readonly MailHead[]>(UNPLACED);
  const base = `/${part(operation)}/review`;
  // What could not be read is not counted as nothing: no number stands there then.
  const open = handover.data === undefined || unplaced.data === undefined ? null : handover.data.contests.length + handover.data.retractions.length + unplaced.data.length; // prettier-ignore
  return (
    <>
      <h1>{T.title}</h1>
      <nav className="tabs" aria-label={T.title}>
        <Link href={base} aria-current={isContests ? undefined : 'page'}>{T.tabs.approval} {waiting.data !== undefined && <span className="quiet">{count(waiting.data.length)}</span>}</Link>
        <Link href={`${base}?tab=contests`} aria-current={isContests ? 'page' : undefined}>{T.tabs.contests} {open !== null && <span className={open > 0 ? 'bad' : 'quiet'}>{count(open)}</span>}</Link>
      </nav>
      {isContests ? (
        <Loaded query={handover}>{(page) => <Contests handover={page} readAt={handover.dataUpdatedAt} operation={operation} me={me} />}</Loaded>
      ) : (
        <Loaded query={waiting} isEmpty={(all) => all.length === 0} empty={T.queue.empty}>
          {(all) => <Queue waiting={all} now={handover.data?.at ?? null} operation={operation} me={me} />}
        </Loaded>
      )}
    </>
  ); // prettier-ignore
}
