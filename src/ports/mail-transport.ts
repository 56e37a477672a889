/** One message for one recipient, as it goes over the wire. */
export interface OutgoingMail {
  /** The envelope's sender (RFC 5321 MAIL FROM): where bounces come back to. */
  readonly from: string;
  /** The envelope's only recipient. */
  readonly to: string;
  /** The finished message (RFC 5322), lines end in CRLF. */
  readonly message: Uint8Array;
  /** Whether the operation is a drill: its mail goes to this machine and to reserved names only, every other's never does. */
  readonly drill: boolean;
  /** Aborted once it is somebody else's to send: what has not been given to the mail server by then is refused for now. */
  readonly lost?: AbortSignal;
}

/**
 * What became of one attempt. `permanent` is said of the message and its recipient: a server that will not even talk to us
 * (its greeting, TLS, our login, our sender refused) refuses for now, whatever its code, since another contact would fare the same.
 */
export type MailOutcome =
  | { readonly outcome: 'accepted'; readonly code: number; readonly response: string }
  | {
      readonly outcome: 'refused';
      /** The server's reply code; null where none came: not reachable, too slow, a certificate that proves nothing. */
      readonly code: number | null;
      readonly response: string;
      readonly permanent: boolean;
    }
  /** Lost after the whole message was given and before the answer to it: it may have arrived. */
  | { readonly outcome: 'unknown'; readonly response: string };

/** Hands finished mail to the organisation's own mail server. `response` is one line of somebody else's words. */
export interface MailTransport {
  readonly host: string;
  readonly port: number;
  /**
   * Throws before any connection: a `switched-off` problem where traffic.send is off, a `refused` one where the addresses are
   * unfit or a drill's mail would leave this machine. Everything that a server or a network does is an outcome.
   */
  deliver(mail: OutgoingMail): Promise<MailOutcome>;
  /** Lets go of every connection. What is under way ends as refused or unknown. */
  close(): Promise<void>;
}
