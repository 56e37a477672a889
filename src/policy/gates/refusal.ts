import type { SendItem } from '../../domain/send-facts.ts';

/** Every reason for which a notice does not leave, in the order in which a person would see to it. */
export const SEND_REFUSAL_CODES = [
  'notice-rejected',
  'notice-not-approved',
  'approvals-too-few',
  'sender-not-set',
  'no-contact',
  'contact-no-longer-listed',
  'contact-changed-lately',
  'contact-differs-from-registry',
  'bulletproof-without-order',
  'authority-missing',
  'authority-not-yet-issued',
  'authority-expired',
  'authority-ended',
  'authority-names-others',
  'authority-does-not-cover',
  'no-servers',
  'case-held',
  'never-touched',
  'case-not-approved',
  'case-stopped',
  'hands-off',
  'with-partner',
  'not-deconflicted',
  'protected-ground-unchecked',
  'attested-import-only',
  'evidence-taken-back',
  'no-evidence-of-c2',
  'evidence-undated',
  'evidence-too-old',
  'never-found-alive',
  'answers-other',
  'dark',
  'look-too-old',
  'not-armed',
  'arming-expired',
  'drill-outside-lab',
  'aim-not-reached',
  'aim-window-past',
  'deadline-near',
] as const;
export type SendRefusalCode = (typeof SEND_REFUSAL_CODES)[number];

/** Why a notice does not leave now. */
export interface SendRefusal {
  readonly code: SendRefusalCode;
  /** One sentence for people; names no host, so that a face can show the servers defanged beside it. */
  readonly sentence: string;
  /** The servers concerned, where it is about some of them; empty where it is about the notice as a whole. */
  readonly servers: readonly RefusedServer[];
}

export type RefusedServer = Pick<SendItem, 'serverId' | 'host'>;

export function refusal(code: SendRefusalCode, sentence: string, items: readonly RefusedServer[] = []): SendRefusal {
  return { code, sentence, servers: items.map(({ serverId, host }) => ({ serverId, host })) };
}

/** "1 server", "3 servers". */
export function serverCount(count: number): string {
  return count === 1 ? '1 server' : `${count} servers`;
}
