import path from 'node:path';
import type { Address } from '../../domain/address.ts';
import type { Location } from '../../domain/location.ts';
import { openTableV4 } from '../../domain/range-table-v4.ts';
import { openTableV6 } from '../../domain/range-table-v6.ts';
import type { AddressLocator } from '../../ports/locator.ts';
import { readCache, writeCache } from './cache-file.ts';
import { meaningOf, readLocationData } from './location-data.ts';
import type { LocationData } from './location-data.ts';
import { findPackageFiles, installedPackages } from './package-files.ts';
import type { PackageFiles, PackageFolders } from './package-files.ts';

export interface IpLocationOptions {
  /** Where the prepared data is kept between runs; null prepares it anew each time, in about a second. */
  readonly cacheDirectory: string | null;
  /** Hears what takes time or went wrong without harm, one sentence each. */
  readonly report: (sentence: string) => void;
  /** The data to read; the npm packages that came with this program where left out. */
  readonly packages?: PackageFolders;
}

const ATTRIBUTION =
  'IP address data by RouteViews, DB-IP (https://db-ip.com) and the NRO, merged by ip-location-db (CC BY 4.0).';
const CACHE_NAME = 'ip-locations.cache';

/**
 * Opens the location data of the packages `@ip-location-db/asn` and `@ip-location-db/asn-country`. A cache that is
 * missing, damaged or made from other data is made anew; one that cannot be written costs time only.
 * Throws an `input` problem where the packages are missing or not what they should be.
 */
export async function openIpLocations(options: IpLocationOptions): Promise<AddressLocator> {
  const files = await findPackageFiles(options.packages ?? installedPackages());
  const data = await loadData(files, options);
  return createLocator(data, files);
}

async function loadData(files: PackageFiles, options: IpLocationOptions): Promise<LocationData> {
  const { cacheDirectory, report } = options;
  const cache = cacheDirectory === null ? null : path.join(cacheDirectory, CACHE_NAME);
  const cached = cache === null ? null : await readCache(cache, files.key);
  if (typeof cached === 'string') report(`The location cache ${cache} is ${cached}; it is made anew.`);
  if (cached !== null && typeof cached !== 'string') return cached;

  report(`Preparing the location data of ${files.dataDate}.`);
  const { data, odd } = await readLocationData(files);
  if (odd > 0) report(`${odd} lines of the location data were not understood and left out.`);
  if (cache !== null) {
    try {
      await writeCache(cache, files.key, data);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      report(`The location cache could not be written, so the next start is slow again: ${reason}`);
    }
  }
  return data;
}

function createLocator(data: LocationData, { source, dataDate }: PackageFiles): AddressLocator {
  const unknown: Location = { asn: null, holder: null, country: null, source, dataDate };
  const { dictionary } = data;
  const tableV4 = openTableV4(data.v4);
  const tableV6 = openTableV6(data.v6);
  // One Location a chain, made when first asked for: millions of addresses share a few thousand of them.
  const locationsV4: (Location | undefined)[] = Array.from({ length: data.v4.values.length });
  const locationsV6: (Location | undefined)[] = Array.from({ length: data.v6.values.length });

  const compose = (values: readonly number[]): Location => {
    let location = unknown;
    // The widest range first, so that a more specific one has the last word.
    for (const value of values.toReversed()) {
      const meaning = meaningOf(dictionary, value);
      if (meaning === null) continue;
      location =
        meaning.says === 'asn'
          ? { ...location, asn: meaning.asn, holder: meaning.holder }
          : { ...location, country: meaning.country };
    }
    return location;
  };
  const locate = (address: Address): Location => {
    if (address.version === 4) {
      const chain = tableV4.chainAt(address.number);
      if (chain < 0) return unknown;
      return (locationsV4[chain] ??= compose(tableV4.valuesOf(chain)));
    }
    const chain = tableV6.chainAt(address.high, address.low);
    if (chain < 0) return unknown;
    return (locationsV6[chain] ??= compose(tableV6.valuesOf(chain)));
  };
  return { locate, attribution: ATTRIBUTION, dataDate };
}
