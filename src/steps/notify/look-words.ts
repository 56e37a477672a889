import { parseInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ItemLook } from '../../domain/item-look.ts';
import type { NoticeItem } from '../../domain/notice.ts';
import { askGroupOf } from './asks.ts';
import { seenMoment } from './item-facts.ts';
import type { NoticeWords } from './notice-words.ts';

/** "our last look, 2026-11-23 08:00 UTC: it answered". */
export function lookWords(words: NoticeWords, { at, outcome }: ItemLook): string {
  const moment = parseInstant(at);
  return words.say('look', {
    moment: moment === null ? at : readableInstant(moment),
    found: words.say(`looked.${outcome}`),
  });
}

/**
 * What stands beside a server about how it stood last: our own look, or what a source says that it was offline; and then that
 * what is asked stands all the same, lest a desk close what comes back tomorrow. "" where nothing is known.
 */
export function standingWords(words: NoticeWords, item: NoticeItem): string {
  const { look } = item;
  const lookedAt = look === undefined ? null : parseInstant(look.at);
  const offline = reportedOffline(item);
  const isOffline = offline !== null && (lookedAt === null || offline.at > lookedAt);
  const said = [
    ...(look === undefined ? [] : [lookWords(words, look)]),
    ...(isOffline
      ? [words.say(offline.isSeen ? 'offline' : 'offline.undated', { moment: seenMoment(offline.at) })]
      : []),
  ];
  if (look?.outcome === 'dark' || isOffline) said.push(stillAsked(words, item));
  return said.join('; ');
}

function stillAsked(words: NoticeWords, item: NoticeItem): string {
  if (askGroupOf(item) !== 'controllers') return words.say('still.asked');
  return words.say(item.asks.includes('preserve') ? 'still.off.preserve' : 'still.off');
}

interface Reported {
  readonly at: Instant;
  /** When the source last saw it, at which it was not offline yet: lists say no moment of that. Else when we received the report. */
  readonly isSeen: boolean;
}

/** What a source last said of one that it calls offline, where none says later that it is not; null where none calls it so. */
function reportedOffline({ evidence }: NoticeItem): Reported | null {
  const newest = (wanted: 'online' | 'offline'): Reported | null =>
    evidence
      .filter(({ status }) => status === wanted)
      .flatMap(({ lastSeen, firstSeen, receivedAt }): readonly Reported[] => {
        const seen = lastSeen ?? firstSeen;
        const at = parseInstant(seen ?? receivedAt ?? '');
        return at === null ? [] : [{ at, isSeen: seen !== null }];
      })
      .toSorted((one, other) => other.at - one.at)[0] ?? null;
  const offline = newest('offline');
  const online = newest('online');
  return offline !== null && (online === null || offline.at > online.at) ? offline : null;
}
