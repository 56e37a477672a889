import { hasRole, sameHand } from '../domain/person.ts';
import type { PersonRecord, Role } from '../domain/person.ts';

/** How an act stands that counts once two different people have signed it: told before anybody presses anything. */
export interface Hands {
  /** Why nobody may sign it now, a clause; null where nothing stands against it. */
  readonly refused: string | null;
  readonly needed: number;
  /** Whose words count, by name. */
  readonly given: readonly string[];
  /** What one of them has to be, and none of those who have signed is; null where nothing like that is missing. */
  readonly missing: Role | null;
  /** What whoever signs has to be, one of these. */
  readonly roles: readonly Role[];
  readonly mayGive: readonly string[];
  /** Who has the role, has not signed and may not, and why: the rest of a sentence. */
  readonly mayNot: readonly { readonly name: string; readonly why: string }[];
}

export interface HandsAsked extends Pick<Hands, 'refused' | 'needed' | 'missing' | 'roles'> {
  /** By key. */
  readonly given: readonly string[];
  /** What of the act itself keeps this person from it; null where nothing does. */
  readonly keeps: (person: PersonRecord) => string | null;
  /** Beside whose words this person's has to count, by key; those of `given` where it is left out. */
  readonly beside?: (person: PersonRecord) => readonly string[];
}

/** Who has given one of the words, who may give another, and why the others may not. */
export function handsOf(people: readonly PersonRecord[], asked: HandsAsked): Hands {
  const { refused, needed, missing, roles, keeps, beside = () => asked.given } = asked;
  const nameOf = (key: string): string => people.find(({ person }) => person === key)?.name ?? key;
  const mayGive: string[] = [];
  const mayNot: { readonly name: string; readonly why: string }[] = [];
  for (const person of people) {
    if (person.removedAt !== null || !hasRole(person, roles)) continue;
    const other = sameHand(people, person, beside(person));
    const why = keeps(person) ?? (other === null ? null : `is no second person beside ${other.name}: the passkey of one comes from the other`); // prettier-ignore
    if (why === null) mayGive.push(person.name);
    else if (!asked.given.includes(person.person)) mayNot.push({ name: person.name, why });
  }
  return { refused, needed, given: [...new Set(asked.given)].map(nameOf), missing, roles, mayGive, mayNot };
}
