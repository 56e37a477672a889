/** What follows while nothing is heard and it goes on. Null: that step there is not. */
export interface Silence {
  readonly reminders: number;
  /** From the notice to the first reminder, and from one to the next. */
  readonly everyHours: number;
  /** The next mailbox of the same provider. */
  readonly nextContact: string | null;
  readonly nextContactHours: number;
  /** From the notice to the call, after all mailboxes; absent in doors of notices drafted before. */
  readonly callHours?: number;
  /** From when on a person decides whether to ask whoever gives the network its uplink; and to refer it to the police. */
  readonly upstreamHours: number | null;
  readonly lawEnforcementHours: number | null;
}
