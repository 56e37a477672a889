import type { Contribution } from '../../domain/contribution.ts';
import { contributionsId } from '../../domain/collection.ts';
import type { Collection } from '../../domain/collection.ts';
import { handIn } from '../../flow/collections.ts';
import type { PartnerReads } from '../../ports/access.ts';
import type { CollectionPages } from '../../ports/collections.ts';
import { HttpProblem, notHere } from '../problem.ts';
import { ACTING, MEMBERS, member, roles, route, z } from '../route.ts';
import type { HttpContext, Route, Sent } from '../route.ts';
import { envelope, manifest, status, taxii, taxiiProblem, versions } from './answers.ts';
import { readEnvelope } from './envelope.ts';
import { assertAcceptable, assertContentType, STIX_TYPE, TAXII_TYPE } from './media-type.ts';
import { readPageRequest } from './page-request.ts';

/*
 * TAXII 2.1: an API root for each operation, a collection for each recipient. Partners see what PostgreSQL shows them.
 */

const BELOW = '/taxii2/';
/** The most bytes that a partner hands in at once (section 4.2.1). */
export const MAX_CONTENT_LENGTH = 4 * 1024 * 1024;

const READERS = roles([...MEMBERS, 'partner'], 'read');
const SHARED = { tag: 'taxii', tellProblem: { below: BELOW, tell: taxiiProblem } } as const;
const ROOT = z.object({ root: z.string().min(1).max(200).openapi({ description: "The operation's id or name" }) });
const COLLECTION = ROOT.extend({ collection: z.string().max(100).openapi({ description: "The collection's id" }) });
const OBJECT = COLLECTION.extend({ object: z.string().max(300).openapi({ description: 'The id of a STIX object' }) });
const QUERY = z.looseObject({
  added_after: z.string().optional(),
  limit: z.string().optional(),
  next: z.string().optional(),
  'match[id]': z.string().optional(),
  'match[type]': z.string().optional(),
  'match[version]': z.string().optional(),
  'match[spec_version]': z.string().optional(),
});

type Asked = Pick<Sent<unknown, unknown, unknown>, 'principal' | 'services'>;

/** What whoever asks can see: all of the organisation's, or what PostgreSQL shows a partner. */
interface Sight {
  readonly pages: CollectionPages;
  /** Null for those of the organisation. */
  readonly partner: PartnerReads | null;
  /** Whether it may hand something in. */
  readonly mayContribute: boolean;
}

async function seeing<Value>(
  context: HttpContext,
  sent: Asked,
  work: (sight: Sight) => Promise<Value>,
): Promise<Value> {
  assertAcceptable(context.req.header('accept'));
  const { organisationId, partner } = member(sent);
  const store = sent.services.storeOf(organisationId);
  if (partner === null)
    return store.read((transaction) => work({ pages: transaction, partner: null, mayContribute: false }));
  return store.readAsPartner(partner, async (reads) =>
    work({ pages: reads, partner: reads, mayContribute: (await reads.self())?.mayContribute === true }),
  );
}

/** One operation, as far as anything of it can be seen. */
interface ApiRoot {
  readonly operationId: string;
  readonly name: string;
  readonly drill: boolean;
  readonly collections: readonly Collection[];
}

async function rootsIn({ pages }: Sight): Promise<readonly ApiRoot[]> {
  const roots = new Map<string, Collection[]>();
  for (const collection of await pages.collections(null)) {
    const known = roots.get(collection.operationId);
    if (known === undefined) roots.set(collection.operationId, [collection]);
    else known.push(collection);
  }
  return [...roots.values()].flatMap((collections) => {
    const [first] = collections;
    if (first === undefined) return [];
    return [{ operationId: first.operationId, name: first.operation, drill: first.drill, collections }];
  });
}

