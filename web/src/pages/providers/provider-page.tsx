import { useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part, useRead } from '../../api.ts';
import type { OnePageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { defanged } from '../../ui/format.ts';
import { NotHere } from '../../ui/not-here.tsx';
import { Card, Indicator, Loaded, Moment, State } from '../../ui/parts.tsx';
import { Contacts } from './contacts.tsx';
import type { ProviderFile } from './contract.ts';
import { Conversations } from './conversations.tsx';
import { Trust } from './providers-page.tsx';
import '../review/review.css';
import './providers.css';

const T = texts.providers;

/** All that the operation has to do with one provider. */
export function ProviderPage(props: OnePageProps): ReactNode {
  return <OneProvider key={`${props.operation} ${props.subject}`} {...props} />;
}

function OneProvider({ operation, subject, me }: OnePageProps): ReactNode {
  const file = useRead<ProviderFile>(`/operations/${part(operation)}/providers/${part(subject)}`);
  const [told, setTold] = useState<string | null>(null);
  return (
    <>
      <p><Link href={`/${part(operation)}/providers`}>← {T.one.back}</Link></p>
      <p role="status" className={told === null ? 'visually-hidden' : 'note'}>{told}</p>
      <Loaded query={file} gone={<NotHere title={texts.shell.notHere.provider(subject)} goals={[{ label: T.one.back, to: `/${part(operation)}/providers` }]} />}>
        {(found) => (
          <>
            <h1 className="wrap">{found.provider.name}</h1>
            <div className="grid">
              <Card className="half" title={T.one.about}><Record file={found} operation={operation} /></Card>
              <Card className="half" title={T.contacts.title}><Contacts file={found} me={me} tell={setTold} /></Card>
              <Card title={T.cases.title}><Cases file={found} operation={operation} /></Card>
              <Card title={T.talk.title} aside={T.talk.about}><Conversations file={found} operation={operation} me={me} /></Card>
            </div>
          </>
        )}
      </Loaded>
    </>
  ); // prettier-ignore
}

function Record({ file, operation }: { readonly file: ProviderFile; readonly operation: string }): ReactNode {
  const { provider, partOf, parts, correction, servers, notices } = file;
  const to = (key: string): ReactNode => <Link href={`/${part(operation)}/providers/${part(key)}`}>{key}</Link>;
  return (
    <dl className="facts">
      <dt>{T.one.key}</dt><dd><code>{provider.key}</code></dd>
      <dt>{T.country}</dt><dd>{provider.country ?? <span className="warn">{T.unknownCountry}</span>}</dd>
      <dt>{T.type}</dt><dd>{provider.type}</dd>
      <dt>{T.trust}</dt><dd><Trust trust={provider.trust} /> {provider.trust === 'bulletproof' && T.one.bulletproof}</dd>
      <dt>{T.one.channel}</dt><dd>{provider.channel}</dd>
      {provider.asn !== null && <><dt>{T.one.asn}</dt><dd>AS{provider.asn}</dd></>}
      <dt>{T.one.source}</dt><dd>{provider.source}</dd>
      {correction !== null && <><dt>{T.one.corrected}</dt><dd>{correction}</dd></>}
      {partOf !== null && <><dt>{T.one.partOf}</dt><dd>{to(partOf)}</dd></>}
      {parts.length > 0 && <><dt>{T.one.parts}</dt><dd>{parts.map((key, at) => <span key={key}>{at > 0 && ', '}{to(key)}</span>)}</dd></>}
      <dt>{T.one.record}</dt><dd>{T.one.counts(servers, notices)}</dd>
    </dl>
  ); // prettier-ignore
}

const FIRST = 50;

function Cases({ file: { cases }, operation }: { readonly file: ProviderFile; readonly operation: string }): ReactNode {
  const [isWhole, setWhole] = useState(false);
  if (cases.length === 0) return <p className="quiet">{T.cases.empty}</p>;
  const shown = isWhole ? cases : cases.slice(0, FIRST);
  return (
    <>
      <div className="scroll">
        <table>
          <thead>
            <tr>{[T.cases.host, T.cases.kind, T.cases.state, T.cases.since].map((title) => <th key={title} scope="col">{title}</th>)}</tr>
          </thead>
          <tbody>
            {shown.map(({ caseId, host, kind, state, stateSince }) => (
              <tr key={caseId}>
                <td className="host"><Indicator host={host}><Link href={`/${part(operation)}/cases/${part(host)}`}><code>{defanged(host)}</code></Link></Indicator></td>
                <td>{kind.replaceAll('-', ' ')}</td>
                <td><State of={state} /></td>
                <td><Moment at={stateSince} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!isWhole && cases.length > FIRST && <button type="button" className="bare" onClick={() => setWhole(true)}>{texts.shell.more(cases.length - FIRST)}</button>}
    </>
  ); // prettier-ignore
}
