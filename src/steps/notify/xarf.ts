import { createHash } from 'node:crypto';
import { isoInstant, parseInstant } from '../../domain/instant.ts';
import { bindsToAct } from '../../domain/method.ts';
import type { Ask } from '../../domain/method.ts';
import type { JsonValue, NoticeFacts, NoticeItem } from '../../domain/notice.ts';
import { registrableDomain } from '../../domain/registrable-domain.ts';
import { askedOf, askGroupOf, namesOf, ownsVictim } from './asks.ts';
import { cleanValue } from './clean-value.ts';
import { deadlineExact, deadlineFrom } from './deadline.ts';
import {
  datedWords,
  endpointExact,
  isDayOnly,
  knownMoment,
  leftOutWords,
  seenExact,
  statedSpan,
  spanOf,
  webScheme,
} from './item-facts.ts';
import type { KnownMoment } from './item-facts.ts';
import { isListedAlone, lookWords } from './look-words.ts';
import type { NoticeWords } from './notice-words.ts';
import { basisExact, isMeasure, observedWords, saidOrder, sourceWords } from './wording.ts';

/** Opens what a report of a drill says. */
const DRILL_MARK = 'DRILL (an exercise): please do nothing.';
const XARF_VERSION = '4.2.0';
const MAX_DESCRIPTION = 1000;
const MAX_EVIDENCE_LINES = 200;
const MOST_OBSERVATIONS = 5;

/**
 * One X-ARF v4 report (schemas of XARF 4.2) for one server. X-ARF has no type for a controller:
 * `infrastructure/botnet` is the nearest, and a desk's automaton takes its source for an infected client, so the
 * description and the evidence open with the opposite. A device or hacked host is `infrastructure/compromised_server`;
 * a hacked web server of which a URL is known is `content/remote_compromise`. Its words are English, whatever the text's
 * language is: programs read it. `words` are those of English.
 */
export function xarfReport(facts: NoticeFacts, item: NoticeItem, reportId: string, words: NoticeWords): JsonValue {
  const { sender, operation, tlp = null } = facts;
  const contact = {
    org: cleanValue(sender.organisation, 200),
    contact: sender.email,
    domain: sender.email.slice(sender.email.lastIndexOf('@') + 1).toLowerCase(),
  };
  const malware = operation.malware === null ? '' : cleanValue(operation.malware, 200);
  const { first, last } = statedSpan(item);
  const known = knownMoment(item, facts.draftedAt);
  const opening = `${reportMarks(facts)}${openingSentence(item, malware)}`;
  const port = item.endpoints.find((endpoint) => endpoint.port !== null)?.port ?? undefined;
  const slug = tagSlug(malware);
  const standing = standingSentences(item, words);
  return {
    xarf_version: XARF_VERSION,
    report_id: reportId,
    // Of a server of which nothing is known no notice can be approved; what the field says then is said in words.
    timestamp: known === null ? facts.draftedAt : isoInstant(known.at),
    reporter: contact,
    sender: contact,
    source_identifier: item.host,
    ...(port === undefined ? {} : { source_port: port }),
    ...typeFields(facts, item, malware, opening, words),
    evidence_source: 'threat_intelligence',
    ...(first === null || isDayOnly(first) ? {} : { first_seen: isoInstant(first) }),
    ...(last === null || isDayOnly(last) ? {} : { last_seen: isoInstant(last) }),
    description: cleanValue(
      [
        opening,
        `Reference: ${facts.token}.`,
        // A ticket system shows the description and nothing else.
        `${askedWords(facts, item)}.`,
        timestampSentence(known),
        sentence(words.say(`kind.${item.kind}`)),
        ...standing,
        // What is cut where it is too long stands last: the evidence has all of it.
        observations(facts, item, words),
      ]
        .filter((part) => part !== '')
        .join(' '),
      MAX_DESCRIPTION,
    ),
    evidence: [evidenceItem(facts, item, opening, words)],
    tags: [
      'botnet:command-and-control',
      ...(slug === '' ? [] : [`malware:${slug}`]),
      ...(operation.drill ? ['exercise:drill'] : []),
      ...(tlp === null ? [] : [`tlp:${tlp}`]),
    ],
  };
}

/** What stands at the head of the mail, at the head of each report: one that is handed on alone still says it. */
function reportMarks({ operation, tlp = null }: NoticeFacts): string {
  return `${tlp === null ? '' : `TLP:${tlp.toUpperCase()}. `}${operation.drill ? `${DRILL_MARK} ` : ''}`;
}

/** X-ARF demands a timestamp, and a desk looks up whose the address was then: what it is not, the words say. */
function timestampSentence(known: KnownMoment | null): string {
  if (known === null) return 'Nothing is known of when it was seen: the timestamp is that of this report.';
  const { precision, day } = known;
  const which = precision === 'drafted' ? 'that of this report' : 'when the report of it reached us';
  if (precision !== 'exact') {
    return day === null
      ? `No source states when it was seen: the timestamp is ${which}.`
      : `Only the day is known on which it was seen last, ${seenExact(day)} (UTC): the timestamp is ${which}.`;
  }
  return day === null
    ? ''
    : `It was last reported for the day ${seenExact(day)}, without an hour: the timestamp is the newest moment that is known.`;
}

