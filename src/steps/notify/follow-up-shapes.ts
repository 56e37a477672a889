import { NOTICE_SHAPE } from './notice-view.ts';
import type { TemplateShape } from './template.ts';

/** What is said after a notice, or ahead of it, by the name of its text. */
export const FOLLOW_UP_NAMES = [
  'reminder',
  'next-contact',
  'csirt-copy',
  'correction',
  'correction-copy',
  'briefing',
] as const;
export type FollowUpName = (typeof FOLLOW_UP_NAMES)[number];

/** Written together with the notice and signed with it. */
const WITH_THE_NOTICE = {
  ...NOTICE_SHAPE,
  /** It is the last reminder. */
  final: 'flag',
  /** It goes to whoever can act, and not to somebody who has it done by others. */
  direct: 'flag',
  /** "within 24 hours of this message". */
  again: 'value',
  /** The mailbox that was written to before. */
  earlier: 'value',
} as const satisfies TemplateShape;

/** Written when a mistake is found, from what is on record. */
const CORRECTION = {
  reference: 'value',
  provider: 'value',
  organisation: 'value',
  capacity: 'value',
  email: 'value',
  phone: 'value',
  contestEmail: 'value',
  drill: 'flag',
  names: 'flag',
  where: 'value',
  /** When the notice left. */
  sent: 'value',
  again: 'value',
  takenOne: 'flag',
  /** How many, where there are several. */
  takenMany: 'value',
  takenBack: { place: 'value' },
  /** Whether the notice holds further servers, about which it stands. */
  stays: 'flag',
  staysOne: 'flag',
  staysMany: 'value',
} as const satisfies TemplateShape;

/** Written ahead of a strike. It knows no server, so that no text of anybody's can name one. */
const BRIEFING = {
  organisation: 'value',
  capacity: 'value',
  email: 'value',
  contestEmail: 'value',
  phone: 'value',
  drill: 'flag',
  /** When the notice comes, UTC. */
  at: 'value',
  /** The same by the clock on the desk's wall; empty where its zone is not known. */
  local: 'value',
  one: 'flag',
  /** How many addresses, where there are several. */
  many: 'value',
  reference: 'value',
  /** Of further notices. */
  further: { also: 'value' },
  /** How many notices, where there are several. */
  notices: 'value',
  website: 'value',
  verifiable: 'flag',
  ways: { way: 'value' },
  keysAt: 'value',
} as const satisfies TemplateShape;

/** Every name that such a text may use (docs/notices.md explains each). */
export const FOLLOW_UP_SHAPES: Readonly<Record<string, TemplateShape>> = {
  reminder: WITH_THE_NOTICE,
  'next-contact': WITH_THE_NOTICE,
  'csirt-copy': WITH_THE_NOTICE,
  correction: CORRECTION,
  'correction-copy': CORRECTION,
  briefing: BRIEFING,
} satisfies Record<FollowUpName, TemplateShape>;
