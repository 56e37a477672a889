import { Hono } from 'hono';
import type { MiddlewareHandler } from 'hono';
import type { z } from '@hono/zod-openapi';
import type { Principal } from '../domain/access.ts';
import type { Prefix } from '../domain/address.ts';
import { clientAddress, trustedProxies } from './client-address.ts';
import { HttpProblem, NothingTried, notHere, problemResponse, toldProblem } from './problem.ts';
import type { ToldProblem } from './problem.ts';
import { RateLimiter, networkOf } from './rate-limit.ts';
import type { RateLimit } from './rate-limit.ts';
import type { HttpContext, HttpEnv, MemberAccess, Route, Sent } from './route.ts';
import type { Services } from './services.ts';

/*
 * What every request goes through, in this order: a number, the security headers, how often, who, may they, what was sent.
 */

export interface RateLimits {
  /** Of one network that has not signed in. */
  readonly open: RateLimit;
  /** Of one token or session. */
  readonly member: RateLimit;
  /** Of one network's tries to sign in that failed. */
  readonly failure: RateLimit;
}

export const RATE_LIMITS: RateLimits = {
  open: { burst: 60, perMinute: 120 },
  member: { burst: 300, perMinute: 1200 },
  failure: { burst: 10, perMinute: 10 },
};

/** One answered request, as the log tells it: the route's pattern, never a query, a body or a secret. */
export interface Answered {
  readonly requestId: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly tookMs: number;
  readonly who: string | null;
  /** A fault of ours, whole; or why somebody was refused who is not told. */
  readonly fault?: unknown;
}

export interface HttpParts {
  readonly services: Services;
  readonly routes: readonly Route[];
  readonly limits?: RateLimits;
  /** Who it is that comes; null for nobody. */
  readonly identify: (context: HttpContext) => Promise<Principal | null>;
  readonly answered: (request: Answered) => void;
  /** Milliseconds that never go back. */
  readonly monotonicMs: () => number;
  /** A new number for a request, a UUID. */
  readonly requestId: () => string;
}

const DEFAULT_BODY_BYTES = 1024 * 1024;

/** No script but our own files, nothing framed, nothing sent elsewhere. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'x-robots-tag': 'noindex, nofollow',
  'x-frame-options': 'DENY',
};

export function createHttp(parts: HttpParts): Hono<HttpEnv> {
  const { services, routes, limits = RATE_LIMITS, monotonicMs } = parts;
  const limiter = new RateLimiter(monotonicMs);
  const app = new Hono<HttpEnv>({ strict: true });

  app.use(framed(parts));

  for (const route of routes) {
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    app.on(route.method.toUpperCase(), [path], async (context) => {
      const network = context.get('network');
      const principal = await allowed(context, route, { parts, limiter, limits, network });
      context.set('principal', principal);
      try {
        return await handled(context, route, principal, services);
      } catch (error) {
        if (route.isSignIn === true && isFailedTry(error)) slowDown(limiter.take(`failure ${network}`, limits.failure));
        throw error;
      }
    });
  }

  app.notFound((context) => {
    const { path } = context.req;
    const methods = [
      ...new Set(routes.filter((route) => matches(route, path)).map(({ method }) => method.toUpperCase())),
    ];
    if (methods.length === 0) return refuse(context, routes, notHere());
    return refuse(
      context,
      routes,
      new HttpProblem(405, `this takes ${methods.join(', ')}`, { allow: methods.join(', ') }),
    );
  });
  app.onError((error, context) => refuse(context, routes, error));
  return app;
}

function isFailedTry(error: unknown): boolean {
  return error instanceof HttpProblem && error.status === 401 && !(error instanceof NothingTried);
}

/** A number for the request, headers on the answer, a line in the log. */
function framed({
  answered,
  monotonicMs,
  requestId: newRequestId,
  routes,
  services,
}: HttpParts): MiddlewareHandler<HttpEnv> {
  const trusted = trustedProxies(services.app.settings.http.trustedProxy);
  return async (context, next) => {
    const requestId = newRequestId();
    const began = monotonicMs();
    context.set('requestId', requestId);
    context.set('network', networkOf(remoteAddress(context, trusted)));
    context.set('services', services);
    context.set('principal', null);
    context.set('mayStay', () => Promise.resolve(false));
    await next();
    const { res } = context;
    for (const [name, value] of Object.entries(SECURITY_HEADERS))
      if (!res.headers.has(name)) res.headers.set(name, value);
    if (!res.headers.has('cache-control')) res.headers.set('cache-control', 'no-store');
    res.headers.set('x-request-id', requestId);
    const principal = context.get('principal');
    answered({
      requestId,
      method: context.req.method,
      path: routes.find((route) => matches(route, context.req.path))?.path ?? 'unknown',
      status: res.status,
      tookMs: monotonicMs() - began,
      who: principal === null ? null : principal.name,
      ...(context.error === undefined ? {} : { fault: toldProblem(context.error).fault ?? undefined }),
    });
  };
}

