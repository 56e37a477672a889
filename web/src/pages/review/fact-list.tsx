import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part } from '../../api.ts';
import type { Me } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { count, defanged } from '../../ui/format.ts';
import { Moment } from '../../ui/parts.tsx';
import { age } from './age.ts';
import type { Refusal, Review } from './contract.ts';
import { QUESTIONS, otherRows, refusalsOf, verdictOf } from './facts.ts';
import type { Question, Verdict } from './facts.ts';
import { Skips } from './skips.tsx';

const T = texts.review.facts;
const MARKS: Readonly<Record<Verdict, string>> = { fine: '✓', unknown: '?', against: '✕' };

/** What decides, in an order that never changes: each question with its verdict in words, and what it rests on. */
export function FactList({
  review,
  operation,
  me,
}: {
  readonly review: Review;
  readonly operation: string;
  readonly me: Me | null;
}): ReactNode {
  const isOpen = review.notice.state === 'drafted' || review.notice.state === 'approved';
  return (
    <ol className="facts-list">
      {QUESTIONS.map((question) => {
        const verdict = verdictOf(review, question);
        return (
          <li key={question} className={`fact ${verdict}`} data-question={question}>
            <h3>{T[question].question}</h3>
            <p className="verdict"><span aria-hidden="true">{MARKS[verdict]}</span> {question === 'order' && verdict === 'fine' && review.facts.authority === null ? texts.review.noOrder : texts.review.verdicts[verdict]}</p>
            <div className="stack tight">
              <Answer question={question} review={review} operation={operation} />
              {question === 'others' && isOpen && verdict !== 'fine' && review.facts.rounds.map(({ number }) => <Skips key={number} operation={operation} round={number} me={me} />)}
              {refusalsOf(review, question).map((refusal) => <RefusalLine key={refusal.code + refusal.sentence} refusal={refusal} all={review.notice.items.length} />)}
            </div>
          </li>
        );
      })}
    </ol>
  ); // prettier-ignore
}

/** What the service has against it, with the servers that it is about. */
export function RefusalLine({ refusal, all }: { readonly refusal: Refusal; readonly all: number }): ReactNode {
  const { sentence, servers } = refusal;
  return (
    <p className="refusal">
      {sentence}
      {servers.length > 0 && servers.length < all && <>: <Hosts hosts={servers.map(({ host }) => host)} /></>}
    </p>
  ); // prettier-ignore
}

const HOSTS = 6;

function Hosts({ hosts }: { readonly hosts: readonly string[] }): ReactNode {
  return (
    <>
      {hosts.slice(0, HOSTS).map((host, at) => <span key={host}>{at > 0 && ', '}<code>{defanged(host)}</code></span>)}
      {hosts.length > HOSTS && ` ${texts.shell.more(hosts.length - HOSTS)}`}
    </>
  ); // prettier-ignore
}

function Answer({
  question,
  review,
  operation,
}: {
  readonly question: Question;
  readonly review: Review;
  readonly operation: string;
}): ReactNode {
  switch (question) {
    case 'what':
      return <WhatIsAsked review={review} />;
    case 'whom':
      return <Recipients review={review} operation={operation} />;
    case 'ground':
      return <Ground review={review} />;
    case 'order':
      return <Order review={review} />;
    case 'sure':
      return <HowSure review={review} />;
    case 'alive':
      return <Alive review={review} />;
    case 'blast':
      return <Blast review={review} />;
    case 'others':
      return <Others review={review} />;
    default:
      return question satisfies never;
  }
}

function asked(asks: readonly string[]): string {
  return asks.map((ask) => texts.review.asks[ask] ?? ask).join('; ');
}

function WhatIsAsked({ review }: { readonly review: Review }): ReactNode {
  const { notBefore, notAfter } = review.facts.notice;
  return (
    <>
      <Asked review={review} />
      {(notBefore !== null || notAfter !== null) && (
        <p>{T.what.window} {notBefore !== null && <>{T.what.from} <Moment at={notBefore} /></>} {notAfter !== null && <>{T.what.until} <Moment at={notAfter} /></>}</p>
      )}
    </>
  ); // prettier-ignore
}

