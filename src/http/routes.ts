import { appPageRoutes, visitRoutes } from './app-pages.ts';
import { assignmentRoutes } from './api/assignments.ts';
import { approvingRoutes } from './api/approving.ts';
import { authorityRoutes } from './api/authorities.ts';
import { correspondingRoutes } from './api/corresponding.ts';
import { deconflictingRoutes } from './api/deconflicting.ts';
import { exerciseRoutes } from './api/exercise.ts';
import { givenRoutes } from './api/given.ts';
import { ledgerRoutes, signatureRoutes } from './api/ledger.ts';
import { liveRoutes } from './api/live.ts';
import { lookingRoutes } from './api/looking.ts';
import { operationRoutes } from './api/operations.ts';
import { playbookRoutes } from './api/playbook.ts';
import { proposedTableRoutes } from './api/proposed-tables.ts';
import { peopleRoutes } from './api/people.ts';
import { sourceRoutes } from './api/sources.ts';
import { strikeRoutes } from './api/strikes.ts';
import { transparencyRoutes } from './api/transparency.ts';
import { webhookRoutes } from './api/webhooks.ts';
import { doorRoutes } from './door/door-routes.ts';
import { docsRoutes } from './docs-page.ts';
import type { Metrics } from './metrics.ts';
import type { Route } from './route.ts';
import { serviceRoutes } from './service-routes.ts';
import { taxiiRoutes } from './taxii/taxii-routes.ts';
import { signInRoutes } from './sign-in-routes.ts';

/** Every route that there is. */
export function allRoutes(metrics: Metrics): readonly Route[] {
  const routes: Route[] = [
    ...serviceRoutes(metrics),
    ...signInRoutes(),
    ...appPageRoutes(),
    ...visitRoutes(),
    ...operationRoutes(),
    ...approvingRoutes(),
    ...deconflictingRoutes(),
    ...authorityRoutes(),
    ...lookingRoutes(),
    ...strikeRoutes(),
    ...transparencyRoutes(),
    ...correspondingRoutes(),
    ...givenRoutes(),
    ...taxiiRoutes(),
    ...assignmentRoutes(),
    ...peopleRoutes(),
    ...playbookRoutes(),
    ...proposedTableRoutes(),
    ...sourceRoutes(),
    ...webhookRoutes(),
    ...ledgerRoutes(),
    ...liveRoutes(),
    ...exerciseRoutes(),
    ...signatureRoutes(),
    ...doorRoutes(),
  ];
  routes.push(...docsRoutes(() => routes));
  return routes;
}
