import type { Instant } from '../../domain/instant.ts';
import type { CountedServer } from './counted-server.ts';
import { endedSpan, exactSpan, openSpan } from './durations.ts';
import type { Span } from './durations.ts';

/*
 * Which servers each duration is of, from when to when, and until when those that have not ended are observed. One span a
 * server, whatever its episodes: a server that came back has not ended, and has been open since its first notice.
 */

/** To the first notice. What went dark, or was settled, before any notice had left is observed until then. */
export function identifyToNotify(servers: readonly CountedServer[], asOf: Instant): readonly Span[] {
  return servers.map((server) => {
    const { notifiedAt } = server.facts;
    if (notifiedAt !== null && !server.isDarkUnprompted) return exactSpan(server.identifiedAt, notifiedAt);
    return openSpan(server.identifiedAt, observedUntil(server, asOf));
  });
}

/** Of those that a notice has named while they were not dark yet: nobody's notice makes dark what is dark. */
export function notifyToDark(servers: readonly CountedServer[], asOf: Instant): readonly Span[] {
  return servers.flatMap((server) => {
    const { notifiedAt } = server.facts;
    if (notifiedAt === null || server.isDarkUnprompted) return [];
    return [spanToDark(server, notifiedAt, asOf)];
  });
}

/** What went dark unprompted is observed until then and not counted as ended: it is no success of ours. */
export function identifyToDark(servers: readonly CountedServer[], asOf: Instant): readonly Span[] {
  return servers.map((server) => spanToDark(server, server.identifiedAt, asOf));
}

/** How long a server lived, whoever ended it. */
export function lives(servers: readonly CountedServer[], asOf: Instant): readonly Span[] {
  return servers.map((server) => {
    const { darkRun, identifiedAt } = server;
    if (darkRun !== null) return endedSpan(identifiedAt, darkRun.lastLiveAt, darkRun.darkAt);
    return openSpan(identifiedAt, observedUntil(server, asOf));
  });
}

function spanToDark(server: CountedServer, start: Instant, asOf: Instant): Span {
  const { darkRun, isDarkUnprompted } = server;
  if (darkRun === null || isDarkUnprompted) return openSpan(start, observedUntil(server, asOf));
  return endedSpan(start, darkRun.lastLiveAt, darkRun.darkAt);
}

function observedUntil({ darkRun, settledAt }: CountedServer, asOf: Instant): Instant {
  return darkRun?.darkAt ?? settledAt ?? asOf;
}
