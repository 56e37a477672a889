import type { ReactNode } from 'react';
import { Link, useSearch } from 'wouter';
import { part, useRead } from '../../api.ts';
import type { Due } from '../../contract.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { minutes } from '../../ui/format.ts';
import { Loaded, Moment } from '../../ui/parts.tsx';
import { minutesUntil } from '../review/age.ts';
import { useNow } from '../review/use-now.ts';
import '../review/review.css';
import { AddInstrument } from './add-form.tsx';
import { AskForOrder } from './ask-for-order.tsx';
import type { Covered, Instrument } from './contract.ts';
import { Coverage } from './coverage.tsx';

const T = texts.authorities;
const TABS = ['instruments', 'coverage', 'request'] as const;

/** The instruments behind the methods, which server is under which, and how a further one is asked for. */
export function AuthoritiesPage({ operation, me }: PageProps): ReactNode {
  const api = `/operations/${part(operation)}`;
  const asked = new URLSearchParams(useSearch()).get('tab');
  const tab = TABS.find((each) => each === asked) ?? 'instruments';
  const instruments = useRead<readonly Instrument[]>(`${api}/authorities`);
  const coverage = useRead<readonly Covered[]>(tab === 'coverage' ? `${api}/coverage` : null);
  const due = useRead<Due>(`${api}/due`);
  const base = `/${part(operation)}/authorities`;
  return (
    <>
      <h1>{T.title}</h1>
      <nav className="tabs" aria-label={T.title}>
        {TABS.map((each) => (
          <Link key={each} href={each === 'instruments' ? base : `${base}?tab=${each}`} aria-current={each === tab ? 'page' : undefined}>{T.tabs[each]}</Link>
        ))}
      </nav>
      {tab === 'instruments' && instruments.data !== undefined && <AddInstrument operation={operation} instruments={instruments.data} me={me} />}
      {tab === 'instruments' && (
        <Loaded query={instruments} isEmpty={(all) => all.length === 0} empty={T.empty}>
          {(all) => <Instruments all={all} at={due.data?.at ?? null} readAt={due.dataUpdatedAt} operation={operation} />}
        </Loaded>
      )}
      {tab === 'coverage' && <Loaded query={coverage} isEmpty={(all) => all.length === 0} empty={T.coverage.empty}>{(all) => <Coverage all={all} operation={operation} />}</Loaded>}
      {tab === 'request' && <Loaded query={instruments}>{(all) => <AskForOrder instruments={all} operation={operation} />}</Loaded>}
    </>
  ); // prettier-ignore
}

function Instruments({
  all,
  at,
  readAt,
  operation,
}: {
  readonly all: readonly Instrument[];
  /** The service's own time; null while it is not known. */
  readonly at: string | null;
  readonly readAt: number;
  readonly operation: string;
}): ReactNode {
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">{T.reference}</th><th scope="col">{T.court}</th><th scope="col">{T.jurisdictions}</th><th scope="col">{T.until}</th>
            <th scope="col">{T.clock}</th><th scope="col">{T.state}</th><th scope="col">{T.served}</th><th scope="col" className="number">{T.covers}</th>
          </tr>
        </thead>
        <tbody>
          {all.map((instrument) => {
            const { reference, kind, court, docket, jurisdictions, services, servers } = instrument;
            const ends = endOf(instrument);
            return (
              <tr key={instrument.authorityId}>
                <th scope="row"><Link className="in-text" href={`/${part(operation)}/authorities/${part(reference)}`}>{reference}</Link> <span className="quiet">{kind.replaceAll('-', ' ')}</span></th>
                <td>{[court, docket].filter((word) => word !== null).join(', ')}</td>
                <td>{jurisdictions.join(' ')}</td>
                <td>{ends === null ? T.ended : <Moment at={ends} />}</td>
                <td>{ends === null ? <span className="quiet">{T.never}</span> : at !== null && <Clock ends={ends} at={at} readAt={readAt} />}</td>
                <td><Standing instrument={instrument} /></td>
                <td>{services.length === 0 ? <span className="badge warn">{T.unserved}</span> : T.services(services.length)}</td>
                <td className="number">{T.servers(servers)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  ); // prettier-ignore
}

/** Its own end, or the one that counsel set before it. */
export function endOf({ expiresAt, endsAt }: Instrument): string | null {
  return [expiresAt, endsAt].filter((moment) => moment !== null).toSorted()[0] ?? null;
}

const SOON_MINUTES = 72 * 60;

/** What is left of it. */
export function Clock({
  ends,
  at,
  readAt,
}: {
  readonly ends: string;
  readonly at: string;
  readonly readAt: number;
}): ReactNode {
  const left = minutesUntil(ends, useNow(at, readAt));
  if (left < 0) return <span className="clock bad">{T.over(minutes(-left))}</span>;
  return <span className={`clock ${left < SOON_MINUTES ? 'warn' : ''}`}>{T.left(minutes(left))}</span>;
}

export function Standing({ instrument }: { readonly instrument: Instrument }): ReactNode {
  const { inForce, sealed, mayBeNamed } = instrument;
  return (
    <span className="row">
      <span className={`badge ${inForce ? 'dark' : 'live'}`}>{inForce ? T.inForce : T.notInForce}</span>
      {sealed && !mayBeNamed && <span className="badge warn">{T.sealed}</span>}
    </span>
  ); // prettier-ignore
}
