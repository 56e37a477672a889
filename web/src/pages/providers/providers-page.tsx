import { useDeferredValue, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { part, useRead } from '../../api.ts';
import type { ProviderRow } from '../../contract.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { count } from '../../ui/format.ts';
import { Loaded } from '../../ui/parts.tsx';
import '../review/review.css';
import './providers.css';

const T = texts.providers;

/** Who can switch the servers off. */
export function ProvidersPage({ operation }: PageProps): ReactNode {
  const providers = useRead<readonly ProviderRow[]>(`/operations/${part(operation)}/providers`);
  return (
    <>
      <h1>{T.title}</h1>
      <Loaded query={providers} isEmpty={(all) => all.length === 0} empty={T.empty}>
        {(all) => <List all={all} operation={operation} />}
      </Loaded>
    </>
  );
}

function List({ all, operation }: { readonly all: readonly ProviderRow[]; readonly operation: string }): ReactNode {
  const [words, setWords] = useState('');
  const wanted = useDeferredValue(words.trim().toLowerCase());
  const shown = useMemo(
    () =>
      all
        .filter(({ name, key, contact }) => `${name} ${key} ${contact ?? ''}`.toLowerCase().includes(wanted))
        .toSorted((one, other) => other.servers - one.servers || one.name.localeCompare(other.name)),
    [all, wanted],
  );
  return (
    <>
      <p className="row">
        <input data-filter type="search" aria-label={T.filter} placeholder={T.filter} size={34} value={words} onChange={({ target }) => setWords(target.value)} />
        <span className="quiet" role="status">{T.shown(shown.length, all.length)}</span>
      </p>
      {shown.length === 0 && <p className="empty">{T.none}</p>}
      {shown.length > 0 && (
        <div className="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">{T.name}</th><th scope="col">{T.country}</th><th scope="col">{T.type}</th><th scope="col">{T.trust}</th>
                <th scope="col">{T.contact}</th><th scope="col" className="number">{T.servers}</th><th scope="col" className="number">{T.notices}</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((provider) => (
                <tr key={provider.key}>
                  <th scope="row" className="wrap"><Link href={`/${part(operation)}/providers/${part(provider.key)}`}>{provider.name}</Link></th>
                  <td>{provider.country ?? T.unknownCountry}</td>
                  <td>{provider.type}</td>
                  <td><Trust trust={provider.trust} /></td>
                  <td>{provider.contact === null ? <span className="warn">{T.noContact}</span> : <code>{provider.contact}</code>}</td>
                  <td className="number">{count(provider.servers)}</td>
                  <td className="number">{count(provider.notices)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  ); // prettier-ignore
}

const TONES: Readonly<Record<string, string>> = { cooperative: 'dark', unresponsive: 'warn', bulletproof: 'live' };

export function Trust({ trust }: { readonly trust: string }): ReactNode {
  return <span className={`badge ${TONES[trust] ?? ''}`}>{trust}</span>;
}
