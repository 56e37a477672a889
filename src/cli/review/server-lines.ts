import type { Instant } from '../../domain/instant.ts';
import { parseInstant } from '../../domain/instant.ts';
import type { SendItem } from '../../domain/send-facts.ts';
import type { Review } from '../../flow/approvals.ts';
import type { ReviewServer } from '../../ports/approvals.ts';
import { shownHost, shownText } from '../shown.ts';
import type { Style } from '../terminal.ts';
import { safeText } from '../terminal.ts';
import { column, some } from './column.ts';

/** So many servers one by one: more nobody reads at three in the morning, and --json has them all. */
const MAX_SERVERS = 25;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Every server: what it is, on what evidence and how old, how many speak for it, and who looked last. */
export function serverLines({ notice, facts }: Review, now: Instant, style: Style): readonly string[] {
  const byId = new Map(facts.items.map((item) => [item.serverId, item]));
  const shown = notice.items.slice(0, MAX_SERVERS);
  const more = notice.items.length - shown.length;
  return [
    style.bold(`Servers: ${notice.servers}, named by ${notice.configurations} configurations`),
    ...shown.flatMap((server) => oneServer(server, byId.get(server.serverId) ?? null, now, style)),
    ...(more === 0 ? [] : [`  … and ${more} more: --json gives all of them`]),
  ];
}

function oneServer(server: ReviewServer, item: SendItem | null, now: Instant, style: Style): readonly string[] {
  const { host, kind, assessment, endpoints, country } = server;
  const ports = endpoints.flatMap(({ port }) => (port === null ? [] : [String(port)]));
  const head = `  ${style.bold(shownHost(host))}${ports.length === 0 ? '' : ` port ${some([...new Set(ports)], 6)}`}  ${kind}  ${country ?? '??'}`;
  const groups = assessment === null ? 0 : assessment.groups.filter(({ group }) => group !== '').length;
  const basis = `${assessment?.basis ?? 'not judged'}, ${groups} independent ${groups === 1 ? 'group' : 'groups'}`;
  return [
    head,
    column('evidence', `${evidenceWords(server, now)}; by ${basis}`),
    column('last look', `${lookWords(item, now)}; ${askedWords(item, now)}`),
  ];
}

function evidenceWords({ assessment }: ReviewServer, now: Instant): string {
  const evidence = assessment?.evidence ?? null;
  if (evidence === null) return 'none beyond listings';
  const seen = evidence.seen === null ? null : parseInstant(evidence.seen);
  return `${evidence.class}, ${seen === null ? 'without a date' : `${age(now - seen)} old`}, from ${safeText(evidence.source)}`;
}

function lookWords(item: SendItem | null, now: Instant): string {
  const look = item?.look ?? null;
  return look === null
    ? 'nobody has looked'
    : `${look.outcome} ${age(now - look.at)} ago from ${safeText(look.vantage)}`;
}

function askedWords(item: SendItem | null, now: Instant): string {
  if (item === null) return 'nobody asked';
  const kept = item.handsOffs.find(({ until, liftedAt }) => liftedAt === null && until > now);
  if (kept !== undefined) return `HANDS OFF, says ${safeText(kept.party)}`;
  return item.rounds.length === 0
    ? 'nobody was asked whether it is theirs'
    : `asked about in round ${item.rounds.join(', ')}`;
}

/** "3 days", "5 h": an age that tells whether it is fresh. */
export function age(ms: number): string {
  if (ms < 0) return '0 h';
  return ms >= 2 * DAY_MS ? `${Math.floor(ms / DAY_MS)} days` : `${Math.floor(ms / HOUR_MS)} h`;
}

const LEVELS = { harm: 'HARM', unknown: 'unknown', note: 'note' } as const;

/** What else could be hit, the worst first as the policy tells it. */
export function blastLines({ blast, notice }: Review, style: Style): readonly string[] {
  return [
    style.bold('What else could be hit'),
    ...(blast.length === 0 ? ['  nothing that anybody has told us of'] : []),
    ...blast.map(({ level, sentence, hosts, details }) => {
      const which =
        hosts.length === notice.items.length
          ? ''
          : ` (${hosts.length} of ${notice.items.length}: ${some(
              hosts.map((host) => shownHost(host)),
              5,
            )})`;
      const what =
        details.length === 0
          ? ''
          : `: ${some(
              details.map((detail) => shownText(detail)),
              6,
            )}`;
      const line = column(LEVELS[level], `${sentence}${what}${which}`);
      return level === 'harm' ? style.red(line) : level === 'unknown' ? style.yellow(line) : line;
    }),
    ...released(notice.items),
  ];
}

function released(items: readonly ReviewServer[]): readonly string[] {
  const told = items.flatMap(({ host, releases }) =>
    releases.map(
      ({ list, entry, persons }) =>
        `${shownHost(host)} from ${safeText(list)} (${shownText(entry)}) by ${persons.map(safeText).join(' and ')}`,
    ),
  );
  return told.length === 0 ? [] : [column('released', some(told, 5))];
}
