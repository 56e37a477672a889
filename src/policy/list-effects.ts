import { NEVER_LISTS } from '../domain/never-lists.ts';

/** What a protective list does to a server that it names, the strictest first (DESIGN.md, rule 3). */
export const EFFECTS = [
  /** Nobody can override it. */
  'never',
  /** Waits, and goes on with two named approvals. */
  'hold',
  /** Goes on, but only a name may be asked for, never the address that many share. */
  'hostname-only',
  /** Goes on; the list is named wherever the server is shown. */
  'note',
  /** Space that intake has refused already, and that a drill lives on: says nothing. */
  'reserved',
] as const;
export type Effect = (typeof EFFECTS)[number];

/**
 * What lists do where the settings say nothing, by the name of their folder. C2 is rented in clouds and behind VPN
 * providers every day, so their ranges only note; a list that is not named here holds.
 */
export const DEFAULT_EFFECTS: Readonly<Record<string, Effect>> = {
  ...Object.fromEntries(NEVER_LISTS.map((folder) => [folder, 'never'] as const)),

  sinkholes: 'hold',
  shadowserver: 'hold',
  'research-scanner-nt-scanning': 'hold',
  'public-dns-v4': 'hold',
  'public-dns-v6': 'hold',
  'parking-domain': 'hold',
  'parking-domain-ns': 'hold',
  'findip-host': 'hold',
  'security-provider-blogpost': 'hold',
  'cloudflare-top5k': 'hold',
  'second-level-tlds': 'hold',

  akamai: 'hostname-only',
  cloudflare: 'hostname-only',
  fastly: 'hostname-only',
  'ovh-cluster': 'hostname-only',
  'dynamic-dns': 'hostname-only',

  'amazon-aws': 'note',
  'google-gcp': 'note',
  'microsoft-azure': 'note',
  'oracle-oci': 'note',
  'vpn-ipv4': 'note',

  rfc1918: 'reserved',
  rfc3849: 'reserved',
  rfc5735: 'reserved',
  rfc6598: 'reserved',
  rfc6761: 'reserved',
  multicast: 'reserved',
  'ipv6-linklocal': 'reserved',
};

/** The settings' word over the default's; `never` is nobody's to weaken. */
export function effectOf(folder: string, settings: Readonly<Record<string, Effect>>): Effect {
  const byDefault = Object.hasOwn(DEFAULT_EFFECTS, folder) ? DEFAULT_EFFECTS[folder] : undefined;
  if (byDefault === 'never') return 'never';
  const set = Object.hasOwn(settings, folder) ? settings[folder] : undefined;
  return set ?? byDefault ?? 'hold';
}

export function isStricter(one: Effect, other: Effect): boolean {
  return EFFECTS.indexOf(one) < EFFECTS.indexOf(other);
}

/** What a list is about, as far as a server's kind follows from it. */
export type GroundClass = 'sinkhole' | 'tor-exit' | 'cdn' | 'shared-hosting' | 'other';

export function groundClassOf(_list: string): GroundClass {
  return 'other';
}
