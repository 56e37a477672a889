/** The world as shapes, drawn in one projection. */
export interface WorldMap {
  readonly width: number;
  readonly height: number;
  /** By ISO 3166-1 alpha-2, sorted; "" where a territory has no code of its own. */
  readonly countries: readonly CountryShape[];
  /** The point of a country that a mark may stand on, also of countries too small for a shape; null where nobody knows. */
  place(country: string): readonly [x: number, y: number] | null;
}

export interface CountryShape {
  readonly country: string;
  /** SVG path data. */
  readonly d: string;
}
