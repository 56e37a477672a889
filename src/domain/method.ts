import type { HostType, ServerKind } from './server.ts';
import type { Channel, ProviderType, Trust } from './provider.ts';

/** The lawful ways to have a server disabled (docs/methods.md tells what each one needs). */
export const METHODS = [
  'abuse-notice',
  'dsa-notice',
  'court-order',
  'copyright-notice',
  'isp-remediation',
  'registrar-request',
  'upstream-request',
  'csirt-referral',
  'law-enforcement-referral',
  'not-seizable',
] as const;
export type Method = (typeof METHODS)[number];

/** What is asked, from the least to the most intrusive. */
export const ASKS = [
  'preserve',
  'clean',
  'block-hostname',
  'isolate',
  'null-route',
  'suspend',
  'refuse-re-lease',
  'name-other-servers',
  'suspend-domain',
  'none',
] as const;
export type Ask = (typeof ASKS)[number];

/** What the organisation that runs this installation is in law. Rows that it cannot use never fire. */
export const CAPACITIES = ['company', 'csirt', 'rights-owner', 'authority'] as const;
export type Capacity = (typeof CAPACITIES)[number];

/** The instrument in force over a server, if any. */
export const AUTHORITIES_IN_FORCE = ['none', 'court-order', 'standing-order', 'statute', 'contract'] as const;
export type AuthorityInForce = (typeof AUTHORITIES_IN_FORCE)[number];

/** Whether anybody knows where the provider takes abuse reports: a mailbox, a form, an interface. */
export const CONTACTS = ['known', 'none'] as const;
export type ContactKnown = (typeof CONTACTS)[number];

/** Everything that the method table may look at; its input columns carry these names. */
export interface MethodFacts {
  readonly capacity: Capacity;
  readonly assetType: HostType;
  readonly kind: ServerKind;
  /** `hostname-only` where protected ground (a CDN, shared hosting) forbids asking for more than a name. */
  readonly ground: 'open' | 'hostname-only';
  /** ISO 3166-1 alpha-2; null where not known. */
  readonly country: string | null;
  readonly providerType: ProviderType;
  readonly trust: Trust;
  readonly authority: AuthorityInForce;
  /** `none` as well where nobody knows the provider itself. */
  readonly contact: ContactKnown;
}

/**
 * Whether what is asked binds whoever is asked. A notice under Article 16 of the Digital Services Act binds its recipient to
 * confirm it and to decide on it, and to nothing that it asks for.
 */
export function bindsToAct(method: Method, binding: MethodRow['binding']): boolean {
  return binding === 'binding' && method !== 'dsa-notice';
}

/** What a row of the method table says. */
export interface MethodRow {
  /** The row's own identifier in the DMN file, unique and stable: "us-abuse-notice". */
  readonly id: string;
  readonly method: Method;
  readonly addressee: 'hosting' | 'conduit' | 'registrar' | 'isp' | 'csirt' | 'law-enforcement' | 'nobody';
  readonly channel: Channel | 'none';
  /** The law that is infringed or relied on, named as a lawyer would cite it. */
  readonly law: string;
  readonly binding: 'binding' | 'courtesy';
  readonly asks: readonly Ask[];
  /** What evidence the row demands, in words. */
  readonly evidence: string;
  /** How many different people have to approve. */
  readonly approvals: number;
  readonly deadlineHours: number | null;
  readonly escalation: string;
  readonly customerTold: 'yes' | 'may-be' | 'no';
  /** Whether the customer, once told, will see who asked. */
  readonly nameShown: 'yes' | 'may-be' | 'no';
  /** Name of the notice's text, without suffix. */
  readonly template: string;
  readonly citation: string;
  readonly reviewedByCounsel: boolean;
}
