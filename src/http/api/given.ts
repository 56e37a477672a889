import { createHash } from 'node:crypto';
import type { Principal } from '../../domain/access.ts';
import { recipientText } from '../../domain/giving.ts';
import type { Recipient } from '../../domain/giving.ts';
import { GIVEN_TLP, GIVING_FORMATS, give, isFolderFormat, parseRecipient } from '../../flow/giving.ts';
import type { GivingFormat } from '../../flow/giving.ts';
import type { World } from '../../ports/world.ts';
import { HttpProblem, notHere } from '../problem.ts';
import { operationOf } from './build.ts';
import { MEMBERS, member, roles, route, z } from '../route.ts';
import type { HttpContext, Route, Sent } from '../route.ts';

const TYPES: Readonly<Record<GivingFormat, string>> = {
  list: 'text/plain; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  rpz: 'text/plain; charset=utf-8',
  suricata: 'text/plain; charset=utf-8',
  stix: 'application/stix+json;version=2.1',
  misp: 'application/json',
};

const PARAMS = {
  operation: z.string().min(1).max(200),
  recipient: z.string().min(1).max(300).openapi({ description: 'community, country:XX or provider:KEY' }),
  format: z.enum(GIVING_FORMATS),
};
const QUERY = z.strictObject({ tlp: z.enum(GIVEN_TLP).optional(), live: z.enum(['true', 'false']).optional() });

/** What others may have, in the formats that they take: a URL to poll, with an ETag that changes when the facts do. */
export function givenRoutes(): readonly Route[] {
  const base = {
    method: 'get',
    access: roles([...MEMBERS, 'partner'], 'read'),
    tag: 'giving',
    query: QUERY,
    responses: { 200: { description: 'What may be given' }, 304: { description: 'As you have it already' } },
  } as const;
  return [
    route(
      {
        ...base,
        path: '/api/v1/operations/{operation}/given/{recipient}/{format}',
        summary: 'What one recipient may have, as one file',
        description: 'As `dismantle give`. A partner gets what the community may have and what it stands for',
        params: z.object(PARAMS),
      },
      (context, sent) => givenFile(context, sent, null),
    ),
    route(
      {
        ...base,
        path: '/api/v1/operations/{operation}/given/{recipient}/{format}/{file}',
        summary: 'One file of a format that is several: a MISP feed, Suricata datasets',
        description:
          'A MISP feed is added by the address before manifest.json, with the token as its Authorization header',
        params: z.object({ ...PARAMS, file: z.string().min(1).max(200) }),
      },
      (context, sent) => givenFile(context, sent, sent.params.file),
    ),
  ];
}

type Asked = Pick<
  Sent<
    { readonly operation: string; readonly recipient: string; readonly format: GivingFormat },
    z.infer<typeof QUERY>,
    undefined
  >,
  'params' | 'query' | 'principal' | 'services'
>;

async function givenFile(context: HttpContext, sent: Asked, file: string | null): Promise<Response> {
  const principal = member(sent);
  const { services, params, query } = sent;
  const { format } = params;
  const to = parseRecipient(params.recipient);
  const world = services.world(principal);
  await assertTheirs(world, principal, to);
  const operation = await operationOf(world, params.operation);
  if (isFolderFormat(format) !== (file !== null)) {
    throw new HttpProblem(
      404,
      isFolderFormat(format) ? `${format} is several files: name one` : `${format} is one file`,
    );
  }
  const { files } = await give(world, operation.name, {
    to,
    format,
    ceiling: query.tlp ?? null,
    live: query.live === 'true',
    organisation: services.app.settings.organisation.name,
  });
  const found = file === null ? files[0] : files.find(({ name }) => name === file);
  if (found === undefined) throw notHere();
  const bytes = Buffer.from([...found.pieces()].join(''));
  const etag = `"${createHash('sha256').update(bytes).digest('base64url')}"`;
  const headers = { etag, 'cache-control': 'private, no-cache' };
  if (hasIt(context.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers });
  return new Response(bytes, { headers: { ...headers, 'content-type': TYPES[format] } });
}

/** A partner has what PostgreSQL shows to it of itself. */
async function assertTheirs(world: World, { partner }: Principal, to: Recipient): Promise<void> {
  if (partner === null || to.kind === 'community') return;
  const self = await world.store.readAsPartner(partner, (reads) => reads.self());
  if (self === null || !self.recipients.includes(recipientText(to))) throw notHere();
}

/** RFC 9110 section 13.1.2: any of a list, weak or not. */
function hasIt(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((each) => each.trim() === '*' || each.trim().replace(/^W\//, '') === etag);
}
