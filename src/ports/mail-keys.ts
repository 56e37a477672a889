/** What receivers need to verify our mail: the record in the DNS, and the certificate. Null: not configured. */
export interface PublishedKeys {
  readonly dkim: {
    readonly algorithm: string;
    /** A TXT record. */
    readonly name: string;
    readonly value: string;
  } | null;
  readonly smime: {
    readonly subject: string;
    readonly issuer: string;
    readonly mailboxes: readonly string[];
    /** "AB:CD:…" */
    readonly fingerprintSha256: string;
    /** ISO 8601 UTC. */
    readonly validFrom: string;
    readonly validTo: string;
    readonly pem: string;
  } | null;
}

/** One thing about the settings of mail, found without a connection. `note` is worth knowing and no fault. */
export interface MailFinding {
  readonly what: string;
  readonly state: 'good' | 'note' | 'bad';
  readonly says: string;
}
