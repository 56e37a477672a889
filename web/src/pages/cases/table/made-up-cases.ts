import type { CaseJson } from './row.ts';

/** A case as the service tells it, for tests. */
export function madeUpCase(host: string, other: Partial<CaseJson> = {}): CaseJson {
  return {
    caseId: `case of ${host}`,
    host,
    kind: 'dedicated',
    episode: 1,
    state: 'notified',
    stateSince: '2020-10-12T08:00:00.000Z',
    openedAt: '2020-10-12T08:00:00.000Z',
    heldBy: [],
    groups: ['backbone'],
    attestedBy: [],
    country: 'ID',
    provider: 'Jakarta Server',
    method: 'abuse-notice',
    rowId: 'abuse-notice',
    noticeId: null,
    lastLookAt: null,
    handsOffUntil: null,
    verdict: 'live',
    finding: 'answers',
    darkAt: null,
    closedAt: null,
    ...other,
  };
}
