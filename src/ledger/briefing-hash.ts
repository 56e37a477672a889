import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical.ts';

/** What of a briefing people approve: to whom it goes, with which words, for which plan, and until when. */
export interface BriefingStatement {
  readonly strike: string;
  readonly planHash: string;
  /** Its key. */
  readonly provider: string;
  readonly notices: readonly string[];
  readonly recipient: string;
  readonly messageId: string;
  /** ISO 8601: when its notice may leave. */
  readonly leaveBefore: string;
  readonly subject: string;
  readonly body: string;
}

/** SHA-256 over the canonical JSON of exactly these fields. */
export function briefingHash(statement: BriefingStatement): string {
  const { strike, planHash, provider, notices, recipient, messageId, leaveBefore, subject, body } = statement;
  const exact = { strike, planHash, provider, notices, recipient, messageId, leaveBefore, subject, body };
  return createHash('sha256').update(canonicalJson(exact)).digest('hex');
}
