import { useDeferredValue, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part } from '../../api.ts';
import { texts } from '../../texts/en.ts';
import { defanged } from '../../ui/format.ts';
import { Indicator } from '../../ui/parts.tsx';
import type { Covered } from './contract.ts';

const T = texts.authorities.coverage;
const FIRST = 200;

/** Every server of an open case: under which instrument it is, and why not under the others. */
export function Coverage({
  all,
  operation,
}: {
  readonly all: readonly Covered[];
  readonly operation: string;
}): ReactNode {
  const [words, setWords] = useState('');
  const [isBare, setBare] = useState(false);
  const [most, setMost] = useState(FIRST);
  const wanted = useDeferredValue(words.trim().toLowerCase().replaceAll('[.]', '.').replaceAll('[:]', ':'));
  const found = useMemo(
    () =>
      all.filter(
        ({ server, authority }) =>
          (!isBare || authority === null) &&
          `${server.host} ${server.provider?.name ?? ''} ${server.country ?? ''}`.toLowerCase().includes(wanted),
      ),
    [all, wanted, isBare],
  );
  const covered = all.filter(({ authority }) => authority !== null).length;
  return (
    <>
      <p><strong>{T.summary(covered, all.length)}</strong></p>
      <p className="row">
        <input data-filter type="search" aria-label={T.filter} placeholder={T.filter} size={34} value={words} onChange={({ target }) => setWords(target.value)} />
        <label className="row"><input type="checkbox" checked={isBare} onChange={({ target }) => setBare(target.checked)} /> {T.bare}</label>
        <span className="quiet" role="status">{texts.providers.shown(found.length, all.length)}</span>
      </p>
      {found.length === 0 ? <p className="empty">{T.noneLike}</p> : <CoverageTable servers={found.slice(0, most)} operation={operation} />}
      {found.length > most && <button type="button" className="bare" onClick={() => setMost(most + FIRST)}>{texts.shell.more(found.length - most)}</button>}
    </>
  ); // prettier-ignore
}

export function CoverageTable({
  servers,
  operation,
}: {
  readonly servers: readonly Covered[];
  readonly operation: string;
}): ReactNode {
  return (
    <div className="scroll">
      <table>
        <thead>
          <tr>{[T.host, T.country, T.provider, T.alive, T.under, T.why].map((title) => <th key={title} scope="col">{title}</th>)}</tr>
        </thead>
        <tbody>
          {servers.map(({ server, liveness, authority, by, others }) => (
            <tr key={server.serverId}>
              <td className="host"><Indicator host={server.host}><Link href={`/${part(operation)}/cases/${part(server.host)}`}><code>{defanged(server.host)}</code></Link></Indicator></td>
              <td>{server.country ?? T.unknown}</td>
              <td>{server.provider === null ? T.unknown : <Link href={`/${part(operation)}/providers/${part(server.provider.key)}`}>{server.provider.name}</Link>}</td>
              <td><span className={liveness === 'alive' ? 'bad' : 'quiet'}>{T.liveness[liveness]}</span></td>
              <td>{authority === null ? <strong className="warn">{T.none}</strong> : <><Link className="in-text" href={`/${part(operation)}/authorities/${part(authority)}`}>{authority}</Link> <span className="quiet">{T.by} {by === 'standing' ? T.standing : defanged(by ?? '')}</span></>}</td>
              <td>
                {authority === null && others.length === 0 && T.noneOnRecord}
                {others.map((other) => <p key={other.authority}>{other.authority}: {other.reasons.join('; ')}</p>)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  ); // prettier-ignore
}
