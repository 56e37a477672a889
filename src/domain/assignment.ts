/*
 *     offered ─► accepted ─► working ─► done          whether it is dark our looks say, never the partner
 *        └─► declined: ours again      hands-off: nobody is to touch it          ended: taken back by us
 *                                                                                retracted: it was a mistake
 */

export const ASSIGNMENT_STATES = [
  'offered',
  'accepted',
  'working',
  'done',
  'hands-off',
  'declined',
  'ended',
  'retracted',
] as const;
export type AssignmentState = (typeof ASSIGNMENT_STATES)[number];

/** What a partner may answer. */
export const ASSIGNMENT_ANSWERS = [
  'accepted',
  'working',
  'done',
  'hands-off',
  'declined',
] as const satisfies readonly AssignmentState[];
export type AssignmentAnswer = (typeof ASSIGNMENT_ANSWERS)[number];

/** A way in to a server, as a partner is told of it. */
export interface ToldEndpoint {
  readonly host: string;
  readonly port: number | null;
}

/** A server that a partner sees to, as both see it. */
export interface Assignment {
  readonly operationId: string;
  readonly operation: string;
  readonly serverId: string;
  readonly host: string;
  readonly kind: string;
  readonly endpoints: readonly ToldEndpoint[];
  readonly country: string | null;
  readonly provider: string | null;
  readonly partner: string;
  readonly state: AssignmentState;
  /** What the partner said with its last answer. */
  readonly note: string | null;
  readonly assignedAt: string;
  readonly assignedBy: string;
  readonly answeredAt: string | null;
  readonly endedAt: string | null;
  /** By our looks; null where nobody has looked. */
  readonly verdict: string | null;
  readonly verdictSince: string | null;
  readonly darkAt: string | null;
  readonly confirmedAt: string | null;
}
