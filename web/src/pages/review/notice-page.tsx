import { useEffect, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part, useRead } from '../../api.ts';
import type { OnePageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { NotHere } from '../../ui/not-here.tsx';
import { Card, Loaded, Moment, State } from '../../ui/parts.tsx';
import { Approvals } from './approvals.tsx';
import { Blocks } from './blocks.tsx';
import type { Review, Waiting } from './contract.ts';
import { Decide } from './decide.tsx';
import { FactList, StillKeeps } from './fact-list.tsx';
import { changedParts, worseQuestions } from './facts.ts';
import { MessageText } from './message.tsx';
import { sentenceOf } from './sentence.ts';
import { ServerTable } from './server-table.tsx';
import { useIsYoung } from './use-now.ts';
import './review.css';

const T = texts.review;
const READ_ANEW_MS = 30_000;
/** What is older than that is no base for an approval. */
const OLD_MS = 120_000;

/** One notice on one screen. Another notice is another screen: nothing of the one before stays on it. */
export function NoticePage(props: OnePageProps): ReactNode {
  return <OneNotice key={`${props.operation} ${props.subject}`} {...props} />;
}

function OneNotice({ operation, subject, me }: OnePageProps): ReactNode {
  const api = `/operations/${part(operation)}`;
  // What is too old comes with time alone, without an entry in the ledger.
  const review = useRead<Review>(`${api}/notices/${part(subject)}`, READ_ANEW_MS);
  const isYoung = useIsYoung(review.dataUpdatedAt, OLD_MS);
  const [told, setTold] = useState<string | null>(null);
  const status = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (told !== null) status.current?.scrollIntoView({ block: 'center' });
  }, [told]);
  return (
    <>
      <p className="row spread">
        <Link href={`/${part(operation)}/review`}>← {T.one.back}</Link>
        <Next operation={operation} subject={subject} />
      </p>
      <p ref={status} role="status" className={told === null ? 'visually-hidden' : 'note'}>{told}</p>
      {review.isError && review.data !== undefined && <p className="note bad" role="alert">{T.one.stale}</p>}
      <Loaded query={review} gone={<NoNotice operation={operation} subject={subject} />}>
        {(now) => <Shown now={now} isFresh={!review.isError && isYoung} operation={operation} me={me} tell={setTold} />}
      </Loaded>
    </>
  ); // prettier-ignore
}

function NoNotice({ operation, subject }: Pick<OnePageProps, 'operation' | 'subject'>): ReactNode {
  const base = `/${part(operation)}`;
  const goals = [
    { label: T.one.back, to: `${base}/review` },
    { label: texts.shell.notHere.search, to: `${base}/cases?filter=${encodeURIComponent(subject)}` },
  ];
  return <NotHere title={texts.shell.notHere.notice(subject)} goals={goals} />;
}

/** What waits besides this one, the most harmful first. */
function Next({ operation, subject }: { readonly operation: string; readonly subject: string }): ReactNode {
  const waiting = useRead<readonly Waiting[]>(`/operations/${part(operation)}/waiting`);
  const next = waiting.data?.find(({ reference, state }) => state === 'drafted' && reference !== subject);
  if (next === undefined) return null;
  return <Link href={`/${part(operation)}/review/${part(next.reference)}`}>{T.one.next}: {next.reference} →</Link>; // prettier-ignore
}

interface ShownProps extends Pick<OnePageProps, 'operation' | 'me'> {
  readonly now: Review;
  readonly isFresh: boolean;
  readonly tell: (words: string) => void;
}

function Shown({ now, isFresh, operation, me, tell }: ShownProps): ReactNode {
  // What was looked at stays until the person says that they look at the new: the hash of that alone is approved.
  const [seen, setSeen] = useState(now);
  const heading = useRef<HTMLHeadingElement>(null);
  const { notice } = now;
  useEffect(() => {
    document.title = `${notice.reference}${notice.drill ? ` · ${texts.shell.drill.toUpperCase()}` : ''} · ${notice.operation} — ${texts.shell.brand}`;
  }, [notice.reference, notice.drill, notice.operation]);
  const isChanged = seen.notice.hash !== notice.hash || (seen.draft === null) !== (now.draft === null);
  const isOpen = notice.state === 'drafted' || notice.state === 'approved' || notice.state === 'rejected';
  const worse = isOpen ? worseQuestions(seen, now) : [];
  useEffect(() => {
    heading.current?.focus();
  }, []);
  const lookAnew = (): void => {
    setSeen(now);
    heading.current?.focus();
  };
  return (
    <article className="stack review">
      {notice.drill && <p className="drill-banner">{T.one.drill}</p>}
      <header className="stack tight">
        <h1 ref={heading} tabIndex={-1}>{notice.reference} <State of={notice.state} /></h1>
        <p className="plain-sentence">{sentenceOf(now)}</p>
        <p className="quiet">
          {notice.method.replaceAll('-', ' ')} · {T.one.botnet(notice.malware)} · {T.one.drafted} <Moment at={notice.draftedAt} />{' · '}
          {T.one.asOf} <Moment at={now.at} />{' · '}
          <a href="#decision">{T.one.toDecision}</a>
        </p>
      </header>
      {isChanged && (
        <div className="note bad" role="alert">
          <p><strong>{T.one.changed}</strong> {T.one.changedWhat(changedParts(seen, now).map((each) => T.one.parts[each]).join(', '))}</p>
          <p>{T.one.changedOld(seen.notice.hash.slice(0, 12))}</p>
          <p><button type="button" onClick={lookAnew}>{T.one.lookAnew}</button></p>
        </div>
      )}
      {!isChanged && worse.length > 0 && (
        <div className="note bad" role="alert">
          <p><strong>{T.one.worse}</strong> {T.one.worseWhat(worse.map((question) => T.facts[question].question).join(' '))}</p>
          <p><button type="button" onClick={lookAnew}>{T.one.lookAnew}</button></p>
        </div>
      )}
      <Blocks review={now} me={me} />
      <div className="review-columns">
        <div className="stack">
          <Card title={isOpen ? T.facts.title : T.facts.now} aside={T.facts.about}><FactList review={now} operation={operation} me={me} /></Card>
          <Card title={T.servers_.title} aside={`${T.servers(notice.servers)}, ${T.servers_.named(notice.configurations)}`}>
            <ServerTable review={now} operation={operation} />
          </Card>
          <MessageText review={now} operation={operation} me={me} />
          <p className="quiet">{T.one.hash}: <code>{notice.hash}</code></p>
        </div>
        <div className="stack review-side" id="decision">
          <Card title={T.approvals.title} aside={isOpen ? T.approvals.count(now.standing.given.length, now.standing.needed) : T.approvals.asItLeft}><Approvals review={now} /></Card>
          <Card title={T.decide.title}>
            <Decide key={`${seen.notice.hash} ${seen.at}`} review={now} me={me} operation={operation} isLookedAt={!isChanged && worse.length === 0 && isFresh} tell={tell} />
          </Card>
          <Card title={T.blocks.leaving} aside={T.blocks.leavingAbout}><StillKeeps review={now} /></Card>
        </div>
      </div>
    </article>
  ); // prettier-ignore
}
