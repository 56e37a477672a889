/** What the store tells of this part; filled in by what stands on it. */
export type MailReads = object;
