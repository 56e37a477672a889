/** Warning lists, by their folder, of what must never be touched: an organisation's own. No setting weakens them. */
export const NEVER_LISTS = [
  'root-servers',
  'tld-servers',
  'big-public-resolvers',
  'csirt-addresses',
  'critical-services',
] as const;

/** The settings that try to weaken one of them, by folder: they change nothing, and whoever wrote them has to know. */
export function weakenedLists(effects: Readonly<Record<string, string>>): readonly string[] {
  return NEVER_LISTS.filter((folder) => Object.hasOwn(effects, folder) && effects[folder] !== 'never');
}
