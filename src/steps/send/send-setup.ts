import type { Operation, Sender } from '../../domain/operation.ts';
import type { Gates } from '../../domain/gates.ts';
import type { SendingWindow } from '../../domain/sending-window.ts';
import type { Job, Jobs } from '../../ports/jobs.ts';
import type { MailComposer } from '../../ports/mail-composer.ts';
import type { MailTransport } from '../../ports/mail-transport.ts';

/** What sending works with, for one operation. */
export interface SendSetup {
  readonly operation: Operation;
  readonly organisationId: string;
  readonly jobs: Jobs;
  /** Null where no mail server is set, or traffic.send is off. */
  readonly transport: MailTransport | null;
  readonly composer: MailComposer;
  readonly sender: Sender;
  /** False while the settings here do not say who we are: nothing leaves in nobody's name. */
  readonly senderSet: boolean;
  /** Where bounces come back to. */
  readonly envelopeFrom: string;
  readonly limits: Gates;
  /** Messages an hour. */
  readonly rate: { readonly perProviderPerHour: number; readonly perDomainPerHour: number };
  /** By ISO 3166-1 country, or "default"; none: at any time. */
  readonly windows: Readonly<Record<string, SendingWindow>>;
  /** How many messages are on their way at once. */
  readonly connections: number;
}

/** One queue an operation: a drill's worker never sees another operation's mail. */
export function sendQueue({ operation }: Pick<SendSetup, 'operation'>): string {
  return `send-${operation.id}`;
}

export function jobFor(setup: Pick<SendSetup, 'operation' | 'organisationId'>, dispatchId: string): Job {
  return { queue: sendQueue(setup), organisationId: setup.organisationId, data: { dispatch: dispatchId } };
}
