import { defang, defangSentence } from '../../domain/defang.ts';
import { parseInstant, readableInstant } from '../../domain/instant.ts';
import type { AskGroup, NoticeFacts, NoticeItem } from '../../domain/notice.ts';
import { cleanValue } from './clean-value.ts';
import { leftOutWords, seenSpan, seenWords, whereWords } from './item-facts.ts';
import type { TemplateShape, TemplateView } from './template.ts';
import { askSentence, ASK_WORDS, CAPACITY_WORDS, either, GROUP_WORDS, KIND_WORDS } from './wording.ts';

/** More addresses than these are too many to read; the rest stands in items.csv. */
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
  shared: 'flag',
  victims: 'flag',
  devices: 'flag',
  severalMeasures: 'flag',
  severalGroups: 'flag',
  referralOnly: 'flag',
  rest: 'value',
  restOfObservations: 'value',
  servers: { place: 'value', kind: 'value', seen: 'value', leftOut: 'value' },
  observations: { observed: 'value', source: 'value', scope: 'value' },
  groups: { who: 'value', asks: { ask: 'value' } },
} as const satisfies TemplateShape;

/** Turns facts into the words that the texts are filled with. Indicators are defanged, foreign words are cleaned. */
export function noticeView(facts: NoticeFacts, groups: readonly AskGroup[]): TemplateView {
  const { items, row, sender, provider, operation } = facts;
  const [first] = items;
  if (first === undefined) throw new Error('a notice without an item');
  const has = (group: AskGroup['group']): boolean => groups.some((entry) => entry.group === group);
  const isNamesOnly = items.every((item) => item.hostType !== 'address');
  const referralOnly = groups.every((entry) => entry.asks.every((ask) => ask === 'none'));
  const observations = observationsOf(items);
  const [group] = groups;
  const measures = groups.length === 1 && group !== undefined ? measuresOf(group, items.length > 1) : [];
  return {
    reference: cleanValue(facts.token, 40),
    provider: foreignWords(provider.name, 120),
    asn: provider.asn === null ? '' : `AS${provider.asn}`,
    malware: operation.malware === null ? 'a botnet' : `the botnet ${foreignWords(operation.malware, 80)}`,
    count: String(items.length),
    where: `${defang(first.host)}${items.length > 1 ? ` and ${items.length - 1} more` : ''}`,
    measure: measures.length > 0 ? either(measures) : '',
    deadline: deadlineWords(facts),
    law: cleanValue(row.law, 300).replace(/\.$/, ''),
    organisation: cleanValue(sender.organisation, 120),
    capacity: CAPACITY_WORDS[sender.capacity],
    email: cleanValue(sender.email, 254),
    phone: sender.phone === null ? '' : cleanValue(sender.phone, 40),
    contestEmail: cleanValue(sender.contestEmail, 254),
    drill: operation.drill,
    one: items.length === 1,
    many: items.length > 1,
    names: isNamesOnly,
    mixed: new Set(groups.map((entry) => entry.group)).size > 1,
    binding: row.binding === 'binding',
    courtesy: row.binding === 'courtesy',
    controllers: has('controllers') || has('shared'),
    shared: has('shared'),
    victims: has('victims'),
    devices: items.some((item) => item.kind === 'iot-device'),
    severalMeasures: groups.some((entry) => measuresOf(entry, true).length > 1),
    severalGroups: groups.length > 1 && !referralOnly,
    referralOnly,
    rest: items.length > MAX_SERVERS_INLINE ? String(items.length - MAX_SERVERS_INLINE) : '',
    restOfObservations: observations.length > MAX_OBSERVATIONS ? String(observations.length - MAX_OBSERVATIONS) : '',
    servers: items.slice(0, MAX_SERVERS_INLINE).map((item) => ({
      place: whereWords(item, items.length === 1 ? MAX_SERVERS_INLINE : 8),
      kind: KIND_WORDS[item.kind],
      seen: seenByPort(item),
      leftOut: leftOutWords(item),
    })),
    observations: observations.slice(0, MAX_OBSERVATIONS).map(({ observed, source, servers }) => ({
      observed: foreignWords(observed, 300).replace(/\.$/, ''),
      source: foreignWords(source, 120),
      scope: items.length > 1 ? `${servers} of ${items.length} servers` : '',
    })),
    groups: (referralOnly ? groups.slice(0, 1) : groups).map((entry) => ({
      who: whoWords(entry, groups),
      asks: entry.asks.map((ask) => ({ ask: askSentence(ask, entry.group, isNamesOnly) })),
    })),
  };
}

/** One span where all ports were seen alike, otherwise each port with its own: a port's times are not another's. */
function seenByPort(item: NoticeItem): string {
  const ports = [...new Set(item.endpoints.map(({ port }) => port).filter((port) => port !== null))];
  const spans = ports.map((port) => ({ port, seen: seenWords(seenSpan(item, port)) }));
  if (new Set(spans.map(({ seen }) => seen)).size < 2) return seenWords(seenSpan(item));
  return spans.map(({ port, seen }) => `port ${port} ${seen}`).join('; ');
}

/** Words that somebody else wrote: cleaned, cut, and without anything to click on. */
export function foreignWords(words: string, maxCharacters: number): string {
  return cleanValue(defangSentence(cleanValue(words, maxCharacters)), maxCharacters + 50);
}

/** Whom a group of asks is about; where two groups are alike but for the asks, the hosts tell them apart. */
function whoWords(entry: AskGroup, groups: readonly AskGroup[]): string {
  if (groups.filter(({ group }) => group === entry.group).length === 1) return GROUP_WORDS[entry.group];
  const hosts = entry.hosts.slice(0, MAX_HOSTS_NAMED).map((host) => defang(host));
  const rest = entry.hosts.length - hosts.length;
  return `For ${hosts.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function measuresOf(group: AskGroup, many: boolean): readonly string[] {
  return group.asks
    .map((ask) => ASK_WORDS[ask])
    .filter((words) => words !== null)
    .map((words) => (many ? words.many : words.one));
}

/** "within 24 hours, by 2026-11-24 10:00 UTC", counted from the drafting; empty where the row sets no time. */
function deadlineWords(facts: NoticeFacts): string {
  const hours = facts.row.deadlineHours;
  if (hours === null) return '';
  const drafted = parseInstant(facts.draftedAt);
  if (drafted === null) throw new Error(`not a moment: ${facts.draftedAt}`);
  return `within ${hours} ${hours === 1 ? 'hour' : 'hours'}, by ${readableInstant(drafted + hours * 3_600_000)}`;
}

interface Observation {
  readonly observed: string;
  readonly source: string;
  servers: number;
}

/** What was observed, each statement once with the number of servers it speaks for, the widest first. */
function observationsOf(items: readonly NoticeItem[]): readonly Observation[] {
  const found = new Map<string, Observation>();
  for (const item of items) {
    const keys = new Map(item.evidence.map((entry) => [JSON.stringify([entry.source, entry.observed]), entry]));
    for (const [key, { observed, source }] of keys) {
      const known = found.get(key);
      if (known === undefined) found.set(key, { observed, source, servers: 1 });
      else known.servers += 1;
    }
  }
  return [...found.values()].sort((left, right) => right.servers - left.servers);
}
