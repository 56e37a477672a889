import type { Context } from 'hono';
import { z } from '@hono/zod-openapi';
import type { HttpRole, Principal, TokenScope } from '../domain/access.ts';
import type { ToldProblem } from './problem.ts';
import type { Services } from './services.ts';

/*
 * A route is a value that says who may use it: one that does not say so does not compile, and test/security/routes.test.ts
 * walks them all.
 */

/** Who may use a route. */
export type Access = OpenAccess | MemberAccess;

/** Anybody, without signing in. */
export interface OpenAccess {
  readonly kind: 'open';
  /** Why nobody has to sign in for it. */
  readonly why: string;
}

export interface MemberAccess {
  readonly kind: 'member';
  readonly roles: readonly HttpRole[];
  /** What a token has to be good for. */
  readonly scope: TokenScope;
}

export function open(why: string): OpenAccess {
  return { kind: 'open', why };
}

export function roles(allowed: readonly HttpRole[], scope: TokenScope): MemberAccess {
  return { kind: 'member', roles: allowed, scope };
}

/** Everybody of the organisation, who may all read all of it; partners are not of it. */
export const MEMBERS: readonly HttpRole[] = ['analyst', 'counsel', 'approver', 'admin', 'duty', 'auditor'];
/** Everybody of the organisation who may change something; what else an act needs, the act asks itself. */
export const ACTING: readonly HttpRole[] = ['analyst', 'counsel', 'approver', 'admin', 'duty'];

/** What handlers find on Hono's context. */
export interface HttpEnv {
  Variables: {
    requestId: string;
    /** Who is counted as one by how often somebody may come: the network of who comes. */
    network: string;
    services: Services;
    /** Null on open routes. */
    principal: Principal | null;
    /** Whether whoever came may still come: for what goes on after it was answered. */
    mayStay: () => Promise<boolean>;
  };
}

export type HttpContext = Context<HttpEnv>;

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

interface Shape<Params extends z.ZodRawShape, Query extends z.ZodRawShape, Body extends z.ZodType> {
  readonly method: Method;
  /** OpenAPI's way: "/api/v1/operations/{operation}". */
  readonly path: string;
  readonly access: Access;
  readonly summary: string;
  /** What the route is for, in a sentence or two. */
  readonly description?: string;
  /** The heading under which /docs lists it. */
  readonly tag: string;
  readonly params?: z.ZodObject<Params>;
  /** Unknown parameters are refused, unless it is a loose object. */
  readonly query?: z.ZodObject<Query>;
  /** JSON unless `bodyType` says otherwise; fields that the schema does not know are refused. */
  readonly body?: Body;
  /** Of another type than JSON: text where it says text/…, bytes otherwise. */
  readonly bodyType?: string;
  /** Refuses before the body is read: what is not taken need not be carried here. */
  readonly beforeBody?: (
    context: HttpContext,
    sent: Pick<Sent<Readonly<Record<string, string>>, unknown, undefined>, 'params' | 'principal' | 'services'>,
  ) => Promise<void>;
  /** The most bytes a body may have; 1 MiB where nothing is said. */
  readonly maxBodyBytes?: number;
  /** What comes back when it works. */
  readonly responses: Readonly<
    Record<number, { readonly description: string; readonly type?: string; readonly schema?: z.ZodType }>
  >;
  /** A way to sign in: an answer of 401 counts as a failed try, and whoever fails too often is not listened to. */
  readonly isSignIn?: boolean;
  /** Costs nothing and tells nothing: a file of ours, or that the process is there. Not counted against whoever comes often. */
  readonly isUnmetered?: boolean;
  /** Left out of the OpenAPI document: a page, not an interface. */
  readonly isPage?: boolean;
  /** Problems below this path are told in this form: TAXII's media type, a page of the door. */
  readonly tellProblem?: {
    readonly below: string;
    readonly tell: (problem: ToldProblem, requestId: string) => Response | Promise<Response>;
  };
}

/** What was sent, read by the route's schemas. */
export interface Sent<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly principal: Principal | null;
  readonly services: Services;
}

export interface Route extends Shape<z.ZodRawShape, z.ZodRawShape, z.ZodType> {
  readonly handle: (context: HttpContext, sent: Sent<never, never, never>) => Response | Promise<Response>;
}

/** A route of typed parameters. */
export function route<
  Params extends z.ZodRawShape = z.ZodRawShape,
  Query extends z.ZodRawShape = z.ZodRawShape,
  Body extends z.ZodType = z.ZodUndefined,
>(
  shape: Shape<Params, Query, Body>,
  handle: (
    context: HttpContext,
    sent: Sent<z.infer<z.ZodObject<Params>>, z.infer<z.ZodObject<Query>>, z.infer<Body>>,
  ) => Response | Promise<Response>,
): Route {
  return { ...shape, handle };
}

/** Whoever signed in; for routes that are not open. */
export function member({ principal }: Pick<Sent<unknown, unknown, unknown>, 'principal'>): Principal {
  if (principal === null) throw new Error('a route that is not open has somebody');
  return principal;
}

export { z };
