import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { NoticeItem } from '../../domain/notice.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { NoticeGroup } from './assemble-notices.ts';

/** The items of a group as they stood before a moment, each with our newest look at it. */
export type ItemsBefore = (group: Pick<NoticeGroup, 'items'>, before: Instant) => readonly NoticeItem[];

/**
 * Reads for all groups at once how their servers stood by our looks before these moments. A notice tells of the looks that were on
 * record when it was drafted: later ones change nothing that somebody has approved.
 */
export async function readLooks(
  transaction: ReadTransaction,
  asked: readonly { readonly group: Pick<NoticeGroup, 'items'>; readonly before: readonly Instant[] }[],
): Promise<ItemsBefore> {
  const wanted = asked.flatMap(({ group, before }) =>
    group.items.flatMap((item) =>
      [...new Set(before)].map((moment) => ({ caseId: item.caseId, before: moment, ports: toldPorts(item) })),
    ),
  );
  const looks = await transaction.looksBefore(wanted);
  const known = new Map(wanted.map(({ caseId, before }, index) => [`${caseId} ${before}`, looks[index] ?? null]));
  return ({ items }, before) =>
    items.map((item) => {
      const look = known.get(`${item.caseId} ${before}`);
      if (look === undefined) throw new Error(`nobody read how ${item.caseId} stood before ${isoInstant(before)}`);
      if (look === null) return item;
      const { at, outcome } = look;
      const told = look.ports.filter((port) => toldPorts(item)?.includes(port) === true);
      return { ...item, look: { at: isoInstant(at), outcome, ...(told.length === 0 ? {} : { ports: told }) } };
    });
}

/**
 * The ports of which this notice tells; null where it tells of the host alone. A look goes to every port that any source names: what
 * another one answered says nothing of these, and its number is nobody's to be told.
 */
function toldPorts({ endpoints }: NoticeItem): readonly number[] | null {
  const ports = endpoints.map(({ port }) => port).filter((port) => port !== null);
  return ports.length === 0 ? null : ports;
}
