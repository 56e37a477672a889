/**
 * What may be erased one day, because it may name people: a device's address is its owner's, a message names customers,
 * a registry's answer names contacts.
 * All other entries hold no personal data but the names of those who acted here, and these are kept as long as the
 * ledger: who vouched and who decided is what makes it answerable.
 */
export const RETENTION_CLASSES = ['sightings', 'messages', 'lookups'] as const;
export type RetentionClass = (typeof RETENTION_CLASSES)[number];

/** Kinds of entries whose body, and with it rows and message, may hold personal data (docs/events.md). */
const CLASS_OF_KIND: Readonly<Record<string, RetentionClass>> = {
  'import.recorded': 'sightings',
  'notice.drafted': 'messages',
  'lookup.recorded': 'lookups',
};

export const ERASABLE_KINDS: readonly string[] = Object.keys(CLASS_OF_KIND);

/** Null for a kind that is never erased. */
export function retentionClassOf(kind: string): RetentionClass | null {
  return CLASS_OF_KIND[kind] ?? null;
}
