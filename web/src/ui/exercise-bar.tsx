import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { act } from '../api.ts';
import type { Exercise } from '../contract.ts';
import { texts } from '../texts/en.ts';
import { between, utc } from './format.ts';
import { EXERCISE_KEY, useExercise } from './use-exercise.ts';

const T = texts.exercise;
const SPEEDS_MINUTES = [10, 60, 360, 1440] as const;

/** Where an exercise is, with its clock in the reader's hands. */
export function ExerciseBar(): ReactNode {
  const client = useQueryClient();
  const { data } = useExercise(true);
  const pace = useMutation({
    mutationFn: (wish: Partial<Pick<Exercise, 'minutesPerSecond' | 'isPaused'>>) =>
      act<Exercise>('PUT', '/exercise/pace', wish),
    onSuccess: (now) => client.setQueryData(EXERCISE_KEY, now),
  });
  if (data === undefined || data.exercise === null) return null;
  const { minutesPerSecond, isPaused, isBeginning } = data;
  const { title, seed, strategy, begins, now, ends } = data.exercise;
  const isOver = data.phase === 'over';
  const share = Math.min(1, between(begins, now) / Math.max(1, between(begins, ends)));
  return (
    <section className="exercise-bar row spread" aria-label={T.label}>
      <span className="row">
        <span className="drill">{T.label}</span>
        <span>{T.about(title, seed, strategy)}</span>
      </span>
      <span className="row">
        <strong className="mono">{utc(now)}</strong>
        <progress value={share} max={1} aria-label={T.progress(Math.round(share * 100))} />
        {isBeginning || isOver ? (
          <span className="quiet">{isBeginning ? T.beginning : T.over}</span>
        ) : (
          <>
            <button type="button" onClick={() => pace.mutate({ isPaused: !isPaused })}>
              {isPaused ? T.play : T.pause}
            </button>
            <label>
              <span className="visually-hidden">{T.speed}</span>
              <select
                value={minutesPerSecond ?? ''}
                onChange={({ target: { value } }) =>
                  pace.mutate({ minutesPerSecond: value === '' ? null : Number(value) })
                }
              >
                <Speeds of={minutesPerSecond} />
              </select>
            </label>
          </>
        )}
      </span>
    </section>
  );
}

/** Speeds to choose from; the one that is chosen is among them. */
export function Speeds({ of }: { readonly of: number | null }): ReactNode {
  return (
    <>
      <option value="">{T.asFast}</option>
      {[...new Set([...SPEEDS_MINUTES, ...(of === null ? [] : [of])])].map((minutes) => (
        <option key={minutes} value={minutes}>
          {T.hours(minutes / 60)}
        </option>
      ))}
    </>
  );
}
