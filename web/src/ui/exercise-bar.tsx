import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { act, read } from '../api.ts';
import type { Exercise } from '../contract.ts';
import { texts } from '../texts/en.ts';
import { between, utc } from './format.ts';

const T = texts.exercise;
const EACH_MS = 1000;
const SPEEDS_MINUTES = [10, 60, 360, 1440] as const;
/** Not below what changes when everything else is read anew. */
const KEY = ['the exercise'] as const;

/** Where an exercise is, with its clock in the reader's hands. */
export function ExerciseBar(): ReactNode {
  const client = useQueryClient();
  const exercise = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => read<Exercise>('/exercise', signal),
    refetchInterval: ({ state }) => (state.data?.isOver === true ? false : EACH_MS),
  });
  const pace = useMutation({
    mutationFn: (wish: Partial<Pick<Exercise, 'minutesPerSecond' | 'isPaused'>>) =>
      act<Exercise>('PUT', '/exercise/pace', wish),
    onSuccess: (now) => client.setQueryData(KEY, now),
  });
  if (exercise.data === undefined) return null;
  const { title, seed, strategy, begins, now, ends, minutesPerSecond, isPaused, isOver } = exercise.data;
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
        {isOver ? (
          <span className="quiet">{T.over}</span>
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
                <option value="">{T.asFast}</option>
                {[...new Set([...SPEEDS_MINUTES, ...(minutesPerSecond === null ? [] : [minutesPerSecond])])].map(
                  (minutes) => (
                    <option key={minutes} value={minutes}>
                      {T.hours(minutes / 60)}
                    </option>
                  ),
                )}
              </select>
            </label>
          </>
        )}
      </span>
    </section>
  );
}
