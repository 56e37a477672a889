import {
  AuthorizationResponseError,
  ClientSecretBasic,
  ClientSecretPost,
  None,
  ResponseBodyError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
} from 'openid-client';
import type { ClientAuth, Configuration, CustomFetch } from 'openid-client';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Fetcher } from '../../ports/fetcher.ts';
import type { Identity, IdentityChecks, IdentityFailure, IdentityProvider } from '../../ports/identity-provider.ts';

export interface OpenIdOptions {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  readonly name: string;
  /** What an ID token has to say besides. */
  readonly claims: Readonly<Record<string, string>>;
  /** What the provider is asked through. */
  readonly fetcher: Fetcher;
  /** Milliseconds that never go back. */
  readonly ticks: () => number;
  readonly signal: AbortSignal;
}

/** What the provider says of itself is asked anew after so long … */
const KNOWN_MS = 3_600_000;
/** … and where it did not answer, not before this: whoever comes to sign in must not have us ask on and on. */
const SILENT_MS = 5_000;
const TIMEOUT_SECONDS = 15;
const MAX_BYTES = 512 * 1024;
const MAX_SUBJECT_LENGTH = 255;

/**
 * An OpenID provider: authorization code, PKCE, state, nonce, the issuer in the answer (RFC 9207) where it says that it sends it, and an ID
 * token whose signature is verified although it comes over TLS. No refresh, no user info, no logout: who it is, is all we ask.
 */
export function createOpenIdProvider(options: OpenIdOptions): IdentityProvider {
  const { issuer, name, claims } = options;
  const configuration = keptConfiguration(options);
  return {
    name,
    issuer,
    async begin({ redirectUri, state, nonce, codeVerifier }) {
      const known = await configuration();
      if (!known.ok) return known;
      const parameters = {
        redirect_uri: redirectUri,
        scope: 'openid',
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      };
      return success(buildAuthorizationUrl(known.value, parameters).href);
    },
    async finish(query, checks) {
      const known = await configuration();
      if (!known.ok) return known;
      try {
        return identityIn(await claimsOf(known.value, query, checks), issuer, claims);
      } catch (cause) {
        return failure(failureOf(cause));
      }
    },
  };
}

async function claimsOf(
  configuration: Configuration,
  query: string,
  { redirectUri, state, nonce, codeVerifier }: IdentityChecks,
): Promise<Readonly<Record<string, unknown>>> {
  // The address is ours as we know it, not as whoever came calls it.
  const answer = await authorizationCodeGrant(configuration, new URL(`${redirectUri}${query}`), {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: codeVerifier,
    idTokenExpected: true,
  });
  return answer.claims() ?? {};
}

function identityIn(
  said: Readonly<Record<string, unknown>>,
  issuer: string,
  wanted: Readonly<Record<string, string>>,
): Result<Identity, IdentityFailure> {
  const { iss, sub } = said;
  if (iss !== issuer) return refused('the ID token is of another issuer');
  if (typeof sub !== 'string' || sub === '' || sub.length > MAX_SUBJECT_LENGTH)
    return refused('the ID token has no subject');
  for (const [claim, text] of Object.entries(wanted)) {
    const value = Object.hasOwn(said, claim) ? said[claim] : undefined;
    if (value !== text && !(Array.isArray(value) && value.includes(text))) {
      return refused(`the ID token does not say ${claim} ${text}`);
    }
  }
  return success({ issuer, subject: sub });
}

type Known = Result<Configuration, IdentityFailure>;

/** What the provider says of itself, for a time; together with its keys. */
function keptConfiguration(options: OpenIdOptions): () => Promise<Known> {
  let kept: { until: number; readonly value: Promise<Known> } | null = null;
  return () => {
    const now = options.ticks();
    if (kept !== null && now < kept.until) return kept.value;
    const found = { until: now + KNOWN_MS, value: discovered(options) };
    kept = found;
    void found.value.then(({ ok }) => {
      if (!ok) found.until = options.ticks() + SILENT_MS;
    });
    return found.value;
  };
}

