import type { Ask } from '../domain/method.ts';
import type { ListHit, ServerNetwork } from '../domain/rows.ts';
import type { HostType, ServerKind } from '../domain/server.ts';

/** What is known of one server that tells what else a measure against it would hit. */
export interface BlastServer {
  readonly host: string;
  readonly hostType: HostType;
  readonly kind: ServerKind;
  readonly groundChecked: boolean;
  readonly listHits: readonly ListHit[];
  /** Names by which sources know the address: all that anybody has told us of what else lives there. */
  readonly names: readonly string[];
  /** Null where no registry was asked. */
  readonly network: ServerNetwork | null;
  /** Other operations here that name the same host. */
  readonly elsewhere: readonly string[];
  /** What is asked for it. */
  readonly asks: readonly Ask[];
}

/** What else a notice could hit, one matter each. */
export interface BlastFinding {
  readonly code: BlastCode;
  /**
   * `harm`: others are on the same ground, for all that is known. `unknown`: nobody was asked, which is not the same as
   * nobody there. `note`: to be known before one says yes.
   */
  readonly level: 'harm' | 'unknown' | 'note';
  /** Names no host, so that a face can show those defanged beside it. */
  readonly sentence: string;
  readonly hosts: readonly string[];
  /** Names, list entries, networks: words of others. */
  readonly details: readonly string[];
}

export const BLAST_CODES = [
  'shared-ground',
  'victims',
  'tor-exit',
  'other-names',
  'listed',
  'whole-registered-name',
  'ground-unchecked',
  'other-names-unknown',
  'network',
  'network-unknown',
  'elsewhere',
] as const;
export type BlastCode = (typeof BLAST_CODES)[number];

/** Asks that take the whole address or line away, with everything on it. */
const HITS_ALL_ON_IT: ReadonlySet<Ask> = new Set(['null-route', 'suspend', 'isolate', 'refuse-re-lease']);
const SHARED: ReadonlySet<ServerKind> = new Set(['shared-hosting', 'cdn-fronted']);
const VICTIMS: ReadonlySet<ServerKind> = new Set(['compromised-host', 'iot-device']);

/**
 * What else could be hit (rule 4: first do no harm). Says what sources and lists told, and where nobody was asked it says
 * that: what is unknown is shown as unknown, never left out.
 */
export function blastRadius(servers: readonly BlastServer[]): readonly BlastFinding[] {
  const addresses = servers.filter(({ hostType }) => hostType === 'address');
  const found: BlastFinding[] = [];
  const tell = (
    code: BlastCode,
    level: BlastFinding['level'],
    which: readonly BlastServer[],
    sentence: string,
    details: readonly string[] = [],
  ): void => {
    if (which.length > 0)
      found.push({ code, level, sentence, hosts: which.map(({ host }) => host), details: [...new Set(details)] });
  };

  const shared = servers.filter(isShared);
  tell('shared-ground', 'harm', shared, 'on ground that many share: only a host name may be touched');
  tell(
    'victims',
    'harm',
    kinds(servers, VICTIMS),
    "somebody's own machine that was broken into: cleaned, not taken away",
  );
  tell('tor-exit', 'harm', kinds(servers, new Set(['tor-exit'])), 'a Tor exit, which many use');
  const named = addresses.filter(({ names }) => names.length > 0);
  tell(
    'other-names',
    named.some(hitsAll) ? 'harm' : 'note',
    named,
    named.some(hitsAll)
      ? 'sources know the address by these names, and what is asked takes all of them away'
      : 'sources know the address by these names',
    named.flatMap(({ names }) => names),
  );
  const listed = servers.filter(({ listHits }) => listHits.length > 0);
  tell('listed', 'note', listed, 'named by lists of protected ground', listed.flatMap(hitWords));
  tell(
    'whole-registered-name',
    'harm',
    servers.filter(({ asks, hostType }) => hostType === 'domain' && asks.includes('suspend-domain')),
    'every name below the registered one goes with it',
  );
  tell(
    'ground-unchecked',
    'unknown',
    servers.filter(({ groundChecked }) => !groundChecked),
    'protected ground: not known, no warning lists have been held against it',
  );
  tell(
    'other-names-unknown',
    'unknown',
    addresses.filter(({ names }) => names.length === 0),
    'other names on this address: not known, nobody was asked',
  );
  const networks = servers.filter(({ network }) => network !== null);
  tell('network', 'note', networks, 'stands in this registered network', networks.flatMap(networkWords));
  tell(
    'network-unknown',
    'unknown',
    addresses.filter(({ network }) => network === null),
    'registered network around it: not known, no registry was asked',
  );
  const elsewhere = servers.filter((server) => server.elsewhere.length > 0);
  tell(
    'elsewhere',
    'note',
    elsewhere,
    'another operation here names it as well',
    elsewhere.flatMap((server) => server.elsewhere),
  );
  return found;
}

function isShared({ kind, listHits }: BlastServer): boolean {
  return SHARED.has(kind) || listHits.some(({ effect }) => effect === 'hostname-only');
}

function hitsAll({ asks }: BlastServer): boolean {
  return asks.some((ask) => HITS_ALL_ON_IT.has(ask));
}

function kinds(servers: readonly BlastServer[], wanted: ReadonlySet<ServerKind>): readonly BlastServer[] {
  return servers.filter(({ kind }) => wanted.has(kind));
}

function hitWords({ listHits }: BlastServer): readonly string[] {
  return listHits.map(({ list, entry, effect }) => `${list}: ${entry} (${effect})`);
}

function networkWords({ network }: BlastServer): readonly string[] {
  if (network === null) return [];
  const { start, end, name, registrant } = network;
  const whose = [name, registrant].filter((word) => word !== null).join(', ');
  return [`${start} to ${end}${whose === '' ? '' : ` (${whose})`}`];
}
