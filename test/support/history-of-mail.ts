import { removePerson } from '../../src/flow.ts';
import {
  acceptInvited,
  addPasskey,
  beginSession,
  invite,
  registerInvited,
  linkIdentity,
  removePasskey,
  unlinkIdentity,
} from '../../src/flow/sign-in.ts';
import { makePasskey } from './passkeys.ts';
import type { TestPasskey } from './passkeys.ts';
import type { TokenHolder } from '../../src/domain/access.ts';
import { answerAssignment, assign } from '../../src/flow/assignments.ts';
import { issueToken, removePartner, revokeToken, setPartner } from '../../src/flow/access.ts';
import { createMailComposer } from '../../src/adapters/mail/mail-composer.ts';
import { clear, reject, release, withdraw } from '../../src/flow/approvals.ts';
import { retract, setDuty } from '../../src/flow/clock.ts';
import {
  approveBriefings,
  approveHold,
  planStrike,
  releaseStrike,
  writeStrikeBriefings,
} from '../../src/flow/strike.ts';
import { closeDoor, dismissFind, doorFinds, pageWord, speakAtDoor } from '../../src/flow/door.ts';
import type { DoorAction } from '../../src/domain/door.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import { CLOCK_DEFAULTS } from '../../src/domain/clock.ts';
import type { Jobs } from '../../src/ports/jobs.ts';
import type { Job } from '../../src/ports/jobs.ts';
import type { MailTransport } from '../../src/ports/mail-transport.ts';
import { receiveMail } from '../../src/steps/correspond/receive-mail.ts';
import { aimNotices } from '../../src/steps/send/aim-notices.ts';
import { dispatchBounced } from '../../src/steps/send/bounce.ts';
import { retryFailed } from '../../src/steps/send/list-outgoing.ts';
import { sendBriefings } from '../../src/steps/send/send-briefings.ts';
import { sendDue } from '../../src/steps/send/send-due.ts';
import type { SendSetup } from '../../src/steps/send/send-setup.ts';
import type { TestDatabase } from './database.ts';
import { door, doorSetup } from './doors.ts';
import { rawReply } from './replies.ts';
import { approveAll, approveOne, GATES, readyOperation, tellingCustomers } from './sending.ts';
import type { Admitter, ReadyOperation } from './sending.ts';
import { mailSources } from './sent-notice.ts';
import type { TestWorld } from './world.ts';

/** A mail server that takes everything but one mailbox; the same each time, as a history that is told twice has to be. */
const steadyServer: MailTransport = {
  host: '127.0.0.1',
  port: 25,
  deliver: ({ to }) =>
    Promise.resolve(
      to === 'abuse@host-2.example'
        ? { outcome: 'refused', code: 550, response: '5.1.1 unknown', permanent: true }
        : { outcome: 'accepted', code: 250, response: '2.0.0 taken' },
    ),
  close: () => Promise.resolve(),
};

/** Jobs in the order in which they were sent. Whether pg-boss keeps its promises is test/contract/jobs. */
function orderlyJobs(): Jobs {
  const waiting: Job[] = [];
  return {
    send(_transaction, job) {
      waiting.push(job);
      return Promise.resolve();
    },
    async drain(_queue, handler) {
      let done = 0;
      for (const job of waiting.splice(0)) {
        await handler(job);
        done += 1;
      }
      return done;
    },
    close: () => Promise.resolve(),
  };
}

