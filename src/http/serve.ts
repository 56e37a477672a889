import type { Principal } from '../domain/access.ts';
import { keptFor } from '../domain/kept-for.ts';
import type { App, Organisations } from '../app.ts';
import { whoHolds } from '../flow/access.ts';
import { newSetUpSecret, whoIsIn } from '../flow/sign-in.ts';
import { sessionCookie, sessionIn } from './session-cookie.ts';
import { linkOf } from './sign-in-link.ts';
import type { Clock } from '../ports/clock.ts';
import { assertOwn } from './api/ledger.ts';
import { Challenges } from './challenges.ts';
import { createHttp } from './create-http.ts';
import type { Answered, RateLimits } from './create-http.ts';
import { createLiveViews } from './live-view.ts';
import { approvedTable, approvedTableHash } from '../flow/proposed-tables.ts';
import { createMetrics } from './metrics.ts';
import { allRoutes } from './routes.ts';
import type { HttpContext } from './route.ts';
import { Streams } from './streams.ts';
import { SigningDesk } from './signing-desk.ts';
import { isVisitor, visitorOf } from './visitor.ts';
import type { Visitor } from './visitor.ts';
import type { Services, ShownExercise } from './services.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly limits?: RateLimits;
  readonly answered: (request: Answered) => void;
  /** A fault of ours that no request was answered with. */
  readonly fault: (cause: unknown) => void;
  /** An exercise that is shown, and whoever may look around in it with a link. */
  readonly visitor?: Visitor;
  readonly exercise?: ShownExercise;
  /** Once it is aborted, no new work is begun. */
  readonly signal: AbortSignal;
}

export interface Serving {
  /** "http://127.0.0.1:8377" */
  readonly url: string;
  /** Where people open it in a browser. */
  readonly origin: string;
  /** Takes no more requests; what is being answered is answered to its end, or cut after ten seconds. */
  stop(): Promise<void>;
}

const GRACE_MS = 10_000;

/** Serves until the signal. */
export async function serve(
  app: App,
  { listening, ...options }: ServeOptions & { readonly listening: (url: string, setUpLink: string | null) => void },
): Promise<void> {
  const organisations = await app.openOrganisations();
  const serving = await serveOver(app, { ...options, organisations, clock: app.clock });
  const { first } = organisations;
  const secret = await newSetUpSecret(organisations.worldOf(first, app.localActor), first);
  listening(serving.url, secret === null ? null : linkOf(serving.origin, secret));
  await aborted(options.signal);
  await serving.stop();
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** The service over worlds that are open. */
export async function serveOver(
  app: App,
  options: ServeOptions & { readonly organisations: Organisations; readonly clock: Clock },
): Promise<Serving> {
  const { organisations, clock, signal, answered, fault, limits, host, port, visitor, exercise = null } = options;
  const metrics = createMetrics(app.version);
  const own = organisations.storeOf(organisations.first);
  const sources = keptFor(
    SOURCES_MS,
    app.ticks,
    () => approvedTableHash(own),
    async () => app.openSources(await approvedTable({ store: own })),
  );
  const live = createLiveViews(organisations.storeOf, (change) => metrics.watching(change), fault);
  let door: ReturnType<App['openDoor']> | null = null;
  const identityProvider = await app.openIdentityProvider();
  const chance = organisations.worldOf(organisations.first, app.localActor).random;
  let origin = app.settings.http.origin ?? `http://localhost:${port}`;
  const identify = async (context: HttpContext): Promise<Principal | null> => {
    const token = tokenOf(context);
    if (token !== null) return whoHolds(organisations.storeOf, token, clock.now());
    const session = sessionIn(context, origin);
    if (session !== null && isVisitor(visitor, session)) return visitorOf(organisations.first);
    return session === null ? null : whoIsIn(organisations.storeOf, session, clock.now());
  };
  const services: Services = {
    app,
    origin: () => origin,
    challenges: new Challenges(app.ticks, (bytes) => chance.bytes(bytes)),
    exercise,
    visit: (secret) =>
      visitor === undefined || !isVisitor(visitor, secret)
        ? null
        : { operation: visitor.operation, cookie: sessionCookie(origin, secret) },
    identityProvider,
    clock,
    // With what it was shown who acts: somebody else may have issued the token.
    world: ({ organisationId, name, credential }) =>
      organisations.worldOf(
        organisationId,
        `${name} over HTTP${credential === undefined ? '' : ` (${credential.kind} ${credential.id})`}`,
      ),
    storeOf: organisations.storeOf,
    async sources(organisationId) {
      assertOwn(organisations.first, organisationId);
      return sources();
    },
    live,
    streams: new Streams(),
    first: organisations.first,
    desk: new SigningDesk(() => clock.now(), app.uuid),
    async atDoor() {
      // One settings file speaks for one organisation, and doors are its own.
      const opened = await (door ??= app.openDoor());
      return opened === null
        ? null
        : { world: organisations.worldOf(organisations.first, "somebody at the provider's door"), door: opened };
    },
    assertDatabase: async () => {
      await organisations.storeOf(organisations.first).read((transaction) => transaction.ledgerHead());
    },
    isStaying: () => !signal.aborted,
  };
  const http = createHttp({
    services,
    routes: allRoutes(metrics),
    ...(limits === undefined ? {} : { limits }),
    identify,
    answered(request) {
      metrics.answered(request);
      answered(request);
    },
    monotonicMs: app.ticks,
    requestId: app.uuid,
  });
  const listening = await app.listen(http.fetch, host, port);
  // Asked for any free port, nobody knew it before.
  if (app.settings.http.origin === null) origin = `http://localhost:${new URL(listening.url).port}`;
  return {
    url: listening.url,
    origin,
    async stop() {
      live.close();
      await listening.stop(GRACE_MS);
    },
  };
}

/** Warning lists, the method table and texts are read anew after so long: somebody may have edited them. */
const SOURCES_MS = 60_000;

/**
 * The token that a request brings. Clients of TAXII know HTTP Basic (TAXII 2.1 section 8.2.2): below its path a token may be the
 * password, under any name. Nowhere else, where a browser would send it along for whoever asks it to.
 */
function tokenOf({ req }: HttpContext): string | null {
  const authorization = req.header('authorization') ?? '';
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return bearer;
  const basic = req.path.startsWith('/taxii2/') ? /^Basic +(\S+)$/i.exec(authorization)?.[1] : undefined;
  if (basic === undefined) return null;
  const pair = Buffer.from(basic, 'base64').toString();
  return pair.includes(':') ? pair.slice(pair.indexOf(':') + 1) : null;
}

export type { Answered, RateLimits };
