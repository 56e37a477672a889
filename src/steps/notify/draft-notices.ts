import { createHash } from 'node:crypto';
import type { DoorKey } from '../../domain/door-key.ts';
import type { DoorOffer } from '../../domain/door.ts';
import { isoInstant } from '../../domain/instant.ts';
import { NOTHING_TO_DRAFT } from '../../policy/missing.ts';
import type { Instant } from '../../domain/instant.ts';
import type { MethodRow } from '../../domain/method.ts';
import type { JsonValue, NoticeDraft, NoticeFacts, NoticeInstrument, NoticeItem } from '../../domain/notice.ts';
import type { Operation, Sender } from '../../domain/operation.ts';
import { assertGoesOn, problem } from '../../domain/problem.ts';
import type { Provider } from '../../domain/provider.ts';
import type { MailRenderer } from '../../ports/mail-renderer.ts';
import type { NoticeRecord, ReadTransaction, WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { assembleNotices, roundsOf } from './assemble-notices.ts';
import type { NoticeGroup, SourceNaming } from './assemble-notices.ts';
import { deadlineFrom, momentAfter } from './deadline.ts';
import { doorJson } from './door-content.ts';
import type { Drafting } from './draft-notice.ts';
import { readInstruments } from './instrument.ts';
import { rememberedDraft } from './remembered-draft.ts';
import type { HashedDraft } from './remembered-draft.ts';
import { readLooks } from './with-looks.ts';
import type { ItemsBefore } from './with-looks.ts';

export interface NoticeSetup {
  readonly sender: Sender;
  /** False while the settings do not say who we are: drafts are made all the same, and say so. */
  readonly senderSet: boolean;
  /** Rows of the method table that write to somebody, by id. */
  readonly rows: ReadonlyMap<string, MethodRow>;
  readonly drafting: Drafting;
  readonly renderer: MailRenderer;
  /** In which languages providers of a country are written to, by its code; English follows in any case. */
  readonly languages?: Readonly<Record<string, readonly string[]>>;
  /** Sources are told apart by number where nothing is said. */
  readonly sourceNaming?: SourceNaming;
  /** Where providers can answer without writing; notices have no door where nothing is said. */
  readonly door?: DoorSetup | null;
}

/** What makes the doors of notices. */
export interface DoorSetup {
  /** "https://notices.cert.example". */
  readonly publicUrl: string;
  /** For how many days a door stays open, counted from the drafting, or the aim. */
  readonly days: number;
  readonly key: DoorKey;
}

/** What *decide* noted and the draft itself says better, with the provider's name. */
const SAID_BY_THE_DRAFT: ReadonlySet<string> = new Set(['no-provider', 'no-contact']);

/**
 * Drafts one notice per provider and method, again only where something in it has changed, and withdraws drafts that
 * have lost their ground. The messages land in the outbox after the commit; a crash between is settled by the next run.
 */
export async function draftNotices(world: World, operation: Operation, setup: NoticeSetup): Promise<number> {
  const changed = await world.store.write(async (transaction) => {
    await transaction.lockOperationAhead(operation.id);
    const [records, strikes, cases, newest] = await Promise.all([
      transaction.noticeRecords(operation.id),
      transaction.strikes(operation.id),
      transaction.casesToNotify(operation.id, [...setup.rows.keys()], NOTHING_TO_DRAFT),
      transaction.ledgerTime(),
    ]);
    const known = new Map(records.map((record) => [record.noticeId, record]));
    const rounds = roundsOf(records, strikes);
    const groups = assembleNotices(operation, cases, setup.rows, setup.sourceNaming, rounds);
    // A draft tells of what was on record before it: of all of it, also where the clock of whoever recorded it goes ahead of ours.
    const clock = world.clock.now();
    const now = newest !== null && newest > clock ? newest + 1 : clock;
    const [instrumentOf, addresseeOf, itemsBefore] = await Promise.all([
      readInstruments(transaction, operation, groups),
      addresseesOf(transaction, operation, groups),
      readLooks(
        transaction,
        groups.map((group) => ({ group, before: [now, known.get(group.noticeId)?.draftedAt ?? now] })),
      ),
    ]);
    let drafted = 0;
    for (const [index, group] of groups.entries()) {
      assertGoesOn(world.signal);
      if (index % 20 === 0) world.progress.step('drafting notices', index, groups.length);
      const { provider, informed } = addresseeOf(group);
      const before = known.get(group.noticeId) ?? null;
      if (before?.isOnTheWay === true) continue;
      const authority = instrumentOf(group, provider, now);
      const addressed = { ...group, provider, informed, authority };
      if (await draftGroup(world, transaction, operation, setup, { group: addressed, itemsBefore, now }, before))
        drafted += 1;
    }
    const wanted = new Set(groups.map(({ noticeId }) => noticeId));
    for (const record of known.values()) {
      if (record.state === 'withdrawn' || record.isClosed || record.isOnTheWay) continue;
      if (wanted.has(record.noticeId)) continue;
      await transaction.append({
        actor: world.actor,
        recordedAt: world.clock.now(),
        kind: 'notice.withdrawn',
        subject: record.noticeId,
        body: { schema: 1, operation: operation.id, reason: 'no case is left for it' },
      });
    }
    return drafted;
  });
  await settleOutbox(world, operation);
  return changed;
}

async function draftGroup(
  world: World,
  transaction: WriteTransaction,
  operation: Operation,
  setup: NoticeSetup,
  {
    group,
    itemsBefore,
    now,
  }: { readonly group: AddressedGroup; readonly itemsBefore: ItemsBefore; readonly now: Instant },
  known: NoticeRecord | null,
): Promise<boolean> {
  const { provider } = group;
  const domain = setup.sender.email.split('@')[1] ?? 'localhost';
  // It keeps its Message-ID over all drafts, but for one that was drafted before anybody had said who we are.
  const keeps = known !== null && known.messageId.endsWith(`@${domain}`);
  const messageId = keeps ? known.messageId : `${world.ids.uuid()}@${domain}`;
  const token = known?.reference ?? world.ids.reference();
  const draftAt = (draftedAt: Instant): HashedDraft =>
    rememberedDraft(
      factsOf(
        operation,
        setup,
        { ...group, items: itemsBefore(group, draftedAt) },
        { messageId, reference: token, draftedAt },
      ),
      setup.drafting,
    );
  const missingOf = (draft: NoticeDraft): readonly string[] => [
    ...(setup.senderSet ? [] : ['sender-not-set']),
    ...draft.missing,
    ...group.missing.filter((code) => !SAID_BY_THE_DRAFT.has(code)),
    ...(group.informed.length > draft.informed.length ? ['no-copy-to-csirt'] : []),
  ];
  // The deadline in the text follows from the moment of drafting, so sameness is judged at the old moment.
  const again = known === null || known.state === 'withdrawn' ? null : draftAt(known.draftedAt);
  const isSame = known !== null && again !== null && again.hash === known.hash;
  // With half of its time gone it would ask for what is hardly to be done any more: drafted, and approved, anew.
  // What nobody has approved and nobody may tells of the newest look; what somebody has, of the one that it was approved with.
  const saysLess =
    isSame &&
    known.missing.length > 0 &&
    !known.isApprovedByAny &&
    hasTurned(itemsBefore(group, known.draftedAt), itemsBefore(group, now));
  const isSameText = isSame && !saysLess && !isHalfGone(again.draft, known.draftedAt, now);
  if (isSameText && !group.decidedAnew && missingOf(again.draft).join('\n') === known.missing.join('\n')) return false;
  // A text that says the same keeps its moment, and with it its deadline and the approvals that were given to it.
  const draftedAt = isSameText ? known.draftedAt : now;
  const { draft, hash } = draftAt(draftedAt);
  const message = await setup.renderer.render(draft);
  const messageSha256 = createHash('sha256').update(message).digest('hex');
  await transaction.keepMessage(messageSha256, message);
  await transaction.append({
    actor: world.actor,
    recordedAt: now,
    kind: 'notice.drafted',
    subject: group.noticeId,
    body: {
      schema: 1,
      operation: operation.id,
      provider: provider.key,
      method: draft.method,
      row: group.row.id,
      rowIds: group.rowIds,
      approvals: draft.approvals,
      to: draft.to,
      messageId,
      reference: token,
      hash,
      messageSha256,
      // A provider that is renamed keeps its file: the outbox never holds a draft twice.
      fileName: known?.fileName ?? `outbox/${slug(provider.name)}-${draft.method}-${token}.eml`,
      missing: missingOf(draft),
      draftedAt: isoInstant(draftedAt),
      cases: group.items.map(({ caseId }) => caseId),
      round: group.round,
      deadlineHours: soonestHours(draft),
      ...(group.authorityId === null ? {} : { authority: group.authorityId }),
      contacts: draft.contacts,
      informed: draft.informed.map(({ name, contact }) => ({ name, contact })),
      notBefore: draft.aim.notBefore,
      notAfter: draft.aim.notAfter,
      reminders: draft.reminders.map(({ afterHours, subject, body }) => ({ afterHours, subject, body })),
      nextContact:
        draft.nextContact === null ? null : { subject: draft.nextContact.subject, body: draft.nextContact.body },
      copy: draft.copy === null ? null : { subject: draft.copy.subject, body: draft.copy.body },
      ...(draft.door === null || setup.door === undefined || setup.door === null
        ? {}
        : { door: doorBody(setup.door.key, draft.door) }),
    },
  });
  return true;
}

/** Whether a look has found something else since, or the first thing. */
function hasTurned(then: readonly NoticeItem[], now: readonly NoticeItem[]): boolean {
  return now.some(({ look }, index) => look?.outcome !== then[index]?.look?.outcome);
}

/** Of all that is asked, the least time that is given; null where none is. */
function soonestHours({ asks }: NoticeDraft): number | null {
  const hours = asks.map(({ deadlineHours }) => deadlineHours).filter((each) => each !== null);
  return hours.length === 0 ? null : Math.min(...hours);
}

/** The database says the same of what waits (send-queries.ts, halfwayAt). */
function isHalfGone(draft: NoticeDraft, draftedAt: Instant, now: Instant): boolean {
  const hours = soonestHours(draft);
  const from = momentAfter(deadlineFrom({ draftedAt: isoInstant(draftedAt), aim: draft.aim }), 0);
  return hours !== null && now > from + (hours * 3_600_000) / 2;
}

/** A notice's group with whom it goes to, and who else is told. */
export interface AddressedGroup extends NoticeGroup {
  readonly provider: Provider;
  readonly informed: NoticeFacts['informed'];
  readonly authority: NoticeInstrument | null;
}

/** What goes to authorities names devices and their owners: for them and those who act for them (TLP 2.0). */
const FOR_AUTHORITIES: ReadonlySet<MethodRow['addressee']> = new Set(['csirt', 'law-enforcement']);

/** The national CSIRT of the provider's country, which is informed in parallel; nobody where it is the one written to. */
export async function informedOf(
  transaction: ReadTransaction,
  operation: Operation,
  provider: Provider,
): Promise<NoticeFacts['informed']> {
  const csirtKey = csirtKeyOf(operation, provider);
  const csirt = csirtKey === null ? null : await transaction.provider(csirtKey);
  return csirt === null ? [] : [{ name: csirt.name, contact: csirt.contact }];
}

function csirtKeyOf(operation: Operation, { key, country }: Provider): string | null {
  const csirtKey = `${operation.drill ? 'drill:' : ''}${CSIRT_PREFIX}${country}`;
  return country === null || key === csirtKey ? null : csirtKey;
}

/** The providers of many groups, each with whom `informedOf` would name beside it: two reads for all. */
async function addresseesOf(
  transaction: ReadTransaction,
  operation: Operation,
  groups: readonly NoticeGroup[],
): Promise<(group: NoticeGroup) => Pick<AddressedGroup, 'provider' | 'informed'>> {
  const providers = await transaction.providersOf(groups.map(({ providerKey }) => providerKey));
  const csirtKeys = [...providers.values()].map((provider) => csirtKeyOf(operation, provider));
  const csirts = await transaction.providersOf([...new Set(csirtKeys.filter((key) => key !== null))]);
  return ({ providerKey }) => {
    const provider = providers.get(providerKey);
    if (provider === undefined) throw new Error(`the provider ${providerKey} is not in the store`);
    const csirt = csirts.get(csirtKeyOf(operation, provider) ?? '');
    return { provider, informed: csirt === undefined ? [] : [{ name: csirt.name, contact: csirt.contact }] };
  };
}

/** What a group's notice says, at the moment of its drafting. */
export function factsOf(
  operation: Operation,
  setup: NoticeSetup,
  group: AddressedGroup,
  record: Pick<NoticeRecord, 'messageId' | 'reference' | 'draftedAt'>,
): NoticeFacts {
  const { provider } = group;
  return {
    operation,
    sender: setup.sender,
    provider,
    to: recipientOf(group.row, provider),
    row: group.row,
    approvals: group.approvals,
    items: group.items,
    messageId: record.messageId,
    token: record.reference,
    draftedAt: isoInstant(record.draftedAt),
    reportIds: group.reportIds,
    informed: group.informed,
    authority: group.authority,
    nextContacts: nextContactsOf(group.row, provider),
    aim: aimOf(operation),
    tlp: FOR_AUTHORITIES.has(group.row.addressee) ? 'amber' : null,
    languages: languagesFor(provider.country, setup.languages ?? {}),
    door: offerOf(setup, group, record.draftedAt, aimOf(operation)),
  };
}

function offerOf(
  { door = null }: NoticeSetup,
  { noticeId }: AddressedGroup,
  draftedAt: Instant,
  aim: NonNullable<NoticeFacts['aim']>,
): DoorOffer | null {
  if (door === null) return null;
  const until = momentAfter(deadlineFrom({ draftedAt: isoInstant(draftedAt), aim }), 24 * door.days);
  return door.key.offer(door.publicUrl, noticeId, isoInstant(until));
}

/** The ledger has hashes of link and code alone: whoever reads it can come in at no door. */
function doorBody(key: DoorKey, draft: NonNullable<NoticeDraft['door']>): { readonly [key: string]: JsonValue } {
  const { link, code, expiresAt, content } = draft;
  const token = link.slice(link.lastIndexOf('/') + 1);
  return { tokenHash: key.tokenHash(token), codeHash: key.codeHash(code), expiresAt, content: doorJson(content) };
}

/**
 * The contact of the provider that the notice is for. A referral to a CSIRT or to the police never goes to a hosting
 * provider: a CSIRT is a provider of its own, whose key begins with "csirt:".
 */
export function recipientOf({ addressee }: MethodRow, { key, channel, contact }: Provider): string | null {
  const isCsirt = key.replace(/^drill:/, '').startsWith(CSIRT_PREFIX);
  const isTheirs = isCsirt
    ? addressee === 'csirt'
    : addressee === 'hosting' || addressee === 'conduit' || addressee === 'isp' || addressee === 'registrar';
  return isTheirs && (channel === 'mail' || channel === 'designated-agent') ? contact : null;
}

/** The provider's further mailboxes, best first; one that changed lately waits for a person. A CSIRT has one. */
function nextContactsOf(row: MethodRow, provider: Provider): readonly string[] {
  if (recipientOf(row, provider) === null || row.addressee === 'csirt') return [];
  return (provider.contacts ?? []).filter(({ changedLately }) => !changedLately).map(({ mailbox }) => mailbox);
}

function aimOf({ aim }: Operation): NonNullable<NoticeFacts['aim']> {
  const text = (moment: Instant | null | undefined): string | null =>
    moment === null || moment === undefined ? null : isoInstant(moment);
  return { notBefore: text(aim?.notBefore), notAfter: text(aim?.notAfter) };
}

const CSIRT_PREFIX = 'csirt:';

function languagesFor(
  country: string | null,
  languages: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  return country !== null && Object.hasOwn(languages, country) ? (languages[country] ?? []) : [];
}

function slug(name: string): string {
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return words.slice(0, 40).replaceAll(/^-+|-+$/g, '') || 'provider';
}

/** Makes the outbox hold exactly the drafts that are in force: writes what is missing, takes away what was withdrawn. */
export async function settleOutbox(world: World, operation: Operation): Promise<void> {
  const records = await world.store.read((transaction) => transaction.noticeRecords(operation.id));
  for (const [index, { state, fileName, messageSha256 }] of records.entries()) {
    if (index % 50 === 0) world.progress.step('writing the outbox', index, records.length);
    if (state === 'withdrawn') {
      await world.output.remove(operation.name, fileName);
      continue;
    }
    if (await world.output.has(operation.name, fileName, messageSha256)) continue;
    const message = await world.store.read((transaction) => transaction.noticeMessage(messageSha256));
    if (message === null) throw new Error(`the message ${messageSha256} of ${fileName} is not in the store`);
    if (createHash('sha256').update(message).digest('hex') !== messageSha256) {
      throw problem(
        'database',
        `the stored message of ${fileName} is not the one that was drafted: somebody changed the database`,
        'Find out who did; dismantle audit names every message concerned',
      );
    }
    await world.output.put(operation.name, fileName, message);
  }
}
