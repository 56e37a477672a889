import { EVIDENCE_CLASSES } from '../../domain/evidence.ts';
import { LOOK_OUTCOMES } from '../../domain/look.ts';
import { ASKS, CAPACITIES } from '../../domain/method.ts';
import { SERVER_KINDS } from '../../domain/server.ts';
import type { TemplateShape } from './template.ts';

/*
 * Every piece of words that the program puts into a notice by itself, with what may stand in it. Each language's
 * words.txt says them all.
 */

const NOTHING = {} as const satisfies TemplateShape;
const MANY = { count: 'value' } as const satisfies TemplateShape;
const BOTNET = { name: 'value' } as const satisfies TemplateShape;
const AROUND = { observed: 'value' } as const satisfies TemplateShape;

/** Key to the placeholders that its words may use. */
export const WORD_SHAPES: Readonly<Record<string, TemplateShape>> = {
  /** "Deutsche Fassung unten": the pointer at the top of a message in several languages. */
  'version.below': NOTHING,
  'version.heading': NOTHING,
  /** Stands before the subject of a drill, in capitals. */
  'drill.word': NOTHING,
  /** Closes each version of a drill's text; and stands in the rows of its table. */
  'drill.end': NOTHING,
  'drill.row': NOTHING,
  'list.or': NOTHING,
  'malware.named': BOTNET,
  'malware.unnamed': NOTHING,
  'where.two': { first: 'value', second: 'value' },
  'where.shared': { names: 'value', host: 'value' },
  'where.more': { first: 'value', count: 'value' },
  'place.named': { place: 'value', names: 'value' },
  'place.more': { places: 'value', count: 'value' },
  'leftOut.one': MANY,
  'leftOut.many': MANY,
  'deadline.by': { moment: 'value' },
  'deadline.several': { moment: 'value' },
  /** In what follows a notice: its time counts from when it leaves, which nobody knows when it is written. */
  'again.one': { hours: 'value' },
  'again.many': { hours: 'value' },
  'again.days': { days: 'value' },
  'span.one': { hours: 'value' },
  'span.many': { hours: 'value' },
  'span.days': { days: 'value' },
  /** What our own look found, and what a source says of it that is the same. */
  look: { moment: 'value', found: 'value' },
  ...Object.fromEntries(LOOK_OUTCOMES.map((outcome) => [`looked.${outcome}`, NOTHING])),
  'look.none': NOTHING,
  offline: { moment: 'value' },
  'offline.first': { moment: 'value' },
  'offline.undated': { moment: 'value' },
  'still.off': NOTHING,
  'still.off.preserve': NOTHING,
  'still.asked': NOTHING,
  'silence.remind.one': { span: 'value' },
  'silence.remind.many': { span: 'value', count: 'value' },
  'silence.next': { span: 'value', mailbox: 'value' },
  'silence.call': { span: 'value' },
  'silence.upstream': { span: 'value' },
  'silence.police': { span: 'value' },
  'silence.answer': NOTHING,
  /** What stands where the settings do not say it. */
  'sender.missing.organisation': NOTHING,
  'sender.missing.email': NOTHING,
  'verify.website': NOTHING,
  'verify.phone': { phone: 'value' },
  'verify.dkim': { domain: 'value' },
  'verify.smime': { email: 'value' },
  'seen.unknown': NOTHING,
  'seen.at': { moment: 'value' },
  'seen.span': { first: 'value', last: 'value' },
  'seen.port': { port: 'value', seen: 'value' },
  'scope.servers': { servers: 'value', count: 'value' },
  'scope.names': { servers: 'value', count: 'value' },
  'source.unnamed': NOTHING,
  'source.numbered': { number: 'value' },
  'evidence.configuration.named': BOTNET,
  'evidence.configuration.unnamed': NOTHING,
  'evidence.sandbox-run.named': BOTNET,
  'evidence.sandbox-run.unnamed': NOTHING,
  'evidence.netflow.named': BOTNET,
  'evidence.netflow.unnamed': NOTHING,
  'evidence.fingerprint.named': BOTNET,
  'evidence.fingerprint.unnamed': NOTHING,
  'evidence.listing.named': BOTNET,
  'evidence.listing.unnamed': NOTHING,
  'evidence.own.named': { name: 'value', organisation: 'value', class: 'value' },
  'evidence.own.unnamed': { organisation: 'value', class: 'value' },
  ...Object.fromEntries(EVIDENCE_CLASSES.map((entry) => [`class.${entry}`, NOTHING])),
  'evidence.version': { ...AROUND, version: 'value' },
  'evidence.online': AROUND,
  'evidence.offline': AROUND,
  'evidence.received': { ...AROUND, moment: 'value' },
  'evidence.recorded': { ...AROUND, moment: 'value' },
  'dated.at': { moment: 'value' },
  'dated.between': { first: 'value', last: 'value' },
  'listed.alone.one': NOTHING,
  'listed.alone.all': MANY,
  'listed.alone.some': { servers: 'value', count: 'value' },
  'unlooked.one': NOTHING,
  'unlooked.many': NOTHING,
  'dated.span': { first: 'value', last: 'value' },
  /** From where it is known that a domain is registered with whoever is written to. */
  'registration.book': NOTHING,
  'registration.registry': NOTHING,
  'registration.records': NOTHING,
  'registration.dated': { from: 'value', moment: 'value' },
  'registration.undated': { from: 'value' },
  'law.of.US': NOTHING,
  'law.of.GB': NOTHING,
  'law.elsewhere': { act: 'value', country: 'value' },
  'group.controllers': NOTHING,
  'group.shared': NOTHING,
  'group.victims': NOTHING,
  'group.hosts': { hosts: 'value' },
  'group.hostsMore': { hosts: 'value', count: 'value' },
  'group.rows': { who: 'value', filter: 'value' },
  ...Object.fromEntries(ASKS.map((ask) => [`ask.${ask}`, ask === 'refuse-re-lease' ? { days: 'value' } : NOTHING])),
  'ask.preserve.names': NOTHING,
  'ask.block-hostname.names': { names: 'value' },
  'ask.clean.controllers': NOTHING,
  'ask.isolate.controllers': NOTHING,
  'ask.isolate.victims': NOTHING,
  'measure.preserved': { measure: 'value' },
  'measure.preserved.names': { measure: 'value' },
  ...Object.fromEntries(
    [
      'clean',
      'isolate-clean',
      'clean-isolate',
      'block-hostname',
      'isolate',
      'null-route',
      'suspend',
      'suspend-domain',
    ].flatMap((ask) => [
      [`measure.${ask}.one`, NOTHING],
      [`measure.${ask}.many`, NOTHING],
    ]),
  ),
  ...Object.fromEntries(SERVER_KINDS.map((kind) => [`kind.${kind}`, NOTHING])),
  ...Object.fromEntries(CAPACITIES.map((capacity) => [`capacity.${capacity}`, NOTHING])),
};
