import { defang, defangUrl } from '../../domain/defang.ts';
import { isoInstant, parseInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ItemEvidence, NoticeItem } from '../../domain/notice.ts';
import type { Endpoint } from '../../domain/server.ts';
import { cleanValue } from './clean-value.ts';
import type { NoticeWords } from './notice-words.ts';

export interface SeenSpan {
  readonly first: Instant | null;
  readonly last: Instant | null;
}

/**
 * When sources first and last saw the server, or one port of it; null where none says. What our own people established is
 * none of it: its date stands with their observation alone.
 */
export function seenSpan(item: NoticeItem, port: number | null = null): SeenSpan {
  return spanOf(saidOf(item, port));
}

/** What sources say of a server, or of one of its ports. */
function saidOf(item: NoticeItem, port: number | null): readonly ItemEvidence[] {
  return item.evidence.filter(
    (entry) => entry.own !== true && (port === null || entry.port === null || entry.port === port),
  );
}

/** The same for fields that say which is which: a first time only where a source states one, and a last one likewise. */
export function statedSpan(item: NoticeItem, port: number | null = null): SeenSpan {
  const about = saidOf(item, port);
  const { first, last } = spanOf(about);
  return {
    first: about.some(({ firstSeen }) => firstSeen !== null) ? first : null,
    last: about.some(({ lastSeen }) => lastSeen !== null) ? last : null,
  };
}

/**
 * The times of observations. First times are compared with first times and last with last; where one gives one of them
 * alone, it stands for both.
 */
export function spanOf(about: readonly ItemEvidence[]): SeenSpan {
  const moment = (text: string | null): Instant | null => (text === null ? null : parseInstant(text));
  const known = (moments: readonly (Instant | null)[]): Instant[] => moments.filter((entry) => entry !== null);
  const firsts = known(about.map(({ firstSeen, lastSeen }) => moment(firstSeen) ?? moment(lastSeen)));
  const lasts = known(about.map(({ firstSeen, lastSeen }) => moment(lastSeen) ?? moment(firstSeen)));
  if (firsts.length === 0) return { first: null, last: null };
  const first = Math.min(...firsts);
  const last = Math.max(...lasts);
  // "first seen 15:30, last seen that day": the day's midnight is no moment before the first.
  return { first, last: last < first && isDayOnly(last) ? first : last };
}

/** What is known of when a server was seen, for a field that takes one moment and no day. */
export interface KnownMoment {
  readonly at: Instant;
  /**
   * `exact`: a source states it. `received`: no source states an hour, and it is when the newest report of it reached us, or our
   * own people recorded it. `drafted`: not even that is known, and it is when the notice was drafted.
   */
  readonly precision: 'exact' | 'received' | 'drafted';
  /** The newest day for which a source reports the server without an hour, where it is no part of `at`; null where there is none. */
  readonly day: Instant | null;
}

/**
 * The newest exact moment at which a source saw the server. Where there is none, the moment at which we were told: a day is no
 * moment, and its midnight would be one that nobody states. Null where nothing was observed.
 */
export function knownMoment({ evidence }: NoticeItem, draftedAt: string): KnownMoment | null {
  const moments = (of: readonly ItemEvidence[]): readonly Instant[] =>
    of.flatMap(({ firstSeen, lastSeen }) => momentsOf(firstSeen, lastSeen));
  const sources = evidence.filter(({ own }) => own !== true);
  const said = moments(sources).length > 0 ? moments(sources) : moments(evidence);
  const exact = said.filter((moment) => !isDayOnly(moment));
  const days = said.filter(isDayOnly);
  if (exact.length > 0) {
    const at = Math.max(...exact);
    const later = days.filter((day) => day > at);
    return { at, precision: 'exact', day: newestOf(later) };
  }
  const day = newestOf(days);
  const about =
    day === null ? evidence : evidence.filter((entry) => momentsOf(entry.firstSeen, entry.lastSeen).includes(day));
  const received = newestOf(
    about.flatMap(({ receivedAt, reachedUsAt }) => momentsOf(reachedUsAt ?? receivedAt ?? null)),
  );
  if (received !== null) return { at: received, precision: 'received', day };
  const drafted = newestOf(momentsOf(draftedAt));
  return day === null || drafted === null ? null : { at: drafted, precision: 'drafted', day };
}

