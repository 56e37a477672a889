import type { PageFile } from '../ports/pages.ts';
import { html, pageResponse } from './page.ts';
import { HttpProblem, notHere } from './problem.ts';
import { MEMBERS, open, roles, route, z } from './route.ts';
import type { HttpContext, Route } from './route.ts';

/*
 * The war room: files without data, which ask the interface as whoever is signed in.
 */

const tag = 'war room';
const FOR_EVER = 'public, max-age=31536000, immutable';
const A_DAY = 'private, max-age=86400';
/** As deep as an address of the war room goes, /app/OPERATION/cases/SERVER, and one deeper, which the page says is not there. */
const DEPTH = [
  '',
  '/{operation}',
  '/{operation}/{page}',
  '/{operation}/{page}/{subject}',
  '/{operation}/{page}/{subject}/{more}',
];

export function appPageRoutes(): readonly Route[] {
  return [
    ...DEPTH.map((below) =>
      route(
        {
          method: 'get',
          path: `/app${below}`,
          access: open('it has no data: its script asks for them as whoever is signed in'),
          summary: 'The war room',
          tag,
          isPage: true,
          responses: { 200: { description: 'A page' } },
        },
        async (context, { services }) => {
          const pages = await services.app.openPages();
          return pages === null ? notBuilt() : file(context, pages.index, 'no-cache');
        },
      ),
    ),
    // Addresses that were typed or cut: the same page stands without the bar.
    ...DEPTH.map((below) =>
      route(
        {
          method: 'get',
          path: `/app${below}/`,
          access: open('it leads to the page, which has no data'),
          summary: 'The war room',
          tag,
          isPage: true,
          responses: { 308: { description: 'The page stands without the bar at the end' } },
        },
        (context) => {
          const { pathname, search } = new URL(context.req.url);
          return context.redirect(`${pathname.slice(0, -1)}${search}`, 308);
        },
      ),
    ),
    route(
      {
        method: 'get',
        path: '/static/app/{file}',
        access: open('a static file'),
        isUnmetered: true,
        summary: 'A file of the war room',
        tag,
        isPage: true,
        params: z.object({ file: z.string().max(200) }),
        responses: { 200: { description: 'The file' } },
      },
      async (context, { params, services }) => {
        const found = (await services.app.openPages())?.assets.get(params.file);
        if (found === undefined) throw notHere();
        return file(context, found, FOR_EVER);
      },
    ),
    route(
      {
        method: 'get',
        path: '/api/v1/world-map',
        access: roles(MEMBERS, 'read'),
        summary: 'Shapes of countries, for a map',
        tag,
        responses: {
          200: {
            description: 'In one projection; a place for the mark of each country',
            schema: z
              .object({
                width: z.number(),
                height: z.number(),
                countries: z.array(
                  z.object({ country: z.string(), d: z.string(), place: z.tuple([z.number(), z.number()]).nullable() }),
                ),
              })
              .openapi('WorldMap'),
          },
        },
      },
      async (context, { services }) => {
        const map = await services.app.openWorldMap();
        const shapes = map.countries.map(({ country, d }) => ({ country, d, place: pointOf(map.place(country)) }));
        return context.json({ width: map.width, height: map.height, countries: shapes }, 200, {
          'cache-control': A_DAY,
        });
      },
    ),
  ];
}

function pointOf(place: readonly [number, number] | null): [number, number] | null {
  return place === null ? null : [place[0], place[1]];
}

function file({ req }: HttpContext, { type, bytes, gzipped }: PageFile, caching: string): Response {
  const isPacked = /\bgzip\b/.test(req.header('accept-encoding') ?? '');
  return new Response(Buffer.from(isPacked ? gzipped : bytes), {
    headers: {
      'content-type': type,
      'cache-control': caching,
      vary: 'accept-encoding',
      ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
    },
  });
}

function notBuilt(): Promise<Response> {
  return pageResponse(
    {
      title: 'dismantle',
      body: html`<main>
        <h1>The pages are not built</h1>
        <p>In a clone, <code>npm run build:pages</code> builds them; <code>npm ci</code> does so by itself.</p>
      </main>`,
    },
    503,
  );
}

/** Somebody shown around in a world that has nothing real in it: an exercise. */
export function visitRoutes(): readonly Route[] {
  return [
    route(
      {
        method: 'get',
        path: '/visit',
        access: open('whoever has the link of an exercise is not on record there'),
        summary: 'Look around in an exercise',
        tag: 'signing in',
        isPage: true,
        responses: { 200: { description: 'A page' } },
      },
      () =>
        pageResponse({
          title: 'An exercise — dismantle',
          body: html`<main>
              <h1>An exercise</h1>
              <p role="status">Opening the war room …</p>
            </main>
            <script type="module" src="/static/visit.js"></script>`,
        }),
    ),
    route(
      {
        method: 'get',
        path: '/static/visit.js',
        access: open('a static file'),
        isUnmetered: true,
        summary: '/static/visit.js',
        tag: 'signing in',
        isPage: true,
        responses: { 200: { description: 'The file' } },
      },
      (context) => context.body(VISIT_JS, 200, { 'content-type': 'text/javascript; charset=utf-8' }),
    ),
    route(
      {
        method: 'post',
        path: '/api/v1/visits',
        access: open('nobody is signed in before it'),
        summary: 'Look around in an exercise, with its link',
        tag: 'signing in',
        isSignIn: true,
        body: z.strictObject({ secret: z.string().min(1).max(200) }),
        responses: {
          200: { description: 'You are in, to read', schema: z.object({ operation: z.string().nullable() }) },
        },
      },
      (context, { body: { secret }, services }) => {
        const begun = services.visit(secret);
        if (begun === null) throw new HttpProblem(401, 'that did not work');
        context.header('set-cookie', begun.cookie);
        return context.json({ operation: begun.operation });
      },
    ),
  ];
}

const VISIT_JS = String.raw`import { ask, tell } from './passkey.js';

const secret = location.hash.slice(1);
history.replaceState(null, '', location.pathname);
ask('POST', '/api/v1/visits', { secret }).then(
  ({ value }) => location.replace('/app/' + encodeURIComponent(value.operation ?? 'exercise')),
  (error) => tell(error.message, true),
);
`;
