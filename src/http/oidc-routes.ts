import type { Principal } from '../domain/access.ts';
import { identitiesOf, linkIdentity, signInWithIdentity, unlinkIdentity, whoIsIn } from '../flow/sign-in.ts';
import type { IdentityChecks, IdentityFailure, IdentityProvider } from '../ports/identity-provider.ts';
import { aReason, reads, signs } from './api/build.ts';
import { html, pageResponse } from './page.ts';
import { HttpProblem, NothingTried, notHere } from './problem.ts';
import type { ToldProblem } from './problem.ts';
import { MEMBERS, member, open, roles, route, z } from './route.ts';
import type { HttpContext, Route } from './route.ts';
import type { Services } from './services.ts';
import { journeyCookie, journeyIn, noJourneyCookie, sessionIn } from './session-cookie.ts';
import { NO, welcome, worldOf } from './welcome.ts';

/*
 *     a cookie for the journey ─► the browser goes to the provider ─► it comes back with a code, and the cookie ─► the provider says who it is
 *
 * Whoever it is is signed in where a person on record has signed to be that; a person who is signed in already is shown what to sign for
 * that. State, nonce and the verifier of PKCE follow from the cookie: nothing is kept here meanwhile. The way back is one address of
 * ours, and from there it goes to the account's page: no address is taken from anybody.
 */

const tag = 'signing in';
const BACK = '/sign-in/callback';
const JOURNEY_SECONDS = 600;
const SIGN_IN = 'oidc sign-in';
const linkingOf = ({ credential }: Principal): string => `oidc link ${credential.id}`;

const ACCOUNT = { issuer: z.string().min(1).max(300), account: z.string().min(1).max(255) };
const WAY = { 200: { description: 'Where the browser is to go', schema: z.object({ url: z.string() }) } };

export function oidcRoutes(): readonly Route[] {
  return [...journeys(), wayBack(), ...accounts()];
}

function journeys(): readonly Route[] {
  return [
    route(
      {
        method: 'post',
        path: '/api/v1/sign-in/oidc',
        access: open('nobody is signed in before it'),
        summary: 'Sign in by the word of the identity provider',
        tag,
        isSignIn: true,
        body: z.strictObject({}),
        responses: WAY,
      },
      async (context, { services }) => context.json({ url: await sentOff(context, services, SIGN_IN) }),
    ),
    route(
      {
        method: 'post',
        path: '/api/v1/identities/journey',
        access: roles(MEMBERS, 'write'),
        summary: 'Show as whom the identity provider knows you',
        description: 'The browser comes back to the page of the account with what you then sign for.',
        tag,
        body: z.strictObject({}),
        responses: WAY,
      },
      async (context, sent) => {
        const principal = member(sent);
        if (principal.credential.kind !== 'session') throw new HttpProblem(409, 'this is for a browser');
        assertOwn(sent.services, principal);
        return context.json({ url: await sentOff(context, sent.services, linkingOf(principal)) });
      },
    ),
  ];
}

async function sentOff(context: HttpContext, services: Services, purpose: string): Promise<string> {
  const provider = providerOf(services);
  const challenge = services.challenges.make(purpose, JOURNEY_SECONDS * 1000);
  const begun = await provider.begin(checksOf(services, challenge));
  if (!begun.ok) throw told(provider, begun.problem);
  context.header('set-cookie', journeyCookie(services.origin(), challenge, JOURNEY_SECONDS));
  return begun.value;
}

function wayBack(): Route {
  return route(
    {
      method: 'get',
      path: BACK,
      access: open('nobody is signed in before it'),
      summary: 'Where a browser comes back to from the identity provider',
      tag,
      isSignIn: true,
      isPage: true,
      query: z.looseObject({}),
      responses: { 303: { description: 'You are in, or shown what to sign' } },
      tellProblem: { below: BACK, tell: onPage },
    },
    async (context, { services }) => {
      const { challenges } = services;
      const provider = providerOf(services);
      const journey = journeyIn(context, services.origin());
      // A page elsewhere can have any browser come here; without the cookie there is nothing that could be right.
      if (journey === null)
        throw new NothingTried(NO, {}, 'whoever comes back has not gone there from here, or with another browser');
      const session = sessionIn(context, services.origin());
      const principal = session === null ? null : await whoIsIn(services.storeOf, session, services.clock.now());
      const linking = principal === null ? null : linkingOf(principal);
      const purpose = [SIGN_IN, linking].find((each) => each !== null && challenges.isOpen(each, journey));
      if (purpose === undefined || purpose === null)
        throw no(services, 'whoever comes back has not gone there from here, or too long ago');
      const known = await provider.finish(new URL(context.req.url).search, checksOf(services, journey));
      if (!known.ok) throw told(provider, known.problem, services);
      if (!challenges.answer(purpose, journey)) throw no(services, 'it was answered already');
      context.header('set-cookie', noJourneyCookie(services.origin()), { append: true });
      const { issuer, subject } = known.value;
      if (principal !== null && purpose === linking) {
        const proof = challenges.make(proofFor(principal, issuer, subject));
        const shown = encodeURIComponent(JSON.stringify({ issuer, account: subject, proof }));
        return context.redirect(`/account#identity=${shown}`, 303);
      }
      const agent = context.req.header('user-agent') ?? '';
      const signedIn = await signInWithIdentity(worldOf(services, services.first), services.first, known.value, agent);
      if (signedIn === null) throw no(services, 'nobody here has linked this account');
      await welcome(context, services, signedIn);
      return context.redirect('/account', 303);
    },
  );
}