interface Gatekeeping {
  readonly parts: HttpParts;
  readonly limiter: RateLimiter;
  readonly limits: RateLimits;
  readonly network: string;
}

/** Whoever may go on: nobody in particular on an open route. Refuses everybody else. */
async function allowed(context: HttpContext, route: Route, gate: Gatekeeping): Promise<Principal | null> {
  const { parts, limiter, limits, network } = gate;
  if (route.access.kind === 'open') {
    if (route.isUnmetered !== true) slowDown(limiter.take(`open ${network}`, limits.open));
    if (route.isSignIn === true) {
      if (limiter.isEmpty(`failure ${network}`, limits.failure))
        slowDown(limiter.take(`failure ${network}`, limits.failure));
      // Whoever comes back from an identity provider comes from there.
      if (route.method !== 'get') assertSameSite(context);
    }
    return null;
  }
  // Looked up first: 256 bits by chance need no limit on guesses, and behind a proxy all come from one network, where whoever fails
  // must not keep the others out.
  const principal = await parts.identify(context);
  if (principal === null) {
    // Where nothing was shown nothing was tried: a page elsewhere that has a browser ask here locks nobody out.
    const hasTried = context.req.header('authorization') !== undefined || context.req.header('cookie') !== undefined;
    slowDown(
      limiter.take(hasTried ? `failure ${network}` : `open ${network}`, hasTried ? limits.failure : limits.open),
    );
    throw new HttpProblem(401, 'sign in, or send a token: Authorization: Bearer dsm_…', {
      'www-authenticate': 'Bearer realm="dismantle"',
    });
  }
  slowDown(limiter.take(`${principal.credential.kind} ${principal.credential.id}`, limits.member));
  context.set('principal', principal);
  context.set('mayStay', async () => (await parts.identify(context)) !== null);
  assertMay(principal, route.access);
  assertSameOrigin(context, principal);
  return principal;
}

function slowDown(seconds: number): void {
  if (seconds > 0) throw new HttpProblem(429, `come again in ${seconds} seconds`, { 'retry-after': String(seconds) });
}

function assertMay(principal: Principal, access: MemberAccess): void {
  if (!principal.roles.some((role) => access.roles.includes(role))) {
    throw new HttpProblem(403, `this is for ${access.roles.join(', ')}`);
  }
  if (!principal.scopes.includes(access.scope)) {
    throw new HttpProblem(403, `this token is not good for it: it needs the scope ${access.scope}`);
  }
}

/** A browser sends a session's cookie along whoever asks it to; what changes something has to come from our own pages. */
function assertSameOrigin(context: HttpContext, { credential }: Principal): void {
  const { method } = context.req;
  if (credential.kind !== 'session' || method === 'GET' || method === 'HEAD') return;
  assertSameSite(context);
}

