import type { Result } from '../domain/result.ts';

/*
 * Somebody else who knows people: an OpenID provider, whose word signs in whom a person on record has said to be. It never signs.
 */

/** Whose word it was, and by what it knows whoever came. Nothing else tells people apart: names and mail addresses change hands. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

/** Known to whoever asked alone, by which an answer is known to be to this very question. */
export interface IdentityChecks {
  /** Where the browser comes back to: an address of ours. */
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

/** Why nobody is known now. */
export interface IdentityFailure {
  /** `refused`: what the browser brought is not good; `unreachable`: the provider did not answer, or not as one. */
  readonly kind: 'refused' | 'unreachable';
  /** For whoever runs the service. */
  readonly reason: string;
}

export interface IdentityProvider {
  /** What people call it: "Example SSO". */
  readonly name: string;
  readonly issuer: string;
  /** Where the browser is to go. */
  begin(checks: IdentityChecks): Promise<Result<string, IdentityFailure>>;
  /** Who it is, by what the browser came back with: the query of the address, and our own checks. */
  finish(query: string, checks: IdentityChecks): Promise<Result<Identity, IdentityFailure>>;
}
