/** The five kinds of traffic that may leave the machine. Each has a switch of its own, and each is off until switched on. */
export const TRAFFIC_KINDS = ['lookup', 'fetch', 'timestamp', 'probe', 'send'] as const;
export type TrafficKind = (typeof TRAFFIC_KINDS)[number];

/** The door to the network: nothing in this program opens a connection to another machine without asking it. */
export interface Outgoing {
  /** Throws a `switched-off` problem that names the setting when this kind of traffic is not switched on. */
  assertAllowed(kind: TrafficKind): void;
  /** The state of every switch and where it was set, for `doctor`. */
  switches(): Readonly<Record<TrafficKind, boolean>>;
}
