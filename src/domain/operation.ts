import type { Instant } from './instant.ts';
import type { Capacity } from './method.ts';

/** The campaign against one botnet. */
export interface Operation {
  readonly id: string;
  readonly name: string;
  /** Documentation and lab addresses only, and armed for the lab only. */
  readonly drill: boolean;
  /** The botnet's name as it is to appear in notices; null until somebody states it. */
  readonly malware: string | null;
  /** What others call it: "Heodo" for Emotet. */
  readonly aliases?: readonly string[];
  /** Its notices leave not before and not after these moments, where somebody has aimed them. */
  readonly aim?: { readonly notBefore: Instant | null; readonly notAfter: Instant | null };
  /** When somebody closed it: nothing of it is looked at or sent from then on. Null while it is open. */
  readonly closedAt?: Instant | null;
}

/** What the botnet is called, by us and by others; empty until somebody states it. */
export function botnetNames({ malware, aliases = [] }: Operation): readonly string[] {
  return malware === null ? [] : [malware, ...aliases];
}

/** What stands for the sender's name and mailbox until the settings say them; nothing can be delivered to it (RFC 2606). */
export const NO_ORGANISATION = '(organisation not set)';
export const NO_MAILBOX = 'not-set@organisation.invalid';

/** Whether it is known who speaks: a notice of nobody's is drafted and never leaves. */
export function isSenderSet({ organisation, email }: Pick<Sender, 'organisation' | 'email'>): boolean {
  return isNamed(organisation) && email !== NO_MAILBOX;
}

export function isNamed(organisation: string): boolean {
  return organisation.trim() !== '' && organisation !== NO_ORGANISATION;
}

/** Who speaks in a notice: from the settings. */
export interface Sender {
  readonly organisation: string;
  readonly email: string;
  /** A mailbox that is read, for contesting a notice. */
  readonly contestEmail: string;
  readonly phone: string | null;
  readonly capacity: Capacity;
  /** By what else a recipient can tell that it is us; what the settings do not know is absent. */
  readonly website?: string | null;
  /** The domain that signs our mail (DKIM). */
  readonly dkimDomain?: string | null;
  readonly signsWithSmime?: boolean;
  /** Where the key is published with which our records can be checked. */
  readonly keysAt?: string | null;
}
