import { ROLES, parsePersonName, personKey, personNamed } from '../../domain/person.ts';
import type { PersonRecord, Role } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { PERSON_ADDED_KIND, readSigningKey } from '../../ledger/signed-act.ts';
import { parseSshPublicKey } from '../../ledger/ssh-signature.ts';
import { isCredentialId } from '../../ledger/webauthn-signature.ts';
import type { PasskeyRecord } from '../../ports/people.ts';
import type { SignedAct, Signing } from '../../ports/signing.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { actSignedBy, assertRole } from './act-signed.ts';

export interface NewPerson {
  readonly name: string;
  readonly roles: readonly Role[];
  /** The line of an OpenSSH public key file; or a passkey's text, with the id of its credential. */
  readonly publicKey: string;
  readonly credentialId?: string | null;
  /** The admin who adds the person; null for the first person, who signs for itself. */
  readonly by: string | null;
}

/** What somebody comes on record by, and what only one person does. */
export interface WayIn {
  /** Throws a problem where it is good no more: asked before the signature, and under the lock after it. */
  readonly assertGood: (transaction: ReadTransaction) => Promise<void>;
  /** Uses it up in the transaction that puts the person on record; throws where somebody else did. */
  readonly use: (transaction: WriteTransaction) => Promise<void>;
}

/** Puts a person on record with their key. An admin signs for it; the first person, who has to be admin, for itself. */
export async function addPerson(
  world: World,
  signing: Signing,
  wanted: NewPerson,
  wayIn: WayIn | null = null,
): Promise<PersonRecord> {
  const added = newRecord(wanted);
  const { person, name, roles, publicKey, fingerprint, keys } = added;
  const credentialId = keys[0]?.credentialId ?? null;
  const passkey = credentialId === null ? {} : { credentialId };
  const act: SignedAct = {
    name: wanted.by ?? name,
    act: PERSON_ADDED_KIND,
    lock: null,
    async prepare(transaction) {
      await wayIn?.assertGood(transaction);
      assertNew(await transaction.people(), added);
      assertUnused(await transaction.passkeys(), added);
      return { subject: person, terms: { name, roles: [...roles], publicKey, fingerprint, ...passkey } };
    },
    also: async (transaction) => wayIn?.use(transaction),
  };
  await actSignedBy(world, signing, act, (transaction) => signerOf(transaction, wanted.by, added));
  return added;
}

async function signerOf(transaction: ReadTransaction, by: string | null, added: PersonRecord): Promise<PersonRecord> {
  const people = await transaction.people();
  if (people.length > 0) {
    if (by === null) {
      // Whom it concerns is said first: an admin's name would not help.
      assertNew(people, added);
      throw problem('usage', 'people are on record here, so an admin has to sign', 'Say who, with --as ADMIN');
    }
    const admin = personNamed(people, by);
    assertRole(admin, PERSON_ADDED_KIND);
    return admin;
  }
  if (by !== null && personKey(by) !== added.person) personNamed(people, by);
  if (!added.roles.includes('admin')) {
    throw problem(
      'refused',
      'nobody is on record here yet; the first person has to be admin',
      `Add --role admin, or add an admin before ${added.name}`,
    );
  }
  return added;
}

function newRecord({ name: text, roles, publicKey: line, credentialId: given = null }: NewPerson): PersonRecord {
  const name = parsePersonName(text);
  const isPasskey = line.startsWith('webauthn-');
  const key = isPasskey ? readSigningKey(line) : parseSshPublicKey(line);
  if (!key.ok) throw problem('input', `the key of ${name}: ${key.reason}`, 'Give a public key file: --key FILE.pub');
  const { text: publicKey, fingerprint } = key.value;
  const credentialId = isPasskey ? given : null;
  if (isPasskey && !isCredentialId(credentialId)) {
    throw problem(
      'input',
      'a passkey comes from its browser',
      'Invite the person: dismantle person invite NAME --role ROLE',
    );
  }
  return {
    person: personKey(name),
    name,
    roles: ROLES.filter((role) => roles.includes(role)),
    publicKey,
    fingerprint,
    keys: [{ publicKey, fingerprint, credentialId }],
    vouchedBy: null,
    addedAt: '',
    removedAt: null,
  };
}

/** A passkey is one person's for ever, and so is the credential. */
export function assertUnused(
  passkeys: readonly PasskeyRecord[],
  { person, keys }: Pick<PersonRecord, 'person' | 'keys'>,
): void {
  for (const { fingerprint, credentialId } of keys) {
    const used = passkeys.find(
      (each) => each.person !== person && (each.fingerprint === fingerprint || each.credentialId === credentialId),
    );
    if (used === undefined) continue;
    throw problem('refused', `the passkey ${fingerprint} is or was another person's`, 'Register one of your own');
  }
}

/** One person is one name and one key: two names behind one key would be no four eyes. */
function assertNew(people: readonly PersonRecord[], added: PersonRecord): void {
  const same = people.find(({ person }) => person === added.person);
  if (same !== undefined && same.removedAt === null) {
    throw problem(
      'refused',
      `${same.name} is on record already, as ${same.roles.join(', ')}`,
      'To change roles or key, remove the person first: dismantle person remove NAME --as ADMIN --reason TEXT',
    );
  }
  const owner = people.find(({ publicKey, person }) => publicKey === added.publicKey && person !== added.person);
  if (owner === undefined) return;
  throw problem(
    'refused',
    `the key ${added.fingerprint} is ${owner.name}'s`,
    'Every person signs with a key of their own: ssh-keygen -t ed25519',
  );
}