function assertSameSite({ req }: HttpContext): void {
  const site = req.header('sec-fetch-site');
  const origin = req.header('origin');
  const isOurs =
    site === undefined ? origin !== undefined && hostOf(origin) === req.header('host') : site === 'same-origin';
  if (!isOurs) throw new HttpProblem(403, 'this was asked for by another site');
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

async function handled(
  context: HttpContext,
  route: Route,
  principal: Principal | null,
  services: Services,
): Promise<Response> {
  const params = read(route.params, plain(context.req.param()), 'path');
  const query = read(route.query, plain(queryOf(context)), 'query');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parts of a path are texts
  await route.beforeBody?.(context, { params: params as Readonly<Record<string, string>>, principal, services });
  const body = await bodyOf(context, route);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- read by the route's own schemas
  const sent = { params, query, body, principal, services } as unknown as Sent<never, never, never>;
  return route.handle(context, sent);
}

/** No name and no word of a query holds such a character, and PostgreSQL takes no U+0000 at all. */
function plain(found: Record<string, string>): Record<string, string> {
  for (const [name, value] of Object.entries(found)) {
    if (/[\u0000-\u001f\u007f]/.test(value) || !value.isWellFormed()) {
      throw new HttpProblem(400, `${name} holds a control character, or half of one`);
    }
  }
  return found;
}

/** Each parameter once; given twice, nobody would know which one counts. */
function queryOf({ req }: HttpContext): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, values] of Object.entries(req.queries())) {
    const [value, ...more] = values;
    if (value === undefined) continue;
    if (more.length > 0) throw new HttpProblem(400, `${name} is given more than once`);
    found[name] = value;
  }
  return found;
}

function read(schema: z.ZodType | undefined, value: unknown, what: string): unknown {
  if (schema === undefined) return {};
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new HttpProblem(400, wordsOf(result.error, what));
}

const MOST_ISSUES = 5;

/** What is off with what was sent, by its path. */
function wordsOf(error: z.ZodError, what: string): string {
  const words = error.issues.slice(0, MOST_ISSUES).map(({ path, message }) => {
    const where = path.length === 0 ? what : `${what} ${path.map(String).join('.')}`;
    return `${where}: ${message}`;
  });
  const more = error.issues.length - words.length;
  return `${words.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

async function bodyOf(context: HttpContext, route: Route): Promise<unknown> {
  if (route.body === undefined) return undefined;
  const wanted = route.bodyType ?? 'application/json';
  const given = (context.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (given !== wanted) throw new HttpProblem(415, `the body has to be ${wanted}`);
  const bytes = await limitedBytes(context.req.raw, route.maxBodyBytes ?? DEFAULT_BODY_BYTES);
  if (wanted === 'application/json') return read(route.body, json(textOf(bytes)), 'body');
  return read(route.body, wanted.startsWith('text/') || wanted.includes('urlencoded') ? textOf(bytes) : bytes, 'body');
}

/** The body, never more of it in memory than the route takes. */
async function limitedBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = new HttpProblem(413, `a body has at most ${maxBytes} bytes here`);
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge;
  if (request.headers.get('content-encoding') !== null) throw new HttpProblem(415, 'the body must not be compressed');
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new HttpProblem(400, 'the body is not UTF-8');
  }
}

function json(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpProblem(400, 'the body is not JSON');
  }
  if (!isStorable(value)) throw new HttpProblem(400, 'the body holds U+0000, or half of a character');
  return value;
}

/** Whether PostgreSQL takes every text in it. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (value === null || typeof value !== 'object') return true;
  return Object.entries(value).every(([key, part]) => isStorable(key) && isStorable(part));
}

/** Each part of the house may tell its problems in a form of its own; problem+json is everybody else's. */
async function refuse(context: HttpContext, routes: readonly Route[], error: unknown): Promise<Response> {
  const problem: ToldProblem = toldProblem(error);
  const teller = routes.find(
    (route) => route.tellProblem !== undefined && context.req.path.startsWith(route.tellProblem.below),
  );
  const response =
    (await teller?.tellProblem?.tell(problem, context.get('requestId'))) ??
    problemResponse(problem, context.get('requestId'));
  if (error instanceof Error) context.error = error;
  return response;
}

function matches({ path }: Route, asked: string): boolean {
  const parts = path.split('/');
  const given = asked.split('/');
  if (parts.length !== given.length) return false;
  return parts.every((part, at) => (part.startsWith('{') ? given[at] !== '' : part === given[at]));
}

/** Who comes; behind a proxy that `http.trustedProxy` does not name that is the proxy. */
function remoteAddress(context: HttpContext, trusted: readonly Prefix[]): string {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what @hono/node-server puts there; nothing in tests without a socket
  const env = context.env as
    { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } } } | undefined;
  const peer = env?.incoming?.socket?.remoteAddress ?? 'unknown';
  const { req } = context;
  const headers = { 'x-forwarded-for': req.header('x-forwarded-for'), forwarded: req.header('forwarded') };
  return clientAddress(peer, headers, trusted);
}
