import { readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { MethodRow } from '../../domain/method.ts';
import type { PlannedNotice, Strategy, WaitingForStrike } from '../../domain/strike.ts';
import { isOpen } from '../sending-window.ts';
import { forwarding } from './forwarding.ts';
import { reactionOf } from './reaction.ts';
import { windowOf } from './service-hour.ts';
import type { Windows } from './service-hour.ts';

const HOUR_MS = 3_600_000;

export interface PlanSetup {
  readonly strategy: Strategy;
  readonly aim: Instant;
  readonly now: Instant;
  /** Rows of the method table, by id. */
  readonly rows: ReadonlyMap<string, Pick<MethodRow, 'customerTold'>>;
  readonly windows: Windows;
}

/** Whom to notify when, in the order of the moments. */
export function planStrike(notices: readonly WaitingForStrike[], setup: PlanSetup): readonly PlannedNotice[] {
  return notices
    .map((notice) => planned(notice, setup))
    .toSorted((one, other) => one.notifyAt - other.notifyAt || (one.reference < other.reference ? -1 : 1));
}

function planned(notice: WaitingForStrike, setup: PlanSetup): PlannedNotice {
  const { noticeId, reference, providerKey, provider, trust, servers, rowIds } = notice;
  const { mayForward, why } = forwarding(trust, rowIds.map((id) => setup.rows.get(id))); // prettier-ignore
  const isDevice = isOfDevices(notice);
  const { notifyAt, reason } = momentOf(notice, mayForward, isDevice, setup);
  return {
    noticeId,
    reference,
    providerKey,
    provider,
    cases: servers.map(({ caseId }) => caseId).sort(),
    notifyAt,
    mayForward,
    trust,
    isDevice,
    reasons: [reason, why, ...warnings(notice, notifyAt, setup)],
  };
}

/** What goes to the provider of devices asks for their owners to be helped. */
export function isOfDevices({ method, servers }: Pick<WaitingForStrike, 'method' | 'servers'>): boolean {
  return method === 'isp-remediation' || (servers.length > 0 && servers.every(({ isDevice }) => isDevice));
}

function momentOf(
  notice: WaitingForStrike,
  mayForward: boolean,
  isDevice: boolean,
  { strategy, aim, now }: PlanSetup,
): { readonly notifyAt: Instant; readonly reason: string } {
  if (isDevice) return { notifyAt: now, reason: 'devices are never held back: their owners are harmed by waiting' };
  if (strategy === 'rolling') return { notifyAt: now, reason: 'as found' };
  if (strategy === 'simultaneous') return { notifyAt: aim, reason: 'with all others, at the aim' };
  if (mayForward) return { notifyAt: aim, reason: 'not before the aim: its customer may hear of it' };
  const { medianHours, fromCases } = reactionOf(notice.trust, isDevice, notice.history);
  const lead = `${medianHours < 10 ? medianHours.toFixed(1) : medianHours.toFixed(0)} h`;
  const by = fromCases === 0 ? `its class (${notice.trust})` : `its ${fromCases} finished cases`;
  return {
    notifyAt: Math.min(aim, Math.max(now, aim - Math.round(medianHours * HOUR_MS))),
    reason: `by ${by} it takes ${lead}, and goes so long before the aim`,
  };
}

/** What a person should know who lets it be held. */
function warnings(
  { country, halfwayAt, isApproved }: WaitingForStrike,
  notifyAt: Instant,
  { windows }: PlanSetup,
): readonly string[] {
  const window = windowOf(windows, country);
  return [
    ...(window === null || isOpen(window, notifyAt)
      ? []
      : ['its desk is not at work then, by the sending hours of the settings']),
    ...(isApproved ? [] : ['it is not approved yet']),
    ...(halfwayAt === null || halfwayAt >= notifyAt
      ? []
      : [`half of the time that it gives has passed by ${readableInstant(halfwayAt)}: run drafts it anew, to be approved anew`]),
  ]; // prettier-ignore
}
