import { hash } from 'node:crypto';

/** STIX 2.1 section 2.9: the namespace of the ids of observables. */
const OBSERVABLES = '00abedb4-aa42-466c-9c01-fed23315a9b7';

/**
 * The id of an observable (STIX 2.1 section 2.9): a UUIDv5 over the canonical JSON (RFC 8785) of its contributing properties.
 * Those that we use are strings, whole numbers and lists of strings, for which sorted keys are all that is canonical about it.
 */
export function observableId(
  type: string,
  contributing: Readonly<Record<string, string | number | readonly string[]>>,
): string {
  const sorted = Object.fromEntries(Object.entries(contributing).toSorted(([one], [other]) => (one < other ? -1 : 1)));
  const bytes = Buffer.concat([
    Buffer.from(OBSERVABLES.replaceAll('-', ''), 'hex'),
    Buffer.from(JSON.stringify(sorted)),
  ]);
  return `${type}--${uuidOf(hash('sha1', bytes), '5')}`;
}

/**
 * A UUID that has the form of version 4, which STIX asks for in the ids of domain and relationship objects (section 2.9), and
 * MISP in its own; its bits are not random but follow from what it names. So a server keeps its ids from one giving to the next,
 * and later versions and revocations find the object that they are of.
 */
export function stableId(...parts: readonly (string | number)[]): string {
  return uuidOf(hash('sha256', JSON.stringify(['dismantle', 'giving', ...parts])), '4');
}

function uuidOf(hex: string, version: '4' | '5'): string {
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
