import { readMessage } from '../../src/adapters/mail-in/read-message.ts';
import { NOBODY_CHECKED } from '../../src/domain/received-mail.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import { actSigned } from '../../src/steps/people/act-signed.ts';
import { parseImportOptions, peopleOf, run } from '../../src/flow.ts';
import { prepareWording } from '../../src/policy/replies/prepared-wording.ts';
import type { NoticeView } from '../../src/ports/views.ts';
import type { DoorSetup } from '../../src/steps/notify/draft-notices.ts';
import type { MailSources } from '../../src/steps/correspond/receive-mail.ts';
import { readReplyWording } from '../../src/texts/replies/read-reply-wording.ts';
import type { TestDatabase } from './database.ts';
import { enrol } from './ssh-keys.ts';
import type { TestKey } from './ssh-keys.ts';
import { drill, labLocator, openTestFile, openTestSources } from './world.ts';
import type { TestWorld } from './world.ts';

/** A notice of a drill that a person has handed in through the provider's form: it has left, and its cases are notified. */
export interface SentNotice {
  readonly operationId: string;
  readonly notice: NoticeView;
  /** By what Message-ID a reply names it. */
  readonly messageId: string;
  readonly dispatchId: string;
  /** Who approved it; null where people were on record before, and nobody did. */
  readonly admin: { readonly name: string; readonly key: TestKey } | null;
}

export const RECIPIENT = 'abuse@host.example';
export const CSIRT = 'cert@csirt.example';

const wording = prepareWording(await readReplyWording());

/** What receiving needs, with a check of senders that says what a test wants it to. */
export function mailSources(more: Partial<MailSources> = {}): MailSources {
  return {
    reader: { read: readMessage },
    authenticator: { check: () => Promise.resolve(NOBODY_CHECKED) },
    wording,
    ownAddresses: ['desk@cert.example'],
    onBounce: () => Promise.resolve(),
    ...more,
  };
}

/** `lines`: what servers the notice names. */
export async function sendTestNotice(
  database: TestDatabase,
  world: TestWorld,
  lines = '198.18.0.1:443\n198.18.0.2:443\n',
  door: DoorSetup | null = null,
): Promise<SentNotice> {
  const lab = { asn: 64_500, holder: 'Lab Holder' };
  const locator = labLocator({ '198.18.': lab, '127.66.': lab });
  const own = await openTestSources(database);
  const sources = { ...own, locate: { locator, book: null, csirts: null }, notices: { ...own.notices, door } };
  const options = parseImportOptions({ format: 'list', attest: 'Anna', reason: 'seen in our sandbox' });
  await run(world, sources, { ...drill([await openTestFile(database, lines)]), options });
  const admin = await approveIt(database, world);
  return world.store.write(async (transaction) => {
    const operation = await transaction.findOperation('lab');
    const [notice] = operation === null ? [] : await transaction.notices(operation.id);
    if (operation === null || notice === undefined) throw new Error('nothing was drafted');
    const dispatchId = world.ids.uuid();
    const entry = (
      kind: string,
      subject: string,
      body: Record<string, string | null | readonly string[] | number>,
    ): Promise<void> =>
      transaction.append({
        actor: 'a test',
        recordedAt: world.clock.now(),
        kind,
        subject,
        body: { schema: 1, operation: operation.id, notice: notice.noticeId, ...body },
      });
    const queued = {
      channel: 'form',
      inReplyTo: null,
      hash: notice.hash,
      notBefore: null,
      notAfter: null,
      text: null,
      approvedBy: [],
    };
    const submitted = { channel: 'form', ticket: null, note: 'by hand', by: 'a test' };
    await entry('dispatch.queued', dispatchId, {
      ...queued,
      dispatchKind: 'notice',
      contacts: [RECIPIENT],
      messageId: notice.messageId,
    });
    await entry('dispatch.submitted', dispatchId, submitted);
    const copyId = world.ids.uuid();
    await entry('dispatch.queued', copyId, {
      ...queued,
      dispatchKind: 'csirt-copy',
      contacts: [CSIRT],
      messageId: `copy-${notice.messageId}`,
    });
    await entry('dispatch.submitted', copyId, submitted);
    return { operationId: operation.id, notice, messageId: notice.messageId, dispatchId, admin };
  });
}

/** By a person of its own: nothing leaves without, and an audit would find it. */
async function approveIt(database: TestDatabase, world: TestWorld): Promise<SentNotice['admin']> {
  const [somebody] = await peopleOf(world);
  if (somebody !== undefined) return null;
  // Those whom tests let speak: once anybody is on record, nobody else may.
  const ada = await enrol(world, database.directory, 'Ada', ['admin', 'analyst', 'approver']);
  await enrol(world, database.directory, 'Cleo', ['analyst'], ada);
  const { name, key } = ada;
  const expiresAt = isoInstant(world.clock.now() + 3_600_000);
  await actSigned(world, key.signing, {
    name,
    act: 'notice.approved',
    lock: null,
    prepare: async (transaction) => {
      const operation = await transaction.findOperation('lab');
      const [notice] = operation === null ? [] : await transaction.noticeRecords(operation.id);
      if (operation === null || notice === undefined) throw new Error('nothing was drafted');
      const { hash, reference, messageSha256, noticeId } = notice;
      const terms = {
        operation: operation.id,
        reference,
        hash,
        messageSha256,
        recipients: [RECIPIENT],
        informed: [],
        expiresAt,
      };
      return { subject: noticeId, terms };
    },
  });
  return ada;
}

/** Every table that says something of servers, cases and notices, as text: what a reply may and may not change. */
export const VERDICT_TABLES = [
  'server',
  'server_look',
  'probe',
  'kind_judgement',
  'identification',
  'decision',
  'location',
  'sighting',
] as const;