/** An operation whose notices leave, bounce, are answered, contested and taken back; one is rejected, one approval withdrawn. */
export async function correspond(database: TestDatabase, world: TestWorld, admitter: Admitter): Promise<void> {
  const wish = { name: 'mail', providers: 6, approved: false, admitter, door: doorSetup };
  const ready = await readyOperation(database, world, wish);
  const { operation, staff } = ready;
  const [first, second] = await world.store.read((transaction) => transaction.notices(operation.id));
  if (first === undefined || second === undefined) throw new Error('there are no notices');
  const words = { person: 'Erika', reason: 'in the lab' };
  await reject(world, staff.erika.signing, first.reference, 'mail', words);
  await approveOne(world, operation, 'Erika', staff.erika, second.reference, second.hash);
  await withdraw(world, staff.erika.signing, second.reference, 'mail', words);
  await clear(world, staff.cleo.signing, 'drill:book:Host 1', 'abuse@host-1.example', { ...words, person: 'Cleo' });
  // One of the two who are needed: the list goes on holding it.
  await release(world, staff.cleo.signing, 'lab', '203.0.113.5', { ...words, person: 'Cleo' });
  await aimNotices(world, operation, 'cleo', { notBefore: world.clock.now() + 60_000, notAfter: null });
  await aimNotices(world, operation, 'cleo', { notBefore: null, notAfter: null });
  await approveAll(world, operation, staff);
  await strike(world, ready);
  const setup = setupOf(world, ready);
  await sendDue(world, setup);
  const references = await world.store.read((transaction) => transaction.notices(operation.id));
  const refused = references.find(({ to }) => to === 'abuse@host-2.example');
  await retryFailed(world, operation, refused?.reference ?? '', 'cleo');
  await sendDue(world, setup);
  await answer(world, ready);
  await atDoors(world, ready);
  const day = 86_400_000;
  const from = world.clock.now();
  await setDuty(world, { person: 'Cleo', from, until: from + day, by: 'Admin' });
  await letIn(world, admitter, ready);
  await signIn(world, admitter);
}

/** Somebody comes to the doors of two notices: says that it is done, names further servers; one door is closed. */
async function atDoors(world: TestWorld, { operation }: ReadyOperation): Promise<void> {
  const notices = await world.store.read((transaction) => transaction.notices(operation.id));
  const sent = notices.filter(({ state }) => state === 'sent').slice(0, 2);
  const say = async (noticeId: string, action: DoorAction, text: string): Promise<void> => {
    const record = await world.store.read((transaction) => transaction.door(noticeId));
    if (record === null) throw new Error('a notice without a door');
    const token = door.key.token(noticeId, isoInstant(record.expiresAt));
    const saying = { action, text, items: null, ticket: '', page: pageWord(world, door, token) };
    const { outcome } = await speakAtDoor(world, door, token, saying);
    if (outcome !== 'said') throw new Error(outcome);
  };
  for (const { noticeId } of sent) {
    await say(noticeId, 'done', 'switched off');
    await say(noticeId, 'found-more', '198.18.200.1:443\n198.18.200.2');
  }
  const [find] = await doorFinds(world, 'mail', false);
  const words = { person: 'Cleo', reason: 'in the lab' };
  await dismissFind(world, find?.findId ?? '', words);
  await closeDoor(world, sent[0]?.reference ?? '', 'mail', words);
}

/** A partner, and tokens: of one that is good still, and of one that is not. */
async function letIn(world: TestWorld, { name: by, key }: Admitter, { hosts }: ReadyOperation): Promise<void> {
  const words = { reason: 'in the lab', by };
  const kept = {
    mayContribute: true,
    reliability: 'B',
    group: 'cert-example',
    recipients: hosts.map((_, index) => `provider:drill:book:Host ${index + 1}`),
  };
  await setPartner(world, key.signing, { ...words, ...kept, partner: 'cert-example', name: 'CERT Example' });
  await setPartner(world, key.signing, { ...words, ...kept, partner: 'isp-example', name: 'ISP Example' });
  await removePartner(world, 'isp-example', { person: by, reason: 'in the lab' });
  const wish = {
    partner: 'cert-example',
    country: null,
    provider: null,
    servers: hosts,
    person: by,
    reason: 'in the lab',
  };
  const { assigned } = await assign(world, 'mail', wish);
  const [first] = assigned;
  if (first === undefined) throw new Error('no server can be handed over');
  await answerAssignment(world, 'cert-example', first.serverId, { state: 'working', note: 'on it', until: null });
  const token = { ...words, scopes: ['read'] as const, expiresAt: world.clock.now() + 86_400_000 };
  const issue = (name: string, holder: TokenHolder): Promise<unknown> =>
    issueToken(world, world.organisationId, key.signing, { ...token, name, holder });
  await issue('of the partner', { kind: 'partner', partner: 'cert-example' });
  await issue('of a person', { kind: 'person', person: by });
  await issue('of a program', { kind: 'service', roles: ['auditor'] });
  await revokeToken(world, 'of a program', { person: by, reason: 'in the lab' });
}

