import { personNamed } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { IDENTITY_LINKED_KIND, IDENTITY_UNLINKED_KIND } from '../../ledger/signed-act.ts';
import type { Identity } from '../../ports/identity-provider.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { ReadTransaction } from '../../ports/store.ts';

const MAX_SUBJECT_LENGTH = 255;
const MAX_IDENTITIES = 10;

export interface IdentityLink extends Identity {
  /** Whose it is; signs with a key that is on record. */
  readonly person: string;
}

/**
 * From now on the provider's word for this account signs the person in. Nobody says so for another, not even an admin: whoever has
 * the account would come in as that person.
 */
export function identityLink({ person: name, issuer, subject }: IdentityLink): SignedAct {
  if (subject === '' || subject.length > MAX_SUBJECT_LENGTH || /\p{C}/u.test(subject)) {
    throw problem('usage', `an account is known by 1 to ${MAX_SUBJECT_LENGTH} characters: the provider's "sub"`);
  }
  return {
    name,
    act: IDENTITY_LINKED_KIND,
    lock: null,
    async prepare(transaction, { person, name: known }) {
      const linked = await linkedIdentities(transaction);
      const same = linked.find((each) => each.issuer === issuer && each.subject === subject);
      if (same?.person === person) throw problem('refused', `this account signs ${known} in already`);
      if (same !== undefined) {
        throw problem('refused', 'this account signs somebody else in', 'That person, or an admin, takes it off first');
      }
      if (linked.filter((each) => each.person === person).length >= MAX_IDENTITIES) {
        throw problem('refused', `a person has at most ${MAX_IDENTITIES} accounts`);
      }
      return { subject: person, terms: { issuer, account: subject } };
    },
  };
}

export interface IdentityUnlink extends Identity {
  /** Whose it is. */
  readonly of: string;
  readonly person: string;
  readonly reason: string;
}

/** The account signs nobody in any more: the person's own word, or an admin's. */
export function identityUnlink({ of, issuer, subject, person: name, reason }: IdentityUnlink): SignedAct {
  return {
    name,
    act: IDENTITY_UNLINKED_KIND,
    lock: null,
    async prepare(transaction, signer) {
      const owner = personNamed(await transaction.people(), of);
      if (signer.person !== owner.person && !signer.roles.includes('admin')) {
        throw problem('refused', `an account of ${owner.name} is taken off by ${owner.name} or by an admin`);
      }
      const found = (await linkedIdentities(transaction)).some(
        (each) => each.person === owner.person && each.issuer === issuer && each.subject === subject,
      );
      if (found) return { subject: owner.person, terms: { issuer, account: subject, reason } };
      throw problem(
        'not-found',
        `${owner.name} is not known by this account`,
        'List them with: dismantle identity list',
      );
    },
  };
}

async function linkedIdentities(transaction: ReadTransaction): ReturnType<ReadTransaction['identities']> {
  return (await transaction.identities()).filter(({ unlinkedAt }) => unlinkedAt === null);
}
