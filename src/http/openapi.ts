import { OpenAPIHono, z } from '@hono/zod-openapi';
import { PROBLEM_TYPE } from './problem.ts';
import type { Route } from './route.ts';

/** RFC 9457, with our two members. */
const PROBLEM = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    hint: z.string().optional(),
  })
  .openapi('Problem');

/** The OpenAPI 3.1 document, from the same schemas that read what is sent. */
export function openApiDocument(routes: readonly Route[], version: string): OpenApiDocument {
  const documented = new OpenAPIHono();
  const registry = documented.openAPIRegistry;
  registry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'A token from `dismantle token issue`, "dsm_…"',
  });
  for (const route of routes) if (route.isPage !== true) registry.registerPath(pathOf(route));
  return documented.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'dismantle',
      version,
      description:
        "Takes a botnet's command-and-control servers offline by lawful means. Times are ISO 8601 in UTC; problems are RFC 9457.",
      license: { name: 'Apache-2.0' },
    },
  });
}

export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

type PathOf = Parameters<OpenAPIHono['openAPIRegistry']['registerPath']>[0];

function pathOf(route: Route): PathOf {
  const { method, path, access, summary, description, tag, params, query, body, bodyType = 'application/json' } = route;
  return {
    method,
    path,
    summary,
    tags: [tag],
    description: [description, accessWords(route)].filter((part) => part !== undefined).join('\n\n'),
    security: access.kind === 'open' ? [] : [{ token: [access.scope] }],
    request: {
      ...(params === undefined ? {} : { params }),
      ...(query === undefined ? {} : { query }),
      ...(body === undefined ? {} : { body: { required: true, content: { [bodyType]: { schema: body } } } }),
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(route.responses).map(([status, { description: words, type = 'application/json', schema }]) => [
          status,
          { description: words, ...(schema === undefined ? {} : { content: { [type]: { schema } } }) },
        ]),
      ),
      default: { description: 'What went wrong', content: { [PROBLEM_TYPE]: { schema: PROBLEM } } },
    },
  };
}

function accessWords({ access }: Route): string {
  if (access.kind === 'open') return `Open: ${access.why}.`;
  return `For ${access.roles.join(', ')}; a token needs the scope ${access.scope}.`;
}
