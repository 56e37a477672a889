import { commonCertificateReason } from '../../policy/common-certificate.ts';
import type { KnownFingerprint } from '../../ports/candidates.ts';
import type { ScanRow } from './read-scan-row.ts';

/** A row of a scan that carries a known fingerprint on a host that the operation does not track. */
export interface Hit {
  readonly line: number;
  readonly row: ScanRow;
  readonly known: KnownFingerprint;
}

/** A fingerprint that a file shows on so many hosts that it tells nobody's server, or whose names say as much. */
export interface CommonFingerprint {
  readonly kind: KnownFingerprint['kind'];
  readonly value: string;
  /** How many rows of the file carry it. */
  readonly rows: number;
  /** On how many hosts it stands, in the file and in what was offered before; at least so many. */
  readonly hosts: number;
  readonly reason: string;
}

interface Carried {
  readonly known: KnownFingerprint;
  rows: number;
  readonly hosts: Set<string>;
  /** By host and port; given up where the fingerprint has become common. */
  hits: Map<string, Hit> | null;
}

/**
 * Finds in a scan what carries a known fingerprint. However long the file, it holds no more than the rows of each known
 * fingerprint up to the bound, above which none of them is offered.
 */
export class ScanMatcher {
  readonly #known = new Map<string, KnownFingerprint>();
  readonly #carried = new Map<string, Carried>();
  readonly #maxHosts: number;

  /** @param maxHosts on more hosts than this, a fingerprint is common */
  constructor(known: readonly KnownFingerprint[], maxHosts: number) {
    for (const each of known) this.#known.set(`${each.kind} ${each.value}`, each);
    this.#maxHosts = maxHosts;
  }

  /** Returns whether the row carries anything known. One service is offered once, by the most telling that it carries. */
  take(line: number, row: ScanRow): boolean {
    let isFirst = true;
    for (const { kind, value } of row.fingerprints) {
      const key = `${kind} ${value}`;
      const known = this.#known.get(key);
      if (known === undefined) continue;
      const carried = this.#carried.get(key) ?? { known, rows: 0, hosts: new Set(known.hosts), hits: new Map() };
      this.#carried.set(key, carried);
      carried.rows += 1;
      // Beyond the bound nothing is remembered but how many rows there are.
      if (carried.hosts.size <= this.#maxHosts) carried.hosts.add(row.host);
      if (carried.hosts.size > this.#maxHosts) carried.hits = null;
      if (isFirst && carried.hits !== null) keepNewest(carried.hits, { line, row, known });
      isFirst = false;
    }
    return !isFirst;
  }

  /** In the order of the file's lines, without what is common. */
  result(): { readonly hits: readonly Hit[]; readonly common: readonly CommonFingerprint[] } {
    const hits: Hit[] = [];
    const common: CommonFingerprint[] = [];
    for (const { known, rows, hosts, hits: own } of this.#carried.values()) {
      const { kind, value } = known;
      const reason = hosts.size > this.#maxHosts ? `it stands on more than ${this.#maxHosts} hosts` : ownReason(known);
      if (reason !== null) common.push({ kind, value, rows, hosts: hosts.size, reason });
      else for (const hit of own?.values() ?? []) hits.push(hit);
    }
    hits.sort((one, other) => one.line - other.line);
    return { hits, common };
  }
}

/** What a source has tied to this botnet says more than the names in it. */
function ownReason({ matches, names }: KnownFingerprint): string | null {
  return matches.some((match) => 'fingerprint' in match) ? null : commonCertificateReason(names);
}

/** The same service twice in a file: its newest date, where it first stands. */
function keepNewest(hits: Map<string, Hit>, hit: Hit): void {
  const key = JSON.stringify([hit.row.host, hit.row.port]);
  const before = hits.get(key);
  if (before === undefined) hits.set(key, hit);
  else if ((hit.row.seen ?? -1) > (before.row.seen ?? -1)) hits.set(key, { ...before, row: hit.row });
}
