import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { act } from '../../api.ts';
import { texts } from '../../texts/en.ts';
import { Card, Failed } from '../../ui/parts.tsx';
import type { Decision, Playbook } from './contract.ts';

const T = texts.methods.attempt;
type Fact = keyof typeof T.facts;
const FACTS: readonly Fact[] = [
  'country',
  'kind',
  'providerType',
  'trust',
  'contact',
  'authority',
  'ground',
  'assetType',
  'capacity',
];

/** Facts in, and the row that decides with what ruled out those before it. */
export function TryFacts({ inputs, usual }: Pick<Playbook, 'inputs' | 'usual'>): ReactNode {
  const [facts, setFacts] = useState<Readonly<Record<string, string>>>({});
  const decide = useMutation({
    mutationFn: (chosen: Readonly<Record<string, string>>) => act<Decision>('POST', '/playbook/decisions', chosen),
  });
  const { mutate } = decide;
  useEffect(() => {
    const { country = '', ...others } = facts;
    const chosen = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== ''));
    if (country === '' || /^[A-Z]{2}$/.test(country)) mutate(country === '' ? chosen : { ...chosen, country });
  }, [facts, mutate]);
  const before = decide.data?.trace.filter(({ place }) => place === 'before') ?? [];
  return (
    <Card title={T.title} aside={T.about}>
      <div className="stack">
        <div className="fact-grid">
          {FACTS.map((fact) => {
            const values = inputs[fact];
            const value = facts[fact] ?? '';
            const set = (text: string): void => setFacts({ ...facts, [fact]: text });
            return (
              <label key={fact} className="field">{T.facts[fact]}
                {values === null || values === undefined ? (
                  <input value={value} maxLength={2} placeholder={T.countryAbout} onChange={({ target }) => set(target.value.toUpperCase())} />
                ) : (
                  <select value={value} onChange={({ target }) => set(target.value)}>
                    <option value="">{usual[fact] ?? texts.shell.none}</option>
                    {values.filter((each) => each !== usual[fact]).map((each) => <option key={each}>{each}</option>)}
                  </select>
                )}
              </label>
            );
          })}
        </div>
        {decide.error !== null && <Failed error={decide.error} />}
        {decide.data !== undefined && (
          <div className="stack tight" role="status">
            {decide.data.row === null ? <p className="bad">{T.nothing}</p> : (
              <p><code>{decide.data.row.id}</code> {T.decides}: <strong>{decide.data.row.method.replaceAll('-', ' ')}</strong> <span className="quiet">{decide.data.row.asks.join(', ')}</span></p>
            )}
            <p>{decide.data.explanation}</p>
            {before.length > 0 && (
              <details>
                <summary>{T.others(before.length)}</summary>
                <ul className="stack tight">
                  {before.map(({ rowId, failed }) => (
                    <li key={rowId}><code>{rowId}</code> <span className="quiet">{failed.map(({ column, cell, value }) => T.because(column, cell, value ?? texts.shell.none)).join('; ')}</span></li>
                  ))}
                </ul>
              </details>
            )}
          </div>
        )}
      </div>
    </Card>
  ); // prettier-ignore
}
