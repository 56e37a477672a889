import { personNamed } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { PERSON_REMOVED_KIND } from '../../ledger/signed-act.ts';
import type { SignedAct } from '../../ports/signing.ts';

/** Takes a person off the record: what they signed before stands, from now on they sign nothing. */
export function personRemoval(name: string, words: { readonly person: string; readonly reason: string }): SignedAct {
  return {
    name: words.person,
    act: PERSON_REMOVED_KIND,
    lock: null,
    async prepare(transaction) {
      const people = await transaction.people();
      const removed = personNamed(people, name);
      const admins = people.filter(({ roles, removedAt }) => removedAt === null && roles.includes('admin'));
      if (admins.every(({ person }) => person === removed.person)) {
        throw problem(
          'refused',
          `${removed.name} is the only admin; without one nobody could be added any more`,
          'Add another admin first',
        );
      }
      return { subject: removed.person, terms: { reason: words.reason } };
    },
  };
}
