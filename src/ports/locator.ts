import type { Address } from '../domain/address.ts';
import type { Location } from '../domain/location.ts';

/** Tells where an address is, from data that is already here: it asks nobody. */
export interface AddressLocator {
  locate(address: Address): Location;
  /** Whom the data's licence wants named wherever results are shown, one sentence. */
  readonly attribution: string;
  /** YYYY-MM-DD: how old the data is. */
  readonly dataDate: string;
}
