import { parseInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ItemLook } from '../../domain/item-look.ts';
import type { ItemEvidence, NoticeItem } from '../../domain/notice.ts';
import { askGroupOf } from './asks.ts';
import { seenMoment } from './item-facts.ts';
import type { NoticeWords } from './notice-words.ts';

/**
 * "our last look before this was written that told anything, 2026-11-23 08:00 UTC: it answered". A notice may be held back, and what follows one is written
 * together with it: whoever reads them later is not told that we have not looked since.
 */
export function lookWords(words: NoticeWords, look: ItemLook): string {
  const moment = parseInstant(look.at);
  const said = words.say(look.outcome === 'inconclusive' ? 'look.inconclusive' : 'look', {
    moment: moment === null ? look.at : readableInstant(moment),
    found: foundWords(words, look),
  });
  return look.outcome === 'live' ? `${said}; ${words.say('looked.live.alone')}` : said;
}

const MOST_PORTS = 10;

/** "it answered (port 443)": where a desk can see for itself. */
export function foundWords(words: NoticeWords, { outcome, ports = [] }: ItemLook): string {
  const found = words.say(`looked.${outcome}`);
  if (ports.length === 0) return found;
  const shown = ports.slice(0, MOST_PORTS).join(', ') + (ports.length > MOST_PORTS ? ', …' : '');
  return words.say(ports.length === 1 ? 'looked.port' : 'looked.ports', { found, ports: shown });
}

/**
 * What stands beside a server about how it stood last: our own look, or what a source says that it was offline; and then that
 * what is asked stands all the same, lest a desk close what comes back tomorrow. "" where nothing is known. `isTold`: that none of
 * the servers has been looked at is said elsewhere, for all of them.
 */
export function standingWords(words: NoticeWords, item: NoticeItem, isTold: boolean): string {
  const { look } = item;
  const lookedAt = look === undefined ? null : parseInstant(look.at);
  const offline = reportedOffline(item);
  const isOffline = offline !== null && (lookedAt === null || offline.at > lookedAt);
  const said = [
    ...(look === undefined ? (isTold ? [] : [words.say('look.none')]) : [lookWords(words, look)]),
    ...(isOffline ? [words.say(OFFLINE[offline.known], { moment: seenMoment(offline.at) })] : []),
  ];
  if (look?.outcome === 'dark' || isOffline) said.push(stillAsked(words, item));
  return said.join('; ');
}

function stillAsked(words: NoticeWords, item: NoticeItem): string {
  // Off is not what is asked of a machine that is to be cut off and left running.
  if (askGroupOf(item) !== 'controllers' || item.asks.includes('isolate')) return words.say('still.asked');
  return words.say(item.asks.includes('preserve') ? 'still.off.preserve' : 'still.off');
}

interface Reported {
  readonly source: string;
  readonly status: 'online' | 'offline';
  readonly at: Instant;
  /** When the source last saw it, at which it was not offline yet; when it first saw it; or when we were told, where it gives no date. */
  readonly known: keyof typeof OFFLINE;
  /** When the source said so last. */
  readonly saidAt: Instant;
}

const OFFLINE = { last: 'offline', first: 'offline.first', received: 'offline.undated' } as const;

/**
 * What a source last said of one that it calls offline, where none saw it later; null where none calls it so. Of one source the word
 * that it said last counts. Between sources it is the time at which they saw it: who repeats himself last is not right by that.
 */
function reportedOffline({ evidence }: NoticeItem): Reported | null {
  const ofSources = Map.groupBy(evidence.flatMap(reportedAs), ({ source }) => source);
  const words = [...ofSources.values()].map(
    (said) => said.toSorted((one, other) => other.saidAt - one.saidAt || other.at - one.at)[0],
  );
  const newest = (wanted: 'online' | 'offline'): Reported | null =>
    words
      .filter((word) => word?.status === wanted)
      .filter((word) => word !== undefined)
      .toSorted((one, other) => other.at - one.at)[0] ?? null;
  const offline = newest('offline');
  const online = newest('online');
  return offline !== null && (online === null || offline.at > online.at) ? offline : null;
}

function reportedAs({ source, status, lastSeen, firstSeen, receivedAt, saidAt }: ItemEvidence): readonly Reported[] {
  const known = lastSeen !== null ? 'last' : firstSeen !== null ? 'first' : 'received';
  const at = parseInstant(lastSeen ?? firstSeen ?? receivedAt ?? '');
  if (at === null || status === undefined || status === null) return [];
  return [{ source, status, at, known, saidAt: parseInstant(saidAt ?? '') ?? at }];
}

/** Whether one list is the only source for a server, and nothing that somebody observed stands beside it. */
export function isListedAlone({ evidence }: Pick<NoticeItem, 'evidence'>): boolean {
  const isListing = evidence.every((entry) => entry.class === 'listing' && entry.own !== true);
  return evidence.length > 0 && isListing && new Set(evidence.map(({ source }) => source)).size === 1;
}

/** That one list is the only source: for all servers, for some, or "" where it is for none. */
export function listedAloneWords(words: NoticeWords, items: readonly NoticeItem[]): string {
  const alone = items.filter(isListedAlone).length;
  if (alone === 0) return '';
  if (items.length === 1) return words.say('listed.alone.one');
  const count = String(items.length);
  return alone === items.length
    ? words.say('listed.alone.all', { count })
    : words.say('listed.alone.some', { servers: String(alone), count });
}