function newestOf(moments: readonly Instant[]): Instant | null {
  return moments.length === 0 ? null : Math.max(...moments);
}

function momentsOf(...texts: readonly (string | null)[]): readonly Instant[] {
  return texts.map((text) => (text === null ? null : parseInstant(text))).filter((moment) => moment !== null);
}

/** "seen 2026-11-20 10:00 UTC to 2026-11-23", or that nobody says when. */
export function seenWords(words: NoticeWords, { first, last }: SeenSpan): string {
  if (first === null || last === null) return words.say('seen.unknown');
  if (first === last) return words.say('seen.at', { moment: seenMoment(first) });
  return words.say('seen.span', { first: seenMoment(first), last: seenMoment(last) });
}

/** The same beside an observation; "" where it has no date. */
export function datedWords(words: NoticeWords, { first, last }: SeenSpan): string {
  if (first === null || last === null) return '';
  if (first === last) return words.say('dated.at', { moment: seenMoment(first) });
  return words.say('dated.span', { first: seenMoment(first), last: seenMoment(last) });
}

const DAY_MS = 86_400_000;

/** Sources often give a day alone, which arrives as its midnight: then the day is all that may be claimed. */
export function isDayOnly(instant: Instant): boolean {
  return instant % DAY_MS === 0;
}

/** "2026-11-20 10:00 UTC", or the day where that is all. */
export function seenMoment(instant: Instant): string {
  return isDayOnly(instant) ? isoInstant(instant).slice(0, 10) : readableInstant(instant);
}

/** The same for machines: "2026-11-20T10:00:00.000Z", or the day where that is all. */
export function seenExact(instant: Instant): string {
  return isDayOnly(instant) ? isoInstant(instant).slice(0, 10) : isoInstant(instant);
}

/** The web address that an endpoint was given as, or null: only http and https make one. */
export function webScheme(endpoint: Endpoint): 'http' | 'https' | null {
  return endpoint.scheme === 'http' || endpoint.scheme === 'https' ? endpoint.scheme : null;
}

/** How an endpoint is written in prose: as a URL where a source gave a path, as host and port otherwise. Defanged. */
export function endpointWords(item: NoticeItem, endpoint: Endpoint): string {
  const scheme = webScheme(endpoint);
  if (scheme === null || endpoint.path === null) return defang(item.host, endpoint.port);
  // A path may hold another address ("/?to=http://…"), which would make a link after all.
  const path = cleanValue(endpoint.path, 500)
    .replaceAll(/http(?=s?:)/gi, 'hxxp')
    .replaceAll(/www\./gi, 'www[.]');
  return defangUrl({ scheme, host: item.host, port: endpoint.port, path });
}

/** The same, exact, for the attachments. */
export function endpointExact(item: NoticeItem, endpoint: Endpoint): string {
  const host = item.host.includes(':') ? `[${item.host}]` : item.host;
  const port = endpoint.port === null ? '' : `:${endpoint.port}`;
  const scheme = endpoint.scheme === null ? '' : `${cleanValue(endpoint.scheme, 20)}://`;
  return `${scheme}${host}${port}${endpoint.path === null ? '' : cleanValue(endpoint.path, 2048)}`;
}

/** What the reader has to know of endpoints that the notice does not name; "" where it names them all. */
export function leftOutWords(words: NoticeWords, { endpointsLeftOut: count }: NoticeItem): string {
  return count === 0 ? '' : words.say(count === 1 ? 'leftOut.one' : 'leftOut.many', { count: String(count) });
}

/** Every endpoint defanged, at most `limit` of them; the rest is counted. A server named without a port is its host. */
export function whereWords(words: NoticeWords, item: NoticeItem, limit: number): string {
  const all = item.endpoints.length === 0 ? [{ port: null, scheme: null, path: null }] : item.endpoints;
  const written = [...new Set(all.map((endpoint) => endpointWords(item, endpoint)))];
  const shown = written.slice(0, limit).join(', ');
  const rest = written.length - limit;
  return rest > 0 ? words.say('place.more', { places: shown, count: String(rest) }) : shown;
}
