/** How often tracked servers are looked at. A setting each (watch.*). */
export interface WatchSettings {
  /** After a notice: every minute for so many minutes. */
  readonly minutelyMinutes: number;
  /** Then every five minutes for so many hours. */
  readonly fiveMinutelyHours: number;
  /** What is dark or closed is looked at hourly for so many days, and daily after that. */
  readonly hourlyDays: number;
  /** What is dark or closed is looked at no more after so many days. */
  readonly days: number;
}

export const WATCH_DEFAULTS: WatchSettings = { minutelyMinutes: 15, fiveMinutelyHours: 6, hourlyDays: 7, days: 90 };

/** How much may leave this machine. One look is one endpoint from one vantage. */
export interface LookRates {
  /** Looks a second, all together. */
  readonly perSecond: number;
  /** Looks a second at servers of one provider. */
  readonly perProviderPerSecond: number;
  /** Looks at once. */
  readonly concurrency: number;
}

/** Why a server is not looked at. */
export const UNWATCHED = [
  /** A list says that it must never be touched. */
  'protected',
  /** Somebody has asked to leave it alone, and that holds. */
  'hands-off',
  /** We were wrong about it. */
  'retracted',
  /** Nobody has judged it yet, and so nobody has asked about protected ground. */
  'not-judged',
  /** No port is known, or only another system can resolve its name. */
  'nothing-to-look-at',
  /** It has been dark or closed for as long as the watch lasts. */
  'watch-over',
] as const;
export type Unwatched = (typeof UNWATCHED)[number];
