/**
 * What keeps a decided case from being notified, in the order in which a person would see to it. The texts catalogue
 * says each in a sentence.
 */
export const MISSING_CODES = [
  'no-provider',
  'no-contact',
  'sender-not-set',
  'protected-ground-unchecked',
  'attested-import-only',
  'no-evidence-of-c2',
  'no-fresh-probe',
  'no-deconfliction',
  'no-approval',
] as const;
export type MissingCode = (typeof MISSING_CODES)[number];

export interface ReadinessFacts {
  readonly provider: { readonly contact: string | null } | null;
  /** False for methods that mail nobody. */
  readonly needsNotice: boolean;
  readonly groundChecked: boolean;
  readonly corroboration: 'independent-groups' | 'attested-import' | 'none';
}

/**
 * Rules 2 to 4 and 6 of DESIGN.md as far as this version can answer them. Sources have only listed servers so far, a
 * listing is no evidence of C2, and there are no probes, deconfliction or approvals yet: so these are always missing.
 */
export function missingForNotice(facts: ReadinessFacts): readonly MissingCode[] {
  if (!facts.needsNotice) return [];
  const missing: MissingCode[] = [];
  if (facts.provider === null) missing.push('no-provider');
  else if (facts.provider.contact === null) missing.push('no-contact');
  if (!facts.groundChecked) missing.push('protected-ground-unchecked');
  if (facts.corroboration !== 'independent-groups') missing.push('attested-import-only');
  missing.push('no-evidence-of-c2', 'no-fresh-probe', 'no-deconfliction', 'no-approval');
  return missing;
}
