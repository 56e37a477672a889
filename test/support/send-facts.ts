import { PARTY_KINDS } from '../../src/domain/deconfliction.ts';
import type { Round } from '../../src/domain/deconfliction.ts';
import type { LastLook } from '../../src/domain/look.ts';
import type { ApprovalFact, ContactFact, SendFacts, SendItem } from '../../src/domain/send-facts.ts';

export const NOW = Date.parse('2026-11-28T12:00:00Z');
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const HASH = 'a'.repeat(64);

export function approvalBy(person: string, change: Partial<ApprovalFact> = {}): ApprovalFact {
  return {
    person,
    hash: HASH,
    approvedAt: NOW - HOUR,
    expiresAt: NOW + 3 * DAY,
    withdrawnAt: null,
    wasApprover: true,
    isApprover: true,
    vouched: false,
    ...change,
  };
}

export const LOOK: LastLook = { at: NOW - HOUR, outcome: 'c2-live', vantage: 'lab', lastLiveAt: NOW - HOUR };

/** All that have to be asked have answered. */
export const ROUND: Round = {
  number: 1,
  openedAt: NOW - 3 * DAY,
  parties: PARTY_KINDS.map((partyKind) => ({
    party: `a ${partyKind}`,
    partyKind,
    channel: 'mail',
    askedAt: NOW - 3 * DAY,
    answer: 'clear',
    answeredAt: NOW - 2 * DAY,
  })),
  skips: [],
};

export const ITEM: SendItem = {
  caseId: 'case-1',
  serverId: 'server-1',
  host: '192.0.2.11',
  // The state that an approval leaves a case in.
  state: 'approved',
  heldBy: [],
  basis: 'independent-groups',
  isAttested: false,
  standingWeights: [1, 1],
  evidenceStands: true,
  groundChecked: true,
  isNeverTouched: false,
  partner: null,
  handsOffs: [],
  rounds: [1],
  evidence: { class: 'configuration', seen: NOW - 2 * DAY },
  look: LOOK,
  isCovered: null,
};

export const CONTACT: ContactFact = {
  mailbox: 'abuse@hosting.example',
  isListed: true,
  changedAt: NOW - 400 * DAY,
  changedLately: false,
  source: 'book',
  clearedAt: null,
};

/** A notice that nothing keeps from leaving. */
export const READY: SendFacts = {
  operation: {
    id: 'operation-1',
    name: 'examplebot',
    drill: true,
    armed: { until: NOW + DAY, lab: true, traffic: ['send'] },
  },
  notice: {
    noticeId: 'notice-1',
    reference: 'DSM-7K3Q9F',
    state: 'approved',
    hash: HASH,
    method: 'court-order',
    approvals: 2,
    missing: [],
    notBefore: NOW - HOUR,
    notAfter: NOW + HOUR,
    halfwayAt: NOW + HOUR,
  },
  approvals: [approvalBy('ada example'), approvalBy('bob example')],
  rejections: [],
  provider: {
    key: 'book:hosting example',
    name: 'Hosting Example',
    trust: 'cooperative',
    channel: 'mail',
    contact: 'abuse@hosting.example',
  },
  contacts: [CONTACT],
  registered: [],
  authority: {
    id: 'authority-1',
    reference: 'TRO-1',
    kind: 'court-order',
    court: 'E.D. Va.',
    docket: '1:20-cv-1171',
    issuedAt: NOW - 5 * DAY,
    expiresAt: NOW + 5 * DAY,
    endsAt: null,
    namesProvider: true,
  },
  rounds: [ROUND],
  items: [{ ...ITEM, isCovered: true }],
};
