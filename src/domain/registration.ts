/** The five regional registries; `other` is a national one, or one that does not say who it is. */
export const REGISTRY_NAMES = ['afrinic', 'apnic', 'arin', 'lacnic', 'ripe', 'other'] as const;
export type RegistryName = (typeof REGISTRY_NAMES)[number];

/** What a registered contact is there for, the fittest for a notice first. `other`: its entity states none of these. */
export const CONTACT_ROLES = ['abuse', 'noc', 'technical', 'administrative', 'other'] as const;
export type ContactRole = (typeof CONTACT_ROLES)[number];

/** One mailbox that a registry names. What it says is a registrant's own word: nothing here has been tried. */
export interface RegisteredContact {
  /** A plain mailbox, its domain in lower case. */
  readonly email: string;
  readonly role: ContactRole;
  readonly handle: string | null;
  readonly name: string | null;
  /** Where it stands in the answer: "entities[0].entities[1]". */
  readonly where: string;
  /** ISO 8601 UTC: the latest change of its entity or of one that contains it; null where none is stated. */
  readonly changedAt: string | null;
  /** The registry says that nobody has confirmed the mailbox, or that it does not work. */
  readonly unvalidated: boolean;
  /** The registry's words for that, one line. */
  readonly remark: string | null;
}

/** Who holds a network or an AS, as far as the registry names anybody. */
export interface Registrant {
  readonly handle: string | null;
  /** The handle stands in where the registry gives no name. */
  readonly name: string;
  /** Where it stands in the answer: "entities[0]", or "remarks[0]" for APNIC, which writes it there. */
  readonly where: string;
}

interface Registered {
  readonly registry: RegistryName;
  readonly handle: string;
  readonly name: string | null;
  /** Upper-case ISO 3166-1 alpha-2; null where the registry says none. */
  readonly country: string | null;
  readonly registrant: Registrant | null;
  /** In the order to be tried: the object's own contacts before those of the organisation that holds it. */
  readonly abuse: readonly RegisteredContact[];
  /** Mailboxes that were not registered for abuse: to be trusted less. */
  readonly otherContacts: readonly RegisteredContact[];
  readonly status: readonly string[];
  /** ISO 8601 UTC. */
  readonly registeredAt: string | null;
  readonly changedAt: string | null;
  /** Free text for a person to read: AFRINIC's members name abuse mailboxes there. Never a source of contacts. */
  readonly remarks: readonly string[];
}

/** What a registry says of one network (RFC 9083 section 5.4). */
export interface Registration extends Registered {
  /** Canonical addresses of one version, both inclusive. */
  readonly start: string;
  readonly end: string;
  readonly parentHandle: string | null;
}

/** What a registry says of one AS number (RFC 9083 section 5.5). */
export interface AutnumRegistration extends Registered {
  readonly asn: number;
}

/** The holder to show: the registrant, else the network's name, which some registries fill with the holder's. */
export function holderName({ registrant, name }: Pick<Registered, 'registrant' | 'name'>): string | null {
  return registrant?.name ?? name;
}