function Asked({ review: { draft, row, notice } }: { readonly review: Review }): ReactNode {
  if (draft === null && notice.state !== 'drafted' && notice.state !== 'approved') return <p>{T.what.gone}</p>;
  if (draft === null) return <p>{T.what.outdated} {row === null ? T.what.nothing : asked(row.asks)}</p>; // prettier-ignore
  return draft.asks.map(({ group, asks, hosts, deadlineHours }) => (
    <p key={hosts.join()}>
      <strong>{asked(asks)}</strong>: {texts.review.servers(hosts.length)}{group === 'controllers' ? '' : ` (${texts.review.groups[group]})`}, {deadlineHours === null ? T.what.noDeadline : T.what.within(deadlineHours)}
    </p>
  )); // prettier-ignore
}

function Recipients({ review, operation }: { readonly review: Review; readonly operation: string }): ReactNode {
  const { notice, facts, row } = review;
  const { addressee } = notice;
  const shown = notice.contacts.length > 0 ? notice.contacts : addressee.contact === null ? [] : [addressee.contact];
  return (
    <>
      <p>
        <strong>{addressee.name}</strong>{' '}
        ({addressee.type}, {T.whom.trust(addressee.trust)}{notice.contacts.length === 0 ? `, ${T.whom.way(addressee.channel)}` : ''}){' '}
        <Link href={`/${part(operation)}/providers/${part(addressee.key)}`}>{T.whom.page}</Link>
      </p>
      {shown.length === 0 && <p className="bad">{texts.review.sentence.noContact}</p>}
      {shown.map((mailbox, at) => {
        const known = addressee.contacts?.find((contact) => contact.mailbox.toLowerCase() === mailbox.toLowerCase());
        const cleared = facts.contacts.find((contact) => contact.mailbox === mailbox)?.clearedAt ?? null;
        return (
          <p key={mailbox}>
            {at > 0 && `${T.whom.next} `}<code>{mailbox}</code>{' '}
            <span className="quiet">
              {known === undefined ? T.whom.notOnRecord : `${known.source}, ${T.whom.score(known.score)}`}
              {cleared !== null && <>, {T.whom.cleared} <Moment at={cleared} /></>}
            </span>
            {known?.changedLately === true && <strong className="bad"> {T.whom.lately}</strong>}
          </p>
        );
      })}
      <p className="quiet">
        {notice.informed.length === 0 ? T.whom.nobodyElse : `${T.whom.csirt} ${notice.informed.map(({ name, contact }) => `${name} (${contact ?? texts.review.queue.noMailbox})`).join(', ')}`}
        {row !== null && ` ${T.whom.customer[row.customerTold]}, ${T.whom.name[row.nameShown]}.`}
      </p>
    </>
  ); // prettier-ignore
}

function Ground({ review }: { readonly review: Review }): ReactNode {
  const { row } = review;
  if (row === null) return <p>{T.ground.noRow}</p>;
  const others = otherRows(review);
  return <p>{row.law} ({row.binding}). {row.reviewedByCounsel ? T.ground.counsel : T.ground.noCounsel} {others > 0 && <strong>{T.ground.otherRow(others)}</strong>}</p>; // prettier-ignore
}

function Order({ review }: { readonly review: Review }): ReactNode {
  const { facts, row } = review;
  const { authority, items } = facts;
  if (authority === null) {
    const isNeeded = review.refusals.some(({ code }) => code === 'authority-missing');
    return <p>{isNeeded ? T.order.missing : row?.binding === 'binding' ? T.order.none : T.order.noneCourtesy}</p>;
  }
  const beyond = items.filter(({ isCovered }) => isCovered === false).map(({ host }) => host);
  const isWhole = items.every(({ isCovered }) => isCovered === true);
  const where = [authority.court, authority.docket].filter((word) => word !== null).join(', ');
  return (
    <>
      <p>
        <strong>{authority.kind.replaceAll('-', ' ')} {authority.reference}</strong>{where === '' ? '' : ` (${where})`},{' '}
        {authority.expiresAt === null ? T.order.noEnd : <>{T.order.until} <Moment at={authority.expiresAt} /></>}
      </p>
      <p>
        {beyond.length > 0 ? <strong className="bad">{T.order.beyond(beyond.length)} <Hosts hosts={beyond} /></strong> : isWhole ? T.order.all(items.length) : T.order.unknown}
      </p>
    </>
  ); // prettier-ignore
}

