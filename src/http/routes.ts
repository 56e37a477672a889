import { apiRoutes } from './api/operations.ts';
import { docsRoutes } from './docs-page.ts';
import type { Metrics } from './metrics.ts';
import type { Route } from './route.ts';
import { serviceRoutes } from './service-routes.ts';
import { taxiiRoutes } from './taxii/taxii-routes.ts';

/** Every route that there is. */
export function allRoutes(metrics: Metrics): readonly Route[] {
  const routes: Route[] = [...serviceRoutes(metrics), ...apiRoutes(), ...taxiiRoutes()];
  routes.push(...docsRoutes(() => routes));
  return routes;
}
