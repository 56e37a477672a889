import type { NoticeDraft } from '../../domain/notice.ts';
import type { Operation } from '../../domain/operation.ts';
import { assertGoesOn, problem } from '../../domain/problem.ts';
import type { NoticeRecord, ReadTransaction } from '../../ports/store.ts';
import type { NoticeView } from '../../ports/views.ts';
import type { World } from '../../ports/world.ts';
import type { NoticeGroup } from './assemble-notices.ts';
import type { NoticeSetup } from './draft-notices.ts';
import { draftAgain, draftsOnRecord } from './stored-draft.ts';
import { drillWordsOf, lintDraft, lintMessage, untold } from './lint-notice.ts';
import type { LintFinding } from './lint/finding.ts';

/** What lint says of one notice. */
export interface NoticeLint {
  /** Null for a message from a file. */
  readonly reference: string | null;
  readonly provider: string | null;
  readonly file: string;
  readonly findings: readonly LintFinding[];
}

const STALE: LintFinding = {
  rule: 'notice-stale',
  severity: 'warning',
  where: 'draft',
  what: 'what is known, the settings or the texts have changed since it was drafted; only its message was judged',
  todo: 'Run dismantle run again: it drafts anew what has changed.',
  source: 'DESIGN.md rule 6: what is approved is what is sent',
};

const NO_MESSAGE: LintFinding = {
  rule: 'notice-message',
  severity: 'error',
  where: 'message',
  what: 'its stored message is not there',
  todo: 'Run dismantle audit: it names every message concerned.',
  source: 'DESIGN.md rule 1',
};

/** A stored notice that was judged, with what it was judged by. */
export interface JudgedNotice extends NoticeLint {
  /** Made again from the facts in the store; null where it would come out otherwise by now. */
  readonly draft: NoticeDraft | null;
  readonly message: Uint8Array | null;
}

/**
 * Judges the drafts of an operation that are in force: each is made again from the facts in the store, and that draft and
 * the stored message are judged together. `references` empty means all of them.
 */
export async function lintStoredNotices(
  world: World,
  operation: Operation,
  setup: NoticeSetup,
  references: readonly string[],
): Promise<readonly NoticeLint[]> {
  const judged = await world.store.read((transaction) =>
    judgeStoredNotices(world, transaction, operation, setup, references),
  );
  return judged.map(({ reference, provider, file, findings }) => ({ reference, provider, file, findings }));
}

/** The same as of the moment of a transaction, with the drafts themselves. */
export async function judgeStoredNotices(
  world: Pick<World, 'signal' | 'progress'>,
  transaction: ReadTransaction,
  operation: Operation,
  setup: NoticeSetup,
  references: readonly string[],
): Promise<readonly JudgedNotice[]> {
  const [notices, imports] = await Promise.all([
    transaction.notices(operation.id, references.length === 0 ? undefined : references),
    transaction.imports(operation.id),
  ]);
  const views = notices.filter(({ state }) => state === 'drafted' || state === 'approved');
  const chosen = choose(views, references);
  const providers = new Set(chosen.map(({ providerKey }) => providerKey));
  const [only = null] = providers.size === 1 ? providers : [];
  const { records, groups } = await draftsOnRecord(transaction, operation, setup, only);
  const secrets = imports.flatMap(({ file, attestedBy }) => [file.split(/[\\/]/).at(-1) ?? file, ...attestedBy]);
  const judged: JudgedNotice[] = [];
  for (const [index, view] of chosen.entries()) {
    assertGoesOn(world.signal);
    if (index % 10 === 0) world.progress.step('checking notices', index, chosen.length);
    const record = records.get(view.noticeId);
    if (record === undefined) throw new Error(`the notice ${view.noticeId} has no record`);
    const group = groups.get(view.noticeId) ?? null;
    judged.push(await judgeOne(transaction, operation, setup, view, record, group, secrets));
  }
  return judged;
}

function choose(views: readonly NoticeView[], references: readonly string[]): readonly NoticeView[] {
  if (references.length === 0) return views;
  const byReference = new Map(views.map((view) => [view.reference.toUpperCase(), view]));
  return [...new Set(references)].map((reference) => {
    const view = byReference.get(reference.toUpperCase());
    if (view !== undefined) return view;
    throw problem(
      'not-found',
      `there is no draft with the reference "${reference}"`,
      'List them with: dismantle notices',
    );
  });
}

async function judgeOne(
  transaction: ReadTransaction,
  operation: Operation,
  setup: NoticeSetup,
  view: NoticeView,
  record: NoticeRecord,
  group: NoticeGroup | null,
  secrets: readonly string[],
): Promise<JudgedNotice> {
  const [message, again] = await Promise.all([
    transaction.noticeMessage(record.messageSha256),
    draftAgain(transaction, operation, setup, record, group),
  ]);
  const named = { reference: view.reference, provider: view.provider, file: view.fileName, message };
  const { texts } = setup.drafting;
  if (message === null) return { ...named, draft: again?.draft ?? null, findings: [NO_MESSAGE] };
  if (again !== null) {
    const draft = { ...again.draft, missing: record.missing };
    return {
      ...named,
      draft: again.draft,
      findings: lintDraft({ facts: again.facts, draft, texts, message, secrets }),
    };
  }
  const findings = lintMessage(message, {
    method: record.method,
    row: setup.rows.get(view.rowId) ?? null,
    providerKey: record.providerKey,
    reference: record.reference,
    drill: operation.drill,
    drillWords: drillWordsOf(texts),
    secrets: untold([operation.name, ...secrets], [operation.malware ?? '', setup.sender.organisation, view.provider]),
    missing: record.missing,
  });
  return { ...named, draft: null, findings: [STALE, ...findings] };
}
