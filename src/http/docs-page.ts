import { open, route } from './route.ts';
import type { Route } from './route.ts';
import { html, pageResponse } from './page.ts';
import type { Markup } from './page.ts';
import { openApiDocument } from './openapi.ts';

/** What the interface takes, for programs and for people. Open, so that a partner can write a client before it has a token. */
export function docsRoutes(all: () => readonly Route[]): readonly Route[] {
  return [
    route(
      {
        method: 'get',
        path: '/openapi.json',
        access: open('it names what the source code names as well'),
        summary: 'This interface as OpenAPI 3.1',
        tag: 'service',
        responses: { 200: { description: 'The document' } },
      },
      (context, { services }) => context.json(openApiDocument(all(), services.app.version)),
    ),
    route(
      {
        method: 'get',
        path: '/docs',
        access: open('as /openapi.json'),
        summary: 'The same to be read',
        tag: 'service',
        isPage: true,
        responses: { 200: { description: 'A page' } },
      },
      (_context, { services }) =>
        pageResponse({ title: 'dismantle: its interface', body: docsBody(all(), services.app.version) }),
    ),
  ];
}

function docsBody(routes: readonly Route[], version: string): Markup {
  const shown = routes.filter(({ isPage }) => isPage !== true);
  const tags = [...new Set(shown.map(({ tag }) => tag))];
  return html`<main>
    <h1>dismantle ${version}: its interface</h1>
    <p>
      The same as a document for programs: <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1). Times are ISO 8601 in
      UTC. What goes wrong is told as <code>application/problem+json</code> (RFC 9457) with a <code>code</code> and,
      where there is one, a <code>hint</code>.
    </p>
    <p>
      A program shows a token: <code>Authorization: Bearer dsm_…</code>. An admin issues one:
      <code>dismantle token issue</code>.
    </p>
    <nav aria-label="Parts">
      <p>${tags.map((tag) => html`<a href="#${tag}">${tag}</a> `)}</p>
    </nav>
    ${tags.map(
      (tag) =>
        html`<section id="${tag}" aria-label="${tag}">
          <h2>${tag}</h2>
          ${shown.filter((each) => each.tag === tag).map(routeMarkup)}
        </section>`,
    )}
  </main>`;
}

function routeMarkup({ method, path, summary, description, access, query, params, body }: Route): Markup {
  const fields = [
    ...namesOf(params).map((name) => `${name} (path)`),
    ...namesOf(query).map((name) => `${name} (query)`),
    ...(body === undefined ? [] : ['a body']),
  ];
  return html`<article class="card">
    <h3><span class="verb">${method}</span> <code>${path}</code></h3>
    <p>${summary}${description === undefined ? '' : html`. <span class="quiet">${description}</span>`}</p>
    <p class="quiet">
      ${access.kind === 'open' ? `Open: ${access.why}` : `For ${access.roles.join(', ')}; scope ${access.scope}`}${fields.length === 0 ? '' : ` · takes ${fields.join(', ')}`}
    </p>
  </article>`;
}

function namesOf(schema: Route['query']): readonly string[] {
  return schema === undefined ? [] : Object.keys(schema.shape);
}
