import type { MailAuth, MailFacts } from '../domain/received-mail.ts';

/** A raw message with where it came from: "import: replies.mbox, message 3" or "imap: desk@cert.example INBOX". */
export interface RawMessage {
  readonly bytes: Uint8Array;
  readonly source: string;
}

/** Reads raw messages. Never throws on what a message holds: one that cannot be read gives facts that say so. */
export interface MailReader {
  read(bytes: Uint8Array): Promise<MailFacts>;
}

/** Checks who really sent a message. Where nothing may be looked up, the verdict is "not checked". */
export interface MailAuthenticator {
  check(bytes: Uint8Array): Promise<MailAuth>;
}

/** What came of one visit to a mailbox. */
export interface Fetched {
  /** Messages handed to `take`, in the order of the mailbox. */
  readonly taken: number;
  /** Whether more wait there than one visit takes. */
  readonly more: boolean;
  /** How what was taken is remembered there. */
  readonly mark: 'keyword' | 'seen' | 'uids' | null;
}

/** A mailbox on a server of our own. Nothing in it is ever deleted. */
export interface Mailbox {
  /**
   * Hands each message that has not been taken yet to `take`, and marks it as taken after `take` has resolved. A crash
   * between the two hands it out again, so `take` must bear repetition.
   */
  takeNew(take: (message: RawMessage) => Promise<void>): Promise<Fetched>;
  /** Fetches, waits for new messages, fetches again, until the signal is aborted; reconnects with growing pauses. */
  watch(take: (message: RawMessage) => Promise<void>, signal: AbortSignal): Promise<void>;
}

/** Messages out of files, folders and standard input. */
export interface MailFiles {
  /** Each message of each named file, folder or "-"; the next one is read once the last has been dealt with. */
  messages(names: readonly string[]): AsyncIterable<RawMessage>;
}
