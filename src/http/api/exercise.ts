import { HttpProblem } from '../problem.ts';
import { MEMBERS, roles, route, z } from '../route.ts';
import type { Route } from '../route.ts';
import type { ShownExercise } from '../services.ts';

const tag = 'exercise';
const MOST_MINUTES = 100_000;

const STATE = z
  .object({
    scenario: z.string(),
    title: z.string(),
    about: z.string(),
    seed: z.number(),
    strategy: z.string(),
    begins: z.string(),
    now: z.string(),
    ends: z.string(),
    minutesPerSecond: z.number().nullable(),
    isPaused: z.boolean(),
    isOver: z.boolean(),
  })
  .openapi('Exercise');

/** Its time passes as whoever looks on wants it; nothing else about it can be changed from here. */
export function exerciseRoutes(): readonly Route[] {
  return [
    route(
      {
        method: 'get',
        path: '/api/v1/exercise',
        access: roles(MEMBERS, 'read'),
        summary: 'The exercise that is shown here, and where it is',
        description: 'As `dismantle exercise SCENARIO --open` shows it; 404 elsewhere',
        tag,
        responses: { 200: { description: 'Its moment and its speed', schema: STATE } },
      },
      (context, { services }) => context.json(shown(services.exercise).state()),
    ),
    route(
      {
        method: 'put',
        path: '/api/v1/exercise/pace',
        access: roles(MEMBERS, 'read'),
        summary: 'How fast its time passes',
        description:
          'Minutes in a second, null for as fast as it goes; a pause holds it. What is left out stays. It changes the play and no record',
        tag,
        body: z
          .strictObject({ minutesPerSecond: z.number().positive().max(MOST_MINUTES).nullable(), isPaused: z.boolean() })
          .partial(),
        responses: { 200: { description: 'As it is now', schema: STATE } },
      },
      (context, { services, body }) => {
        const exercise = shown(services.exercise);
        exercise.pace({
          ...(body.minutesPerSecond === undefined ? {} : { minutesPerSecond: body.minutesPerSecond }),
          ...(body.isPaused === undefined ? {} : { isPaused: body.isPaused }),
        });
        return context.json(exercise.state());
      },
    ),
  ];
}

function shown(exercise: ShownExercise | null): ShownExercise {
  if (exercise === null) throw new HttpProblem(404, 'no exercise is shown here');
  return exercise;
}
