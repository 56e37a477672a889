import type { Metrics } from './metrics.ts';
import { ICON_SVG, PAGE_CSS } from './page-style.ts';
import { html, pageResponse } from './page.ts';
import { MEMBERS, member, open, roles, route, z } from './route.ts';
import type { Route } from './route.ts';

const A_DAY = 'public, max-age=86400';

/** The service itself: is it there, is it ready, who am I to it. */
export function serviceRoutes(metrics: Metrics): readonly Route[] {
  return [
    route(
      {
        method: 'get',
        path: '/',
        access: open('it says what this is, and nothing of what is in it'),
        summary: 'What this is',
        tag: 'service',
        isPage: true,
        responses: { 200: { description: 'A page' } },
      },
      (_context, { services }) =>
        pageResponse({
          title: 'dismantle',
          body: html`<main>
            <h1>dismantle ${services.app.version}</h1>
            <p>A service that takes a botnet's command-and-control servers offline by lawful means.</p>
            <ul>
              <li><a href="/app">The war room</a></li>
              <li><a href="/sign-in">Sign in</a></li>
              <li><a href="/docs">What its interface takes</a></li>
            </ul>
          </main>`,
        }),
    ),
    asset('/static/page.css', 'text/css; charset=utf-8', PAGE_CSS),
    asset('/static/icon.svg', 'image/svg+xml', ICON_SVG),
    route(
      {
        method: 'get',
        path: '/healthz',
        access: open('whoever keeps the process running asks it'),
        isUnmetered: true,
        summary: 'The process is there',
        tag: 'service',
        responses: { 200: { description: 'It is', type: 'text/plain' } },
      },
      (context) => context.text('ok\n'),
    ),
    route(
      {
        method: 'get',
        path: '/readyz',
        access: open('whoever sends requests here asks it'),
        isUnmetered: true,
        summary: 'The database answers, and the service is not stopping',
        tag: 'service',
        responses: { 200: { description: 'Send requests', type: 'text/plain' }, 503: { description: 'Send none' } },
      },
      async (context, { services }) => {
        if (!services.isStaying()) return context.text('stopping\n', 503);
        try {
          await services.assertDatabase();
        } catch {
          return context.text('the database does not answer\n', 503);
        }
        return context.text('ready\n');
      },
    ),
    route(
      {
        method: 'get',
        path: '/metrics',
        access: roles(['admin', 'auditor', 'analyst'], 'metrics'),
        summary: 'Figures of the process for Prometheus',
        tag: 'service',
        responses: { 200: { description: 'Text format 0.0.4', type: 'text/plain' } },
      },
      async (context) => context.body(await metrics.text(), 200, { 'content-type': metrics.contentType }),
    ),
    route(
      {
        method: 'get',
        path: '/api/v1/me',
        access: roles([...MEMBERS, 'partner'], 'read'),
        summary: 'Who you are here, and what you may do',
        tag: 'service',
        responses: {
          200: {
            description: 'You',
            schema: z
              .object({
                name: z.string(),
                person: z.string().nullable(),
                kind: z.enum(['person', 'service', 'partner']),
                roles: z.array(z.string()),
                scopes: z.array(z.string()),
                organisation: z.string(),
                /** Whether this is an exercise that is shown, in which nothing is real. */
                isExercise: z.boolean(),
              })
              .openapi('Me'),
          },
        },
      },
      (context, sent) => {
        const { name, person, kind, roles: own, scopes, organisationId } = member(sent);
        const isExercise = sent.services.exercise !== null;
        return context.json({ name, person, kind, roles: own, scopes, organisation: organisationId, isExercise });
      },
    ),
  ];
}

/** A file that never differs from one version's to the same version's. */
function asset(path: string, type: string, text: string): Route {
  return route(
    {
      method: 'get',
      path,
      access: open('a static file'),
      isUnmetered: true,
      summary: path,
      tag: 'service',
      isPage: true,
      responses: { 200: { description: 'The file', type } },
    },
    (context) => context.body(text, 200, { 'content-type': type, 'cache-control': A_DAY }),
  );
}
