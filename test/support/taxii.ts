import { z } from 'zod';
import { collectionId, contributionsId } from '../../src/domain/collection.ts';
import type { TokenHolder, TokenScope } from '../../src/domain/access.ts';
import { issueToken, setPartner } from '../../src/flow/access.ts';
import { publish } from '../../src/flow/collections.ts';
import type { ApprovalLab } from './approvals.ts';
import { openCollectionLab, servedObject } from './collections.ts';
import type { TestDatabase } from './database.ts';
import { openServed } from './served.ts';
import type { Served } from './served.ts';

export const TAXII = 'application/taxii+json;version=2.1';

/** A drill whose collections are published and served over real HTTP, with those who may come. */
export interface TaxiiLab {
  readonly lab: ApprovalLab;
  readonly served: Served;
  readonly operationId: string;
  /** The API root's path. */
  readonly root: string;
  readonly community: string;
  readonly germany: string;
  readonly colombia: string;
  readonly contributions: string;
  /** Of an analyst of the organisation. */
  readonly member: string;
  /** Of the partner cert-de: country:DE, and it may contribute. */
  readonly csirt: string;
  /** Of the partner reader: the community's alone, and it may not. */
  readonly reader: string;
  readonly token: (holder: TokenHolder, scopes?: readonly TokenScope[]) => Promise<string>;
  /** GET with TAXII's Accept, below the root unless the path begins with /. */
  get(path: string, token: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  post(path: string, token: string, body: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
  close(): Promise<void>;
}

export async function openTaxiiLab(database: TestDatabase): Promise<TaxiiLab> {
  const lab = await openCollectionLab(database);
  const { world, ada } = lab;
  await publish(world, 'lab', 'CERT Example');
  const words = { by: ada.name, reason: 'a test' };
  for (const [partner, recipients, mayContribute] of [
    ['cert-de', ['country:DE'], true],
    ['reader', [], false],
  ] as const) {
    const said = { partner, name: partner, recipients, mayContribute, reliability: 'B', group: partner };
    await setPartner(world, ada.key.signing, { ...words, ...said });
  }
  const token: TaxiiLab['token'] = async (holder, scopes = ['read', 'write']) => {
    const { secret } = await issueToken(world, world.organisationId, ada.key.signing, {
      ...words,
      name: `a token ${world.ids.reference()}`,
      holder,
      scopes,
      expiresAt: world.clock.now() + 30 * 86_400_000,
    });
    return secret;
  };
  const served = await openServed(database, { worlds: [world] });
  const operationId = await world.store.read(async (transaction) => (await transaction.findOperation('lab'))?.id ?? '');
  const root = `/taxii2/${operationId}/`;
  const at = (path: string): string => (path.startsWith('/') ? path : `${root}${path}`);
  return {
    lab,
    served,
    operationId,
    root,
    community: collectionId(operationId, 'community'),
    germany: collectionId(operationId, 'country:DE'),
    colombia: collectionId(operationId, 'country:CO'),
    contributions: contributionsId(operationId),
    member: await token({ kind: 'service', roles: ['analyst'] }),
    csirt: await token({ kind: 'partner', partner: 'cert-de' }),
    reader: await token({ kind: 'partner', partner: 'reader' }),
    token,
    get: (path, secret, headers = {}) =>
      served.ask(at(path), { token: secret, headers: { accept: TAXII, ...headers } }),
    post: (path, secret, body, headers = {}) =>
      served.ask(at(path), {
        method: 'POST',
        token: secret,
        body,
        headers: { accept: TAXII, 'content-type': TAXII, ...headers },
      }),
    close: () => served.close(),
  };
}

/** A moment as TAXII 2.1 section 2 writes it. */
export const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;
/** A UUID of version 4. */
export const IDENTIFIER = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/* The resources of TAXII 2.1, as strict as its tables: what is not in them is refused. */
const list = <Item extends z.ZodType>(item: Item) => z.array(item).min(1);
export const discovery = z.strictObject({
  title: z.string(),
  description: z.string().optional(),
  contact: z.string().optional(),
  default: z.string().optional(),
  api_roots: list(z.string()).optional(),
});
export const apiRoot = z.strictObject({
  title: z.string(),
  description: z.string().optional(),
  versions: list(z.string()),
  max_content_length: z.int().positive(),
});
export const collection = z.strictObject({
  id: z.string().regex(IDENTIFIER),
  title: z.string(),
  description: z.string().optional(),
  alias: z.string().optional(),
  can_read: z.boolean(),
  can_write: z.boolean(),
  media_types: list(z.string()).optional(),
});
export const collections = z.strictObject({ collections: list(collection).optional() });
export const envelope = z.strictObject({
  more: z.boolean().optional(),
  next: z.string().optional(),
  objects: list(servedObject).optional(),
});
export const manifest = z.strictObject({
  more: z.boolean().optional(),
  // Not in the table of section 5.3.1; section 5.3 takes the parameter.
  next: z.string().optional(),
  objects: list(
    z.strictObject({
      id: z.string(),
      date_added: z.string().regex(TIMESTAMP),
      version: z.string(),
      media_type: z.string().optional(),
    }),
  ).optional(),
});
export const versions = z.strictObject({
  more: z.boolean().optional(),
  next: z.string().optional(),
  versions: list(z.string()).optional(),
});
export const errorMessage = z.strictObject({
  title: z.string(),
  description: z.string().optional(),
  error_id: z.string().optional(),
  error_code: z.string().optional(),
  http_status: z.string().optional(),
  external_details: z.string().optional(),
  details: z.looseObject({}).optional(),
});
const count = z.int().nonnegative();
const details = list(
  z.strictObject({ id: z.string(), version: z.string(), message: z.string().optional() }),
).optional();
export const status = z.strictObject({
  id: z.string().regex(IDENTIFIER),
  status: z.enum(['complete', 'pending']),
  request_timestamp: z.string().regex(TIMESTAMP).optional(),
  total_count: count,
  success_count: count,
  successes: details,
  failure_count: count,
  failures: details,
  pending_count: count,
  pendings: details,
});

/** The body, which has to be TAXII whatever the status. */
export async function bodyOf<Shape extends z.ZodType>(response: Response, shape: Shape): Promise<z.infer<Shape>> {
  if (response.headers.get('content-type') !== TAXII) throw new Error(`it is ${response.headers.get('content-type')}`);
  return shape.parse(await response.json());
}
