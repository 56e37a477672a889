import type { DoorContent, DoorOffer } from './door.ts';
import type { EvidenceClass } from './evidence.ts';
import type { ItemLook } from './item-look.ts';
import type { Ask, Method, MethodRow } from './method.ts';
import type { Operation, Sender } from './operation.ts';
import type { Provider } from './provider.ts';
import type { Endpoint, HostType, ServerKind } from './server.ts';
import type { Tlp } from './tlp.ts';

/** Where a notice stands. One that was sent stays; further servers of its provider make a further notice. */
export type NoticeState = 'drafted' | 'rejected' | 'approved' | 'sent' | 'withdrawn' | 'retracted';

/** One observation that speaks for an item, as a provider may read it. */
export interface ItemEvidence {
  /** How the source is named to the provider; "" where it is not named. Never a vantage, never a person. */
  readonly source: string;
  /** The port that it is about; null where the source named the host alone. */
  readonly port: number | null;
  /** ISO 8601 UTC with seconds. */
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  /** One sentence of somebody else's, free of markup: quoted as it is where `class` is not given. */
  readonly observed: string;
  /** With it the texts say what was observed, each in its language. */
  readonly class?: EvidenceClass;
  /** What the source calls the botnet; null where it names none. */
  readonly botnet?: string | null;
  /** The version of the configuration that names the server. */
  readonly version?: string | null;
  readonly status?: 'online' | 'offline' | null;
  /** When it was received, where the source gives no date. */
  readonly receivedAt?: string | null;
  /** When it reached us first, whatever date the source gives. */
  readonly reachedUsAt?: string;
  /**
   * When it was said last, which tells whose word on "offline" is the newest. Said again it is the same statement: nothing that is
   * told, and no part of what is approved.
   */
  readonly saidAt?: string;
  /** People of the sender's own organisation established it: said as theirs, and no time at which a source saw the server. */
  readonly own?: boolean;
}

/** What the row of the method table that decided a server says of law and time. */
export type ItemRow = Pick<MethodRow, 'id' | 'law' | 'binding' | 'deadlineHours'>;

/** One server in a notice. */
export interface NoticeItem {
  readonly caseId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  /** Host names by which sources know the address; on shared ground only these may be touched. */
  readonly names?: readonly string[];
  /** What is told of them: of very many only a choice. */
  readonly endpoints: readonly Endpoint[];
  readonly endpointsLeftOut: number;
  /** What the row that decided this server asks; the rows of one notice's items may differ. */
  readonly asks: readonly Ask[];
  /** The row that decided this server; the notice's own where it is not given. */
  readonly row?: ItemRow;
  readonly evidence: readonly ItemEvidence[];
  /** Our own newest look at it when the notice was drafted; absent where there was none. */
  readonly look?: ItemLook;
}

/** All that a notice says; the same facts always render to the same bytes. */
export interface NoticeFacts {
  readonly operation: Operation;
  readonly sender: Sender;
  readonly provider: Provider;
  /** The mailbox that it goes to; null where none is known. */
  readonly to: string | null;
  readonly row: MethodRow;
  /** How many different people have to approve, where that is more than the row asks for. */
  readonly approvals?: number;
  readonly items: readonly NoticeItem[];
  /** RFC 5322 msg-id without the angle brackets. */
  readonly messageId: string;
  /** A short reference for subject and replies: "DSM-7K3Q9F". */
  readonly token: string;
  /** ISO 8601 UTC. */
  readonly draftedAt: string;
  /** One X-ARF report id (UUID v4) per item, in the order of the items. */
  readonly reportIds: readonly string[];
  /** The national CSIRTs that are told in parallel. */
  readonly informed: readonly InformedParty[];
  /** In which languages it is written, in this order; English follows in any case. None named: English alone. */
  readonly languages: readonly string[];
  /** Where it goes if `to` cannot be reached, in this order. */
  readonly nextContacts?: readonly string[];
  /** ISO 8601 UTC: when it is to leave; null where nobody has said. */
  readonly aim?: { readonly notBefore: string | null; readonly notAfter: string | null };
  /** How the recipient may pass it on (TLP 2.0); null where it is not marked. */
  readonly tlp?: Tlp | null;
  /** The instrument that a court order's notice rests on; absent or null where the method needs none. */
  readonly authority?: NoticeInstrument | null;
  /** Where its provider can answer without writing; absent or null where nobody has opened such a door. */
  readonly door?: DoorOffer | null;
}

/** An instrument as the recipient of a notice may be told of it. */
export interface NoticeInstrument {
  /** The authority's id: nothing that is told. */
  readonly id: string;
  /** Null where nobody outside may be told that it exists. */
  readonly named: {
    readonly court: string;
    readonly docket: string;
    /** ISO 8601 UTC. */
    readonly issuedAt: string;
    readonly expiresAt: string | null;
    /** ISO 3166-1 alpha-2. */
    readonly jurisdictions: readonly string[];
    readonly documentSha256: string;
    /** How this recipient got a copy; null where that is not on record. */
    readonly served: { readonly at: string; readonly method: string } | null;
  } | null;
  /** Under seal at the moment at which the notice may leave. */
  readonly sealed: boolean;
}

