import type { Given, GivenFile, GivenServer, GivingFormat } from '../../domain/giving.ts';
import { mispFiles } from './misp-feed.ts';
import { csvFile, listFile } from './rows.ts';
import { rpzFile, standsInZone } from './rpz-zone.ts';
import { stixFile } from './stix-file.ts';
import { standsInSets, suricataFiles } from './suricata-sets.ts';

/** What a format is for, and whether it fills a folder. */
interface FormatNature {
  /** Machines block by it: what is over must not stand in it. */
  readonly blocks: boolean;
  /** It can say that something was taken back; elsewhere that is said by leaving it out. */
  readonly revokes: boolean;
  readonly isFolder: boolean;
}

export const FORMAT_NATURES: Readonly<Record<GivingFormat, FormatNature>> = {
  list: { blocks: true, revokes: false, isFolder: false },
  csv: { blocks: false, revokes: false, isFolder: false },
  rpz: { blocks: true, revokes: false, isFolder: false },
  suricata: { blocks: true, revokes: false, isFolder: true },
  stix: { blocks: false, revokes: true, isFolder: false },
  misp: { blocks: false, revokes: true, isFolder: true },
};

/** Whether a format has a place for any endpoint of the server. */
export function hasPlaceFor({ endpoints }: GivenServer, format: GivingFormat): boolean {
  if (format === 'rpz') return endpoints.some(standsInZone);
  return format !== 'suricata' || endpoints.some(standsInSets);
}

const WRITERS: Readonly<Record<GivingFormat, (given: Given) => readonly GivenFile[]>> = {
  list: (given) => [listFile(given)],
  csv: (given) => [csvFile(given)],
  rpz: (given) => [rpzFile(given)],
  suricata: suricataFiles,
  stix: (given) => [stixFile(given)],
  misp: mispFiles,
};

export function filesOf(given: Given, format: GivingFormat): readonly GivenFile[] {
  return WRITERS[format](given);
}
