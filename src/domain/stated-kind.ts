import type { Reliability } from './reliability.ts';
import { SERVER_KINDS } from './server.ts';
import type { ServerKind } from './server.ts';

/** A kind that one source states for a server. */
export interface StatedKind {
  readonly kind: ServerKind;
  readonly source: string;
  /** The independence group; "" is the unnamed one. */
  readonly group: string;
  readonly reliability: Reliability | null;
}

/** What a person has said that a server is: goes before all other evidence. */
export interface KindCorrection {
  readonly kind: ServerKind;
  readonly person: string;
  readonly reason: string;
}

/**
 * Words by which sources say what a host is: a column of a CSV, tags of ThreatFox and MISP, labels of STIX. Only words
 * that say it outright; a device's make says it, a malware's name or a port does not.
 */
const WORDS: Readonly<Record<string, ServerKind>> = {
  vps: 'dedicated',
  'dedicated-server': 'dedicated',
  compromised: 'compromised-host',
  'compromised-server': 'compromised-host',
  'compromised-website': 'compromised-host',
  'compromised-site': 'compromised-host',
  hacked: 'compromised-host',
  'hacked-site': 'compromised-host',
  iot: 'iot-device',
  router: 'iot-device',
  mikrotik: 'iot-device',
  'compromised-router': 'iot-device',
  shared: 'shared-hosting',
  cdn: 'cdn-fronted',
  cloudflare: 'cdn-fronted',
  tor: 'tor-exit',
  sinkholed: 'sinkhole',
};

/** The kind that a source's word stands for; null for any other word: it says nothing of the kind. */
export function parseStatedKind(text: string): ServerKind | null {
  // MISP and others put a taxonomy before the word, and quotes around it: infrastructure:type="sinkhole".
  const bare = text
    .slice(0, 200)
    .replace(/^.*[:=]/s, '')
    .replaceAll('"', '');
  const word = bare
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
  if (word === 'unknown') return null;
  return SERVER_KINDS.find((kind) => kind === word) ?? (Object.hasOwn(WORDS, word) ? (WORDS[word] ?? null) : null);
}

/** What the tags say together; null where none says it, or two contradict each other. */
export function kindOfTags(tags: readonly string[]): ServerKind | null {
  const kinds = new Set(
    tags
      .slice(0, 100)
      .map(parseStatedKind)
      .filter((kind) => kind !== null),
  );
  const [only] = kinds;
  return kinds.size === 1 && only !== undefined ? only : null;
}
