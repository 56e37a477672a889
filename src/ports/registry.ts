import type { Address } from '../domain/address.ts';
import type { Instant } from '../domain/instant.ts';
import type { AutnumRegistration, Registration } from '../domain/registration.ts';

/** The raw answer, kept so that anybody can later check what the registry said and who said it. */
export interface RegistryEvidence {
  /** What was asked. */
  readonly url: string;
  /** Who answered in the end: the same, or the last of the redirects. */
  readonly finalUrl: string;
  /** Where each redirect led, in order. */
  readonly redirects: readonly string[];
  readonly status: number;
  /** When the last byte had come, by our clock. */
  readonly fetchedAt: Instant;
  /** Lower-case hexadecimal SHA-256 of the bytes received. */
  readonly sha256: string;
  /** Those bytes as UTF-8 text, at most 512 KiB; what is not UTF-8 is shown by U+FFFD. */
  readonly body: string;
  /** False where the connection broke or we left, because the answer was too long or too slow. */
  readonly complete: boolean;
  /** The address that the name resolved to, that was checked, and that answered. */
  readonly peerAddress: string;
}

/**
 * What came of asking a registry; `reason` is a sentence for a person. `not-found`: it knows no such object. `refused`:
 * it does not want to answer now (429 after retries) or us (401, 403). `failed`: everything else, and nothing is known.
 */
export type RegistryAnswer<Subject = Registration> =
  | {
      readonly outcome: 'answered';
      readonly registration: Subject;
      readonly reason: string;
      readonly evidence: RegistryEvidence;
    }
  | {
      readonly outcome: 'not-found' | 'refused' | 'failed';
      readonly reason: string;
      /** The last answer that came, if any did. */
      readonly evidence: RegistryEvidence | null;
    };

/** The regional Internet registries, which know who holds an address or an AS number and whom to write to. */
export interface Registry {
  /** It is one of a simulated internet, and knows the addresses of drills. Real ones are never asked about those. */
  readonly knowsDrills?: boolean;
  /**
   * Throws a `switched-off` problem where lookups are not switched on, and `interrupted` once the signal is aborted.
   * Everything that may happen out there is an outcome.
   */
  network(address: Address, signal: AbortSignal): Promise<RegistryAnswer>;
  autnum(asn: number, signal: AbortSignal): Promise<RegistryAnswer<AutnumRegistration>>;
}
