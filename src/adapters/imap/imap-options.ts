import type { Outgoing } from '../../ports/outgoing.ts';

export interface ImapOptions {
  readonly outgoing: Outgoing;
  readonly host: string;
  readonly port: number;
  /** `tls` from the first byte, `starttls` before the password, or, to this very machine alone, `none`. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly user: string;
  readonly password: string;
  readonly folder: string;
  /** PEM of the authority that signed the server's certificate, where it is none that this machine knows. */
  readonly ca: string | null;
  /** Remembers what was taken where the server lets nobody set keywords. */
  readonly memory: UidMemory;
  /** What goes on, in a sentence for a person. */
  readonly report: (text: string) => void;
  readonly pauses?: ImapPauses;
}

/** The last message that was taken from a folder, by the numbers of its server (RFC 9051 section 2.3.1.1). */
export interface TakenUpTo {
  readonly uidValidity: string;
  readonly uid: number;
}

export interface UidMemory {
  read(): Promise<TakenUpTo | null>;
  write(taken: TakenUpTo): Promise<void>;
}

export interface ImapPauses {
  /** Before the first new try after a connection was lost; doubled each time up to the longest. */
  readonly firstMs: number;
  readonly longestMs: number;
  /** How long to wait for the server's word that something is new before asking again. */
  readonly pollMs: number;
}

export const USUAL_PAUSES: ImapPauses = { firstMs: 1000, longestMs: 300_000, pollMs: 240_000 };

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/i;

export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}
