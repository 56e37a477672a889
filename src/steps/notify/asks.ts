import { ASKS } from '../../domain/method.ts';
import type { Ask } from '../../domain/method.ts';
import type { AskGroup, ItemRow, NoticeItem } from '../../domain/notice.ts';
import type { ServerKind } from '../../domain/server.ts';

/** Who a server's host belongs to decides what may be asked (rules 3 and 4). */
const GROUP_OF_KIND: Readonly<Record<ServerKind, AskGroup['group']>> = {
  dedicated: 'controllers',
  'compromised-host': 'victims',
  'iot-device': 'devices',
  'shared-hosting': 'shared',
  'cdn-fronted': 'shared',
  'tor-exit': 'controllers',
  sinkhole: 'controllers',
  unknown: 'controllers',
};

/** Whether a host's owner was taken over as well: of a hacked host or of a device. */
export function ownsVictim(group: AskGroup['group']): boolean {
  return group === 'victims' || group === 'devices';
}

/**
 * A host of unknown kind whose row asks for a host name and nothing more stands on ground that others share: a list said so. Told as a
 * controller, its address would be taken for what is to go by whoever reads the report and not the ask.
 */
export function askGroupOf(item: NoticeItem): AskGroup['group'] {
  const group = GROUP_OF_KIND[item.kind];
  return group === 'controllers' && asksForNamesAlone(item) ? 'shared' : group;
}

function asksForNamesAlone({ asks }: NoticeItem): boolean {
  return asks.includes('block-hostname') && asks.every((ask) => ask === 'block-hostname' || ask === 'preserve');
}

/** Asks that hit everybody behind an address or a line, not the controller alone. */
const HITS_BYSTANDERS: ReadonlySet<Ask> = new Set(['null-route', 'suspend', 'refuse-re-lease']);
const HITS_SITE_OWNERS: ReadonlySet<Ask> = new Set([...HITS_BYSTANDERS, 'isolate']);
const HITS_VICTIMS: ReadonlySet<Ask> = new Set([...HITS_BYSTANDERS, 'suspend-domain', 'name-other-servers']);

/**
 * What is asked for which hosts, least intrusive first (the order of ASKS). Servers whose rows differ in law or deadline
 * stand in groups of their own, so that none is told another's. `leading` is the row of items that name none.
 */
export function askGroups(items: readonly NoticeItem[], leading: ItemRow): readonly AskGroup[] {
  const groups = new Map<string, AskGroup & { readonly hosts: string[]; readonly names: string[] }>();
  for (const item of items) {
    const asked = askedOf(item, leading);
    const key = JSON.stringify(asked);
    const known = groups.get(key);
    const group = known ?? { ...asked, hosts: [], names: [] };
    group.hosts.push(item.host);
    group.names.push(...namesOf(item).filter((name) => !group.names.includes(name)));
    groups.set(key, group);
  }
  const order = ['controllers', 'shared', 'victims', 'devices'] as const;
  return [...groups.values()].sort((left, right) => order.indexOf(left.group) - order.indexOf(right.group));
}

/**
 * What is asked for one server. It brings the asks of the row that decided it, and bears only some of them: what would
 * harm a victim or a bystander is taken out here, whatever the row says, and where nothing effective is left, the mildest
 * ask that works stands in.
 */
export function askedOf(item: NoticeItem, leading: ItemRow): Omit<AskGroup, 'hosts' | 'names'> {
  const group = askGroupOf(item);
  const { law, binding, deadlineHours } = item.row ?? leading;
  return { group, asks: asksFor(group, item.asks), law, binding, deadlineHours };
}

/** The host names that lead to a server: its own, or those by which its address is known. */
export function namesOf({ hostType, host, names = [] }: NoticeItem): readonly string[] {
  return hostType === 'address' ? names : [host];
}

function asksFor(group: AskGroup['group'], rowAsks: readonly Ask[]): readonly Ask[] {
  const asked = ASKS.filter((ask) => rowAsks.includes(ask) && ask !== 'none');
  // A row that asks for nothing (a referral) asks for nothing of anybody.
  if (asked.length === 0) return ['none'];
  if (group === 'shared') {
    return withFallback(asked, HITS_SITE_OWNERS, ['block-hostname', 'clean', 'suspend-domain'], 'block-hostname');
  }
  if (ownsVictim(group)) return withFallback(asked, HITS_VICTIMS, ['clean', 'isolate', 'block-hostname'], 'clean');
  return asked;
}

function withFallback(
  asked: readonly Ask[],
  harmful: ReadonlySet<Ask>,
  effective: readonly Ask[],
  mildest: Ask,
): readonly Ask[] {
  const kept = asked.filter((ask) => !harmful.has(ask));
  const needsMildest = asked.length !== kept.length && !kept.some((ask) => effective.includes(ask));
  const wanted = needsMildest ? [...kept, mildest] : kept;
  return ASKS.filter((ask) => wanted.includes(ask));
}
