/*
 * What one look at one endpoint saw: the evidence, before anybody judges it. It goes into the ledger's rows as it is, so that
 * all texts are well-formed, without NUL, and bounded; hashes are SHA-256 in lower-case hex; times are milliseconds.
 */

export interface CertificateSeen {
  /** Of the DER bytes, which are kept under it. */
  readonly sha256: string;
  /** Of the public key (SubjectPublicKeyInfo, DER): the same key in a renewed certificate. Null where it cannot be read. */
  readonly publicKeySha256: string | null;
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and addresses of the subjectAltName, at most 50. */
  readonly names: readonly string[];
  readonly serial: string;
  /** As the certificate writes them, ISO 8601; null where they cannot be read. */
  readonly notBefore: string | null;
  readonly notAfter: string | null;
}

export interface TcpSeen {
  readonly outcome:
    | 'connected'
    | 'refused'
    | 'timed-out'
    | 'reset'
    | 'host-unreachable'
    /** Our own side or the vantage's: says nothing of the server. */
    | 'failed';
  readonly ms: number;
  /** The system's code ("ECONNREFUSED") or the proxy's answer; null where it connected. */
  readonly error: string | null;
}

export interface TlsSeen {
  readonly outcome:
    | 'handshake'
    /** It speaks TLS and sent an alert. */
    | 'refused'
    /** What came is not TLS. */
    | 'not-tls'
    | 'closed'
    | 'reset'
    | 'timed-out';
  readonly protocol: string | null;
  readonly cipher: string | null;
  readonly alpn: string | null;
  /** The leaf first, at most 10. */
  readonly chain: readonly CertificateSeen[];
  readonly ms: number;
  readonly error: string | null;
}

export interface HttpSeen {
  readonly outcome: 'answered' | 'not-http' | 'closed' | 'reset' | 'timed-out';
  readonly over: 'tls' | 'tcp';
  readonly path: string;
  readonly status: number | null;
  /** In the order in which they came, names in lower case; at most 100, together 16 KiB. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Where it redirects to: recorded, never followed. */
  readonly location: string | null;
  /** Of the first 64 KiB of the body; null where no body was read. */
  readonly bodySha256: string | null;
  readonly bodyBytes: number;
  readonly bodyTruncated: boolean;
  /** What the page calls itself, at most 200 characters; null where it says nothing. */
  readonly title: string | null;
  readonly ms: number;
  readonly error: string | null;
}

export interface Observation {
  readonly tcp: TcpSeen;
  /** Null: not tried, for nothing connected or another way was stated. */
  readonly tls: TlsSeen | null;
  readonly http: HttpSeen | null;
  /** Of a name: what it resolved to, and which resolver said so. Null for an address. */
  readonly resolved: { readonly name: string; readonly addresses: readonly string[] } | null;
}

/** Why a look saw nothing of the server at all. */
export const LOOK_FAILURES = [
  /** The vantage could not do it: its proxy, its agent, our own network. */
  'vantage-failed',
  /** The vantage heard nothing from anybody at that time: its own network is the likelier reason. */
  'vantage-deaf',
  /** The scope guard did not let it out; why is in `message`. */
  'not-allowed',
  /** The name exists no more, or has no address (NXDOMAIN, no data). */
  'no-address',
  /** The name servers did not answer or failed. */
  'not-resolved',
  /** No port is known, or a name that only another system can resolve (.onion, blockchain names). */
  'nothing-to-look-at',
] as const;
export type LookFailure = (typeof LOOK_FAILURES)[number];
