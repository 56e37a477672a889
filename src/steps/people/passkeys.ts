import { personNamed } from '../../domain/person.ts';
import type { PersonKey, PersonRecord } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { PASSKEY_ADDED_KIND, PASSKEY_REMOVED_KIND, readSigningKey } from '../../ledger/signed-act.ts';
import { isCredentialId } from '../../ledger/webauthn-signature.ts';
import type { SignedAct } from '../../ports/signing.ts';
import { assertUnused } from './add-person.ts';

const MAX_NAME_LENGTH = 60;
const MAX_PASSKEYS = 10;

export interface NewPasskey {
  /** Whose it is; signs with a key that is on record already. */
  readonly person: string;
  /** What the person calls it: "the blue one". */
  readonly name: string;
  /** "webauthn-es256 MFkw… https://dismantle.example" */
  readonly publicKey: string;
  readonly credentialId: string;
}

/** A passkey more. Nobody adds one for another: with it they could sign as that person. */
export function passkeyAddition({ person: name, name: label, publicKey, credentialId }: NewPasskey): SignedAct {
  const called = label.replaceAll(/\s+/gu, ' ').trim();
  if (called === '' || called.length > MAX_NAME_LENGTH || /\p{C}/u.test(called)) {
    throw problem('usage', `what a passkey is called has 1 to ${MAX_NAME_LENGTH} characters`);
  }
  const key = readSigningKey(publicKey);
  if (!key.ok || key.value.scheme !== 'webauthn' || !isCredentialId(credentialId)) {
    throw problem('input', 'this is no passkey that is taken here', 'One of P-256 (ES256) or Ed25519 is');
  }
  const { fingerprint } = key.value;
  const added: PersonKey = { publicKey, fingerprint, credentialId };
  return {
    name,
    act: PASSKEY_ADDED_KIND,
    lock: null,
    async prepare(transaction, { person, name: known, keys }) {
      if (keys.some((each) => each.fingerprint === fingerprint)) {
        throw problem('refused', `the passkey ${fingerprint} is on record for ${known} already`);
      }
      if (keys.length > MAX_PASSKEYS) throw problem('refused', `a person has at most ${MAX_PASSKEYS} passkeys`);
      assertUnused(await transaction.passkeys(), { person, keys: [added] });
      return { subject: person, terms: { name: called, publicKey, fingerprint, credentialId } };
    },
  };
}

export interface PasskeyRemoval {
  /** Whose it is. */
  readonly of: string;
  /** Its fingerprint, or what it is called. */
  readonly passkey: string;
  readonly person: string;
  readonly reason: string;
}

/** A passkey less: the person's own word, or an admin's. One key stays. */
export function passkeyRemoval({ of, passkey, person: name, reason }: PasskeyRemoval): SignedAct {
  return {
    name,
    act: PASSKEY_REMOVED_KIND,
    lock: null,
    async prepare(transaction, signer) {
      const owner = personNamed(await transaction.people(), of);
      assertMay(signer, owner);
      const own = (await transaction.passkeys()).filter(
        (each) => each.person === owner.person && each.removedAt === null,
      );
      const [found, ...more] = own.filter((each) => each.fingerprint === passkey || each.name === passkey);
      if (found === undefined) {
        throw problem(
          'not-found',
          `${owner.name} has no passkey "${passkey}"`,
          'List them with: dismantle passkey list',
        );
      }
      if (more.length > 0) throw problem('usage', `several are called "${passkey}"`, 'Name it by its fingerprint');
      if (owner.keys.length < 2) {
        throw problem(
          'refused',
          `it is the only key of ${owner.name}, who could sign nothing without it`,
          'Add another one first; or an admin removes the person: dismantle person remove NAME',
        );
      }
      return { subject: owner.person, terms: { publicKey: found.publicKey, reason } };
    },
  };
}

function assertMay(signer: PersonRecord, owner: PersonRecord): void {
  if (signer.person === owner.person || signer.roles.includes('admin')) return;
  throw problem('refused', `a passkey of ${owner.name} is taken off by ${owner.name} or by an admin`);
}
