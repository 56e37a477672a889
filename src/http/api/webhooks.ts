import { problem } from '../../domain/problem.ts';
import { removeWebhook, setWebhook, testWebhook, webhooksOf } from '../../flow/webhooks.ts';
import type { WebhookKeys } from '../../flow/webhooks.ts';
import type { Route } from '../route.ts';
import type { Services } from '../services.ts';
import type { Principal } from '../../domain/access.ts';
import { z } from '../route.ts';
import { aReason, acts, reads } from './build.ts';

const tag = 'webhooks';
const WEBHOOK = '/webhooks/{provider}';
const ROLES = ['admin', 'duty'] as const;

/** Where providers' desks are told by machine. */
export function webhookRoutes(): readonly Route[] {
  return [
    reads({ path: '/webhooks', tag, summary: "Where providers' desks are told by machine, and how that goes", as: 'webhook list' }, ({ world }) =>
      webhooksOf(world)),
    acts(
      {
        path: WEBHOOK, method: 'put', tag, summary: "Have a provider's desk told at a place; the answer has the secret, once", as: 'webhook set', roles: ROLES,
        body: { url: z.string().min(1).max(2000), reason: aReason() },
      },
      async ({ world, params, body, person, services, principal }) =>
        setWebhook(world, await keysOf(services, principal), { ...body, provider: params['provider'] ?? '', person: person() }),
    ),
    acts({ path: `${WEBHOOK}/tests`, tag, summary: "Send a test to a provider's desk", as: 'webhook test', roles: ROLES }, async ({ world, params, app, person, services, principal }) => {
      person();
      return testWebhook(world, await keysOf(services, principal), () => app.openFetcher('send'), params['provider'] ?? '');
    }),
    acts({ path: WEBHOOK, method: 'delete', tag, summary: "Tell a provider's desk nothing by machine any more", as: 'webhook remove', roles: ROLES, body: { reason: aReason() } }, ({ world, params, body, person }) =>
      removeWebhook(world, params['provider'] ?? '', { person: person(), reason: body.reason })),
  ]; // prettier-ignore
}

/** The secret of doors is one organisation's, and an exercise has none: nothing of it leaves this machine. */
async function keysOf(services: Services, { organisationId }: Principal): Promise<WebhookKeys> {
  if (services.exercise !== null) throw problem('refused', 'an exercise tells nobody outside of it');
  if (organisationId !== services.first)
    throw problem('refused', 'webhooks are those of the organisation whose settings the service runs with');
  return (await services.atDoor())?.door.key ?? null;
}
