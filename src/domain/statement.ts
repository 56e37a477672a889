import type { EvidenceClass } from './evidence.ts';
import type { Instant } from './instant.ts';
import type { Reliability } from './reliability.ts';

/** What one source says of a server and has not taken back; several rows of the same kind are one statement. */
export interface Statement {
  readonly source: string;
  /** The independence group; "" is the one unnamed group. */
  readonly group: string;
  readonly reliability: Reliability | null;
  readonly evidence: EvidenceClass;
  /** When the source saw it last; null where it gives no date. */
  readonly seen: Instant | null;
  /** When we were told. */
  readonly received: Instant;
  /** The report that it cites, or an id of its own; null where it names none. */
  readonly reference: string | null;
  /** The configuration that lists it: whoever extracted that has read the same file, which the botnet's operator wrote. */
  readonly configuration?: string | null;
  /** What it calls the malware: never counts for a server, but another botnet's name counts against it. */
  readonly label?: string | null;
}

/** A person's word on one server. */
export interface ServerAttestation {
  readonly person: string;
  readonly reason: string;
  readonly at: Instant;
  /** What the person has seen, beyond the reason; null where that is not stated. */
  readonly evidence: EvidenceClass | null;
  readonly seen: Instant | null;
}
