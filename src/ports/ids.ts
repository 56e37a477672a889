/** The only source of new identifiers. */
export interface Ids {
  /** A UUID version 7 (RFC 9562 section 5.7) in lower case: sorts by the time of its making. */
  uuid(): string;
  /** A short reference that a person can read over the telephone: "DSM-7K3Q9FXC". */
  reference(): string;
}
