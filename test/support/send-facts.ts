import type { ApprovalFact, ContactFact, LookFact, SendFacts, SendItem } from '../../src/domain/send-facts.ts';

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

export const LOOK: LookFact = { port: 443, at: NOW - HOUR, outcome: 'c2-live' };

export const ITEM: SendItem = {
  caseId: 'case-1',
  serverId: 'server-1',
  host: '192.0.2.11',
  // The state that an approval leaves a case in.
  state: 'approved',
  heldBy: [],
  basis: 'independent-groups',
  groundChecked: true,
  isNeverTouched: false,
  handsOff: [],
  deconfliction: { round: 'round-1', unsettled: [] },
  evidence: { class: 'configuration', seen: NOW - 2 * DAY },
  looks: [LOOK],
  isCovered: null,
};

export const CONTACT: ContactFact = {
  mailbox: 'abuse@hosting.example',
  isListed: true,
  changedAt: NOW - 400 * DAY,
  changedLately: false,
  differsFromRegistry: false,
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
  items: [{ ...ITEM, isCovered: true }],
};
