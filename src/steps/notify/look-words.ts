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
  const offlineAt = reportedOffline(item);
  const isOffline = offlineAt !== null && (lookedAt === null || offlineAt > lookedAt);
  const said = [
    ...(look === undefined ? [] : [lookWords(words, look)]),
    ...(isOffline ? [words.say('offline', { moment: seenMoment(offlineAt) })] : []),
  ];
  if (look?.outcome === 'dark' || isOffline) said.push(stillAsked(words, item));
  return said.join('; ');
}

function stillAsked(words: NoticeWords, item: NoticeItem): string {
  if (askGroupOf(item) !== 'controllers') return words.say('still.asked');
  return words.say(item.asks.includes('preserve') ? 'still.off.preserve' : 'still.off');
}

/** When a source last said that it is offline, where none has said since that it is not; null where none has. */
function reportedOffline({ evidence }: NoticeItem): Instant | null {
  const newest = (wanted: 'online' | 'offline'): Instant | null => {
    const moments = evidence
      .filter(({ status }) => status === wanted)
      .map(({ lastSeen, firstSeen, receivedAt }) => parseInstant(lastSeen ?? firstSeen ?? receivedAt ?? ''))
      .filter((moment) => moment !== null);
    return moments.length === 0 ? null : Math.max(...moments);
  };
  const offline = newest('offline');
  const online = newest('online');
  return offline !== null && (online === null || offline > online) ? offline : null;
}
