/** The reason under which a server is held that one group alone has named. */
export const NEEDS_CORROBORATION = 'needs-corroboration';

/** How many independent groups have to name a server before anything is done about it (DESIGN.md, rule 2). */
export const INDEPENDENT_GROUPS_NEEDED = 2;

export interface CorroborationFacts {
  /** Distinct independence groups that sighted the server; "" is the one unnamed group. */
  readonly groups: readonly string[];
  /** People who vouched for an import that names it. */
  readonly attestedBy: readonly string[];
}

/** What lets a case pass *identify*: two independent groups, or a person's word. Free text never counts. */
export type Corroboration = 'independent-groups' | 'attested-import' | 'none';

export function corroboration(facts: CorroborationFacts): Corroboration {
  if (independentGroups(facts.groups) >= INDEPENDENT_GROUPS_NEEDED) return 'independent-groups';
  return facts.attestedBy.length > 0 ? 'attested-import' : 'none';
}

/**
 * How many groups are known to be independent. Beside a named group the unnamed one does not count: nobody has said that
 * it is another, and the same feed may have been imported once with and once without its name.
 */
export function independentGroups(groups: readonly string[]): number {
  const keys = new Set(groups.map(groupKey));
  if (keys.size > 1) keys.delete('');
  return keys.size;
}

/** "abuse.ch", "Abuse CH" and "ABUSE-CH " are one group: a slip of the hand must not corroborate anything. */
function groupKey(group: string): string {
  return group
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '');
}