/** Somebody who is told of the same servers at the same time. */
export interface InformedParty {
  readonly name: string;
  readonly contact: string | null;
}

/** What is said in the same thread if nothing has happened. */
export interface Reminder {
  readonly afterHours: number;
  readonly subject: string;
  readonly body: string;
}

/** What JSON can say (RFC 8259). */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** What is asked for the servers of one group, from the least to the most intrusive, by when and on what basis. */
export interface AskGroup {
  /**
   * `controllers`: the server itself is to go. `shared`: only a host name may be touched, others live on the address.
   * `victims`: hacked hosts, and `devices`: customers' routers and the like, cleaned or isolated and never suspended (rule 4).
   */
  readonly group: 'controllers' | 'shared' | 'victims' | 'devices';
  readonly asks: readonly Ask[];
  /** From the rows of its servers, which are alike in these. */
  readonly law: string;
  readonly binding: MethodRow['binding'];
  readonly deadlineHours: number | null;
  /** The host names by which these are known: where others share the ground, they are all that may be touched. */
  readonly names: readonly string[];
  /** The hosts it is asked for, in the order of the items. */
  readonly hosts: readonly string[];
}

/** A notice ready to be looked at, approved and rendered. Nothing in it depends on when or where it is rendered. */
export interface NoticeDraft {
  readonly from: { readonly name: string; readonly email: string };
  /** Null where no mailbox is known. */
  readonly to: string | null;
  readonly replyTo: string;
  /** Begins with the reference in square brackets. */
  readonly subject: string;
  /** RFC 5322 msg-id without the angle brackets. */
  readonly messageId: string;
  /** ISO 8601 UTC: the moment of drafting. */
  readonly date: string;
  /** Further header fields, name to value. */
  readonly headers: Readonly<Record<string, string>>;
  /** The languages of the text, in the order in which they stand in it. */
  readonly languages: readonly string[];
  /** What stands in English because a language has no words for it: "fr: ask.clean". */
  readonly fallbacks: readonly string[];
  readonly drill: boolean;
  readonly tlp: Tlp | null;
  /** Plain text, lines of at most 72 characters that end in "\n". */
  readonly text: string;
  /** Fields of the message/feedback-report part (RFC 5965 section 3), lines end in "\n". */
  readonly feedbackReport: string;
  /** One X-ARF v4 report per item, in the order of the items. */
  readonly xarf: readonly JsonValue[];
  /** RFC 4180 with a header line; null for a single item. */
  readonly itemsCsv: string | null;
  readonly items: readonly NoticeItem[];
  readonly method: Method;
  /** How many different people have to approve. */
  readonly approvals: number;
  readonly asks: readonly AskGroup[];
  readonly authority: Pick<MethodRow, 'law' | 'binding' | 'citation'> & {
    /** The instrument that it rests on; absent where the method needs none. */
    readonly instrument?: NoticeInstrument;
  };
  /** Where it may go, in order. */
  readonly contacts: readonly string[];
  /** Who gets a copy at the same time. */
  readonly informed: readonly InformedParty[];
  readonly aim: { readonly notBefore: string | null; readonly notAfter: string | null };
  /** What follows in the same thread while nothing happens; approved with the notice. */
  readonly reminders: readonly Reminder[];
  /** What the next of the contacts is written when reminders have led to nothing; null where there is none. */
  readonly nextContact: { readonly subject: string; readonly body: string } | null;
  /** What goes to those informed in parallel; null where there is nobody. */
  readonly copy: { readonly subject: string; readonly body: string } | null;
  /** The door that its text names, and what stands behind it; null where it has none. */
  readonly door: (DoorOffer & { readonly content: DoorContent }) | null;
  /** What keeps this draft from being approved, a sentence each; empty when nothing does as far as the draft can tell. */
  readonly missing: readonly string[];
}

const MAILBOX =
  /^(?!.*=\?)[a-z0-9#$&'*+=?^_`{}~][a-z0-9#$&'*+/=?^_`{|}~-]*(\.[a-z0-9#$&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])$/i;

/**
 * Whether a text is one plain mailbox: a dot-atom at a full domain name in ASCII (RFC 5321 section 4.1.2 without quoted
 * local parts, address literals, display names, comments and lists). Nothing else may become a recipient; nor may what is a
 * dot-atom and a trick all the same: an encoded word, which some decode before they look for the @; a route through another host
 * ("a%b@c", "b!a@c"); a local part that a mail server's
 * command line takes for an option, a pipe or a path, an IP address for a domain. mail-address.ts says which of it a text is.
 */
export function isPlainMailbox(text: string): boolean {
  return text.length <= 254 && text.lastIndexOf('@') <= 64 && MAILBOX.test(text);
}
