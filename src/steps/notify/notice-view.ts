import { parseAddress } from '../../domain/address.ts';
import { defang, defangSentence } from '../../domain/defang.ts';
import type { DoorOffer } from '../../domain/door.ts';
import { bindsToAct } from '../../domain/method.ts';
import { EVIDENCE_DAYS } from '../../domain/gates.ts';
import { parseInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { isPlainMailbox } from '../../domain/notice.ts';
import type { Provider } from '../../domain/provider.ts';
import type { AskGroup, ItemEvidence, NoticeFacts, NoticeInstrument, NoticeItem } from '../../domain/notice.ts';
import { askGroupOf, ownsVictim } from './asks.ts';
import type { Silence } from '../../domain/silence.ts';
import { cleanValue } from './clean-value.ts';
import { deadlineAt, deadlineExact, deadlineFrom, deadlineWords, momentAfter } from './deadline.ts';
import { inertWords } from './inert-words.ts';
import { basisCell } from './items-csv.ts';
import { datedWords, leftOutWords, spanOf, seenMoment, seenSpan, seenWords, whereWords } from './item-facts.ts';
import { listedAloneWords, standingWords } from './look-words.ts';
import { senderView, silenceSteps, waysToVerify } from './sender-words.ts';
import { toldDomains } from './told-domains.ts';
import { toldInParallel } from './told-in-parallel.ts';
import type { TemplateShape, TemplateView } from './template.ts';
import type { NoticeWords } from './notice-words.ts';
import {
  askSentence,
  elsewhereWords,
  infringedLaw,
  lawWords,
  measureWords,
  nameWords,
  observedWords,
  openingMeasure,
  saidOrder,
  sourceWords,
} from './wording.ts';

/** More addresses than these are too many to read; the rest stands in items.csv. One more stands instead of "1 more". */
const MAX_SERVERS_INLINE = 25;
const MAX_OBSERVATIONS = 10;
const MAX_HOSTS_NAMED = 10;

/** Every name that a notice's text may use (docs/notices.md explains each). */
export const NOTICE_SHAPE = {
  reference: 'value',
  provider: 'value',
  asn: 'value',
  malware: 'value',
  count: 'value',
  where: 'value',
  measure: 'value',
  deadline: 'value',
  law: 'value',
  organisation: 'value',
  capacity: 'value',
  email: 'value',
  phone: 'value',
  contestEmail: 'value',
  drill: 'flag',
  one: 'flag',
  many: 'flag',
  names: 'flag',
  mixed: 'flag',
  binding: 'flag',
  courtesy: 'flag',
  controllers: 'flag',
  themselves: 'flag',
  shared: 'flag',
  victims: 'flag',
  devices: 'flag',
  severalMeasures: 'flag',
  severalGroups: 'flag',
  referralOnly: 'flag',
  evidenced: 'flag',
  registrar: 'flag',
  oneDomain: 'flag',
  domainCount: 'value',
  domains: { domain: 'value', reported: 'value' },
  restOfDomains: 'value',
  csirtInformed: 'flag',
  rest: 'value',
  restOfObservations: 'value',
  servers: { place: 'value', kind: 'value', seen: 'value', look: 'value', leftOut: 'value' },
  observations: { observed: 'value', source: 'value', dated: 'value', scope: 'value' },
  severalDeadlines: 'flag',
  severalBases: 'flag',
  groups: { who: 'value', deadline: 'value', asks: { ask: 'value' } },
  bases: { who: 'value', law: 'value', binding: 'flag', courtesy: 'flag', elsewhere: 'value' },
  informed: { name: 'value', contact: 'value' },
  order: {
    court: 'value',
    docket: 'value',
    issued: 'value',
    until: 'value',
    countries: 'value',
    sha256: 'value',
    served: 'value',
    servedBy: 'value',
  },
  orderSealed: 'flag',
  door: 'flag',
  doorLink: 'value',
  doorPlace: 'value',
  doorCode: 'value',
  doorUntil: 'value',
  preserve: 'flag',
  infringed: 'value',
  website: 'value',
  silent: 'flag',
  silence: { step: 'value' },
  verifiable: 'flag',
  keysAt: 'value',
  ways: { way: 'value' },
  registration: 'value',
  ownerOpen: 'flag',
  listedAlone: 'value',
  unlooked: 'value',
} as const satisfies TemplateShape;

/**
 * Turns facts into the words that the texts of one language are filled with. Indicators are defanged, foreign words are
 * cleaned, and none of them can look like a placeholder or a mark of ours. `hasTable`: items.csv goes with the text, which may point to it.
 */
export function noticeView(
  facts: NoticeFacts,
  groups: readonly AskGroup[],
  words: NoticeWords,
  silence: Silence | null = null,
  hasTable = true,
): TemplateView {
  return { ...inert(viewOf(facts, groups, words, silence, hasTable)), ...senderView(words, facts.sender) };
}

function viewOf(
  facts: NoticeFacts,
  groups: readonly AskGroup[],
  words: NoticeWords,
  silence: Silence | null,
  hasTable: boolean,
): TemplateView {
  const { items, row, sender, provider, operation } = facts;
  const [first] = items;
  if (first === undefined) throw new Error('a notice without an item');
  const has = (group: AskGroup['group']): boolean => groups.some((entry) => entry.group === group);
  const isNamesOnly = items.every((item) => item.hostType !== 'address');
  const referralOnly = groups.every((entry) => entry.asks.every((ask) => ask === 'none'));
  const asked = { namesOnly: isNamesOnly, isLine: row.method === 'isp-remediation' };
  const isRegistrar = row.addressee === 'registrar' && isNamesOnly;
  const domains = toldDomains(items);
  const observations = observationsOf(facts, words);
  const [group] = groups;
  if (group === undefined) throw new Error('a notice that asks about nothing');
  const drafted = momentAfter(deadlineFrom(facts), 0);
  const deadlineOf = ({ deadlineHours }: AskGroup): string => deadlineWords(words, deadlineFrom(facts), deadlineHours);
  const deadlines = new Set(groups.map(({ deadlineHours }) => deadlineHours));
  const soonest = Math.min(
    ...[...deadlines].map((hours) => deadlineAt(deadlineFrom(facts), hours)).filter((moment) => moment !== null),
  );
  const severalDeadlines = deadlines.size > 1;
  const severalBases = new Set(groups.map(({ law, binding }) => `${binding} ${law}`)).size > 1;
  const who = (entry: AskGroup): string => whoWords(facts, entry, groups, words, hasTable);
  const isMany = (isRegistrar ? domains : items).length > 1;
  const isUnlooked = items.every(({ look }) => look === undefined);
  const binds = ({ binding }: AskGroup): boolean => bindsToAct(row.method, binding);
  return {
    reference: cleanValue(facts.token, 40),
    provider: foreignWords(provider.name, 120),
    asn: provider.asn === null ? '' : `AS${provider.asn}`,
    malware:
      operation.malware === null
        ? words.say('malware.unnamed')
        : words.say('malware.named', { name: foreignWords(operation.malware, 80) }),
    count: String(items.length),
    where: placesWords(
      isRegistrar ? domains.map(({ domain }) => defang(domain)) : items.map((item) => shortPlace(words, item)),
      words,
    ),
    measure: groups.length === 1 ? openingMeasure(words, group, isMany, asked) : '',
    preserve: groups.some(({ asks }) => asks.includes('preserve')),
    deadline: severalDeadlines
      ? words.say('deadline.several', { moment: readableInstant(soonest) })
      : deadlineOf(group),
    law: [...new Set(groups.map(({ law }) => lawWords(law)))].join('; '),
    phone: sender.phone === null ? '' : cleanValue(sender.phone, 40),
    drill: operation.drill,
    one: items.length === 1,
    many: items.length > 1,
    names: isNamesOnly,
    mixed: groups.some((entry) => !ownsVictim(entry.group)) && groups.some((entry) => ownsVictim(entry.group)),
    binding: groups.some(binds),
    courtesy: !groups.some(binds),
    controllers: has('controllers') || has('shared'),
    themselves: has('controllers'),
    shared: has('shared'),
    victims: groups.some((entry) => ownsVictim(entry.group)),
    devices: items.some((item) => item.kind === 'iot-device'),
    severalMeasures: groups.some((entry) => measureWords(words, entry, true).length > 1),
    severalGroups: groups.length > 1 && !referralOnly,
    referralOnly,
    evidenced: items.every((item) => item.evidence.some((entry) => isFreshEvidence(entry, drafted))),
    rest: restOf(items, MAX_SERVERS_INLINE),
    restOfObservations: restOf(observations, MAX_OBSERVATIONS),
    servers: shownOf(items, MAX_SERVERS_INLINE).map((item) => ({
      place: namedPlace(words, item, whereWords(words, item, items.length === 1 ? MAX_SERVERS_INLINE : 8)),
      kind: words.say(`kind.${item.kind}`),
      seen: seenByPort(item, words),
      look: standingWords(words, item, isUnlooked),
      leftOut: leftOutWords(words, item),
    })),
    observations: shownOf(observations, MAX_OBSERVATIONS).map(({ observed, source, dated, servers }) => ({
      observed: foreignWords(observed, 300).replace(/\.$/, ''),
      source: foreignWords(source, 120),
      dated: datedOver(words, dated),
      scope:
        items.length > 1
          ? words.say(isNamesOnly ? 'scope.names' : 'scope.servers', {
              servers: String(servers),
              count: String(items.length),
            })
          : '',
    })),
    groups: (referralOnly ? groups.slice(0, 1) : groups).map((entry) => ({
      who: who(entry),
      deadline: deadlineOf(entry),
      asks: saidOrder(entry).map((ask) => ({ ask: askSentence(words, ask, entry, asked) })),
    })),
    severalDeadlines,
    severalBases,
    bases: (severalBases ? groups : [group]).map((entry) => ({
      who: severalBases ? who(entry) : '',
      law: lawWords(entry.law),
      binding: binds(entry),
      courtesy: !binds(entry),
      elsewhere: elsewhereWords(words, entry.law, provider.country),
    })),
    registrar: isRegistrar,
    oneDomain: domains.length === 1,
    domainCount: String(domains.length),
    domains: shownOf(domains, MAX_SERVERS_INLINE).map(({ domain, names }) => ({
      domain: defang(domain),
      reported: names.length === 0 ? '' : nameWords(words, names),
    })),
    restOfDomains: restOf(domains, MAX_SERVERS_INLINE),
    csirtInformed: toldInParallel(facts).length > 0,
    informed: toldInParallel(facts).map(({ name, contact }) => ({
      name: foreignWords(name, 120),
      contact: contact === null ? '' : isPlainMailbox(contact) ? contact : foreignWords(contact, 254),
    })),
    infringed: infringedLaw(row.citation),
    website: sender.website ?? '',
    keysAt: sender.keysAt ?? '',
    silent: silence !== null,
    silence: silence === null ? [] : silenceSteps(words, silence).map((step) => ({ step })),
    verifiable: waysToVerify(words, sender).length > 0,
    ways: waysToVerify(words, sender).map((way) => ({ way })),
    registration: isRegistrar ? registrationWords(words, provider) : '',
    // A name that nobody has found to be the operator's own may be that of somebody whose site was taken over.
    ownerOpen: isRegistrar && items.some(({ kind }) => kind !== 'dedicated'),
    listedAlone: listedAloneWords(words, items),
    unlooked: isUnlooked ? words.say(items.length === 1 ? 'unlooked.one' : 'unlooked.many') : '',
    ...orderView(facts.authority ?? null),
    ...doorView(facts.door ?? null),
  };
}

/** From where we have it that a domain is registered with whom we write to, and when that was read. */
function registrationWords(words: NoticeWords, { contacts = [] }: Provider): string {
  const [contact] = contacts;
  const from = words.say(
    contact === undefined ? 'registration.records' : `registration.${contact.source === 'book' ? 'book' : 'registry'}`,
  );
  const read = parseInstant(contact?.date ?? '');
  return read === null
    ? words.say('registration.undated', { from })
    : words.say('registration.dated', { from, moment: seenMoment(read) });
}

/** A list of one order, or of none where nobody may be told of it or nobody has said which it is. */
function orderView(instrument: NoticeInstrument | null): TemplateView {
  const named = instrument?.named ?? null;
  const order =
    named === null
      ? []
      : [
          {
            court: cleanValue(named.court, 200),
            docket: cleanValue(named.docket, 200),
            issued: dayOrMoment(named.issuedAt),
            until: named.expiresAt === null ? '' : dayOrMoment(named.expiresAt),
            countries: named.jurisdictions.join(', '),
            sha256: named.documentSha256,
            served: named.served === null ? '' : dayOrMoment(named.served.at),
            servedBy: named.served === null ? '' : cleanValue(named.served.method, 200),
          },
        ];
  return { order, orderSealed: instrument?.sealed === true };
}

function doorView(door: DoorOffer | null): TemplateView {
  if (door === null) return { door: false, doorLink: '', doorPlace: '', doorCode: '', doorUntil: '' };
  const until = parseInstant(door.expiresAt);
  return {
    door: true,
    doorLink: door.link,
    doorPlace: door.place,
    doorCode: door.code,
    doorUntil: until === null ? '' : readableInstant(until),
  };
}

/** A court's dates have no hour, unless somebody stated one. */
function dayOrMoment(iso: string): string {
  const moment = parseInstant(iso);
  if (moment === null) return '';
  return iso.includes('T00:00:00') ? iso.slice(0, 10) : readableInstant(moment);
}

/** A single one that would be left out is shown instead of being counted. */
function shownOf<Entry>(entries: readonly Entry[], limit: number): readonly Entry[] {
  return entries.length === limit + 1 ? entries : entries.slice(0, limit);
}

function restOf(entries: readonly unknown[], limit: number): string {
  const rest = entries.length - shownOf(entries, limit).length;
  return rest === 0 ? '' : String(rest);
}

/** The first, and how many more; two are both named. */
export function placesWords(places: readonly string[], words: NoticeWords): string {
  const [first = '', second] = places;
  if (second === undefined) return first;
  if (places.length === 2) return words.say('where.two', { first, second });
  return words.say('where.more', { first, count: String(places.length - 1) });
}

/** In a line: on ground that many share, the name that leads to it comes first, lest somebody block the address. */
function shortPlace(words: NoticeWords, item: NoticeItem): string {
  const { host, names = [] } = item;
  if (askGroupOf(item) !== 'shared' || names.length === 0) return defang(host);
  const named = names.slice(0, 2).map((name) => defang(name));
  return words.say('where.shared', { names: named.join(', '), host: defang(host) });
}

/** On ground that many share the name is what a desk looks for. */
function namedPlace(words: NoticeWords, { names = [] }: NoticeItem, place: string): string {
  return names.length === 0
    ? place
    : words.say('place.named', { place, names: names.map((name) => defang(name)).join(', ') });
}

/**
 * A listing says that somebody says so; the other classes say what was seen. What was seen long ago, or at a time that
 * nobody states, is no reason to act now (rule 2).
 */
function isFreshEvidence({ class: evidenceClass, firstSeen, lastSeen }: ItemEvidence, drafted: Instant): boolean {
  if (evidenceClass === undefined || evidenceClass === 'listing') return false;
  const seen = parseInstant(lastSeen ?? firstSeen ?? '');
  return seen !== null && seen <= drafted && drafted - seen <= EVIDENCE_DAYS * 86_400_000;
}

/** Takes from every value what could be read as a placeholder that nobody filled, or as a statement that is missing. */
export function inert(view: TemplateView): TemplateView {
  return Object.fromEntries(
    Object.entries(view).map(([name, value]) => {
      if (typeof value === 'boolean') return [name, value];
      if (typeof value === 'string') return [name, inertWords(value)];
      return [name, value.map(inert)];
    }),
  );
}

/** One span where all ports were seen alike, otherwise each port with its own: a port's times are not another's. */
function seenByPort(item: NoticeItem, words: NoticeWords): string {
  const ports = [...new Set(item.endpoints.map(({ port }) => port).filter((port) => port !== null))];
  const spans = ports.map((port) => ({ port, seen: seenWords(words, seenSpan(item, port)) }));
  if (new Set(spans.map(({ seen }) => seen)).size < 2) return seenWords(words, seenSpan(item));
  return spans.map(({ port, seen }) => words.say('seen.port', { port: String(port), seen })).join('; ');
}

/** Words that somebody else wrote: cleaned, cut, and without anything to click on. */
export function foreignWords(words: string, maxCharacters: number): string {
  const defanged = defangSentence(cleanValue(words, maxCharacters)).replaceAll(MAYBE_IPV6, (found) =>
    parseAddress(found).ok ? defang(found) : found,
  );
  return cleanValue(defanged, maxCharacters + 50);
}

const MAYBE_IPV6 = /(?<![\w:])(?:[0-9a-f]{0,4}:){2,8}[0-9a-f]{0,4}(?![\w:])/gi;

/**
 * Whom a group of asks is about; where two groups are alike but for asks, deadline or law, the hosts tell them apart.
 * Where the text does not list them all, it says which rows of items.csv are meant.
 */
function whoWords(
  facts: NoticeFacts,
  entry: AskGroup,
  groups: readonly AskGroup[],
  words: NoticeWords,
  hasTable: boolean,
): string {
  const isAlone = groups.filter(({ group }) => group === entry.group).length === 1;
  const hosts = shownOf(entry.hosts, MAX_HOSTS_NAMED).map((host) => defang(host));
  const rest = entry.hosts.length - hosts.length;
  const whole = isAlone
    ? words.say(`group.${entry.group}`)
    : rest > 0
      ? words.say('group.hostsMore', { hosts: hosts.join(', '), count: String(rest) })
      : words.say('group.hosts', { hosts: hosts.join(', ') });
  const isListed = isAlone ? shownOf(facts.items, MAX_SERVERS_INLINE).length === facts.items.length : rest === 0;
  return isListed || !hasTable
    ? whole
    : words.say('group.rows', { who: whole, filter: rowFilter(facts, entry, groups, words) });
}

/** Which rows of items.csv a group's are: by what is asked, and by kind, deadline and basis where others are asked the same. */
function rowFilter(facts: NoticeFacts, entry: AskGroup, groups: readonly AskGroup[], words: NoticeWords): string {
  const alike = groups.filter(({ asks }) => asks.join() === entry.asks.join());
  const filter = [`ask = "${entry.asks.join(' ')}"`];
  // The same ask is meant in another way of another's machine: of a hacked host the disk is kept, and a device is reset.
  if (alike.some(({ group }) => group !== entry.group)) {
    const hosts = new Set(entry.hosts);
    const kinds = new Set(facts.items.filter(({ host }) => hosts.has(host)).map(({ kind }) => kind));
    filter.push(`kind = ${[...kinds].map((kind) => `"${kind}"`).join(` ${words.say('list.or')} `)}`);
  }
  if (alike.some(({ deadlineHours }) => deadlineHours !== entry.deadlineHours)) {
    filter.push(`deadline_utc = "${deadlineExact(deadlineFrom(facts), entry.deadlineHours)}"`);
  }
  if (alike.some(({ law, binding }) => law !== entry.law || binding !== entry.binding)) {
    filter.push(`basis = "${basisCell(facts.row.method, entry)}"`);
  }
  return filter.join(', ');
}

/** The dates of one statement about several servers. A span over all of them would be true of none, and is never said as theirs. */
function datedOver(words: NoticeWords, servers: readonly (readonly ItemEvidence[])[]): string {
  const spans = servers.map(spanOf);
  const [first] = new Set(spans.map((span) => datedWords(words, span)));
  const isSame = spans.every((span) => datedWords(words, span) === first);
  if (isSame) return first ?? '';
  const starts = spans.map((span) => span.first).filter((moment) => moment !== null);
  const ends = spans.map((span) => span.last).filter((moment) => moment !== null);
  return words.say('dated.between', {
    first: seenMoment(Math.min(...starts)),
    last: seenMoment(Math.max(...ends)),
  });
}

interface Observation {
  readonly observed: string;
  readonly source: string;
  /** The observations that say it, server by server, for their dates. */
  readonly dated: ItemEvidence[][];
  servers: number;
}

/** What was observed, each statement once with the number of servers it speaks for, the widest first. */
function observationsOf({ items, sender }: NoticeFacts, words: NoticeWords): readonly Observation[] {
  const found = new Map<string, Observation>();
  for (const item of items) {
    const counted = new Set<string>();
    for (const entry of item.evidence) {
      const observed = observedWords(words, entry, sender);
      const source = sourceWords(words, entry, sender);
      // What our own people established has its date here and nowhere else: those of two days are two statements.
      const key = JSON.stringify([source, observed, ...(entry.own === true ? [entry.firstSeen, entry.lastSeen] : [])]);
      const known = found.get(key) ?? { observed, source, dated: [], servers: 0 };
      if (!counted.has(key)) {
        known.servers += 1;
        known.dated.push([]);
      }
      known.dated.at(-1)?.push(entry);
      counted.add(key);
      found.set(key, known);
    }
  }
  return [...found.values()].sort((left, right) => right.servers - left.servers);
}
