import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { FormEvent, ReactNode } from 'react';
import { act } from '../../api.ts';
import type { Exercise } from '../../contract.ts';
import { texts } from '../../texts/en.ts';
import { Speeds } from '../../ui/exercise-bar.tsx';
import { between } from '../../ui/format.ts';
import { Modal } from '../../ui/modal.tsx';
import { Card, Failed } from '../../ui/parts.tsx';
import { EXERCISE_KEY } from '../../ui/use-exercise.ts';
import { STRATEGIES } from './contract.ts';
import type { Offered, OfferedPlaybook, Strategy, Wish } from './contract.ts';

const T = texts.exercise.page;
const DAY_MS = 86_400_000;
/** An hour in a second: slow enough to be followed, a week in three minutes. */
const USUAL_SPEED = '60';

/** Another exercise, in a world of its own; what is played is ended for it, and that is asked first. */
export function StartForm({
  now,
  offered,
  playbooks,
  wish,
  setWish,
}: {
  readonly now: Exercise;
  readonly offered: readonly Offered[];
  readonly playbooks: readonly OfferedPlaybook[];
  /** Null: nothing was chosen yet. */
  readonly wish: Wish | null;
  readonly setWish: (wish: Wish) => void;
}): ReactNode {
  const client = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const first = offered.find(({ name }) => name === now.exercise?.scenario) ?? offered[0];
  const shown = wish ?? (first === undefined ? null : usual(first));
  const start = useMutation({
    mutationFn: ({ scenario, seed, strategy, speed, playbook }: Wish) =>
      act<Exercise>('POST', '/exercise/runs', {
        scenario,
        seed: Number(seed),
        strategy,
        ...nameOf(playbook, playbooks),
        minutesPerSecond: speed === '' ? null : Number(speed),
      }),
    onSuccess: (state) => client.setQueryData(EXERCISE_KEY, state),
  });
  if (shown === null) return null;
  const isSeed = /^\d{1,10}$/.test(shown.seed) && Number(shown.seed) <= 4_294_967_295;
  const isBusy = now.isBeginning || start.isPending;
  const change = (part: Partial<Wish>): void => setWish({ ...shown, ...part });
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (!isSeed || isBusy) return;
    if (now.phase === 'playing') setAsking(true);
    else start.mutate(shown);
  };
  return (
    <Card title={now.exercise === null ? T.start.first : T.start.title}>
      <form className="stack" onSubmit={onSubmit}>
        <fieldset className="scenarios">
          <legend>{T.start.choose}</legend>
          {offered.map((each) => (
            <label key={each.name} className="scenario">
              <input type="radio" name="scenario" value={each.name} checked={shown.scenario === each.name} onChange={() => setWish({ ...usual(each), speed: shown.speed, playbook: shown.playbook })} />
              <span>
                <strong>{each.title}</strong> <code className="quiet">{each.name}</code>
                <span className="quiet"> · {T.days(Math.max(1, Math.round(between(each.begins, each.ends) / DAY_MS)))}</span>
                <br />
                <span className="quiet">{each.about}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div className="row top">
          <label className="field">{T.seed}
            <input inputMode="numeric" value={shown.seed} aria-invalid={!isSeed} aria-describedby="seed-help" onChange={({ target }) => change({ seed: target.value.trim() })} />
          </label>
          <label className="field">{T.strategy}
            <select value={shown.strategy} onChange={({ target }) => change({ strategy: strategyOf(target.value) })}>
              {STRATEGIES.map((each) => <option key={each} value={each}>{T.strategies[each]}</option>)}
            </select>
          </label>
          <label className="field">{T.playbook}
            <select value={shown.playbook === playbooks[0]?.sha256 ? '' : shown.playbook} onChange={({ target }) => change({ playbook: target.value })}>
              {playbooks.map(({ name, title, sha256 }, at) => <option key={sha256} value={at === 0 ? '' : sha256}>{T.table(title, (T.tables as Readonly<Record<string, string>>)[name] ?? name, sha256.slice(0, 12))}</option>)}
            </select>
          </label>
          <label className="field">{T.speed}
            <select value={shown.speed} onChange={({ target }) => change({ speed: target.value })}><Speeds of={null} /></select>
          </label>
        </div>
        <p id="seed-help" className={isSeed ? 'quiet' : 'bad'}>{isSeed ? T.seedHelp : T.seedBad}</p>
        {start.error !== null && <Failed error={start.error} />}
        <p><button id="start-exercise" type="submit" className="primary" disabled={!isSeed || isBusy}>{isBusy ? T.start.busy : T.start.button}</button></p>
      </form>
      {isAsking && (
        <Modal label={T.confirm.title} close={() => setAsking(false)}>
          <div className="stack">
            <h2>{T.confirm.title}</h2>
            <p>{T.confirm.text(now.exercise?.title ?? '')}</p>
            <p className="row">
              <button type="button" className="danger" onClick={() => { setAsking(false); start.mutate(shown); }}>{T.confirm.yes}</button>
              <button type="button" autoFocus onClick={() => setAsking(false)}>{T.confirm.no}</button>
            </p>
          </div>
        </Modal>
      )}
    </Card>
  ); // prettier-ignore
}

function usual({ name, seed, strategy }: Offered): Wish {
  return { scenario: name, seed: String(seed), strategy, speed: USUAL_SPEED, playbook: '' };
}

/** What is not offered any more is not asked for. */
function nameOf(sha256: string, playbooks: readonly OfferedPlaybook[]): { readonly playbook?: string } {
  const found = playbooks.find((each) => each.sha256 === sha256);
  return found === undefined ? {} : { playbook: found.name };
}

function strategyOf(text: string): Strategy {
  return STRATEGIES.find((each) => each === text) ?? 'rolling';
}
