import { STRATEGIES } from '../../domain/strike.ts';
import { HttpProblem } from '../problem.ts';
import { MEMBERS, roles, route, z } from '../route.ts';
import type { Route } from '../route.ts';
import type { Services, ShownExercise } from '../services.ts';

const tag = 'exercise';
const MOST_MINUTES = 100_000;
const MOST_SEED = 4_294_967_295;

const PLAYBOOK = z.object({ name: z.string(), sha256: z.string() });
const STRATEGY = z.enum(STRATEGIES);

const STATE = z
  .object({
    run: z.int(),
    phase: z.enum(['waiting', 'playing', 'over']),
    isBeginning: z.boolean(),
    playbook: PLAYBOOK,
    minutesPerSecond: z.number().nullable(),
    isPaused: z.boolean(),
    exercise: z
      .object({
        scenario: z.string(),
        title: z.string(),
        about: z.string(),
        seed: z.int(),
        strategy: STRATEGY,
        begins: z.string(),
        now: z.string(),
        ends: z.string(),
      })
      .nullable(),
  })
  .openapi('Exercise');

const SCENARIO = z
  .object({
    name: z.string(),
    title: z.string(),
    about: z.string(),
    seed: z.int(),
    strategy: STRATEGY,
    begins: z.string(),
    ends: z.string(),
  })
  .openapi('OfferedScenario');

const OFFERED_PLAYBOOK = z
  .object({ name: z.string(), title: z.string(), sha256: z.string() })
  .openapi('OfferedPlaybook');

const PLAYED = z
  .object({
    run: z.int(),
    scenario: z.string(),
    title: z.string(),
    seed: z.int(),
    strategy: STRATEGY,
    playbook: PLAYBOOK,
    ledgerRoot: z.string(),
    identified: z.int(),
    disabled: z.int(),
    percent: z.number(),
    exposureMinutes: z.number().nullable(),
    isExposureOpen: z.boolean(),
    victimHours: z.number(),
    identifyToDarkMinutes: z.number().nullable(),
    replacements: z.int(),
    aliveAtEnd: z.int(),
    neverIdentified: z.int(),
    innocentsHit: z.int(),
    lostAt: z.string().nullable(),
    troubles: z.int(),
    files: z.array(z.string()),
  })
  .openapi('PlayedExercise');

/** Which is played and how its time passes is with whoever looks on; nothing in it can be changed from here. */
export function exerciseRoutes(): readonly Route[] {
  return [
    tells(
      {
        path: '/api/v1/exercise',
        summary: 'The exercise that is shown here, and where it is',
        description: 'As `dismantle exercise SCENARIO --open` shows it; 404 elsewhere',
        schema: STATE,
      },
      (exercise) => exercise.state(),
    ),
    tells(
      {
        path: '/api/v1/exercise/scenarios',
        summary: 'What can be played here',
        description: 'Those that were named on the command line, and those that come with the program',
        schema: z.array(SCENARIO),
      },
      (exercise) => exercise.scenarios(),
    ),
    tells(
      {
        path: '/api/v1/exercise/playbooks',
        summary: 'Method tables that can be played with here, the usual one first',
        description: 'That of `--playbook` or the settings, the one that comes with the program, and those in DATA/playbooks',
        schema: z.array(OFFERED_PLAYBOOK),
      },
      (exercise) => exercise.playbooks(),
    ),
    tells(
      {
        path: '/api/v1/exercise/runs',
        summary: 'What was played here to its end, the newest first',
        description: 'Exposure beside victim-hours, as `dismantle exercise SCENARIO --compare` holds them',
        schema: z.array(PLAYED),
      },
      (exercise) => exercise.played(),
    ),
    route(
      {
        method: 'get',
        path: '/api/v1/exercise/runs/{run}/files/{file}',
        access: roles(MEMBERS, 'read'),
        summary: 'The report, its figures, the evidence or the ledger of one that was played',
        description: 'As `dismantle exercise SCENARIO --out DIR` writes them',
        tag,
        params: z.object({ run: z.coerce.number().int().positive(), file: z.enum(['report.html', 'report.json', 'evidence.zip', 'ledger.jsonl']) }),
        responses: { 200: { description: 'The file', type: 'application/octet-stream' } },
      },
      (_, { services, params: { run, file } }) => {
        const bytes = shown(services).file(run, file);
        if (bytes === null) throw new HttpProblem(404, 'there is no such file');
        return new Response(ReadableStream.from(bytes), {
          headers: { 'content-type': 'application/octet-stream', 'content-disposition': `attachment; filename="${file}"` },
        });
      },
    ),
    route(
      {
        method: 'post',
        path: '/api/v1/exercise/runs',
        access: roles(MEMBERS, 'read'),
        summary: 'Play another one',
        description:
          'Ends the one that is played, of which nothing is kept, and begins this one in a database of its own. What is left out is as the scenario has it. `GET /api/v1/exercise` shows another `run` once it has begun',
        tag,
        body: z.strictObject({
          scenario: z.string().min(1).max(200),
          seed: z.int().min(0).max(MOST_SEED).optional(),
          strategy: STRATEGY.optional(),
          playbook: z.string().min(1).max(200).optional().openapi({ description: 'One of `GET /api/v1/exercise/playbooks`, by its name; left out, the usual one' }),
          minutesPerSecond: z.number().positive().max(MOST_MINUTES).nullable().optional(),
        }),
        responses: { 202: { description: 'It is made ready', schema: STATE } },
      },
      (context, { services, body: { scenario, seed = null, strategy = null, minutesPerSecond = null, playbook = null } }) => {
        const exercise = shown(services);
        exercise.begin({ scenario, seed, strategy, minutesPerSecond, playbook });
        return context.json(exercise.state(), 202);
      },
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
        const exercise = shown(services);
        exercise.pace({
          ...(body.minutesPerSecond === undefined ? {} : { minutesPerSecond: body.minutesPerSecond }),
          ...(body.isPaused === undefined ? {} : { isPaused: body.isPaused }),
        });
        return context.json(exercise.state());
      },
    ),
  ]; // prettier-ignore
}

function tells(
  told: Pick<Route, 'path' | 'summary' | 'description'> & { readonly schema: z.ZodType },
  read: (exercise: ShownExercise) => unknown,
): Route {
  const { schema, ...words } = told;
  return route(
    {
      ...words,
      method: 'get',
      access: roles(MEMBERS, 'read'),
      tag,
      responses: { 200: { description: 'As it is now', schema } },
    },
    (_, { services }) => Response.json(read(shown(services))),
  );
}

function shown({ exercise }: Services): ShownExercise {
  if (exercise === null) throw new HttpProblem(404, 'no exercise is shown here');
  return exercise;
}
