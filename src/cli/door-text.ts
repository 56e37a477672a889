import { readableInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import type { DoorFind, DoorRecord } from '../flow/door.ts';
import { shownText } from './shown.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

const ID_LENGTH = 13;

export function shownFindId({ findId }: Pick<DoorFind, 'findId'>): string {
  return findId.slice(0, ID_LENGTH);
}

/** The first line of a find: somebody else's words, never a link. */
export function findLine({ lines }: DoorFind): string {
  return shownText(lines[0] ?? '');
}

/** One door with all that came through it. */
export function doorText(door: DoorRecord, now: Instant, style: Style): string {
  const lines = [
    style.bold(`The door of ${safeText(door.reference)}: ${stateOf(door, now)}`),
    `servers   ${door.servers}`,
    `until     ${readableInstant(door.expiresAt)}`,
    ...(door.closedAt === null
      ? []
      : [
          `closed    ${readableInstant(door.closedAt)} by ${safeText(door.closedBy ?? '')}: ${shownText(door.closeReason ?? '')}`,
        ]),
    ...(door.said.length === 0
      ? ['Nothing was said at it.']
      : ['Said, by whoever has the link (dismantle mail show ID):']),
    ...door.said.map(({ sha256, class: reply, at }) => `  ${sha256.slice(0, 12)}  ${readableInstant(at)}  ${reply}`),
    ...(door.checks.length === 0 ? [] : ['Looks asked for:']),
    ...door.checks.map(
      ({ askedAt, servers }) => `  ${readableInstant(askedAt)}  ${servers} ${servers === 1 ? 'server' : 'servers'}`,
    ),
    ...(door.finds.length === 0 ? [] : ['Further servers named (dismantle door take ID):']),
    ...door.finds.map(
      (find) =>
        `  ${shownFindId(find)}  ${readableInstant(find.offeredAt)}  ${find.lines.length} lines, ${find.settledAs ?? 'waits'}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function stateOf({ closedAt, expiresAt }: DoorRecord, now: Instant): string {
  if (closedAt !== null) return 'closed';
  return expiresAt <= now ? 'expired' : 'open, once the notice has left';
}
