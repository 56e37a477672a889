import type { EvidenceClass } from './evidence.ts';
import type { ItemLook } from './item-look.ts';
import type { Ask, Capacity, Method, MethodRow } from './method.ts';
import type { ReplyClass } from './reply.ts';
import type { Silence } from './silence.ts';
import type { Endpoint, HostType, ServerKind } from './server.ts';

/*
 * The provider's door: a page for one notice, that opens with the link or the code in it and with nothing else.
 */

/** What stands in a notice about its door. Whoever has it may come in. */
export interface DoorOffer {
  readonly link: string;
  /** Where the code is typed. */
  readonly place: string;
  /** "GK7M-3QXT-4WRD". */
  readonly code: string;
  /** ISO 8601 UTC. */
  readonly expiresAt: string;
}

/** One server as its notice tells of it. Nothing here that the notice does not say. */
export interface DoorItem {
  readonly caseId: string;
  /** Its X-ARF report. */
  readonly reportId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  readonly names: readonly string[];
  readonly endpoints: readonly Endpoint[];
  readonly endpointsLeftOut: number;
  readonly group: 'controllers' | 'shared' | 'victims' | 'devices';
  readonly asks: readonly Ask[];
  readonly law: string;
  readonly binding: MethodRow['binding'];
  /** ISO 8601 UTC; null where no time was set. */
  readonly deadlineAt: string | null;
  readonly evidence: readonly DoorEvidence[];
  /** Our last look when the notice was drafted, as the notice tells it; absent where there was none. */
  readonly look?: ItemLook;
}

/** One observation, as the notice has it: a source is a number, or a name that may be told; never a vantage, never a person. */
export interface DoorEvidence {
  readonly source: string;
  readonly port: number | null;
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly observed: string;
  readonly class: EvidenceClass | null;
  readonly botnet: string | null;
  readonly version: string | null;
  readonly status: 'online' | 'offline' | null;
  readonly receivedAt: string | null;
  readonly own: boolean;
}

/** What the page of a notice shows, fixed when the notice was drafted: part of what is approved. */
export interface DoorContent {
  readonly reference: string;
  readonly organisation: string;
  readonly capacity: Capacity;
  readonly email: string;
  readonly contestEmail: string;
  readonly phone: string | null;
  readonly provider: string;
  readonly malware: string | null;
  readonly drill: boolean;
  readonly method: Method;
  /** "TLP:AMBER"; null where it is not marked. */
  readonly tlp: string | null;
  /** The order that it rests on; null where there is none, or nobody may be told. */
  readonly order: { readonly court: string; readonly docket: string; readonly issuedAt: string } | null;
  /** By what else it can be told that it is us, and what follows silence; absent in doors of notices drafted before. */
  readonly website?: string | null;
  readonly dkimDomain?: string | null;
  readonly signsWithSmime?: boolean;
  readonly keysAt?: string | null;
  readonly silence?: Silence | null;
  readonly items: readonly DoorItem[];
}

/** What somebody at the door can say; each counts as a reply by mail of that class would. */
export const DOOR_ACTIONS = [
  'received',
  'working',
  'done',
  'need-more',
  'not-ours',
  'refuse',
  'wrong',
  'found-more',
] as const;
export type DoorAction = (typeof DOOR_ACTIONS)[number];

/** As a reply of the conversation; null for what is none: further servers are no word on those of the notice. */
export const REPLY_OF: Readonly<Record<DoorAction, ReplyClass | null>> = {
  received: 'acknowledgement',
  working: 'acknowledgement',
  done: 'action-claimed',
  'need-more': 'question',
  // A person has to read it: whether it moved, or the registry is wrong, no machine can tell.
  'not-ours': 'question',
  refuse: 'refusal',
  wrong: 'contest',
  'found-more': null,
};

/** Words with which nobody could do anything unless there are any. */
export const NEEDS_TEXT: ReadonlySet<DoorAction> = new Set(['need-more', 'wrong', 'refuse', 'found-more']);

export const DOOR_DAYS = 90;
/** Code points. */
export const MOST_DOOR_TEXT = 4000;
export const MOST_DOOR_TICKET = 40;
/** Lines of further servers in one sending. */
export const MOST_FOUND = 200;
/** Of one notice. Whoever has more to say writes to us. */
export const MOST_SAID_IN_AN_HOUR = 20;
export const MOST_SAID = 200;
/** A server that somebody says is off is looked at again, but not at everybody's every click. */
export const CHECK_EVERY_MS = 600_000;

/** Characters that nobody takes for another, and no vowels, so that no word comes about. */
export const CODE_ALPHABET = '3467BCDFGHJKMPQRTVWXY';
const CODE_LENGTH = 12;
const CODE_GROUP = 4;
export const CODE_COMBINATIONS = BigInt(CODE_ALPHABET.length) ** BigInt(CODE_LENGTH);

/** A number below CODE_COMBINATIONS as a person types it. */
export function codeText(number: bigint): string {
  const base = BigInt(CODE_ALPHABET.length);
  let rest = number;
  let code = '';
  for (let index = 0; index < CODE_LENGTH; index++) {
    code = `${CODE_ALPHABET.charAt(Number(rest % base))}${code}`;
    rest /= base;
  }
  return code.match(new RegExp(`.{${CODE_GROUP}}`, 'g'))?.join('-') ?? code;
}

/** What somebody typed, as a code is written; null where it is none. Case, blanks and dashes are nobody's fault. */
export function parseCode(typed: string): string | null {
  const bare = typed
    .slice(0, 60)
    .toUpperCase()
    .replaceAll(/[\s\u2010-\u2015_.-]/gu, '');
  if (bare.length !== CODE_LENGTH || !Array.from(bare).every((character) => CODE_ALPHABET.includes(character)))
    return null;
  return bare.match(new RegExp(`.{${CODE_GROUP}}`, 'g'))?.join('-') ?? null;
}
