import { useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { part, read } from '../api.ts';
import type { Exercise } from '../contract.ts';

const EACH_MS = 1000;
/** Not below what changes when everything else is read anew. */
export const EXERCISE_KEY = ['the exercise'] as const;

/** Which exercise is shown, and where it is. Asked for as long as it is: whoever else looks on may begin another one. */
export function useExercise(isOn: boolean): UseQueryResult<Exercise> {
  return useQuery({
    queryKey: EXERCISE_KEY,
    queryFn: ({ signal }) => read<Exercise>('/exercise', signal),
    enabled: isOn,
    refetchInterval: EACH_MS,
  });
}

/** Another exercise is another world: whatever was read of the one before is let go, and the page begins anew there. */
export function useNewWorld(exercise: Exercise | undefined): void {
  const known = useRef<number | null>(null);
  useEffect(() => {
    if (exercise === undefined) return;
    known.current ??= exercise.run;
    if (exercise.run !== known.current && exercise.exercise !== null)
      location.assign(`/app/${part(exercise.exercise.scenario)}`);
  }, [exercise]);
}
