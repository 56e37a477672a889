import { hash } from 'node:crypto';
import { problem } from './problem.ts';
import type { Role } from './person.ts';

/*
 * Who comes over HTTP, and with what.
 */

/** What somebody who comes over HTTP may be: a role of a person, or an outsider. */
export type HttpRole = Role | 'partner';

/** What a token may be used for. Reading includes live views; metrics is for Prometheus alone. */
export const TOKEN_SCOPES = ['read', 'write', 'metrics'] as const;
export type TokenScope = (typeof TOKEN_SCOPES)[number];

/** A program of the organisation never approves and never arms. */
export const SERVICE_ROLES = ['analyst', 'auditor'] as const satisfies readonly Role[];
export type ServiceRole = (typeof SERVICE_ROLES)[number];

/** Who uses a token: a person on record, a program of the organisation, or a partner. */
export type TokenHolder =
  | { readonly kind: 'person'; readonly person: string }
  | { readonly kind: 'service'; readonly roles: readonly ServiceRole[] }
  | { readonly kind: 'partner'; readonly partner: string };

/** A token as it is on record; its secret is nowhere but with its holder. */
export interface ApiToken {
  readonly id: string;
  /** What it is called, so that people know it in a list. */
  readonly name: string;
  readonly holder: TokenHolder;
  readonly scopes: readonly TokenScope[];
  /** ISO 8601 UTC. */
  readonly issuedAt: string;
  readonly expiresAt: string;
  /** The admin who signed for it, by key. */
  readonly issuedBy: string;
  readonly revokedAt: string | null;
}

/** An organisation that works with ours. */
export interface Partner {
  readonly partner: string;
  readonly name: string;
  /** "country:DE", "provider:KEY": what it may have besides what the community may. */
  readonly recipients: readonly string[];
  /** It may contribute sightings. */
  readonly mayContribute: boolean;
  /** Of what it contributes, A to F; null: not known. */
  readonly reliability: string | null;
  /** Null: the unnamed one, in which nothing corroborates anything. */
  readonly group: string | null;
  readonly setAt: string;
  readonly removedAt: string | null;
}

/** Whoever has shown who it is. */
export interface Principal {
  readonly organisationId: string;
  /** Goes into the ledger as the actor: "ada example over HTTP". */
  readonly name: string;
  readonly kind: 'person' | 'service' | 'partner';
  /** The key of the person; null for others. */
  readonly person: string | null;
  /** The key of the partner; null for others. */
  readonly partner: string | null;
  readonly roles: readonly HttpRole[];
  readonly scopes: readonly TokenScope[];
  /** What it was shown with, to be counted and ended. */
  readonly credential: { readonly kind: 'token' | 'session'; readonly id: string };
}

/** What a secret is for: an API token, a browser's session, or a link by which somebody registers a passkey. */
export type SecretKind = 'dsm' | 'dss' | 'dsi';
export const SECRET_BYTES = 32;
const ORGANISATION_BYTES = 16;

/** "dsm_…": the organisation and 256 bits by chance. The prefix lets scanners of leaked secrets find it. */
export function secretText(kind: SecretKind, organisationId: string, secret: Uint8Array): string {
  const organisation = Buffer.from(organisationId.replaceAll('-', ''), 'hex');
  return `${kind}_${Buffer.concat([organisation, secret]).toString('base64url')}`;
}

/** Which organisation a secret is of, and its hash; null for what is none of this kind. */
export function readSecret(
  kind: SecretKind,
  text: string,
): { readonly organisationId: string; readonly secretHash: string } | null {
  if (!text.startsWith(`${kind}_`) || !/^.{4}[\w-]{64}$/.test(text)) return null;
  const bytes = Buffer.from(text.slice(4), 'base64url');
  if (bytes.length !== ORGANISATION_BYTES + SECRET_BYTES) return null;
  return {
    organisationId: organisationIn(bytes),
    secretHash: secretHash(bytes.subarray(ORGANISATION_BYTES)),
  };
}

/** The id that the first 16 bytes are. */
export function organisationIn(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, ORGANISATION_BYTES)).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** By which an authenticator files a passkey: whose organisation it is of, and nothing that names the person. */
export function userHandle(organisationId: string, of: string): string {
  const organisation = Buffer.from(organisationId.replaceAll('-', ''), 'hex');
  return Buffer.concat([organisation, hash('sha256', of, 'buffer').subarray(0, 16)]).toString('base64url');
}

export function tokenText(organisationId: string, secret: Uint8Array): string {
  return secretText('dsm', organisationId, secret);
}

export function readToken(text: string): ReturnType<typeof readSecret> {
  return readSecret('dsm', text);
}

export function secretHash(secret: Uint8Array): string {
  return hash('sha256', secret);
}

export function parseScopes(words: readonly string[]): readonly TokenScope[] {
  const unknown = words.find((word) => !TOKEN_SCOPES.some((scope) => scope === word));
  if (unknown !== undefined) throw problem('usage', `"${unknown}" is no scope`, `Known: ${TOKEN_SCOPES.join(', ')}`);
  const scopes = TOKEN_SCOPES.filter((scope) => words.includes(scope));
  if (scopes.length === 0) throw problem('usage', 'a token needs a scope', `Known: ${TOKEN_SCOPES.join(', ')}`);
  return scopes;
}

const PARTNER_KEY = /^[a-z\d](?:[a-z\d.-]{0,62}[a-z\d])?$/;

/** A partner's key: as short as a word, for it stands in addresses and names of sources. */
export function parsePartnerKey(text: string): string {
  const key = text.trim().toLowerCase();
  if (PARTNER_KEY.test(key)) return key;
  throw problem(
    'usage',
    `"${text}" is no key for a partner`,
    'Letters, digits, dots and hyphens, such as cert-example',
  );
}
