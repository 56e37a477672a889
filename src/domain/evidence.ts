/**
 * How a source knows that a server serves a botnet (DESIGN.md, "evidence of C2"). A mere listing is none: the one who
 * lists does not say how he knows.
 */
export const EVIDENCE_CLASSES = ['configuration', 'sandbox-run', 'netflow', 'fingerprint', 'listing'] as const;
export type EvidenceClass = (typeof EVIDENCE_CLASSES)[number];

/** What people write for them in a column of a CSV, in lower case with `-` for blanks and `_`. */
const SPELLINGS: Readonly<Record<string, EvidenceClass>> = {
  config: 'configuration',
  'malware-configuration': 'configuration',
  sandbox: 'sandbox-run',
  'dynamic-analysis': 'sandbox-run',
  flow: 'netflow',
  flows: 'netflow',
  'certificate-fingerprint': 'fingerprint',
  'service-fingerprint': 'fingerprint',
  list: 'listing',
  listed: 'listing',
};

/** The class that a word stands for; null for any other word, which then counts as a listing. */
export function parseEvidenceClass(text: string): EvidenceClass | null {
  const word = text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-');
  return (
    EVIDENCE_CLASSES.find((known) => known === word) ??
    (Object.hasOwn(SPELLINGS, word) ? (SPELLINGS[word] ?? null) : null)
  );
}
