import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part, useRead } from '../../api.ts';
import type { OnePageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { defanged, minutes } from '../../ui/format.ts';
import { NotHere } from '../../ui/not-here.tsx';
import { Card, FailedReads, Indicator, Loaded, Moment, State } from '../../ui/parts.tsx';
import { Conversation } from './one/conversation.tsx';
import type { EntryAbout, Explained, LookRecord, Mail, NoticeShown, Outgoing } from './one/contract.ts';
import { DecisionPath } from './one/decision-path.tsx';
import { LedgerProof } from './one/ledger-proof.tsx';
import { LooksStrip } from './one/looks-strip.tsx';
import { Release } from './one/release.tsx';
import { Timeline } from './one/timeline-list.tsx';
import './cases.css';

const T = texts.oneCase;
const MOST_MAILS = 10_000;

/** One server, from first sighting to dark, with what shows it. */
export function CasePage(props: OnePageProps): ReactNode {
  // Another server is another screen: nothing of the one before stays on it.
  return <Found key={`${props.operation} ${props.subject}`} {...props} />;
}

function Found({ operation, subject, me }: OnePageProps): ReactNode {
  const api = `/operations/${part(operation)}`;
  const explained = useRead<Explained>(`${api}/servers/${part(subject)}`);
  return (
    <Loaded query={explained} gone={<NoServer operation={operation} subject={subject} />}>
      {(found) => <OneCase key={found.server.host} operation={operation} explained={found} me={me} />}
    </Loaded>
  );
}

function NoServer({ operation, subject }: Pick<OnePageProps, 'operation' | 'subject'>): ReactNode {
  const base = `/${part(operation)}`;
  const goals = [
    { label: texts.shell.notHere.search, to: `${base}/cases?filter=${encodeURIComponent(subject)}` },
    { label: texts.shell.pages.cases, to: `${base}/cases` },
    { label: texts.shell.pages.overview, to: base },
  ];
  return <NotHere title={texts.shell.notHere.server(defanged(subject))} goals={goals} />;
}

function OneCase({
  operation,
  explained,
  me,
}: { readonly operation: string; readonly explained: Explained } & Pick<OnePageProps, 'me'>): ReactNode {
  const api = `/operations/${part(operation)}`;
  const { server, case: ours, decision, weighing } = explained;
  const server_ = `${api}/servers/${part(server.host)}`;
  const noticeId = ours?.noticeId ?? null;
  const looks = useRead<readonly LookRecord[]>(`${server_}/looks`);
  const entries = useRead<readonly EntryAbout[]>(`${server_}/entries`);
  const notice = useRead<NoticeShown>(noticeId === null ? null : `${api}/notices/${part(noticeId)}`);
  const allOutgoing = useRead<readonly Outgoing[]>(noticeId === null ? null : `${api}/outgoing`);
  const allMails = useRead<readonly Mail[]>(noticeId === null ? null : `/mail?limit=${MOST_MAILS}`);
  const outgoing = (allOutgoing.data ?? []).filter((each) => each.noticeId === noticeId);
  const mails = (allMails.data ?? []).filter((each) => each.noticeId === noticeId);
  const shown = noticeId === null ? null : (notice.data ?? null);
  const taken = ours !== null && server.darkAt !== null ? (Date.parse(server.darkAt) - Date.parse(ours.openedAt)) / 60_000 : null; // prettier-ignore
  const base = `/${part(operation)}`;
  return (
    <div className="case-page stack">
      <header className="stack tight">
        <p><Link href={`${base}/cases`}>← {T.back}</Link></p>
        <div className="headline">
          <h1 className="big"><Indicator host={server.host} /></h1>
          <p className="row">
            <State of={ours?.state ?? null} /> <State of={server.verdict} />
            {ours !== null && ours.episode > 1 && <span className="badge warn">{T.episode(ours.episode)}</span>}
            {taken !== null && taken >= 0 && (
              <span className={server.confirmedAt === null ? 'quiet' : 'good'}>
                {server.confirmedAt === null ? T.notConfirmed(minutes(taken)) : texts.cases.table.taken(minutes(taken))}
              </span>
            )}
          </p>
        </div>
        {ours === null && <p className="note">{T.noCase}</p>}
        {ours !== null && ours.heldBy.length > 0 && <p className="note warn">{T.held(ours.heldBy.join(', '))}</p>}
        <dl className="facts">
          <dt>{T.facts.provider}</dt><dd>{server.provider ?? '—'}{server.asn !== null && <span className="quiet"> · AS{server.asn} {server.holder}</span>}</dd>
          <dt>{T.facts.where}</dt><dd>{server.country ?? '—'} <span className="quiet">{server.locationSource} {server.locationDate}</span></dd>
          <dt>{T.facts.kind}</dt><dd>{server.kind}</dd>
          <dt>{T.facts.seen}</dt><dd><Moment at={server.firstSeen} /> – <Moment at={server.lastSeen} /></dd>
          <dt>{T.facts.groups}</dt><dd>{weighing?.groups.map(({ group, weight }) => `${group} (${weight})`).join(' · ') ?? '—'}</dd>
        </dl>
      </header>
      {ours !== null && ours.heldBy.length > 0 && <Release operation={operation} host={server.host} me={me} />}
      <div className="grid">
        <Card title={T.timeline.title} className="half"><FailedReads queries={[notice, allOutgoing, allMails, looks]} /><Timeline explained={explained} notice={shown} outgoing={outgoing} mails={mails} looks={looks.data ?? []} /></Card>
        <Card title={T.decision.title} className="half"><DecisionPath decision={decision} /></Card>
        <Card title={T.looks.title} aside={looks.data === undefined ? undefined : T.looks.about(looks.data.length)}>
          <Loaded query={looks}>{(all) => <LooksStrip looks={all} />}</Loaded>
        </Card>
        <Card title={T.notice.title} className="half">
          {noticeId === null ? <p className="empty">{T.notice.none}</p> : <Loaded query={notice}>{(one) => <Notice base={base} shown={one} />}</Loaded>}
        </Card>
        <Card title={T.conversation.title} className="half">
          <FailedReads queries={[allOutgoing, allMails]} />
          {noticeId === null || (allOutgoing.data !== undefined && allMails.data !== undefined) ? <Conversation outgoing={outgoing} mails={mails} /> : null}
        </Card>
        <Card title={T.proof.title}><Loaded query={entries}>{(all) => <LedgerProof entries={all} />}</Loaded></Card>
      </div>
    </div>
  ); // prettier-ignore
}

function Notice({ base, shown }: { readonly base: string; readonly shown: NoticeShown }): ReactNode {
  const { notice, text } = shown;
  return (
    <div className="stack tight">
      <p className="row spread">
        <span><code>{notice.reference}</code> <State of={notice.state} /> {notice.method}</span>
        <Link href={`${base}/review/${part(notice.reference)}`}>{T.notice.open}</Link>
      </p>
      <p>{T.notice.to}: {notice.provider} <span className="quiet">{notice.contacts.join(', ')}</span> · {T.notice.servers(notice.items.length)}</p>
      {text === null ? <p className="quiet">{T.notice.notForYou}</p> : <details><summary>{T.notice.text}</summary><pre className="tall" tabIndex={0} role="region" aria-label={T.notice.text}>{text}</pre></details>}
    </div>
  ); // prettier-ignore
}