function HowSure({ review: { notice, at } }: { readonly review: Review }): ReactNode {
  const judged = notice.items.flatMap(({ assessment }) => (assessment === null ? [] : [assessment]));
  const groups = judged.map((each) => each.groups.filter(({ group }) => group !== '').length);
  const seen = judged
    .flatMap(({ evidence }) => (evidence === null || evidence.seen === null ? [] : [evidence.seen]))
    .toSorted();
  const [oldest] = seen;
  const youngest = seen.at(-1);
  return (
    <p>
      {groups.length > 0 && T.sure.groups(Math.min(...groups), Math.max(...groups))}
      {oldest !== undefined && youngest !== undefined && `; ${T.sure.evidence(age(youngest, at), age(oldest, at))}`}
      {seen.length < notice.items.length && `; ${T.sure.undated(notice.items.length - seen.length)}`}
      {judged.length < notice.items.length && `; ${T.sure.notJudged(notice.items.length - judged.length)}`}.
    </p>
  ); // prettier-ignore
}

function Alive({ review: { facts, at } }: { readonly review: Review }): ReactNode {
  const alive = facts.items
    .flatMap(({ look }) => (look !== null && look.outcome.endsWith('live') ? [look.at] : []))
    .toSorted();
  const unseen = facts.items.filter(({ look }) => look === null).length;
  const [oldest] = alive;
  const youngest = alive.at(-1);
  return (
    <p>
      {oldest !== undefined && youngest !== undefined && T.alive.looked(age(youngest, at), age(oldest, at))}{' '}
      {unseen > 0 && T.alive.nobody(unseen)}
    </p>
  ); // prettier-ignore
}

const TONES = { harm: 'live', unknown: 'warn', note: '' } as const;
const DETAILS = 8;

function Blast({ review: { blast, notice } }: { readonly review: Review }): ReactNode {
  const released = notice.items.flatMap(({ host, releases }) => releases.map((each) => ({ host, ...each })));
  return (
    <>
      {blast.length === 0 && <p>{T.blast.none}</p>}
      {blast.map(({ code, level, sentence, hosts, details }) => (
        <p key={code}>
          <span className={`badge ${TONES[level]}`}>{T.blast.levels[level]}</span> {sentence}
          {details.length > 0 && <>: {details.slice(0, DETAILS).join(', ')}{details.length > DETAILS && ` ${texts.shell.more(details.length - DETAILS)}`}</>}
          {hosts.length < notice.items.length && <> ({T.blast.of(hosts.length, notice.items.length)}: <Hosts hosts={hosts} />)</>}
        </p>
      ))}
      {released.length > 0 && (
        <p>{T.blast.released} {released.map(({ host, list, entry, persons }) => `${defanged(host)}: ${list} (${entry}), ${persons.join(', ')}`).join('; ')}</p>
      )}
    </>
  ); // prettier-ignore
}

function Others({ review }: { readonly review: Review }): ReactNode {
  const { rounds } = review.facts;
  if (rounds.length === 0) return <p>{T.others.never}</p>;
  return (
    <>
      {verdictOf(review, 'others') === 'fine' && <p>{T.others.asked}</p>}
      {verdictOf(review, 'others') === 'unknown' && refusalsOf(review, 'others').length === 0 && <p>{T.others.ruleKept}</p>}
      {rounds.map(({ number, parties, skips }) => (
        <p key={number} className="quiet">
          {T.others.round(number)}:{' '}
          {[
            ...parties.map(({ party, partyKind, answer }) => `${party} (${partyKind}): ${answer === null ? T.others.waiting : answer === 'clear' ? T.others.clear : T.others.noAnswer}`),
            ...[...Map.groupBy(skips, ({ partyKind }) => partyKind)].map(([kind, words]) => `${kind}: ${T.others.skipped} ${words.map(({ person }) => person).join(', ')}`),
          ].join('; ') || count(0)}
        </p>
      ))}
    </>
  ); // prettier-ignore
}

/** What keeps it from leaving after it is approved. */
export function StillKeeps({ review }: { readonly review: Review }): ReactNode {
  const { held, notice, standing } = review;
  const isOpen = notice.state === 'drafted' || notice.state === 'approved';
  if (!isOpen) return <p>{texts.review.blocks.hasLeft(notice.state)}</p>;
  const kept = review.refusals;
  const isEnough = standing.given.length >= standing.needed;
  if (kept.length === 0 && held === null) return <p>{isEnough ? texts.review.blocks.nothingMore : texts.review.blocks.nothing}</p>; // prettier-ignore
  return (
    <ul className="stack tight">
      {held !== null && <li>{texts.review.blocks.held(held.strike)} <Moment at={held.until} /></li>}
      {kept.map((refusal) => <li key={refusal.code + refusal.sentence}><RefusalLine refusal={refusal} all={notice.items.length} /></li>)}
    </ul>
  ); // prettier-ignore
}