async function discovered(options: OpenIdOptions): Promise<Known> {
  const { issuer, clientId, clientSecret } = options;
  const url = new URL(issuer);
  try {
    const configuration = await discovery(url, clientId, undefined, authenticationOf(clientSecret), {
      timeout: TIMEOUT_SECONDS,
      [customFetch]: guarded(options),
      // Where the settings name it so; what keeps requests off other places decides whether it may be asked at all.
      execute:
        url.protocol === 'http:' ? [allowInsecureRequests, enableNonRepudiationChecks] : [enableNonRepudiationChecks],
    });
    const said = configuration.serverMetadata().issuer;
    if (said === issuer) return success(configuration);
    return unreachable(`it calls itself ${said}; oidc.issuer has to be written so`);
  } catch (cause) {
    return unreachable(reasonOf(cause));
  }
}

/** HTTP Basic where the provider does not say otherwise, as OpenID Connect has it. */
function authenticationOf(secret: string | null): ClientAuth {
  if (secret === null) return None();
  const [basic, post] = [ClientSecretBasic(secret), ClientSecretPost(secret)];
  return (server, client, body, headers) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const isPost = !methods.includes('client_secret_basic') && methods.includes('client_secret_post');
    return (isPost ? post : basic)(server, client, body, headers);
  };
}

/** It did not answer, or may not be asked. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The guarded client as what the library asks through. No redirect is followed: none of these addresses has one. */
function guarded({ fetcher, signal }: OpenIdOptions): CustomFetch {
  return async (url, { method, headers, body }) => {
    if (method !== 'GET' && method !== 'POST') throw new Error(`nothing of OpenID is asked with ${method}`);
    if (body !== null && body !== undefined && typeof body !== 'string' && !(body instanceof URLSearchParams))
      throw new Error('what is sent to a provider is a form');
    const answer = await fetcher.exchange(
      {
        method,
        url,
        headers: {
          ...(method === 'POST' ? { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' } : {}),
          ...headers,
        },
        credential: null,
        body: method === 'POST' ? Buffer.from(String(body ?? '')) : null,
        redirects: 0,
        take: null,
        maxBytes: MAX_BYTES,
      },
      signal,
    );
    if (!answer.ok) throw new NoAnswer(answer.problem.reason);
    const { status, headers: given, body: bytes } = answer.value;
    if (status < 200 || status > 599) throw new NoAnswer(`it answered ${status}`);
    const { 'content-encoding': _packed, 'content-length': _length, ...shown } = given;
    const isBare = status === 204 || status === 205 || status === 304;
    return new Response(isBare ? null : Buffer.from(bytes), { status, headers: shown });
  };
}

/** The provider's own fault, or ours with it: nobody who comes to sign in can do anything about it. */
const THEIRS: ReadonlySet<string> = new Set([
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
  'OAUTH_TIMEOUT',
]);
const THEIR_ERRORS: ReadonlySet<string> = new Set([
  'invalid_client',
  'unauthorized_client',
  'server_error',
  'temporarily_unavailable',
]);

function failureOf(cause: unknown): IdentityFailure {
  const isTheirs = chainOf(cause).some((error) => {
    if (error instanceof NoAnswer) return true;
    if (error instanceof ResponseBodyError || error instanceof AuthorizationResponseError)
      return THEIR_ERRORS.has(error.error);
    return 'code' in error && typeof error.code === 'string' && THEIRS.has(error.code);
  });
  return { kind: isTheirs ? 'unreachable' : 'refused', reason: reasonOf(cause) };
}

function chainOf(cause: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let next = cause; next instanceof Error && !chain.includes(next); next = next.cause) chain.push(next);
  return chain;
}

/** What went wrong, without anything that the provider or the browser sent. */
function reasonOf(cause: unknown): string {
  const chain = chainOf(cause);
  if (chain.length === 0) throw cause;
  return [...new Set(chain.map(({ message }) => message))].join(': ');
}

function refused(reason: string): { readonly ok: false; readonly problem: IdentityFailure } {
  return failure({ kind: 'refused', reason });
}

function unreachable(reason: string): { readonly ok: false; readonly problem: IdentityFailure } {
  return failure({ kind: 'unreachable', reason });
}
