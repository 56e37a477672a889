import { ASSIGNMENT_ANSWERS } from '../../domain/assignment.ts';
import {
  ASSIGNERS,
  answerAssignment,
  assign,
  assignmentsOf,
  ownAssignmentsOf,
  unassign,
} from '../../flow/assignments.ts';
import { findOperation } from '../../flow.ts';
import { communityView } from '../../flow/community.ts';
import type { World } from '../../ports/world.ts';
import { notHere } from '../problem.ts';
import { MEMBERS, member, roles, route, z } from '../route.ts';
import type { Route } from '../route.ts';
import { aMoment, aReason, acts, reads } from './build.ts';
import { momentOf } from './people.ts';
import { shownJson } from './shown-json.ts';

const OP = '/operations/{operation}';
const tag = 'partners';

/** Servers that partners see to: what we hand over, and what they have and say. */
export function assignmentRoutes(): readonly Route[] {
  return [
    reads({ path: `${OP}/assignments`, tag, summary: 'Who has what, and how far they are', as: 'assignment list --all' }, ({ world, operation }) =>
      assignmentsOf(world, operation)),
    acts(
      {
        path: `${OP}/assignments`, tag, summary: 'Hand servers over to a partner', as: 'assignment add',
        roles: ASSIGNERS,
        body: { partner: z.string().min(1).max(64), country: z.string().regex(/^[A-Z]{2}$/).nullable(), provider: z.string().max(300).nullable(), servers: z.array(z.string().min(1).max(300)).max(10_000), reason: aReason() },
      },
      ({ world, operation, body, person }) => assign(world, operation, { ...body, person: person() }),
    ),
    acts({ path: `${OP}/assignments`, method: 'delete', tag, summary: 'Take servers back', as: 'assignment end', body: { servers: z.array(z.string().min(1).max(300)).min(1).max(1000), reason: aReason() } }, async ({ world, operation, body, person }) => ({
      operation, ...await unassign(world, operation, body.servers, { person: person(), reason: body.reason }),
    })),
    reads({ path: `${OP}/community`, tag, summary: 'How it stands, without an address', as: 'status', roles: [...MEMBERS, 'partner'] }, async ({ world, operation, principal }) => {
      // A partner knows of an operation that something was handed over or published to it from, and of no other.
      if (principal.partner !== null && !(await isKnownTo(world, principal.partner, operation))) throw notHere();
      return communityView(world, operation);
    }),
    route(
      {
        method: 'get',
        path: '/api/v1/partner/servers',
        access: roles(['partner'], 'read'),
        summary: 'The servers that you see to, with how they stand by our looks',
        tag,
        responses: { 200: { description: 'Yours', schema: z.array(z.unknown()) } },
      },
      async (context, sent) => {
        const principal = member(sent);
        const own = await ownAssignmentsOf(sent.services.world(principal), principal.partner ?? '');
        return context.json(own.map(asPartnerSees));
      },
    ),
    route(
      {
        method: 'post',
        path: '/api/v1/partner/servers/{server}/answers',
        access: roles(['partner'], 'write'),
        summary: 'Say how far you are with a server of yours',
        description: 'It changes no verdict: whether a server is dark is looked at. "hands-off" says until when; "declined" gives it back',
        tag,
        params: z.object({ server: z.uuid() }),
        body: z.strictObject({
          state: z.enum(ASSIGNMENT_ANSWERS),
          note: z.string().max(1000).nullable().optional(),
          until: aMoment().optional(),
        }),
        responses: { 200: { description: 'As it stands then; null where it is yours no more', schema: z.unknown() } },
      },
      async (context, sent) => {
        const principal = member(sent);
        const { state, note = null, until } = sent.body;
        const world = sent.services.world(principal);
        const own = await ownAssignmentsOf(world, principal.partner ?? '');
        if (!own.some(({ serverId }) => serverId === sent.params.server)) throw notHere();
        const words = { state, note, until: until === undefined ? null : momentOf(until) };
        const after = await answerAssignment(world, principal.partner ?? '', sent.params.server, words);
        return context.json(after === null ? null : shownJson(asPartnerSees(after)));
      },
    ),
  ]; // prettier-ignore
}

async function isKnownTo(world: World, partner: string, operation: string): Promise<boolean> {
  const { id } = await findOperation(world, operation);
  return world.store.readAsPartner(partner, async (reads) => {
    if ((await reads.collections(id)).length > 0) return true;
    return (await reads.assignments()).some(({ operationId }) => operationId === id);
  });
}

/** Who of us handed it over is not told. */
function asPartnerSees({
  assignedBy: _by,
  operationId: _operation,
  ...rest
}: Awaited<ReturnType<typeof ownAssignmentsOf>>[number]): unknown {
  return rest;
}
