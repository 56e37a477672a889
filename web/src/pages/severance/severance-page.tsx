import { useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part, useRead } from '../../api.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { count, defanged } from '../../ui/format.ts';
import { Card, Indicator, Loaded, Moment, State } from '../../ui/parts.tsx';
import type { Matrix, Severance } from './contract.ts';
import { MatrixPicture } from './matrix-picture.tsx';
import './severance.css';

const T = texts.severance;
const FIRST = 20;
const TONES = { 'none-observed-live': 'good', no: 'bad', unknown: 'warn' } as const;

/** Does any configuration still reach a live server, and what cuts most of them off next. */
export function SeverancePage({ operation }: PageProps): ReactNode {
  const api = `/operations/${part(operation)}/severance`;
  const severance = useRead<Severance>(api);
  const matrix = useRead<Matrix>(`${api}/matrix`);
  return (
    <>
      <header className="page-head"><h1>{T.title}</h1></header>
      <Loaded query={severance}>
        {({ severed, next, remaining, reaching }) => (
          <>
            <div className="stack tight">
              <p className="row">
                <strong className={`verdict-words ${TONES[severed.state]}`}>{T.states[severed.state]}</strong>
                {severed.since !== null && <span className="quiet">{T.since} <Moment at={severed.since} /></span>}
              </p>
              {severed.reasons.map((reason) => <p key={reason}>{reason}</p>)}
              <p className="quiet">{T.about}</p>
            </div>
            <div className="wall">
              <Card title={T.matrix.title}>
                <Loaded query={matrix} isEmpty={({ configurations }) => configurations.length === 0} empty={T.matrix.none}>
                  {(whole) => <MatrixPicture matrix={whole} />}
                </Loaded>
              </Card>
              <Card title={T.next.title} aside={T.next.about}>
                {next.steps.length === 0 ? <p className="empty">{T.next.none}</p> : (
                  <table>
                    <caption className="quiet">{next.steps.every(({ isExact }) => isExact) ? T.next.allExact : T.next.someBound}</caption>
                    <thead><tr><th scope="col" className="number">{T.next.servers}</th><th scope="col">{T.next.silenced}</th></tr></thead>
                    <tbody>
                      {next.steps.map(({ k, servers, silenced, atMost, isExact }) => (
                        <tr key={k}>
                          <th scope="row" className="number">{k}</th>
                          <td>
                            <span className="row spread"><strong>{count(silenced)} / {count(next.reaching)}</strong>{!isExact && <span className="quiet">{T.next.bound(atMost)}</span>}</span>
                            <span className="hosts">{servers.map(({ serverId, host, kind }) => <span key={serverId} className="host"><Link href={`/${part(operation)}/cases/${part(host)}`}><code>{defanged(host)}</code></Link>{kind !== 'unknown' && <span className="quiet"> {kind}</span>}</span>)}</span>
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                )}
              </Card>
            </div>
            <div className="grid">
              <Card className="half" title={T.remaining.title}>
                {remaining.length === 0 ? <p className="empty">{T.remaining.none}</p> : (
                  <div className="scroll"><table>
                    <thead><tr><th scope="col">{T.remaining.server}</th><th scope="col">{T.remaining.provider}</th><th scope="col" className="number">{T.remaining.configurations}</th><th scope="col" className="number">{T.remaining.only}</th></tr></thead>
                    <tbody>
                      {remaining.map(({ serverId, host, provider, country, verdict, configurations, only }) => (
                        <tr key={serverId}>
                          <td><Indicator host={host}><Link href={`/${part(operation)}/cases/${part(host)}`}><code>{defanged(host)}</code></Link></Indicator> <State of={verdict} /></td>
                          <td>{provider} <span className="quiet">{country}</span></td>
                          <td className="number">{count(configurations)}</td>
                          <td className="number">{count(only)}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table></div>
                )}
              </Card>
              <Reaching reaching={reaching} />
            </div>
          </>
        )}
      </Loaded>
    </>
  ); // prettier-ignore
}

function Reaching({ reaching }: { readonly reaching: Severance['reaching'] }): ReactNode {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? reaching : reaching.slice(0, FIRST);
  return (
    <Card className="half" title={T.reaching.title} aside={count(reaching.length)}>
      {reaching.length === 0 ? <p className="empty">{T.reaching.none}</p> : (
        <div className="scroll"><table>
          <thead><tr><th scope="col">{T.reaching.version}</th><th scope="col">{T.reaching.tag}</th><th scope="col">{T.reaching.collected}</th><th scope="col" className="number">{T.reaching.live}</th></tr></thead>
          <tbody>
            {shown.map(({ configurationId, version, tag, collectedAt, live, servers }) => (
              <tr key={configurationId}><td>{version}</td><td>{tag}</td><td><Moment at={collectedAt} /></td><td className="number">{count(live)}/{count(servers)}</td></tr>
            ))}
          </tbody>
        </table></div>
      )}
      {shown.length < reaching.length && <button type="button" className="bare" onClick={() => setWhole(true)}>{texts.shell.more(reaching.length - shown.length)}</button>}
    </Card>
  ); // prettier-ignore
}
