import { createHash } from 'node:crypto';
import type { NoticeDraft, NoticeFacts } from '../../domain/notice.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { draftNotice } from './draft-notice.ts';
import type { Drafting } from './draft-notice.ts';
import { hashNotice } from './hash-notice.ts';

export interface HashedDraft {
  readonly draft: NoticeDraft;
  readonly hash: string;
}

/** Of so many notices the newest drafts are kept; of an operation with more of them each is drafted anew. */
const MOST_KEPT = 256;

const kept = new WeakMap<Drafting, Map<string, HashedDraft>>();

/**
 * The draft of these facts. A draft follows from its facts and from what it is made with alone (`draftNotice`), so that the same
 * facts, word for word, need not be put into words again at every run.
 */
export function rememberedDraft(facts: NoticeFacts, drafting: Drafting): HashedDraft {
  let drafts = kept.get(drafting);
  if (drafts === undefined) kept.set(drafting, (drafts = new Map<string, HashedDraft>()));
  const key = createHash('sha256').update(JSON.stringify(facts)).digest('base64');
  let hashed = drafts.get(key);
  if (hashed === undefined) {
    const draft = draftNotice(facts, drafting);
    hashed = { draft, hash: hashNotice(draft, canonicalJson) };
  } else {
    drafts.delete(key);
  }
  drafts.set(key, hashed);
  const [oldest] = drafts.keys();
  if (drafts.size > MOST_KEPT && oldest !== undefined) drafts.delete(oldest);
  return hashed;
}
