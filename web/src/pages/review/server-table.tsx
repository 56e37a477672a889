import { useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part } from '../../api.ts';
import { texts } from '../../texts/en.ts';
import { defanged } from '../../ui/format.ts';
import { Indicator } from '../../ui/parts.tsx';
import { age } from './age.ts';
import type { Review, ReviewServer, SendItem } from './contract.ts';

const T = texts.review.servers_;
const FIRST = 25;

/** Every server: what it is, on what evidence and how old, how many speak for it, who looked last. */
export function ServerTable({ review, operation }: { readonly review: Review; readonly operation: string }): ReactNode {
  const [isWhole, setWhole] = useState(false);
  const { items } = review.notice;
  const byId = new Map(review.facts.items.map((item) => [item.serverId, item]));
  const shown = isWhole ? items : items.slice(0, FIRST);
  return (
    <>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              {[T.host, T.port, T.kind, T.country, T.evidence, T.by, T.look, T.covered].map((title) => <th key={title} scope="col">{title}</th>)}
            </tr>
          </thead>
          <tbody>
            {shown.map((server) => (
              <tr key={server.serverId}>
                <td className="host"><Indicator host={server.host}><Link href={`/${part(operation)}/cases/${part(server.host)}`}><code>{defanged(server.host)}</code></Link></Indicator></td>
                <td>{[...new Set(server.endpoints.flatMap(({ port }) => (port === null ? [] : [port])))].join(', ')}</td>
                <td>{server.kind.replaceAll('-', ' ')}</td>
                <td>{server.country ?? '??'}</td>
                <td>{evidenceWords(server, review.at)}</td>
                <td>{basisWords(server)}</td>
                <td><LookWords item={byId.get(server.serverId) ?? null} now={review.at} /></td>
                <td><CoverWords item={byId.get(server.serverId) ?? null} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {!isWhole && items.length > FIRST && <button type="button" className="bare" onClick={() => setWhole(true)}>{texts.shell.more(items.length - FIRST)}</button>}
    </>
  ); // prettier-ignore
}

function evidenceWords({ assessment }: ReviewServer, now: string): string {
  const evidence = assessment?.evidence ?? null;
  if (evidence === null) return T.noEvidence;
  const old = evidence.seen === null ? T.undated : `${age(evidence.seen, now)} ${T.old}`;
  return `${evidence.class.replaceAll('-', ' ')}, ${old}, ${T.from} ${evidence.source}`;
}

function basisWords({ assessment }: ReviewServer): string {
  if (assessment === null) return T.notJudged;
  const groups = assessment.groups.filter(({ group }) => group !== '').length;
  return `${assessment.basis.replaceAll('-', ' ')}, ${T.groups(groups)}`;
}

function LookWords({ item, now }: { readonly item: SendItem | null; readonly now: string }): ReactNode {
  const look = item?.look ?? null;
  const kept = item?.handsOffs.find(({ until, liftedAt }) => liftedAt === null && until > now);
  return (
    <>
      {look === null ? <span className="warn">{T.nobody}</span> : `${look.outcome.replaceAll('-', ' ')} ${age(look.at, now)} ${T.ago}, ${look.vantage}`}
      {kept !== undefined && <strong className="bad"> {T.handsOff(kept.party)}</strong>}
      {item !== null && item.partner !== null && <strong className="bad"> {T.partner(item.partner)}</strong>}
    </>
  ); // prettier-ignore
}

function CoverWords({ item }: { readonly item: SendItem | null }): ReactNode {
  const isCovered = item?.isCovered ?? null;
  if (isCovered === null) return <span className="quiet">{T.noOrder}</span>;
  return isCovered ? T.yes : <strong className="bad">{T.no}</strong>;
}
