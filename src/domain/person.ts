import { problem } from './problem.ts';

/** What a person of the organisation may do. */
export const ROLES = ['analyst', 'counsel', 'approver', 'admin', 'duty', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** A key of a person: an SSH key, or a passkey. */
export interface PersonKey {
  /** "ssh-ed25519 AAAA…" without a comment, or "webauthn-es256 MFkw… https://dismantle.example". */
  readonly publicKey: string;
  /** "SHA256:…", as ssh-keygen -l shows it. */
  readonly fingerprint: string;
  /** By which an authenticator finds a passkey, base64url; null for an SSH key. */
  readonly credentialId: string | null;
}

/** A person of the organisation, who signs with keys of their own. */
export interface PersonRecord {
  /** The key: the folded name. */
  readonly person: string;
  /** As it was written when the person was added. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** The key that the person was added with. */
  readonly publicKey: string;
  readonly fingerprint: string;
  /** Those that sign for the person now, the oldest first; none once the person is not on record any more. */
  readonly keys: readonly PersonKey[];
  /** The admin who put the person on record with a passkey; null where the person brought an SSH key, or was the first. */
  readonly vouchedBy: string | null;
  /** ISO 8601 UTC. */
  readonly addedAt: string;
  /** ISO 8601 UTC; null while the person is on record. */
  readonly removedAt: string | null;
}

export const MAX_NAME_LENGTH = 100;

/** The key of a person: compatibility forms, case and blanks make no difference. */
export function personKey(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC').replaceAll(/\s+/gu, ' ').trim();
}

/** A name as it goes on record. Refuses what would look like another name, or like none. */
export function parsePersonName(text: string): string {
  const name = text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim();
  if (name === '')
    throw problem('usage', 'the name of a person is empty', 'Example: dismantle person add "Ada Example"');
  if (name.length > MAX_NAME_LENGTH) throw problem('usage', `a name has at most ${MAX_NAME_LENGTH} characters`);
  // Letters and what joins them; nothing that is invisible, turns the direction of a line or is taken for a separator.
  const odd = /\p{Default_Ignorable_Code_Point}|[^\p{L}\p{M}\p{N} .,'’_()@+-]/u.exec(name.normalize('NFKC'))?.[0];
  if (odd !== undefined || !/^[\p{L}\p{N}]/u.test(name)) {
    const point = (odd ?? name).codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
    throw problem(
      'usage',
      odd === undefined ? 'a name begins with a letter or digit' : `a name has no character U+${point}`,
      "Letters, digits, blanks and . , ' _ ( ) @ + - may stand in it",
    );
  }
  const scripts = MIXED_UP.filter((script) => script.test(name));
  if (scripts.length > 1) {
    throw problem(
      'usage',
      'a name is written in one of Latin, Greek and Cyrillic letters',
      'Letters of two of them look alike, and so two people could be taken for one',
    );
  }
  return name;
}

/** Scripts whose letters are taken for one another. */
const MIXED_UP: readonly RegExp[] = [/\p{Script=Latin}/u, /\p{Script=Greek}/u, /\p{Script=Cyrillic}/u];

export function parseRoles(words: readonly string[]): readonly Role[] {
  const roles = ROLES.filter((role) => words.includes(role));
  const unknown = words.find((word) => !ROLES.some((role) => role === word));
  if (unknown !== undefined) throw problem('usage', `"${unknown}" is no role`, `Known: ${ROLES.join(', ')}`);
  if (roles.length === 0) throw problem('usage', 'a person needs a role', `Known: ${ROLES.join(', ')}`);
  return roles;
}

/**
 * Refuses a second word of one hand. Whoever has an invitation's link registers the passkey, and the admin who made the link
 * could have: that admin's word and the word by that passkey are not two people's, nor is the word of whoever that one invites in turn.
 */
export function assertTwoHands(
  people: readonly PersonRecord[],
  person: Pick<PersonRecord, 'person' | 'name' | 'vouchedBy'>,
  others: readonly string[],
): void {
  const other = sameHand(people, person, others);
  if (other === null) return;
  throw problem(
    'refused',
    `${person.name} and ${other.name} do not count as two: the passkey of one comes from the other`,
    'Somebody else has to; or another admin puts the passkey on record, after removing the person',
  );
}

/** Whoever of the others does not count as a second person beside this one; null where all do. */
export function sameHand(
  people: readonly PersonRecord[],
  person: Pick<PersonRecord, 'person' | 'vouchedBy'>,
  others: readonly string[],
): PersonRecord | null {
  const found = people.find(
    (other) =>
      other.removedAt === null &&
      others.includes(other.person) &&
      (vouchersOf(people, person).has(other.person) || vouchersOf(people, other).has(person.person)),
  );
  return found ?? null;
}

/**
 * Who put a person's passkey on record, and who put that one's on record; through those who were removed as well: otherwise whoever
 * removes the one in between would count as a second person beside the one behind.
 */
function vouchersOf(
  people: readonly PersonRecord[],
  { vouchedBy }: Pick<PersonRecord, 'vouchedBy'>,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (let next = vouchedBy; next !== null && !found.has(next);) {
    const voucher = people.find(({ person }) => person === next);
    if (voucher === undefined) break;
    found.add(next);
    next = voucher.vouchedBy;
  }
  return found;
}

/** Whether a person has one of these roles; [] is any but auditor, who reads everything and changes nothing. */
export function hasRole(person: Pick<PersonRecord, 'roles'>, roles: readonly Role[]): boolean {
  return roles.length === 0 ? !isAuditorOnly(person) : roles.some((role) => person.roles.includes(role));
}

function isAuditorOnly({ roles }: Pick<PersonRecord, 'roles'>): boolean {
  return roles.every((role) => role === 'auditor');
}

/** The person on record under this name. */
export function personNamed(people: readonly PersonRecord[], name: string): PersonRecord {
  const key = personKey(name);
  const found = people.find(({ person }) => person === key);
  if (found !== undefined && found.removedAt === null) return found;
  const known = people.filter(({ removedAt }) => removedAt === null);
  const what = found === undefined ? 'is not on record here' : `was removed on ${found.removedAt?.slice(0, 10) ?? ''}`;
  throw problem(
    'refused',
    `${name} ${what}`,
    known.length === 0
      ? 'Add the first person, who has to be admin: dismantle person add NAME --role admin --key FILE.pub'
      : `Known: ${known.map((person) => person.name).join(', ')}. An admin adds others: dismantle person add NAME --role ROLE --key FILE.pub --as ADMIN`,
  );
}

/**
 * Who says something that needs no signature: once any person is on record, the key of one of them; before that the name
 * as it was given.
 */
export function speakerOf(people: readonly PersonRecord[], name: string): string {
  if (people.length === 0) return name;
  const speaker = personNamed(people, name);
  if (!isAuditorOnly(speaker)) return speaker.person;
  throw problem('refused', `${speaker.name} is auditor, who reads everything and changes nothing`);
}