async function rootNamed(sight: Sight, named: string): Promise<ApiRoot> {
  const roots = await rootsIn(sight);
  const found =
    roots.find(({ operationId }) => operationId === named.toLowerCase()) ?? roots.find(({ name }) => name === named);
  if (found === undefined) throw notHere();
  return found;
}

/** Either a recipient's collection, or where partners hand in. */
type Found = { readonly collection: Collection } | 'contributions';

async function collectionIn(sight: Sight, root: string, id: string): Promise<Found> {
  const { operationId, collections } = await rootNamed(sight, root);
  const collection = collections.find((each) => each.id === id.toLowerCase());
  if (collection !== undefined) return { collection };
  if (sight.mayContribute && id.toLowerCase() === contributionsId(operationId)) return 'contributions';
  throw notHere();
}

/** The operation that whoever asks may hand something in for, here. */
function contributedTo(
  context: HttpContext,
  sent: Asked,
  { root, collection }: { readonly root: string; readonly collection: string },
): Promise<string> {
  return seeing(context, sent, async (sight) => {
    if ((await collectionIn(sight, root, collection)) !== 'contributions') {
      throw new HttpProblem(403, 'nothing is added to this collection from outside');
    }
    return (await rootNamed(sight, root)).operationId;
  });
}

/** Sections 5.3, 5.4 and 5.6: what cannot be read answers 403. */
async function readable(sight: Sight, root: string, id: string): Promise<Collection> {
  const found = await collectionIn(sight, root, id);
  if (found === 'contributions') throw new HttpProblem(403, 'this collection takes objects and gives none');
  return found.collection;
}

function drillWord(drill: boolean): string {
  return drill ? 'DRILL: ' : '';
}

function collectionResource({ id, title, recipient, drill }: Collection): object {
  return {
    id,
    title: `${drillWord(drill)}${title}`,
    description: `${drillWord(drill)}what ${recipient} may have of the operation's servers; what was taken back is revoked`,
    can_read: true,
    can_write: false,
    media_types: [STIX_TYPE],
  };
}

function contributionsResource({ operationId, drill }: Pick<ApiRoot, 'operationId' | 'drill'>): object {
  return {
    id: contributionsId(operationId),
    title: `${drillWord(drill)}Contributions`,
    description: `${drillWord(drill)}hand in here what you have seen; it is weighed as what any source says`,
    can_read: false,
    can_write: true,
    media_types: [STIX_TYPE],
  };
}

