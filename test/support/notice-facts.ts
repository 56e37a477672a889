import type { MethodRow } from '../../src/domain/method.ts';
import type { ItemEvidence, NoticeFacts, NoticeItem } from '../../src/domain/notice.ts';
import { prepareNoticeTexts } from '../../src/steps/notify/notice-texts.ts';
import type { NoticeTexts } from '../../src/steps/notify/notice-texts.ts';
import { readNoticeTexts } from '../../src/texts/notices/read-notice-texts.ts';

export const TEMPLATES = [
  'abuse-notice',
  'dsa-notice',
  'court-order',
  'copyright-notice',
  'isp-remediation',
  'registrar-request',
  'csirt-referral',
  'law-enforcement-referral',
] as const;

/** The texts that come with the program; throws when one of them is broken. */
export async function ownNoticeTexts(): Promise<NoticeTexts> {
  const prepared = prepareNoticeTexts((await readNoticeTexts()).files);
  if (!prepared.ok) throw new Error(prepared.problem.message);
  return prepared.value;
}

export function sampleEvidence(change: Partial<ItemEvidence> = {}): ItemEvidence {
  return {
    port: null,
    source: 'Lab feed',
    firstSeen: '2026-11-20T10:00:00.000Z',
    lastSeen: '2026-11-23T09:00:00.000Z',
    observed: 'Named as a controller in configuration 1000512.',
    ...change,
  };
}

export function sampleItem(change: Partial<NoticeItem> = {}): NoticeItem {
  return {
    caseId: 'case-1',
    hostType: 'address',
    host: '203.0.113.7',
    kind: 'dedicated',
    endpoints: [{ port: 443, scheme: null, path: null }],
    endpointsLeftOut: 0,
    asks: ['preserve', 'null-route', 'suspend'],
    evidence: [sampleEvidence()],
    ...change,
  };
}

export function sampleRow(change: Partial<MethodRow> = {}): MethodRow {
  return {
    id: 'any-abuse-notice',
    method: 'abuse-notice',
    addressee: 'hosting',
    channel: 'mail',
    law: 'the terms under which you provide the service',
    binding: 'courtesy',
    asks: ['preserve', 'null-route', 'suspend'],
    evidence: 'one fresh sighting',
    approvals: 2,
    deadlineHours: 24,
    escalation: 'national CSIRT',
    customerTold: 'may-be',
    nameShown: 'may-be',
    template: 'abuse-notice',
    citation: 'none',
    reviewedByCounsel: false,
    ...change,
  };
}

export function sampleFacts(change: Partial<NoticeFacts> = {}): NoticeFacts {
  const items = change.items ?? [sampleItem()];
  return {
    operation: { id: 'operation-1', name: 'secret name', drill: false, malware: 'Labbot' },
    sender: {
      organisation: 'Lab CERT',
      email: 'soc@cert.example',
      contestEmail: 'contest@cert.example',
      phone: '+1 555 0100',
      capacity: 'csirt',
    },
    provider: {
      key: 'as64500',
      name: 'Lab Hosting One',
      asn: 64500,
      country: 'DE',
      type: 'hosting',
      trust: 'unknown',
      channel: 'mail',
      contact: 'abuse@one.example',
      source: 'providers.yaml',
    },
    to: 'abuse@one.example',
    row: sampleRow(),
    items,
    messageId: 'dsm-7k3q9f.1@cert.example',
    token: 'DSM-7K3Q9F',
    draftedAt: '2026-11-23T10:00:00.000Z',
    informed: [],
    languages: [],
    reportIds: items.map((_, index) => `5f0c2a4e-0000-4000-8000-${String(index).padStart(12, '0')}`),
    ...change,
  };
}