/** Passkeys that were added and taken off, somebody who came by a link, and who is signed in. */
async function signIn(world: TestWorld, { name: by, key }: Admitter): Promise<void> {
  const words = { person: by, reason: 'in the lab' };
  const add = async (name: string, passkey: TestPasskey): Promise<unknown> => {
    const { publicKey, credentialId } = passkey.personKey;
    return addPasskey(world, key.signing, { person: by, name, publicKey, credentialId });
  };
  await add('blue', makePasskey({ seed: 'blue' }));
  await add('red', makePasskey({ seed: 'red' }));
  await removePasskey(world, key.signing, { ...words, of: by, passkey: 'blue' });
  const account = { issuer: 'https://sso.example', person: by };
  await linkIdentity(world, key.signing, { ...account, subject: 'one' });
  await linkIdentity(world, key.signing, { ...account, subject: 'two' });
  await unlinkIdentity(world, key.signing, { ...account, subject: 'one', of: by, reason: 'in the lab' });
  const { invitation } = await invite(world, world.organisationId, { name: 'Gerda', roles: ['approver'], by });
  await registerInvited(world, invitation, makePasskey({ seed: 'gerda' }).personKey);
  const gerda = await acceptInvited(world, key.signing, invitation.id, by);
  await beginSession(world, world.organisationId, gerda, { method: 'passkey', agent: 'a test' });
  await removePerson(world, key.signing, 'Gerda', words);
}

/** All at once, held by two, their desks told ahead, and let go because somebody would be harmed. */
async function strike(world: TestWorld, ready: ReadyOperation): Promise<void> {
  const { operation: { name }, staff, sources } = ready; // prettier-ignore
  const methodTable = tellingCustomers(sources, 'may-be');
  const { number } = await planStrike(world, { methodTable }, name, { strategy: 'simultaneous', seed: 7, as: 'Cleo' });
  const words = { strike: String(number), reason: 'in the lab', until: null };
  await approveHold(world, staff.erika.signing, name, { ...words, person: 'Erika' });
  await approveHold(world, staff.cleo.signing, name, { ...words, person: 'Cleo' });
  await writeStrikeBriefings(world, sources.notices, name, { ...words, as: 'Cleo' });
  await approveBriefings(world, staff.erika.signing, name, { ...words, person: 'Erika' });
  await approveBriefings(world, staff.cleo.signing, name, { ...words, person: 'Cleo' });
  await sendBriefings(world, setupOf(world, ready));
  await releaseStrike(world, staff.farid.signing, name, { ...words, person: 'Farid', isHarm: true });
}

/** A claim, a contest that leads to a retraction, and a bounce. */
async function answer(world: TestWorld, { operation, staff, sources, hosts }: ReadyOperation): Promise<void> {
  const { methodTable, notices: texts } = sources;
  const sent = await world.store.read((transaction) => transaction.dispatches(operation.id));
  const to = (index: number): (typeof sent)[number] | undefined =>
    sent.find(({ recipient, state }) => recipient === `abuse@host-${index}.example` && state === 'sent');
  const reply = async (index: number, text: string): Promise<void> => {
    const fields = [`From: abuse@host-${index}.example`, `In-Reply-To: <${to(index)?.messageId ?? ''}>`];
    await receiveMail(world, mailSources(), { bytes: rawReply({ text }, fields), source: 'a test' });
  };
  await reply(3, 'The server has been suspended.');
  await reply(4, 'We dispute this: it is a false positive.');
  await reply(5, 'We will not take action.');
  await world.store.write(async (transaction) => {
    await transaction.lockOperation(operation.id);
    const bounce = { dispatchId: to(6)?.dispatchId ?? '', recipient: 'abuse@host-6.example', reason: '5.2.1' };
    await dispatchBounced(world, transaction, bounce);
  });
  const clock = { methodTable, notices: texts, clock: CLOCK_DEFAULTS };
  const request = { name: 'Cleo', target: hosts[3] ?? '', reason: 'a web shop' };
  await retract(world, staff.cleo.signing, clock, 'mail', request);
}

/** What leaves goes to the steady server. */
export function setupOf(
  world: TestWorld,
  { operation, sources }: Pick<ReadyOperation, 'operation' | 'sources'>,
): SendSetup {
  return {
    operation,
    organisationId: world.organisationId,
    jobs: orderlyJobs(),
    transport: steadyServer,
    composer: createMailComposer({ dkim: null, smime: null }),
    sender: sources.notices.sender,
    senderSet: true,
    envelopeFrom: 'desk@cert.example',
    limits: GATES,
    rate: { perProviderPerHour: 100, perDomainPerHour: 100 },
    windows: {},
    connections: 1,
  };
}