export function taxiiRoutes(): readonly Route[] {
  return [
    route(
      {
        ...SHARED,
        method: 'get',
        path: '/taxii2/',
        access: READERS,
        summary: 'TAXII 2.1: which API roots there are (section 4.1)',
        responses: { 200: { description: 'The discovery resource', type: TAXII_TYPE } },
      },
      (context, sent) =>
        seeing(context, sent, async (sight) => {
          const roots = await rootsIn(sight);
          const urls = roots.map(({ operationId }) => `${BELOW}${operationId}/`);
          const [only, ...others] = urls;
          return taxii({
            title: 'dismantle',
            description:
              'Command-and-control servers of botnets: an API root for each operation, a collection for each recipient',
            ...(only === undefined ? {} : { api_roots: urls, ...(others.length === 0 ? { default: only } : {}) }),
          });
        }),
    ),
    route(
      {
        ...SHARED,
        method: 'get',
        path: '/taxii2/{root}/',
        access: READERS,
        summary: 'An API root: one operation (section 4.2)',
        params: ROOT,
        responses: { 200: { description: 'The api-root resource', type: TAXII_TYPE } },
      },
      (context, sent) =>
        seeing(context, sent, async (sight) => {
          const { name, drill } = await rootNamed(sight, sent.params.root);
          return taxii({
            title: `${drillWord(drill)}${name}`,
            description: drill
              ? 'A drill: nothing in it is real, and nothing in it is to be blocked'
              : `Servers of the operation ${name}`,
            versions: [TAXII_TYPE],
            max_content_length: MAX_CONTENT_LENGTH,
          });
        }),
    ),
    route(
      {
        ...SHARED,
        method: 'get',
        path: '/taxii2/{root}/collections/',
        access: READERS,
        summary: 'The collections of an operation (section 5.1)',
        params: ROOT,
        responses: { 200: { description: 'The collections resource', type: TAXII_TYPE } },
      },
      (context, sent) =>
        seeing(context, sent, async (sight) => {
          const root = await rootNamed(sight, sent.params.root);
          const collections = root.collections.map(collectionResource);
          if (sight.mayContribute) collections.push(contributionsResource(root));
          return taxii({ collections });
        }),
    ),
    route(
      {
        ...SHARED,
        method: 'get',
        path: '/taxii2/{root}/collections/{collection}/',
        access: READERS,
        summary: 'One collection (section 5.2)',
        params: COLLECTION,
        responses: { 200: { description: 'The collection resource', type: TAXII_TYPE } },
      },
      (context, sent) =>
        seeing(context, sent, async (sight) => {
          const { root, collection: id } = sent.params;
          const found = await collectionIn(sight, root, id);
          if (found !== 'contributions') return taxii(collectionResource(found.collection));
          return taxii(contributionsResource(await rootNamed(sight, root)));
        }),
    ),
    route(
      {
        ...SHARED,
        method: 'get',
        path: '/taxii2/{root}/collections/{collection}/manifest/',
        access: READERS,
        summary: 'What is in a collection, without the objects (section 5.3)',
        params: COLLECTION,
        query: QUERY,
        responses: { 200: { description: 'The manifest resource', type: TAXII_TYPE } },
      },
      (context, sent) =>
        seeing(context, sent, async (sight) => {
          const { id } = await readable(sight, sent.params.root, sent.params.collection);
          const { filter, limit, bond } = readPageRequest(sent.query, id, { fields: ALL_FIELDS });
          const rows = filter === null ? [] : await sight.pages.collectionManifest(id, filter, limit + 1);
          return manifest({ rows, limit, bond });
        }),
    ),
    route(
      {
        ...SHARED,
        method: 'get',
        path: '/taxii2/{root}/collections/{collection}/objects/',
        access: READERS,
        summary: 'The objects of a collection (section 5.4)',
        params: COLLECTION,
        query: QUERY,
        responses: { 200: { description: 'An envelope', type: TAXII_TYPE } },
      },
      (context, sent) =>
        seeing(context, sent, async (sight) => {
          const { id } = await readable(sight, sent.params.root, sent.params.collection);
          const { filter, limit, bond } = readPageRequest(sent.query, id, { fields: ALL_FIELDS });
          const rows = filter === null ? [] : await sight.pages.collectionObjects(id, filter, limit + 1);
          return envelope({ rows, limit, bond });
        }),
    ),
    route(
      {
        ...SHARED,
        method: 'post',
        path: '/taxii2/{root}/collections/{collection}/objects/',
        access: roles(['partner'], 'write'),
        summary: 'Hand in objects (section 5.5)',
        description:
          'Into the collection of contributions, by partners who may. What becomes of each object, its status tells for a day.',
        params: COLLECTION,
        body: z.instanceof(Uint8Array).openapi({ type: 'string', format: 'binary' }),
        bodyType: 'application/taxii+json',
        maxBodyBytes: MAX_CONTENT_LENGTH,
        async beforeBody(context, sent) {
          assertContentType(context.req.header('content-type'));
          const { root = '', collection = '' } = sent.params;
          await contributedTo(context, sent, { root, collection });
        },
        responses: { 202: { description: 'The status resource', type: TAXII_TYPE } },
      },
      async (context, sent) => {
        const operationId = await contributedTo(context, sent, sent.params);
        const who = member(sent);
        if (who.partner === null) throw notHere();
        const objects = readEnvelope(sent.body);
        const kept = await handIn(sent.services.world(who), { operationId, partner: who.partner, objects });
        return status(kept, 202);
      },
    ),
    route(
      {
        ...SHARED,
        method: 'get',
        path: '/taxii2/{root}/status/{status}/',
        access: READERS,
        summary: 'What became of what was handed in (section 4.3)',
        params: ROOT.extend({ status: z.string().max(100) }),
        responses: { 200: { description: 'The status resource', type: TAXII_TYPE } },
      },
      (context, sent) =>
        seeing(context, sent, async (sight) => {
          const { operationId } = await rootNamed(sight, sent.params.root);
          const found: Contribution | null =
            (await sight.partner?.contribution(operationId, sent.params.status.toLowerCase())) ?? null;
          if (found === null) throw notHere();
          return status(found);
        }),
    ),
    route(
      {
        ...SHARED,
        method: 'get',
        path: '/taxii2/{root}/collections/{collection}/objects/{object}/',
        access: READERS,
        summary: 'One object of a collection (section 5.6)',
        params: OBJECT,
        query: QUERY,
        responses: { 200: { description: 'An envelope', type: TAXII_TYPE } },
      },
      (context, sent) =>
        seeing(context, sent, async (sight) => {
          const { id } = await readable(sight, sent.params.root, sent.params.collection);
          const { filter, limit, bond } = readPageRequest(sent.query, id, {
            fields: ['version', 'spec_version'],
            objectId: sent.params.object,
          });
          const rows = filter === null ? [] : await sight.pages.collectionObjects(id, filter, limit + 1);
          if (rows.length === 0) await assertThere(sight, id, sent.params.object);
          return envelope({ rows, limit, bond });
        }),
    ),
    route(
      {
        ...SHARED,
        method: 'delete',
        path: '/taxii2/{root}/collections/{collection}/objects/{object}/',
        access: roles([...ACTING, 'partner'], 'read'),
        summary: 'Refused: nothing is taken out of a collection from outside (section 5.7)',
        params: OBJECT,
        query: QUERY,
        responses: { 403: { description: 'Always, where the object is there', type: TAXII_TYPE } },
      },
      (context, sent) =>
        seeing(context, sent, async (sight) => {
          const found = await collectionIn(sight, sent.params.root, sent.params.collection);
          if (found !== 'contributions') await assertThere(sight, found.collection.id, sent.params.object);
          throw new HttpProblem(403, 'nothing is taken out of a collection; what is wrong is revoked by a retraction');
        }),
    ),
    route(
      {
        ...SHARED,
        method: 'get',
        path: '/taxii2/{root}/collections/{collection}/objects/{object}/versions/',
        access: READERS,
        summary: 'The versions of one object (section 5.8)',
        params: OBJECT,
        query: QUERY,
        responses: { 200: { description: 'The versions resource', type: TAXII_TYPE } },
      },
      (context, sent) =>
        seeing(context, sent, async (sight) => {
          const { id } = await readable(sight, sent.params.root, sent.params.collection);
          const { filter, limit, bond } = readPageRequest(sent.query, id, {
            fields: ['spec_version'],
            objectId: sent.params.object,
          });
          const all =
            filter === null ? null : { ...filter, versions: { last: false, first: false, all: true, at: [] } };
          const rows = all === null ? [] : await sight.pages.collectionManifest(id, all, limit + 1);
          if (rows.length === 0) await assertThere(sight, id, sent.params.object);
          return versions({ rows, limit, bond });
        }),
    ),
  ];
}

const ALL_FIELDS = ['id', 'type', 'version', 'spec_version'] as const;

/** An object that a filter leaves nothing of is there all the same; one that is not there is not here (section 5.6). */
async function assertThere({ pages }: Sight, collectionId: string, objectId: string): Promise<void> {
  const anything = {
    addedAfter: null,
    ids: [objectId],
    types: null,
    versions: { last: false, first: false, all: true, at: [] },
  };
  const [row] = await pages.collectionManifest(collectionId, anything, 1);
  if (row === undefined) throw notHere();
}
