import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { act, part } from '../../api.ts';
import type { PageProps } from '../../page-props.ts';
import { texts } from '../../texts/en.ts';
import { Card, Failed } from '../../ui/parts.tsx';
import { STRATEGIES } from './contract.ts';
import type { Planned } from './contract.ts';

const T = texts.strikes;

/** Asks for a plan: every strategy is played out, and the plan goes on record. */
export function PlanForm({
  operation,
  me,
  planned,
}: PageProps & { readonly planned: (plan: Planned) => void }): ReactNode {
  const [strategy, setStrategy] = useState('');
  const [aim, setAim] = useState('');
  const client = useQueryClient();
  const plan = useMutation({
    mutationFn: () =>
      act<Planned>('POST', `/operations/${part(operation)}/strikes`, {
        ...(strategy === '' ? {} : { strategy }),
        ...(aim === '' ? {} : { aim: `${aim}:00Z` }),
      }),
    onSuccess(found) {
      planned(found);
      void client.invalidateQueries();
    },
  });
  if (me !== null && me.person === null) return <p className="note">{T.plan.readOnly}</p>;
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    plan.mutate();
  };
  return (
    <Card title={T.plan.title}>
      <form className="row top" onSubmit={onSubmit}>
        <label className="field">{T.plan.strategy}
          <select value={strategy} onChange={({ target }) => setStrategy(target.value)}>
            <option value="">{T.plan.usual}</option>
            {STRATEGIES.map((each) => <option key={each} value={each}>{T.strategies[each]}</option>)}
          </select>
        </label>
        <label className="field">{T.plan.aim}
          <input type="datetime-local" value={aim} onChange={({ target }) => setAim(target.value)} />
          <small>{T.plan.aimAbout}</small>
        </label>
        <button type="submit" className="primary" disabled={plan.isPending}>{plan.isPending ? T.plan.planning : T.plan.go}</button>
      </form>
      {plan.error !== null && <Failed error={plan.error} />}
    </Card>
  ); // prettier-ignore
}