function accounts(): readonly Route[] {
  return [
    reads({ path: '/identities', tag, summary: 'Every account that signs or signed somebody in', as: 'identity list --all' }, ({ world }) => identitiesOf(world)),
    signs(
      { path: '/identities', tag, summary: 'Let an account of yours at the identity provider sign you in', as: 'identity link', roles: MEMBERS, body: { ...ACCOUNT, proof: z.string().max(200).optional() } },
      ({ world, services, principal, person, body: { issuer, account, proof } }, signing) => {
        assertOwn(services, principal);
        // A page may bring a browser here with anything; whoever signs with a program says it themself.
        const isShown = proof !== undefined && services.challenges.answer(proofFor(principal, issuer, account), proof);
        if (principal.credential.kind === 'session' && !isShown) throw new HttpProblem(409, 'show first that the account is yours');
        return linkIdentity(world, signing, { person: person(), issuer, subject: account });
      },
    ),
    signs(
      { path: '/identities/removal', tag, summary: 'Take an account off that signs somebody in', as: 'identity unlink', roles: MEMBERS, body: { of: z.string().min(1).max(100), ...ACCOUNT, reason: aReason() } },
      async ({ world, person, body: { of, issuer, account, reason } }, signing) =>
        ({ person: await unlinkIdentity(world, signing, { of, issuer, subject: account, person: person(), reason }), removed: true }),
    ),
  ]; // prettier-ignore
}

/** Good for this account and this session alone. */
const proofFor = ({ credential }: Principal, issuer: string, account: string): string =>
  JSON.stringify(['oidc proof', credential.id, issuer, account]);

/** One settings file speaks for one organisation, and the provider is its own. */
function assertOwn(services: Services, { organisationId }: Principal): void {
  if (organisationId !== services.first) throw notHere();
}

function providerOf({ identityProvider }: Services): IdentityProvider {
  if (identityProvider === null) throw notHere();
  return identityProvider;
}

function checksOf({ challenges, origin }: Services, challenge: string): IdentityChecks {
  return {
    redirectUri: `${origin()}${BACK}`,
    state: challenges.secretOf('state', challenge),
    nonce: challenges.secretOf('nonce', challenge),
    codeVerifier: challenges.secretOf('code verifier', challenge),
  };
}

/** The same for whatever was wrong; why is for whoever runs the service. */
function no(services: Services, reason: string): HttpProblem {
  return new HttpProblem(401, NO, { 'set-cookie': noJourneyCookie(services.origin()) }, reason);
}

function told(provider: IdentityProvider, { kind, reason }: IdentityFailure, services?: Services): HttpProblem {
  if (kind === 'refused' && services !== undefined) return no(services, reason);
  return new HttpProblem(
    503,
    `${provider.name} does not answer as it should; try again later, or use a passkey`,
    {},
    reason,
  );
}

function onPage({ status, detail, headers }: ToldProblem): Promise<Response> {
  return pageResponse(
    {
      title: 'Sign in — dismantle',
      body: html`<main>
        <h1>Sign in</h1>
        <p role="status" class="bad">${detail.charAt(0).toUpperCase()}${detail.slice(1)}.</p>
        ${status === 401 ? html`<p>An account elsewhere signs in whoever has linked it under “Your account”, after signing in with a passkey.</p>` : ''}
        <p><a href="/sign-in">Back to signing in</a></p>
      </main>`,
    },
    status,
  ).then((response) => {
    for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
    return response;
  });
}
