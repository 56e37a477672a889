import { NOTHING_TO_DRAFT } from '../../policy/missing.ts';
import type { Operation } from '../../domain/operation.ts';
import { assertGoesOn, problem } from '../../domain/problem.ts';
import type { NoticeRecord, ReadTransaction } from '../../ports/store.ts';
import type { NoticeView } from '../../ports/views.ts';
import type { World } from '../../ports/world.ts';
import { assembleNotices, roundsOf } from './assemble-notices.ts';
import type { NoticeGroup } from './assemble-notices.ts';
import { factsOf, informedOf } from './draft-notices.ts';
import type { NoticeSetup } from './draft-notices.ts';
import { readInstruments } from './instrument.ts';
import { rememberedDraft } from './remembered-draft.ts';
import { readLooks } from './with-looks.ts';
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
  return world.store.read(async (transaction) => {
    const [notices, strikes, imports] = await Promise.all([
      transaction.notices(operation.id, references.length === 0 ? undefined : references),
      transaction.strikes(operation.id),
      transaction.imports(operation.id),
    ]);
    const views = notices.filter(({ state }) => state === 'drafted' || state === 'approved');
    const chosen = choose(views, references);
    const providers = new Set(chosen.map(({ providerKey }) => providerKey));
    const [only = null] = providers.size === 1 ? providers : [];
    const [kept, cases] = await Promise.all([
      transaction.noticeRecords(operation.id, only ?? undefined),
      transaction.casesToNotify(operation.id, [...setup.rows.keys()], NOTHING_TO_DRAFT, only),
    ]);
    const records = new Map(kept.map((record) => [record.noticeId, record]));
    const rounds = roundsOf(kept, strikes);
    const groups = new Map(
      assembleNotices(operation, cases, setup.rows, setup.sourceNaming, rounds).map((group) => [group.noticeId, group]),
    );
    const secrets = imports.flatMap(({ file, attestedBy }) => [file.split(/[\\/]/).at(-1) ?? file, ...attestedBy]);
    const lints: NoticeLint[] = [];
    for (const [index, view] of chosen.entries()) {
      assertGoesOn(world.signal);
      if (index % 10 === 0) world.progress.step('checking notices', index, chosen.length);
      const record = records.get(view.noticeId);
      if (record === undefined) throw new Error(`the notice ${view.noticeId} has no record`);
      const group = groups.get(view.noticeId) ?? null;
      lints.push({
        reference: view.reference,
        provider: view.provider,
        file: view.fileName,
        findings: await lintOne(transaction, operation, setup, view, record, group, secrets),
      });
    }
    return lints;
  });
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

async function lintOne(
  transaction: ReadTransaction,
  operation: Operation,
  setup: NoticeSetup,
  view: NoticeView,
  record: NoticeRecord,
  group: NoticeGroup | null,
  secrets: readonly string[],
): Promise<readonly LintFinding[]> {
  const [message, provider] = await Promise.all([
    transaction.noticeMessage(record.messageSha256),
    transaction.provider(record.providerKey),
  ]);
  if (message === null) return [NO_MESSAGE];
  const { texts } = setup.drafting;
  if (group !== null && provider !== null) {
    const informed = await informedOf(transaction, operation, provider);
    const instrumentOf = await readInstruments(transaction, operation, [group]);
    const authority = instrumentOf(group, provider, record.draftedAt);
    const itemsBefore = await readLooks(transaction, [{ group, before: [record.draftedAt] }]);
    const items = itemsBefore(group, record.draftedAt);
    const facts = factsOf(operation, setup, { ...group, items, provider, informed, authority }, record);
    const { draft, hash } = rememberedDraft(facts, setup.drafting);
    if (hash === record.hash) {
      return lintDraft({ facts, draft: { ...draft, missing: record.missing }, texts, message, secrets });
    }
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
  return [STALE, ...findings];
}
