import { SECRET_BYTES, readSecret, secretHash, secretText } from '../domain/access.ts';
import type { Principal } from '../domain/access.ts';
import { isoInstant } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import { hasRole, parsePersonName, personKey, personNamed } from '../domain/person.ts';
import type { PersonRecord, Role } from '../domain/person.ts';
import { problem } from '../domain/problem.ts';
import type { ProblemError } from '../domain/problem.ts';
import {
  INVITATION_MS,
  SESSION_KEPT_MS,
  SESSION_LONGEST_MS,
  SESSION_SEEN_MS,
  SET_UP_MS,
  isOpen,
} from '../domain/session.ts';
import type { InvitationRecord, SessionRecord, SignInMethod } from '../domain/session.ts';
import { readSigningKey } from '../ledger/signed-act.ts';
import {
  isCredentialId,
  parsePasskeyPublicKey,
  passkeyPublicKey,
  verifyPasskeyChallenge,
} from '../ledger/webauthn-signature.ts';
import type { PasskeyAnswer } from '../ledger/webauthn-signature.ts';
import type { Identity } from '../ports/identity-provider.ts';
import type { IdentityRecord, PasskeyRecord } from '../ports/people.ts';
import type { Signing } from '../ports/signing.ts';
import type { ReadTransaction, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { actSigned } from '../steps/people/act-signed.ts';
import { addPerson, assertUnused } from '../steps/people/add-person.ts';
import type { WayIn } from '../steps/people/add-person.ts';
import { identityLink, identityUnlink } from '../steps/people/identities.ts';
import type { IdentityLink, IdentityUnlink } from '../steps/people/identities.ts';
import { passkeyAddition, passkeyRemoval } from '../steps/people/passkeys.ts';
import type { NewPasskey, PasskeyRemoval } from '../steps/people/passkeys.ts';
import { spoken } from '../flow.ts';

/*
 * Signing in with a browser:
 *
 *     link ─► passkey registered ─► an admin signs for the person (the first one for itself) ─► sign in ─► session ─► end
 *
 * or, once the person has signed as whom an identity provider knows them, by its word. Whoever is in signs with a key all the same.
 */

type StoreOf = (organisationId: string) => Store;

/** A passkey as it was just made. */
export interface MadePasskey {
  /** "webauthn-es256 MFkw… https://dismantle.example" */
  readonly publicKey: string;
  readonly credentialId: string;
}

/** A public key from a browser (SPKI, base64url) as it goes on record; null for one that is not taken here. */
export function passkeyText(spki: string, origin: string): string | null {
  const key = passkeyPublicKey(Buffer.from(spki, 'base64url'), origin);
  return key.ok ? key.value.text : null;
}

/** Whether whoever answers has the private half of this passkey. */
export function holdsPasskey(publicKey: string, challenge: string, answer: PasskeyAnswer): boolean {
  const key = parsePasskeyPublicKey(publicKey);
  return key.ok && verifyPasskeyChallenge(challenge, key.value, answer).ok;
}

// Links ----------------------------------------------------------------------------------------------------------------

/** The link's secret for the first admin, anew at each start; null once anybody is on record. Earlier ones are used up. */
export async function newSetUpSecret(world: World, organisationId: string): Promise<string | null> {
  const secret = world.random.bytes(SECRET_BYTES);
  const id = world.ids.uuid();
  const now = world.clock.now();
  const made = await world.store.write(async (transaction) => {
    await transaction.lockLedger();
    if ((await transaction.people()).length > 0) return false;
    for (const { id: earlier, invitedBy, settledAt } of await transaction.invitations())
      if (invitedBy === null && settledAt === null) await transaction.settleInvitation(earlier, isoInstant(now));
    await transaction.addInvitation({
      id,
      secretHash: secretHash(secret),
      name: null,
      roles: ['admin'],
      invitedBy: null,
      at: isoInstant(now),
      endsAt: isoInstant(now + SET_UP_MS),
    });
    return true;
  });
  return made ? secretText('dsi', organisationId, secret) : null;
}

export interface Invited {
  readonly invitation: InvitationRecord;
  /** "dsi_…": stands in the link, and nowhere else. */
  readonly secret: string;
}

/** A link for a person to come, with the roles that an admin will sign for. */
export async function invite(
  world: World,
  organisationId: string,
  words: { readonly name: string; readonly roles: readonly Role[]; readonly by: string },
): Promise<Invited> {
  const name = parsePersonName(words.name);
  const secret = world.random.bytes(SECRET_BYTES);
  const id = world.ids.uuid();
  const now = world.clock.now();
  await world.store.write(async (transaction) => {
    const people = await transaction.people();
    const admin = personNamed(people, words.by);
    if (!hasRole(admin, ['admin'])) throw problem('refused', `${admin.name} is no admin, and invites nobody`);
    const known = people.find(({ person }) => person === personKey(name));
    if (known !== undefined && known.removedAt === null) {
      throw problem('refused', `${known.name} is on record already, as ${known.roles.join(', ')}`);
    }
    await transaction.addInvitation({
      id,
      secretHash: secretHash(secret),
      name,
      roles: words.roles,
      invitedBy: admin.person,
      at: isoInstant(now),
      endsAt: isoInstant(now + INVITATION_MS),
    });
  });
  return { invitation: await invitationNamed(world, id), secret: secretText('dsi', organisationId, secret) };
}

/** Whose link this is, as long as it is good for a registration; null for whatever else. */
export async function invitationOf(
  storeOf: StoreOf,
  text: string,
  now: Instant,
): Promise<{ readonly organisationId: string; readonly invitation: InvitationRecord } | null> {
  const read = readSecret('dsi', text);
  if (read === null) return null;
  const { organisationId } = read;
  return storeOf(organisationId).read(async (transaction) => {
    const invitation = await transaction.invitationBySecret(read.secretHash);
    if (invitation === null || invitation.settledAt !== null || invitation.registeredAt !== null) return null;
    if (invitation.endsAt <= isoInstant(now)) return null;
    const people = await transaction.people();
    if (invitation.invitedBy === null) return people.length === 0 ? { organisationId, invitation } : null;
    const admin = people.find(({ person }) => person === invitation.invitedBy);
    const stands = admin !== undefined && admin.removedAt === null && admin.roles.includes('admin');
    return stands ? { organisationId, invitation } : null;
  });
}

export function invitationsOf(world: World): Promise<readonly InvitationRecord[]> {
  return world.store.read((transaction) => transaction.invitations());
}

/** What somebody has registered waits for an admin's signature from then on. */
export async function registerInvited(
  world: World,
  { id }: InvitationRecord,
  { publicKey, credentialId }: MadePasskey,
): Promise<{ readonly fingerprint: string }> {
  const key = readSigningKey(publicKey);
  if (!key.ok || key.value.scheme !== 'webauthn' || !isCredentialId(credentialId)) {
    throw problem('input', 'this is no passkey that is taken here', 'One of P-256 (ES256) or Ed25519 is');
  }
  const { fingerprint } = key.value;
  await world.store.write(async (transaction) => {
    const passkey = { publicKey, fingerprint, credentialId };
    assertUnused(await transaction.passkeys(), { person: '', keys: [passkey] });
    if (await transaction.registerInvitation(id, passkey, isoInstant(world.clock.now()))) return;
    throw problem('refused', 'this link was used already');
  });
  return { fingerprint };
}

/**
 * Puts whoever has registered on record. The admin who made the link signs for it, and nobody else: who could have used the link is
 * bound to whoever did.
 */
export async function acceptInvited(world: World, signing: Signing, named: string, by: string): Promise<PersonRecord> {
  const invitation = await invitationNamed(world, named);
  const { name, roles, publicKey, credentialId } = invitation;
  assertGood(invitation, world.clock.now());
  if (name === null || publicKey === null) {
    throw problem('refused', 'nobody has registered a passkey with this link yet', 'Send the link to the person');
  }
  if (personKey(by) !== invitation.invitedBy) {
    throw problem(
      'refused',
      'the admin who made the link signs for whoever has used it',
      'Or invite the person anew, by a link of yours',
    );
  }
  return addPerson(world, signing, { name, roles, publicKey, credentialId, by }, byInvitation(world, invitation));
}

/** A link that nobody should use any more, or a registration that nobody signs for. */
export async function withdrawInvitation(world: World, named: string): Promise<InvitationRecord> {
  const invitation = await invitationNamed(world, named);
  await world.store.write(byInvitation(world, invitation).use);
  return invitation;
}

/** The first admin signs for itself, with the passkey that was just made. */
export async function setUp(
  world: World,
  signing: Signing,
  invitation: InvitationRecord,
  words: MadePasskey & { readonly name: string; readonly also: readonly Role[] },
): Promise<PersonRecord> {
  const { name, publicKey, credentialId, also } = words;
  const first = { name, roles: [...invitation.roles, ...also], publicKey, credentialId, by: null };
  return addPerson(world, signing, first, byInvitation(world, invitation));
}

/** Whoever signs takes their time, and the invitation may be taken back meanwhile: it is used up with the entry, or there is none. */
function byInvitation(world: World, { id }: InvitationRecord): WayIn {
  return {
    async assertGood(transaction) {
      const now = (await transaction.invitations()).find((each) => each.id === id);
      assertGood(now, world.clock.now());
    },
    async use(transaction) {
      if (!(await transaction.settleInvitation(id, isoInstant(world.clock.now())))) throw usedUp();
    },
  };
}

function assertGood(invitation: InvitationRecord | undefined, now: Instant): void {
  if (invitation === undefined || invitation.settledAt !== null) throw usedUp();
  if (invitation.endsAt > isoInstant(now)) return;
  throw problem('refused', 'this invitation has run out', 'Invite the person anew');
}

function usedUp(): ProblemError {
  return problem(
    'refused',
    'this invitation was used up, or taken back',
    'See who is on record: dismantle person list; to invite anew: dismantle person invite NAME --role ROLE',
  );
}

/** By its id, or by the name of the person where only one waits. */
async function invitationNamed(world: World, named: string): Promise<InvitationRecord> {
  const all = await invitationsOf(world);
  const byId = all.find(({ id }) => id === named);
  if (byId !== undefined) return byId;
  const key = personKey(named);
  const [found, ...more] = all.filter(
    ({ name, settledAt }) => settledAt === null && name !== null && personKey(name) === key,
  );
  if (found === undefined) {
    throw problem('not-found', `nobody called "${named}" is invited`, 'List them with: dismantle person invitations');
  }
  if (more.length > 0) {
    const ids = [found, ...more].map(({ id }) => id).join(', ');
    throw problem('usage', `"${named}" was invited more than once`, `Say which one: ${ids}`);
  }
  return found;
}

// Passkeys -------------------------------------------------------------------------------------------------------------

export function passkeysOf(world: World): Promise<readonly PasskeyRecord[]> {
  return world.store.read((transaction) => transaction.passkeys());
}

/** A passkey more for a person, who signs for it with a key that is on record already. */
export async function addPasskey(world: World, signing: Signing, words: NewPasskey): Promise<PasskeyRecord> {
  await actSigned(world, signing, passkeyAddition(words));
  const added = (await passkeysOf(world)).find(
    ({ publicKey, removedAt }) => publicKey === words.publicKey && removedAt === null,
  );
  if (added === undefined) throw new Error('the passkey that was added is not there');
  return added;
}

/** A passkey less. Whoever had it may still be signed in with it: all of the person's sessions end. */
export async function removePasskey(world: World, signing: Signing, words: PasskeyRemoval): Promise<string> {
  const { person, reason } = spoken(words);
  const act = passkeyRemoval({ ...words, person, reason });
  const { subject } = await actSigned(world, signing, {
    ...act,
    async also(transaction) {
      const { person: owner } = personNamed(await transaction.people(), words.of);
      await transaction.endSessions({ person: owner }, isoInstant(world.clock.now()));
    },
  });
  return subject;
}

// Accounts at an identity provider -------------------------------------------------------------------------------------

export function identitiesOf(world: World): Promise<readonly IdentityRecord[]> {
  return world.store.read((transaction) => transaction.identities());
}

/** As whom a provider knows a person, who signs for it with a key that is on record. */
export async function linkIdentity(world: World, signing: Signing, words: IdentityLink): Promise<IdentityRecord> {
  const { subject: person } = await actSigned(world, signing, identityLink(words));
  const linked = (await identitiesOf(world)).find(
    (each) => each.person === person && each.issuer === words.issuer && each.subject === words.subject,
  );
  if (linked === undefined) throw new Error('the account that was linked is not there');
  return linked;
}

/** An account less. Whoever has it may still be signed in by it: all of the person's sessions end. */
export async function unlinkIdentity(world: World, signing: Signing, words: IdentityUnlink): Promise<string> {
  const { person, reason } = spoken(words);
  const { subject } = await actSigned(world, signing, {
    ...identityUnlink({ ...words, person, reason }),
    async also(transaction) {
      const { person: owner } = personNamed(await transaction.people(), words.of);
      await transaction.endSessions({ person: owner }, isoInstant(world.clock.now()));
    },
  });
  return subject;
}

// Sessions -------------------------------------------------------------------------------------------------------------

export interface SignedIn {
  readonly name: string;
  /** "dss_…": the cookie's value, and nowhere else. */
  readonly secret: string;
  readonly endsAt: string;
}

/**
 * Signs in whoever answers a challenge with a passkey on record; null for whatever else, whyever. The caller has made the
 * challenge.
 */
export async function signInWithPasskey(
  world: World,
  organisationId: string,
  asked: {
    readonly challenge: string;
    readonly origin: string;
    readonly credentialId: string;
    readonly agent: string;
    /** Uses the challenge up; false where somebody else was first. */
    readonly isFirst: () => boolean;
  },
  answer: PasskeyAnswer,
): Promise<SignedIn | null> {
  const { challenge, origin, credentialId, agent, isFirst } = asked;
  if (challenge === '' || !isCredentialId(credentialId)) return null;
  const holder = async (transaction: ReadTransaction): Promise<PersonRecord | null> => {
    const passkey = (await transaction.passkeys()).find(
      (each) => each.credentialId === credentialId && each.removedAt === null,
    );
    const key = passkey === undefined ? null : parsePasskeyPublicKey(passkey.publicKey);
    if (passkey === undefined || key?.ok !== true || key.value.origin !== origin) return null;
    if (!verifyPasskeyChallenge(challenge, key.value, answer).ok) return null;
    return onRecord(await transaction.people(), passkey.person);
  };
  if ((await world.store.read(holder)) === null || !isFirst()) return null;
  return sessionOf(world, organisationId, holder, { method: 'passkey', agent });
}

/** Signs in whom a provider's word is about; null where nobody on record has said to be that. */
export async function signInWithIdentity(
  world: World,
  organisationId: string,
  { issuer, subject }: Identity,
  agent: string,
): Promise<SignedIn | null> {
  const holder = async (transaction: ReadTransaction): Promise<PersonRecord | null> => {
    const linked = (await transaction.identities()).find(
      (each) => each.issuer === issuer && each.subject === subject && each.unlinkedAt === null,
    );
    return linked === undefined ? null : onRecord(await transaction.people(), linked.person);
  };
  // Most who knock are nobody here: they wait for no lock.
  if ((await world.store.read(holder)) === null) return null;
  return sessionOf(world, organisationId, holder, { method: 'oidc', agent });
}

/** A session for somebody who has just shown who it is. */
export async function beginSession(
  world: World,
  organisationId: string,
  person: PersonRecord,
  how: { readonly method: SignInMethod; readonly agent: string },
): Promise<SignedIn> {
  const signedIn = await sessionOf(world, organisationId, () => Promise.resolve(person), how);
  if (signedIn === null) throw new Error('somebody was nobody a moment later');
  return signedIn;
}

/**
 * A session for whom `holder` finds under the lock of the ledger; null where that is nobody. Whatever ends somebody's sessions is an
 * entry of the ledger: either it is there already, or it comes behind this session and ends it.
 */
async function sessionOf(
  world: World,
  organisationId: string,
  holder: (transaction: ReadTransaction) => Promise<PersonRecord | null>,
  { method, agent }: { readonly method: SignInMethod; readonly agent: string },
): Promise<SignedIn | null> {
  const secret = world.random.bytes(SECRET_BYTES);
  const now = world.clock.now();
  const endsAt = isoInstant(now + SESSION_LONGEST_MS);
  const name = await world.store.write(async (transaction) => {
    await transaction.lockLedger();
    const found = await holder(transaction);
    if (found === null) return null;
    await transaction.forgetSignIns(isoInstant(now - SESSION_KEPT_MS));
    await transaction.beginSession({
      id: world.ids.uuid(),
      person: found.person,
      method,
      agent: agentText(agent),
      secretHash: secretHash(secret),
      at: isoInstant(now),
      endsAt,
    });
    return found.name;
  });
  return name === null ? null : { name, secret: secretText('dss', organisationId, secret), endsAt };
}

const MAX_AGENT_LENGTH = 200;

/** What a browser says it is, as far as it can be shown. */
function agentText(text: string): string {
  return text.replaceAll(/[^ -~]/g, '?').slice(0, MAX_AGENT_LENGTH);
}

/** Whose session this is; null for one of nobody, that has ended, or of somebody who is on record no more. */
export async function whoIsIn(storeOf: StoreOf, text: string, now: Instant): Promise<Principal | null> {
  const read = readSecret('dss', text);
  if (read === null) return null;
  const { organisationId } = read;
  const store = storeOf(organisationId);
  const at = isoInstant(now);
  const found = await store.read(async (transaction) => {
    const session = await transaction.sessionBySecret(read.secretHash);
    if (session === null || !isOpen(session, at)) return null;
    const person = onRecord(await transaction.people(), session.person);
    // Somebody who was removed and put on record again is let in anew.
    return person === null || person.addedAt > session.beganAt ? null : { session, person };
  });
  if (found === null) return null;
  const { session, person } = found;
  if (now - Date.parse(session.seenAt) >= SESSION_SEEN_MS) {
    await store.write((transaction) => transaction.seeSession(session.id, at));
  }
  return {
    organisationId,
    name: person.name,
    kind: 'person',
    person: person.person,
    partner: null,
    roles: person.roles,
    scopes: ['read', 'write'],
    credential: { kind: 'session', id: session.id },
  };
}

function onRecord(people: readonly PersonRecord[], key: string): PersonRecord | null {
  const found = people.find(({ person }) => person === key);
  return found !== undefined && found.removedAt === null ? found : null;
}

/** Everybody's, or one person's, the newest first. */
export function sessionsOf(world: World, person: string | null): Promise<readonly SessionRecord[]> {
  return world.store.read((transaction) => transaction.sessions(person === null ? null : personKey(person)));
}

/** Ends a session at once: one's own, or anybody's for an admin (`of` null). */
export async function endSession(world: World, id: string, of: string | null): Promise<SessionRecord> {
  return world.store.write(async (transaction) => {
    const found = (await transaction.sessions(of)).find((each) => each.id === id);
    if (found === undefined) {
      throw problem('not-found', `there is no session ${id}`, 'List them with: dismantle session list');
    }
    await transaction.endSessions({ id }, isoInstant(world.clock.now()));
    return found;
  });
}
