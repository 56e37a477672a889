/** Warning lists, by their folder, of what must never be touched: an organisation's own. No setting weakens them. */
export const NEVER_LISTS = [
  'root-servers',
  'tld-servers',
  'big-public-resolvers',
  'csirt-addresses',
  'critical-services',
] as const;

/**
 * The names of the same that the program knows itself (never-names.ts). They are called differently from the lists that
 * somebody gives, for a list that was not given must not seem to have been asked.
 */
export const BUILT_IN_LISTS = [
  'built-in-root-servers',
  'built-in-tld-servers',
  'built-in-resolvers',
  'built-in-csirts',
] as const;
export type BuiltInList = (typeof BUILT_IN_LISTS)[number];

const ALL_NEVER: readonly string[] = [...NEVER_LISTS, ...BUILT_IN_LISTS];

export function isNeverList(folder: string): boolean {
  return ALL_NEVER.includes(folder);
}

/** The settings that try to weaken one of them, by folder: they change nothing, and whoever wrote them has to know. */
export function weakenedLists(effects: Readonly<Record<string, string>>): readonly string[] {
  return ALL_NEVER.filter((folder) => Object.hasOwn(effects, folder) && effects[folder] !== 'never');
}
