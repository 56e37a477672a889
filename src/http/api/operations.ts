import { report } from '../../flow.ts';
import { MEMBERS, member, roles, route, z } from '../route.ts';
import type { Route } from '../route.ts';
import { anOperation, operationOf } from './operation-of.ts';

const OPERATION = z
  .object({
    id: z.uuid(),
    name: z.string(),
    drill: z.boolean(),
    malware: z.string().nullable(),
    openedAt: z.string(),
    closedAt: z.string().nullable(),
  })
  .openapi('Operation');

/** Operations and how they stand. */
export function apiRoutes(): readonly Route[] {
  return [
    route(
      {
        method: 'get',
        path: '/api/v1/operations',
        access: roles(MEMBERS, 'read'),
        summary: 'The operations of your organisation',
        tag: 'operations',
        responses: { 200: { description: 'The oldest first', schema: z.array(OPERATION) } },
      },
      async (context, sent) => {
        const world = sent.services.world(member(sent));
        return context.json(await world.store.read((transaction) => transaction.operations()));
      },
    ),
    route(
      {
        method: 'get',
        path: '/api/v1/operations/{operation}',
        access: roles(MEMBERS, 'read'),
        summary: 'How an operation stands',
        description: 'As `dismantle status --json` tells it',
        tag: 'operations',
        params: anOperation(),
        responses: { 200: { description: 'Its figures' } },
      },
      async (context, sent) => {
        const world = sent.services.world(member(sent));
        return context.json(await report(world, await operationOf(world, sent.params.operation)));
      },
    ),
  ];
}
