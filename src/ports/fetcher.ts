import type { Result } from '../domain/result.ts';

/*
 * HTTP with places that a person has named to us: what is fetched from them, and what is posted to them. They may mean harm,
 * or lead elsewhere; whoever implements this keeps to public addresses and to limits.
 */

export interface FetchRequest {
  readonly method: 'GET' | 'POST';
  /** "https://feed.example/c2.csv"; plain http only to hosts that the settings except. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The name of a credential of the settings; its headers go to the hosts that the settings name for it, and nowhere else. */
  readonly credential: string | null;
  readonly body: Uint8Array | null;
  /** How many redirects are followed; a POST follows none. */
  readonly redirects: number;
  /** Takes the pieces of the body of a 2xx answer, unpacked; `body` of the answer is empty then. */
  readonly take: ((piece: Uint8Array) => Promise<void>) | null;
  /** Bytes of the body, unpacked; less than what the settings allow. */
  readonly maxBytes: number | null;
}

export interface FetchAnswer {
  readonly status: number;
  /** By lower-case names; one that came several times is joined with ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** At most 64 KiB where the status is no 2xx. */
  readonly body: Uint8Array;
  /** Where it came from in the end. */
  readonly url: string;
  readonly address: string;
  /** How long Retry-After asks us to wait; null where it does not. */
  readonly retryAfterMs: number | null;
}

export interface FetchFailure {
  /** A sentence without its full stop: "feed.example: no connection within 10 s". */
  readonly reason: string;
  /** Whether another time may be better. */
  readonly mayPass: boolean;
}

export interface Fetcher {
  /**
   * One request with its whole answer, whatever its status. Throws `switched-off` where its kind of traffic is off and
   * `interrupted` where the signal is aborted; a credential that is not in the settings is a `settings` problem.
   */
  exchange(request: FetchRequest, signal: AbortSignal): Promise<Result<FetchAnswer, FetchFailure>>;
}
