import type { Channel } from './provider.ts';

/** What one outgoing message is for. */
export const DISPATCH_KINDS = ['notice', 'csirt-copy', 'reminder', 'correction', 'upstream', 'referral'] as const;
export type DispatchKind = (typeof DISPATCH_KINDS)[number];

/** How it goes; a telephone call is written down like a message. */
export type DispatchChannel = Channel | 'phone';

/**
 * `attempted`: the intent is on record and its outcome is not, so that it may have left. `waiting`: a person has to carry it
 * out (a form, a call). `failed`: no contact is left, or a person has to look.
 */
export const DISPATCH_STATES = ['queued', 'attempted', 'sent', 'failed', 'waiting', 'cancelled'] as const;
export type DispatchState = (typeof DISPATCH_STATES)[number];

/** Subject and body of a message that is not the notice's own. */
export interface DispatchText {
  readonly subject: string;
  readonly body: string;
}
