import { useState } from 'react';
import type { ReactNode } from 'react';
import { part, useRead } from '../../api.ts';
import { texts } from '../../texts/en.ts';
import { count } from '../../ui/format.ts';
import { Card, Loaded } from '../../ui/parts.tsx';
import type { Instrument, RequestCounts } from './contract.ts';

const T = texts.authorities.request;
const FORMATS = ['docx', 'pdf', 'csv'] as const;
const REASONS = ['otherCountries', 'devices', 'gone', 'notToBeTold'] as const;

/** What counsel needs to ask for an order over servers that none covers: how many, and the papers. */
export function AskForOrder({
  instruments,
  operation,
}: {
  readonly instruments: readonly Instrument[];
  readonly operation: string;
}): ReactNode {
  const [order, setOrder] = useState('');
  const path = `/operations/${part(operation)}/authority-request`;
  const which = order === '' ? '' : `for=${part(order)}`;
  const counts = useRead<RequestCounts>(`${path}${which === '' ? '' : `?${which}`}`);
  return (
    <Card title={texts.authorities.tabs.request}>
      <div className="stack">
        <p>{T.about}</p>
        <label className="field">
          {T.which}
          <select value={order} onChange={({ target }) => setOrder(target.value)}>
            <option value="">{T.new}</option>
            {instruments.map(({ authorityId, reference }) => <option key={authorityId}>{reference}</option>)}
          </select>
        </label>
        <Loaded query={counts}>
          {({ servers, covered, leftOut, sha256 }) => (
            <>
              <p><strong>{T.listed(servers)}</strong></p>
              <h3>{T.leftOut}</h3>
              <dl className="facts">
                <dt className="number">{count(covered)}</dt><dd>{T.why.covered}</dd>
                {REASONS.filter((reason) => leftOut[reason] > 0).map((reason) => (
                  <Row key={reason} number={leftOut[reason]} words={T.why[reason]} />
                ))}
              </dl>
              <p className="row no-print">
                {FORMATS.map((format) => (
                  <a key={format} className="button" download href={`/api/v1${path}/document?format=${format}${which === '' ? '' : `&${which}`}`}>{T.download(format)}</a>
                ))}
              </p>
              <p className="quiet">{T.sha}: <code>{sha256}</code></p>
            </>
          )}
        </Loaded>
      </div>
    </Card>
  ); // prettier-ignore
}

function Row({ number, words }: { readonly number: number; readonly words: string }): ReactNode {
  return <><dt className="number">{count(number)}</dt><dd>{words}</dd></>; // prettier-ignore
}
