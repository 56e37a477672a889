import { parseTlp, strictestTlp } from '../../domain/tlp.ts';
import type { Tlp } from '../../domain/tlp.ts';
import { isJsonObject, textField } from './json-row.ts';

/** The names in a `Tag` list of an event or attribute. */
export function tagNames(tags: unknown): readonly string[] {
  if (!Array.isArray(tags)) return [];
  return tags.map((tag: unknown) => (isJsonObject(tag) ? textField(tag, 'name') : '')).filter((name) => name !== '');
}

/** The strictest of the tlp: tags (MISP's tlp taxonomy), written as people write them: "TLP: Amber" too. */
export function tlpOfTags(names: readonly string[]): Tlp | null {
  return names
    .filter((name) => /^tlp:/i.test(name))
    .map((name) => parseTlp(name.slice(0, 40).replaceAll(/\s/g, '')))
    .reduce(strictestTlp, null);
}

/** Galaxies that name malware, the one that names it most exactly first. */
const MALWARE_GALAXIES = ['malpedia', 'botnet', 'tool'] as const;
const GALAXY_TAG = /^misp-galaxy:([a-z-]{1,40})="([^"]{1,200})"$/i;

/** The malware that the tags name; null where they name none, or several of which any could be meant. */
export function malwareOfTags(names: readonly string[]): string | null {
  const tags = names.map((name) => GALAXY_TAG.exec(name)).filter((match) => match !== null);
  for (const galaxy of MALWARE_GALAXIES) {
    const values = new Set(tags.filter(([, name]) => name?.toLowerCase() === galaxy).map(([, , value]) => value));
    const [only] = values;
    if (only !== undefined) return values.size === 1 ? only : null;
  }
  return null;
}
