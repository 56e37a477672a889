import { HttpProblem } from '../problem.ts';
import { MEMBERS, member, roles, route, z } from '../route.ts';
import type { Route } from '../route.ts';

/** What happens, as it happens. */
export function liveRoutes(): readonly Route[] {
  return [
    route(
      {
        method: 'get',
        path: '/api/v1/events',
        access: roles(MEMBERS, 'read'),
        summary: "The ledger's entries as they are recorded: server-sent events",
        description:
          'Each has its sequence, moment, actor, kind and subject; bodies stand in /api/v1/ledger/entries. A client that comes again with Last-Event-ID misses nothing',
        tag: 'ledger',
        query: z.strictObject({ after: z.coerce.number().int().min(0).optional() }),
        responses: { 200: { description: 'One event an entry', type: 'text/event-stream' } },
      },
      async (context, sent) => {
        const { organisationId, credential } = member(sent);
        const last = context.req.header('last-event-id');
        if (last !== undefined && !/^\d{1,15}$/.test(last)) throw new HttpProblem(400, 'Last-Event-ID is no number');
        const after = last === undefined ? (sent.query.after ?? null) : Number(last);
        const stream = await sent.services.live.watch(organisationId, after, {
          owner: credential.id,
          mayStay: context.get('mayStay'),
        });
        return new Response(stream, { headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } });
      },
    ),
  ];
}
