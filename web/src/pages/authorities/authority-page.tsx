import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part, useRead } from '../../api.ts';
import type { Due } from '../../contract.ts';
import type { OnePageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { defanged } from '../../ui/format.ts';
import { Card, Loaded, Moment } from '../../ui/parts.tsx';
import '../review/review.css';
import { Clock, Standing, endOf } from './authorities-page.tsx';
import type { Covered, Instrument } from './contract.ts';
import { CoverageTable } from './coverage.tsx';
import { ServeInstrument } from './serve-form.tsx';

const T = texts.authorities;
const FIRST = 100;

/** One instrument: how it stands, on whom it was served, what it covers and what not. */
export function AuthorityPage({ operation, subject, me }: OnePageProps): ReactNode {
  const api = `/operations/${part(operation)}`;
  const instrument = useRead<Instrument>(`${api}/authorities/${part(subject)}`);
  const coverage = useRead<readonly Covered[]>(`${api}/coverage`);
  const due = useRead<Due>(`${api}/due`);
  return (
    <>
      <p><Link href={`/${part(operation)}/authorities`}>← {T.one.back}</Link></p>
      <Loaded query={instrument}>
        {(found) => {
          const ends = endOf(found);
          return (
            <>
              <header className="row">
                <h1>{found.reference}</h1> <Standing instrument={found} />
                {ends !== null && due.data !== undefined && <Clock ends={ends} at={due.data.at} readAt={due.dataUpdatedAt} />}
              </header>
              {found.notInForce.length > 0 && <p className="note bad"><strong>{T.one.why}:</strong> {found.notInForce.join('; ')}</p>}
              <div className="grid">
                <Card className="half" title={T.one.record}><Record instrument={found} operation={operation} /></Card>
                <Card className="half" title={T.one.servedTitle}><Services instrument={found} /><ServeInstrument operation={operation} instrument={found} at={due.data?.at ?? null} me={me} /></Card>
                <Card className="half" title={T.one.scope}><Scope instrument={found} /></Card>
              </div>
              <Loaded query={coverage}>
                {(all) => (
                  <>
                    <Card title={T.one.coveredTitle} aside={T.servers(found.servers)}>
                      <Some servers={all.filter(({ authority }) => authority === found.reference)} empty={T.one.coversNone} operation={operation} />
                    </Card>
                    <Card title={T.one.uncoveredTitle}>
                      <Some servers={all.filter(({ others }) => others.some(({ authority }) => authority === found.reference))} empty={T.one.coversAll} operation={operation} />
                    </Card>
                  </>
                )}
              </Loaded>
            </>
          );
        }}
      </Loaded>
    </>
  ); // prettier-ignore
}

function Some({
  servers,
  empty,
  operation,
}: {
  readonly servers: readonly Covered[];
  readonly empty: string;
  readonly operation: string;
}): ReactNode {
  if (servers.length === 0) return <p className="quiet">{empty}</p>;
  return (
    <>
      <CoverageTable servers={servers.slice(0, FIRST)} operation={operation} />
      {servers.length > FIRST && <p><Link href={`/${part(operation)}/authorities?tab=coverage`}>{texts.shell.more(servers.length - FIRST)}</Link></p>}
    </>
  ); // prettier-ignore
}

function Record({ instrument, operation }: { readonly instrument: Instrument; readonly operation: string }): ReactNode {
  const { kind, court, docket, parent, jurisdictions, issuedAt, expiresAt, endsAt, endReason, bond, providers, documentName, documentSha256, addedAt, person, reference } = instrument; // prettier-ignore
  return (
    <dl className="facts">
      <dt>{T.one.kind}</dt><dd>{kind.replaceAll('-', ' ')}</dd>
      <dt>{T.court}</dt><dd>{court ?? T.one.none}</dd>
      <dt>{T.one.docket}</dt><dd>{docket ?? T.one.none}</dd>
      {parent !== null && <><dt>{T.one.parent}</dt><dd><Link href={`/${part(operation)}/authorities/${part(parent)}`}>{parent}</Link></dd></>}
      <dt>{T.jurisdictions}</dt><dd>{jurisdictions.join(', ')}</dd>
      <dt>{T.one.issued}</dt><dd><Moment at={issuedAt} /></dd>
      <dt>{T.one.expires}</dt><dd>{expiresAt === null ? T.ended : <Moment at={expiresAt} />}</dd>
      {endsAt !== null && <><dt>{T.one.endedAt}</dt><dd><Moment at={endsAt} />: {endReason}</dd></>}
      {instrument.sealed && <><dt>{T.one.seal}</dt><dd><Seal instrument={instrument} /></dd></>}
      {bond !== null && <><dt>{T.one.bond}</dt><dd>{bond}</dd></>}
      <dt>{T.one.providers}</dt><dd>{providers.join('; ') || T.one.notLimited}</dd>
      <dt>{T.one.document}</dt><dd>{documentName} <a download href={`/api/v1/operations/${part(operation)}/authorities/${part(reference)}/document`}>{T.one.download}</a></dd>
      <dt>{T.one.sha}</dt><dd><code>{documentSha256}</code></dd>
      <dt>{T.one.added}</dt><dd><Moment at={addedAt} />, {T.one.signedBy} {person}</dd>
    </dl>
  ); // prettier-ignore
}

function Seal({ instrument: { mayBeNamed, unsealAt } }: { readonly instrument: Instrument }): ReactNode {
  if (mayBeNamed) return <>{T.one.wasSealed} <Moment at={unsealAt} /></>; // prettier-ignore
  return unsealAt === null ? T.one.sealOpen : <>{T.one.sealUntil} <Moment at={unsealAt} /></>; // prettier-ignore
}

function Services({ instrument: { services } }: { readonly instrument: Instrument }): ReactNode {
  if (services.length === 0) return <p className="warn">{T.one.notServed}</p>;
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={T.one.servedTitle}>
      <table>
        <thead>
          <tr>{[T.one.when, T.one.on, T.one.how, T.one.proof].map((title) => <th key={title} scope="col">{title}</th>)}</tr>
        </thead>
        <tbody>
          {services.map(({ provider, method, proof, servedAt }) => (
            <tr key={`${servedAt} ${provider}`}>
              <td><Moment at={servedAt} /></td><td>{provider ?? T.one.all}</td><td>{method}</td><td>{proof}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  ); // prettier-ignore
}

function Scope({ instrument: { scope } }: { readonly instrument: Instrument }): ReactNode {
  const prefixes = scope.prefixes.map((prefix) => {
    const [address = '', bits = ''] = prefix.split('/');
    return `${defanged(address)}/${bits}`;
  });
  const entries = [...scope.addresses.map(defanged), ...prefixes, ...scope.domains.map(defanged)];
  return (
    <div className="stack tight">
      {scope.standing && <p>{T.one.standing}</p>}
      <ul className="stack tight tall" tabIndex={0} aria-label={T.one.scope}>{entries.map((entry) => <li key={entry}><code>{entry}</code></li>)}</ul>
    </div>
  ); // prettier-ignore
}
