import type { Socket } from 'node:net';
import type { Address } from '../../domain/address.ts';
import type { Result } from '../../domain/result.ts';
import type { TcpSeen } from '../../domain/observation.ts';

/** Whether a look may go to that address (policy/probing/scope.ts); the one that may be connected to, or why not. */
export type ScopeGuard = (address: string, drill: boolean) => Result<Address, string>;

/** What came of a connect; the time it took is milliseconds. */
export type Connection =
  | { readonly socket: Socket; readonly ms: number }
  /** It says something of the server. */
  | {
      readonly outcome: Exclude<TcpSeen['outcome'], 'connected' | 'failed'>;
      readonly ms: number;
      readonly error: string;
    }
  /** It does not. */
  | { readonly vantageFailed: string }
  | { readonly notAllowed: string };

export interface ConnectRequest {
  /** As text: each route asks the guard again about exactly what it is about to connect to. */
  readonly address: string;
  readonly port: number;
  readonly drill: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** A way to an address: straight, or through a proxy. */
export interface Route {
  connect(request: ConnectRequest): Promise<Connection>;
}
