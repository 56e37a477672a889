import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { useRead } from '../../api.ts';
import { texts } from '../../texts/en.ts';
import { Loaded } from '../../ui/parts.tsx';
import { useExercise } from '../../ui/use-exercise.ts';
import type { Offered, OfferedPlaybook, Played, Wish } from './contract.ts';
import { PlayedTable } from './played-table.tsx';
import { Running } from './running.tsx';
import { StartForm } from './start-form.tsx';
import './exercise.css';

const T = texts.exercise.page;

/** Which exercise is played, what it has come to, and another one. */
export function ExercisePage(): ReactNode {
  const client = useQueryClient();
  const exercise = useExercise(true);
  const played = useRead<readonly Played[]>('/exercise/runs');
  const scenarios = useRead<readonly Offered[]>('/exercise/scenarios');
  const playbooks = useRead<readonly OfferedPlaybook[]>('/exercise/playbooks');
  const [wish, setWish] = useState<Wish | null>(null);
  const phase = exercise.data?.phase;
  // What one came to is there a moment after it has ended.
  useEffect(() => void client.invalidateQueries({ queryKey: ['/exercise/runs'] }), [client, phase]);
  return (
    <>
      <header className="page-head">
        <h1>{T.title}</h1>
        <p className="quiet">{T.note}</p>
      </header>
      <Loaded query={exercise}>
        {(now) => (
          <div className="grid">
            <div className="half stack">
              <Running now={now} result={played.data?.find(({ run }) => run === now.run) ?? null} again={setWish} />
            </div>
            <div className="half stack">
              <Loaded query={scenarios}>{(offered) => <Loaded query={playbooks}>{(tables) => <StartForm now={now} offered={offered} playbooks={tables} wish={wish} setWish={setWish} />}</Loaded>}</Loaded>
            </div>
            <Loaded query={played}>{(all) => <PlayedTable played={all} />}</Loaded>
          </div>
        )}
      </Loaded>
    </>
  ); // prettier-ignore
}
