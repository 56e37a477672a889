/** Where an address is announced from and who holds it. What is not known is null, never guessed. */
export interface Location {
  /** The origin AS. */
  readonly asn: number | null;
  /** Who holds the AS, as the data names it. */
  readonly holder: string | null;
  /** Upper-case ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** The data's name and version. */
  readonly source: string;
  /** YYYY-MM-DD: how old the data is. */
  readonly dataDate: string;
}
