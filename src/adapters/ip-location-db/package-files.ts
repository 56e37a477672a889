import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { problem } from '../../domain/problem.ts';

/** The folders of the two npm packages. */
export interface PackageFolders {
  /** `@ip-location-db/asn`: origin AS and holder. */
  readonly asn: string;
  /** `@ip-location-db/asn-country`: country. */
  readonly country: string;
}

/** One CSV file of a package. */
export interface PackageFile {
  readonly path: string;
  readonly says: 'asn' | 'country';
  readonly version: 4 | 6;
}

/** Which data is installed. */
export interface PackageFiles {
  readonly files: readonly PackageFile[];
  /** Differs whenever the data does: package versions and file sizes. */
  readonly key: string;
  /** Name and version. */
  readonly source: string;
  /** YYYY-MM-DD, the older of the two. */
  readonly dataDate: string;
}

const FILES = [
  { says: 'asn', version: 4, name: 'asn-ipv4-num.csv' },
  { says: 'asn', version: 6, name: 'asn-ipv6-num.csv' },
  { says: 'country', version: 4, name: 'asn-country-ipv4-num.csv' },
  { says: 'country', version: 6, name: 'asn-country-ipv6-num.csv' },
] as const;

const MAX_FILE_BYTES = 256 * 1024 * 1024;
const REINSTALL = 'Run npm ci again: the packages @ip-location-db/asn and @ip-location-db/asn-country belong to it.';

/** Where npm put the packages. Throws an `input` problem where they are missing. */
export function installedPackages(): PackageFolders {
  const require = createRequire(import.meta.url);
  const folder = (name: string): string => {
    try {
      return path.dirname(require.resolve(`${name}/package.json`));
    } catch (cause) {
      throw problem('input', `The location data ${name} is not installed.`, REINSTALL, cause);
    }
  };
  return { asn: folder('@ip-location-db/asn'), country: folder('@ip-location-db/asn-country') };
}

/** Looks at the packages without reading the data. Throws an `input` problem where something is missing or too large. */
export async function findPackageFiles(folders: PackageFolders): Promise<PackageFiles> {
  const asnVersion = await packageVersion(folders.asn);
  const countryVersion = await packageVersion(folders.country);
  const files: PackageFile[] = [];
  const sizes: number[] = [];
  for (const { says, version, name } of FILES) {
    const file = path.join(folders[says], name);
    sizes.push(await fileSize(file));
    files.push({ path: file, says, version });
  }
  const dates = [versionDate(asnVersion, folders.asn), versionDate(countryVersion, folders.country)].sort();
  return {
    files,
    key: JSON.stringify([asnVersion, countryVersion, ...sizes]),
    source:
      asnVersion === countryVersion
        ? `ip-location-db ${asnVersion}`
        : `ip-location-db asn ${asnVersion}, asn-country ${countryVersion}`,
    dataDate: dates[0] ?? '',
  };
}

async function packageVersion(folder: string): Promise<string> {
  const file = path.join(folder, 'package.json');
  try {
    const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null && 'version' in parsed && typeof parsed.version === 'string') {
      return parsed.version;
    }
  } catch (cause) {
    throw problem('input', `${file}: cannot be read.`, REINSTALL, cause);
  }
  throw problem('input', `${file}: states no version.`, REINSTALL);
}

async function fileSize(file: string): Promise<number> {
  let size: number;
  try {
    ({ size } = await stat(file));
  } catch (cause) {
    throw problem('input', `${file}: cannot be read.`, REINSTALL, cause);
  }
  if (size > MAX_FILE_BYTES) throw problem('input', `${file}: larger than ${MAX_FILE_BYTES} bytes.`, REINSTALL);
  return size;
}

/** The packages date themselves in the last part of their version, YYYYMMDDhh: 2.3.2026061719 is of 17 June 2026. */
function versionDate(version: string, folder: string): string {
  const match = /\.(\d{4})(\d{2})(\d{2})\d{2}$/.exec(version);
  if (match === null) throw problem('input', `${folder}: the version ${version} does not tell a date.`, REINSTALL);
  return `${match[1]}-${match[2]}-${match[3]}`;
}