/** How far it is known: what our own look found or that there was none, and whether a list says so alone. */
function standingSentences(item: NoticeItem, words: NoticeWords): readonly string[] {
  const alone = isListedAlone(item) ? [words.say('listed.alone.one')] : [];
  if (item.look === undefined) return [...alone, sentence(words.say('look.none'))];
  const still = item.look.outcome === 'dark' ? [sentence(words.say('still.asked'))] : [];
  return [...alone, sentence(lookWords(words, item.look)), ...still];
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function openingSentence(item: NoticeItem, malware: string): string {
  const botnet = malware === '' ? 'a botnet' : `the botnet ${malware}`;
  if (ownsVictim(askGroupOf(item))) {
    return `This host is reported to have been taken over and to serve as a controller of ${botnet}: its owner is a victim and has to be told.`;
  }
  if (askGroupOf(item) === 'shared') {
    return `${sharedPlace(item)} not to be blocked. Do not forward to the customer before acting. It is reported to command ${botnet}.`;
  }
  const what =
    item.hostType === 'address'
      ? 'address is reported as the controller itself, not as'
      : 'name is reported to lead to the controller itself, not to';
  return `This ${what} an infected client; do not forward to the customer before acting. It is reported to command ${botnet}.`;
}

const MAX_NAMES_CHARACTERS = 300;

/** On ground that others share the name is the controller, and a program that blocks the address hits strangers. */
function sharedPlace(item: NoticeItem): string {
  const [first, ...others] = namesOf(item);
  if (item.hostType !== 'address') {
    return `The name ${item.host} is reported to lead to the controller; the addresses behind it serve others as well and are`;
  }
  const rest = 'on this address';
  if (first === undefined)
    return `A name ${rest} is reported to lead to the controller; the address serves others as well and is`;
  if (others.length === 0) {
    return `The name ${first} ${rest} is reported to lead to the controller; the address serves others as well and is`;
  }
  const all = [first, ...others].join(', ');
  const names = all.length > MAX_NAMES_CHARACTERS ? `${first} and ${others.length} more` : all;
  return `The names ${names} ${rest} are reported to lead to the controller; the address serves others as well and is`;
}

function typeFields(
  facts: NoticeFacts,
  item: NoticeItem,
  malware: string,
  opening: string,
  words: NoticeWords,
): { readonly [key: string]: JsonValue } {
  if (!ownsVictim(askGroupOf(item))) {
    const protocol = item.endpoints.map(({ scheme }) => scheme).find((scheme) => isXarfProtocol(scheme));
    return {
      category: 'infrastructure',
      type: 'botnet',
      ...(malware === '' ? {} : { malware_family: malware }),
      c2_server: askGroupOf(item) === 'shared' ? (namesOf(item)[0] ?? item.host) : item.host,
      ...(protocol === undefined || protocol === null ? {} : { c2_protocol: protocol }),
      compromise_evidence: cleanValue(`${opening} ${observations(facts, item, words)}`, 2000),
    };
  }
  const url = item.kind === 'compromised-host' ? firstUrl(item) : null;
  if (url !== null) {
    return {
      category: 'content',
      type: 'remote_compromise',
      url,
      ...(/^([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}$/.test(item.host) ? { domain: item.host } : {}),
      compromise_type: 'c2_server',
      verification_method: 'threat_intelligence',
    };
  }
  return { category: 'infrastructure', type: 'compromised_server', compromise_method: 'unknown' };
}

function isXarfProtocol(scheme: string | null): boolean {
  return scheme === 'http' || scheme === 'https' || scheme === 'tcp';
}

/** The first web address among the endpoints, in the characters that RFC 3986 allows; null where there is none. */
function firstUrl(item: NoticeItem): string | null {
  for (const endpoint of item.endpoints) {
    const scheme = webScheme(endpoint);
    if (scheme === null) continue;
    const host = item.host.includes(':') ? `[${item.host}]` : item.host;
    const port = endpoint.port === null ? '' : `:${endpoint.port}`;
    return `${scheme}://${host}${port}${uriPath(endpoint.path ?? '/')}`;
  }
  return null;
}

/** Escapes what RFC 3986 section 3.3 to 3.5 does not allow as it stands, and nothing that is escaped already. */
function uriPath(path: string): string {
  const [beforeFragment = '', ...fragment] = path.toWellFormed().split('#');
  const whole = fragment.length === 0 ? beforeFragment : `${beforeFragment}#${fragment.join('%23')}`;
  const rooted = /^[/?#]/.test(whole) ? whole : `/${whole}`;
  return rooted.replaceAll(/%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~:/?#@!$&'()*+,;=%]/gu, (character) =>
    character === '%' ? '%25' : encodeURIComponent(character),
  );
}

function observations({ sender }: NoticeFacts, item: NoticeItem, words: NoticeWords): string {
  const said = item.evidence.map((entry) => {
    const observed = cleanValue(observedWords(words, entry, sender), 200).replace(/\.$/, '');
    return `${observed.charAt(0).toUpperCase()}${observed.slice(1)} (${[cleanValue(sourceWords(words, entry, sender), 80), datedWords(words, spanOf([entry]))].filter((part) => part !== '').join('; ')}).`;
  });
  const different = [...new Set(said)];
  const more = different.length - MOST_OBSERVATIONS;
  const shown = different.slice(0, MOST_OBSERVATIONS);
  return [...shown, ...(more > 0 ? [`And ${more} more, in the evidence.`] : [])].join(' ');
}

/** What a registrar knows a name by, where it is another one. */
function domainLine({ host }: NoticeItem): readonly string[] {
  const domain = registrableDomain(host);
  return domain === null || domain === host ? [] : [`Registered domain: ${domain}`];
}

/** A day stays a day: no midnight is made up for it. */
function exactWords(text: string | null): string {
  const moment = text === null ? null : parseInstant(text);
  return moment === null ? 'not stated' : seenExact(moment);
}

/** What is known of this server, exact, as an attachment inside the report. */
function evidenceItem(facts: NoticeFacts, item: NoticeItem, opening: string, words: NoticeWords): JsonValue {
  const leftOut = leftOutWords(words, item);
  const lines = [
    opening,
    askedLine(facts, item),
    ...standingSentences(item, words),
    '',
    ...(item.endpoints.length === 0
      ? [`Host: ${item.host}`]
      : item.endpoints.map((entry) => `Endpoint: ${endpointExact(item, entry)}`)),
    ...domainLine(item),
    ...(item.names ?? []).map((name) => `Known by the name: ${name}`),
    ...(leftOut === '' ? [] : [leftOut]),
    ...item.evidence.map((entry) =>
      [
        `Observed${entry.port === null ? '' : ` (port ${entry.port})`}: ${cleanValue(observedWords(words, entry, facts.sender))}`,
        `source: ${cleanValue(sourceWords(words, entry, facts.sender), 120)}`,
        `${entry.own === true ? 'established' : 'first seen'}: ${exactWords(entry.firstSeen)}`,
        ...(entry.own === true ? [] : [`last seen: ${exactWords(entry.lastSeen)}`]),
      ].join('; '),
    ),
  ];
  const cut = lines.length > MAX_EVIDENCE_LINES ? [...lines.slice(0, MAX_EVIDENCE_LINES), '(cut here)'] : lines;
  const bytes = Buffer.from(`${cut.join('\n')}\n`, 'utf8');
  return {
    content_type: 'text/plain',
    description: `What was observed of this server, and ${leftOut === '' ? 'every endpoint' : 'endpoints'} known`,
    payload: bytes.toString('base64'),
    hash: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    size: bytes.length,
  };
}

/** "Asked: preserve, null-route; by: 2026-11-24T10:00Z; basis: …", so that one report alone says what is wanted. */
function askedLine(facts: NoticeFacts, item: NoticeItem): string {
  const { law, binding } = askedOf(item, facts.row);
  return `${askedWords(facts, item)}; basis: ${basisExact(facts.row.method, law, binding)}`;
}

/** Of a device the same words mean something else than of a server, and a report is read without the mail. */
const ASKED_OF_DEVICES: Readonly<Partial<Record<Ask, string>>> = {
  preserve: 'preserve the network records',
  isolate: 'block inbound on the ports listed at once',
  clean: 'have the device reset and updated',
};

/** "Asked: preserve, null-route; by: 2026-11-24T10:00Z". */
function askedWords(facts: NoticeFacts, item: NoticeItem): string {
  const { asks, group, deadlineHours, binding } = askedOf(item, facts.row);
  const deadline = deadlineExact(deadlineFrom(facts), deadlineHours);
  const inOrder = saidOrder({ group, asks });
  // To isolate and to clean go together, and an order may demand more than one; of other measures the first is enough.
  const isEither = !bindsToAct(facts.row.method, binding) && !(asks.includes('clean') && asks.includes('isolate'));
  const said = inOrder.map((ask, index) => {
    const words = group === 'devices' ? (ASKED_OF_DEVICES[ask] ?? ask) : ask;
    if (index === 0) return words;
    const before = inOrder[index - 1] ?? ask;
    return isEither && isMeasure(ask) && isMeasure(before) ? ` or ${words}` : `, ${words}`;
  });
  const asked = `Asked${facts.operation.drill ? ' in this drill' : ''}: ${said.join('')}`;
  return deadline === '' ? asked : `${asked}; by: ${deadline}`;
}

/** A name as X-ARF's tag pattern takes it: lower-case ASCII letters, digits and hyphens; empty where nothing is left. */
function tagSlug(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 64)
    .replaceAll(/^-+|-+$/g, '');
}
