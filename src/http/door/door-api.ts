import { DOOR_ACTIONS, MOST_DOOR_TEXT, MOST_DOOR_TICKET } from '../../domain/door.ts';
import type { DoorView } from '../../domain/door-view.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { showDoor, speakAtDoor } from '../../flow/door.ts';
import { HttpProblem, problemResponse } from '../problem.ts';
import { open, route, z } from '../route.ts';
import type { HttpContext, Route } from '../route.ts';

/*
 * The same door for a desk's programs: the token of the link as a bearer token.
 */

const MOMENT = z.string();
const SERVER = z
  .object({
    id: z.string(),
    host: z.string(),
    kind: z.string(),
    endpoints: z.array(z.string()),
    names: z.array(z.string()),
    asks: z.array(z.string()),
    basis: z.string(),
    binding: z.boolean(),
    deadlineAt: MOMENT.nullable(),
    evidence: z.array(z.object({ observed: z.string(), source: z.string(), dated: z.string() })),
    standing: z.enum(['c2-live', 'live', 'answers-other', 'dark', 'inconclusive', 'not-looked-at', 'retracted']),
    darkAt: MOMENT.nullable(),
    confirmedAt: MOMENT.nullable(),
    check: z.enum(['pending', 'dark', 'answers', 'answers-other', 'inconclusive']).nullable(),
  })
  .openapi('DoorServer');
const NOTICE = z
  .object({
    reference: z.string(),
    state: z.enum(['open', 'expired', 'closed', 'retracted']),
    drill: z.boolean(),
    organisation: z.string(),
    contestEmail: z.string(),
    phone: z.string().nullable(),
    sentAt: MOMENT.nullable(),
    expiresAt: MOMENT,
    deadlineAt: MOMENT.nullable(),
    contested: z.boolean(),
    check: z.object({ askedAt: MOMENT, done: z.boolean() }).nullable(),
    said: z.array(z.object({ class: z.string(), at: MOMENT })),
    servers: z.array(SERVER),
  })
  .openapi('DoorNotice');

const STATUS = z
  .strictObject({
    action: z.enum(DOOR_ACTIONS),
    /** Ids or hosts of the notice; all of them where none is named. */
    items: z.array(z.string().max(300)).max(5000).optional(),
    ticket: z.string().max(MOST_DOOR_TICKET).optional(),
    text: z.string().max(MOST_DOOR_TEXT).optional(),
  })
  .openapi('DoorStatus');

const WHY = "the token of a notice's link stands in for signing in: it opens that notice and nothing else";
const MOST_BYTES = 512 * 1024;

export function doorApiRoutes(): readonly Route[] {
  return [
    route(
      {
        method: 'get',
        path: '/door/v1/notice',
        access: open(WHY),
        summary: 'The notice that the token is of, with how its servers stand',
        description: 'Authorization: Bearer and the last part of the link in the notice. Changes nothing.',
        tag: 'door',
        responses: { 200: { description: 'The notice', schema: NOTICE } },
        tellProblem: { below: '/door/v1', tell: (problem, requestId) => problemResponse(problem, requestId) },
      },
      async (context, { services }) => {
        const { at, token } = await standing(context, services);
        const view = await showDoor(at.world, at.door, token, 'en');
        if (view === null) throw nobody();
        return context.json(noticeJson(view));
      },
    ),
    route(
      {
        method: 'post',
        path: '/door/v1/status',
        access: open(WHY),
        summary: 'What a desk says about the notice',
        description:
          'Counts as a mail that nobody has verified. "done" asks for a look, at most one in ten minutes; its result stands in ' +
          '/door/v1/notice. The same words within ten minutes are said once. need-more, wrong, refuse and found-more need a text.',
        tag: 'door',
        body: STATUS,
        maxBodyBytes: MOST_BYTES,
        responses: {
          200: {
            description: 'It is noted',
            schema: z
              .object({
                outcome: z.enum(['said', 'repeated']),
                action: z.enum(DOOR_ACTIONS),
                checkAskedAt: MOMENT.nullable(),
              })
              .openapi('DoorNoted'),
          },
        },
      },
      async (context, { body, services }) => {
        const { at, token } = await standing(context, services);
        const { action, items = null, text = '', ticket = '' } = body;
        const answer = await speakAtDoor(at.world, at.door, token, { action, items, text, ticket, page: null });
        if (answer.outcome === 'no-door' || answer.outcome === 'stale-page') throw nobody();
        if (answer.outcome === 'shut') throw new HttpProblem(410, `this door is shut: ${answer.state}`);
        if (answer.outcome === 'too-often') {
          throw new HttpProblem(429, 'that was often; come back in an hour, or write a mail', {
            'retry-after': '3600',
          });
        }
        return context.json({ ...answer, checkAskedAt: isoOrNull(answer.checkAskedAt) });
      },
    ),
  ];
}

type Services = Parameters<Route['handle']>[1]['services'];

async function standing(
  context: HttpContext,
  services: Services,
): Promise<{ at: NonNullable<Awaited<ReturnType<Services['atDoor']>>>; token: string }> {
  const token = /^Bearer +([\w-]{1,200})$/i.exec(context.req.header('authorization') ?? '')?.[1];
  const at = await services.atDoor();
  if (at === null || token === undefined) throw nobody();
  return { at, token };
}

/** One answer for every token that opens nothing. */
function nobody(): HttpProblem {
  return new HttpProblem(401, 'this token opens no notice', { 'www-authenticate': 'Bearer realm="notice"' });
}

function isoOrNull(at: Instant | null): string | null {
  return at === null ? null : isoInstant(at);
}

/** Of a door that is shut nothing but that, and whom to write to. */
function noticeJson(view: DoorView): z.infer<typeof NOTICE> {
  const { content, state } = view;
  const isTold = state === 'open' || state === 'retracted';
  return {
    reference: content.reference,
    state,
    drill: content.drill,
    organisation: content.organisation,
    contestEmail: content.contestEmail,
    phone: content.phone,
    sentAt: isoOrNull(view.sentAt),
    expiresAt: isoInstant(view.expiresAt),
    deadlineAt: isoOrNull(view.deadlineAt),
    contested: view.isContested,
    check: view.check === null ? null : { askedAt: isoInstant(view.check.askedAt), done: view.check.isDone },
    said: isTold ? view.said.map(({ class: reply, at }) => ({ class: reply, at: isoInstant(at) })) : [],
    servers: isTold ? view.items.map(serverJson) : [],
  };
}

function serverJson(item: DoorView['items'][number]): z.infer<typeof SERVER> {
  return {
    id: item.id,
    host: item.host,
    kind: item.kind,
    endpoints: item.endpoints.map(({ exact }) => exact),
    names: item.names.map((name) => name.replaceAll('[.]', '.')),
    asks: [...item.asks],
    basis: item.law,
    binding: item.binding,
    deadlineAt: isoOrNull(item.deadlineAt),
    evidence: item.evidence.map((entry) => ({ ...entry })),
    standing: item.standing,
    darkAt: isoOrNull(item.darkAt),
    confirmedAt: isoOrNull(item.confirmedAt),
    check: item.check,
  };
}
