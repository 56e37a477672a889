import type { MethodRow } from '../../domain/method.ts';
import { needsFourEyes } from './four-eyes.ts';
import { mailsProvider } from './hard-rules.ts';

/** What can be wrong with a row whatever the facts. */
export const ROW_FINDINGS = ['uncited', 'too-few-approvals', 'unknown-template', 'mixed-recipients'] as const;
export type RowFindingCode = (typeof ROW_FINDINGS)[number];

export interface RowFinding {
  readonly code: RowFindingCode;
  readonly rowId: string;
  readonly sentence: string;
}

/** What is wrong with rows on their own. `templates` are the notice texts that there are; null does not look. */
export function rowFindings(rows: readonly MethodRow[], templates: readonly string[] | null): readonly RowFinding[] {
  const findings: RowFinding[] = [];
  const partyOf = new Map<string, { readonly party: string; readonly rowId: string }>();
  for (const row of rows) {
    const say = (code: RowFindingCode, sentence: string): void => void findings.push({ code, rowId: row.id, sentence });
    if (row.law.trim() === '') say('uncited', 'names no law');
    if (row.citation.trim() === '') say('uncited', 'has no citation');
    if (needsFourEyes(row) && row.approvals < 2) {
      say('too-few-approvals', 'asks for an intrusive act, serves an order or claims copyright with one approval');
    }
    if (row.template === 'none') continue;
    if (templates !== null && !templates.includes(row.template)) {
      say('unknown-template', `names the notice text "${row.template}", and there is none of that name`);
    }
    // One notice goes out per provider and method: rows of one method must not mean different mailboxes.
    const party = mailsProvider(row) ? 'the provider' : row.addressee;
    const known = partyOf.get(row.method);
    if (known === undefined) partyOf.set(row.method, { party, rowId: row.id });
    else if (known.party !== party) {
      say(
        'mixed-recipients',
        `writes to ${party} by the method ${row.method}, by which row ${known.rowId} writes to ${known.party}`,
      );
    }
  }
  return findings;
}
