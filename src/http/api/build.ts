import type { App } from '../../app.ts';
import type { HttpRole, Principal } from '../../domain/access.ts';
import type { Sources } from '../../flow.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Signing } from '../../ports/signing.ts';
import type { World } from '../../ports/world.ts';
import { HttpProblem, notHere } from '../problem.ts';
import { ACTING, MEMBERS, member, roles, route, z } from '../route.ts';
import type { HttpContext, Route } from '../route.ts';
import type { Services } from '../services.ts';
import { shownJson } from './shown-json.ts';

/*
 * The interface is what the command line does, told as JSON: each ability is one line in a table, and calls the same flow.
 */

/** What an ability works with. `operation` is the operation's name; "" where the path names none. */
export interface Asked<Query, Body> {
  readonly world: World;
  readonly operation: string;
  readonly app: App;
  readonly services: Services;
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: Body;
  /** What the steps consult. */
  readonly sources: () => Promise<Sources>;
  /** Whoever acts: a person on record. Refuses programs, which have no word of their own. */
  readonly person: () => string;
}

interface Ability<Query extends z.ZodRawShape, Body extends z.ZodRawShape> {
  /** Below /api/v1; "{operation}" is the operation's name or id. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** The command that does the same, without "dismantle". */
  readonly as: string;
  readonly query?: Query;
  readonly body?: Body;
  /** Everybody of the organisation reads; whoever is not an auditor acts. Narrower where it says so. */
  readonly roles?: readonly HttpRole[];
  readonly method?: 'post' | 'put' | 'delete';
  readonly maxBodyBytes?: number;
}

/** Reads something. What the work answers with is told; a Response is passed on as it is. */
export function reads<Query extends z.ZodRawShape = Record<string, never>>(
  ability: Ability<Query, Record<string, never>>,
  work: (asked: Asked<z.infer<z.ZodObject<Query>>, undefined>) => Promise<unknown>,
): Route {
  const { query, roles: allowed = MEMBERS } = ability;
  return route(
    {
      method: 'get',
      path: pathOf(ability),
      access: roles(allowed, 'read'),
      ...told(ability),
      params: paramsOf(ability.path),
      query: strictOf(query),
      responses: { 200: { description: `As dismantle ${ability.as} --json tells it`, schema: z.unknown() } },
    },
    async (context, sent) => answer(context, await work(await asked(sent, sent.query, undefined))),
  );
}

/** Changes something, in the name of whoever asks. */
export function acts<Query extends z.ZodRawShape, Body extends z.ZodRawShape>(
  ability: Ability<Query, Body>,
  work: (asked: Asked<undefined, z.infer<z.ZodObject<Body>>>) => Promise<unknown>,
): Route {
  const { body, method = 'post', roles: allowed = ACTING, maxBodyBytes } = ability;
  return route(
    {
      method,
      path: pathOf(ability),
      access: roles(allowed, 'write'),
      ...told(ability),
      params: paramsOf(ability.path),
      body: strictOf(body),
      ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }),
      responses: { 200: { description: `Done, as dismantle ${ability.as} --json tells it`, schema: z.unknown() } },
    },
    async (context, sent) => answer(context, await work(await asked(sent, undefined, sent.body))),
  );
}

export const WAITING_SIGNATURE = z
  .object({
    id: z.uuid(),
    statement: z.string(),
    keys: z.array(z.object({ publicKey: z.string(), fingerprint: z.string(), credentialId: z.string().nullable() })),
    expiresAt: z.string(),
  })
  .openapi('WaitingSignature');

/** Changes something that a person signs: the first answer is what to sign, and the signature carries it out. */
export function signs<Query extends z.ZodRawShape, Body extends z.ZodRawShape>(
  ability: Ability<Query, Body>,
  work: (asked: Asked<undefined, z.infer<z.ZodObject<Body>>>, signing: Signing) => Promise<unknown>,
): Route {
  const { body, roles: allowed = ACTING, maxBodyBytes } = ability;
  return route(
    {
      method: 'post',
      path: pathOf(ability),
      access: roles(allowed, 'write'),
      ...told(ability),
      description: `As \`dismantle ${ability.as}\`. A person signs it: sign the statement, and send it to /api/v1/signatures/{id}`,
      params: paramsOf(ability.path),
      body: strictOf(body),
      ...(maxBodyBytes === undefined ? {} : { maxBodyBytes }),
      responses: {
        200: { description: 'Done: nothing had to be signed', schema: z.unknown() },
        202: { description: 'What is to be signed', schema: WAITING_SIGNATURE },
      },
    },
    async (context, sent) => {
      const { principal, services } = await asked(sent, undefined, sent.body);
      const whole = await asked(sent, undefined, sent.body);
      const begun = await services.desk.begin(principal, (signing) => work(whole, signing));
      return begun.done ? answer(context, begun.value) : context.json(begun.waiting, 202);
    },
  );
}

/** What the schema does not know is refused: nobody sets what was not offered. */
function strictOf<Shape extends z.ZodRawShape>(shape: Shape | undefined): z.ZodObject<Shape, z.core.$strict> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- where nothing is offered, the shape is empty
  return z.strictObject(shape ?? ({} as Shape));
}

function pathOf({ path }: { readonly path: string }): string {
  return `/api/v1${path}`;
}

function told({ summary, tag, as }: Pick<Ability<never, never>, 'summary' | 'tag' | 'as'>): {
  summary: string;
  description: string;
  tag: string;
} {
  return { summary, description: `As \`dismantle ${as}\``, tag };
}

const MAX_PARAMETER = 500;

function paramsOf(path: string): z.ZodObject<Record<string, z.ZodString>> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
  return z.object(Object.fromEntries(names.map((name) => [name, z.string().min(1).max(MAX_PARAMETER)])));
}

async function asked<Query, Body>(
  sent: {
    readonly params: Readonly<Record<string, string>>;
    readonly principal: Principal | null;
    readonly services: Services;
  },
  query: Query,
  body: Body,
): Promise<Asked<Query, Body>> {
  const principal = member(sent);
  const { params, services } = sent;
  const world = services.world(principal);
  const { operation: named } = params;
  return {
    world,
    operation: named === undefined ? '' : (await operationOf(world, named)).name,
    app: services.app,
    services,
    principal,
    params,
    query,
    body,
    sources: () => services.sources(principal.organisationId),
    person() {
      if (principal.person === null) throw new HttpProblem(403, "this is a person's word; this token is not for one");
      return principal.name;
    },
  };
}

function answer(context: HttpContext, value: unknown): Response {
  if (value instanceof Response) return value;
  const shown = shownJson(value) ?? null;
  return context.body(JSON.stringify(shown), 200, { 'content-type': 'application/json' });
}

/** An operation of the world's organisation, by name or id; what is not there is not here. */
export async function operationOf(world: World, named: string): Promise<Operation> {
  const operations = await world.store.read((transaction) => transaction.operations());
  const found =
    operations.find(({ name }) => name === named) ?? operations.find(({ id }) => id === named.toLowerCase());
  if (found === undefined) throw notHere();
  return found;
}

/** A moment in ISO 8601. */
export function aMoment(): z.ZodISODateTime {
  return z.iso.datetime({ offset: true });
}

/** Why; goes into the ledger. */
export function aReason(): z.ZodString {
  return z.string().min(1).max(1000);
}
