import type { HostType } from '../domain/server.ts';
import type { Vantage } from '../domain/vantage.ts';
import type { LookTaken } from '../domain/verdict.ts';

/** One endpoint of a tracked server, as it stands in the store. */
export interface ProbeTarget {
  readonly serverId: string;
  readonly hostType: HostType;
  /** Canonical. */
  readonly host: string;
  /** Null: none is known, and there is nothing to look at. */
  readonly port: number | null;
  /** "http" and "https" where a source gave a URL; null: try TLS, then plain HTTP. */
  readonly scheme: string | null;
  /** The path of that URL without its query; null: "/". */
  readonly path: string | null;
}

/** What looks at servers from one vantage: a TCP connect, a TLS handshake, a plain HTTP request, and nothing else. */
export interface Prober {
  readonly vantage: Vantage;
  /**
   * Looks once. Never throws for what a server, a proxy or an agent does: that is what it reports. Bounded in time and bytes.
   *
   * @param drill whose space it has to keep to: the laboratory (127.66.0.0/16), or everything but reserved space
   */
  look(target: ProbeTarget, drill: boolean, signal: AbortSignal): Promise<LookTaken>;
  close(): Promise<void>;
}
