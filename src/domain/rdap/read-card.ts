import { isPlainMailbox } from '../notice.ts';
import { field, line, list, words } from './answer-values.ts';
import { countryOfCode, countryOfLabel, countryOfName } from './country-names.ts';

/** What is wanted of a jCard (RFC 7095). */
export interface Card {
  readonly name: string | null;
  /** "org", "group", "individual"; null where it is not told. */
  readonly kind: string | null;
  /** In the order to be tried, without repeats. */
  readonly mailboxes: readonly CardMailbox[];
  /** Upper-case ISO 3166-1 alpha-2, from the postal address. */
  readonly country: string | null;
}

export interface CardMailbox {
  readonly email: string;
  /** RIPE marks the one for abuse with the type "abuse" and gives the general one beside it. */
  readonly isForAbuse: boolean;
}

interface Property {
  readonly name: string;
  readonly parameters: unknown;
  readonly values: readonly unknown[];
}

const MAX_PROPERTIES = 200;
const MAX_MAILBOXES = 10;
const EMPTY: Card = { name: null, kind: null, mailboxes: [], country: null };

/** Reads `vcardArray`: ["vcard", [[name, parameters, type, value, …], …]]. What is not so is passed over. */
export function readCard(vcardArray: unknown): Card {
  if (!Array.isArray(vcardArray)) return EMPTY;
  const properties = list(vcardArray.at(-1), MAX_PROPERTIES)
    .map(readProperty)
    .filter((property) => property !== null);
  const named = (name: string): readonly Property[] => properties.filter((property) => property.name === name);
  const text = (name: string): string | null => line(named(name)[0]?.values[0], 200);
  return {
    name: text('fn') ?? text('org'),
    kind: text('kind')?.toLowerCase() ?? null,
    mailboxes: mailboxesOf(named('email')),
    country: countryIn(named('adr')),
  };
}

function readProperty(property: unknown): Property | null {
  if (!Array.isArray(property)) return null;
  const [name, parameters]: readonly unknown[] = property;
  if (typeof name !== 'string') return null;
  const hasParameters = typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters);
  // Without its parameters the property is one short: [name, type, value].
  const values: readonly unknown[] = property.slice(hasParameters || parameters === null ? 3 : 2, 13);
  return { name: name.slice(0, 40).toLowerCase(), parameters: hasParameters ? parameters : null, values };
}

/** Preferred ones first (RFC 6350 section 5.3: 1 is the most preferred), otherwise as they stand. */
function mailboxesOf(properties: readonly Property[]): readonly CardMailbox[] {
  const found = properties.flatMap(({ parameters, values }) =>
    values.flatMap((value) => {
      const email = mailbox(value);
      if (email === null) return [];
      const types = words(parameterOf(parameters, 'type'), 10);
      return [{ email, isForAbuse: types.includes('abuse'), preference: preference(parameterOf(parameters, 'pref')) }];
    }),
  );
  const unique = new Map<string, CardMailbox>();
  for (const { email, isForAbuse } of found.toSorted((a, b) => a.preference - b.preference)) {
    const key = email.toLowerCase();
    const known = unique.get(key);
    if (known === undefined && unique.size === MAX_MAILBOXES) continue;
    unique.set(key, { email: known?.email ?? email, isForAbuse: isForAbuse || known?.isForAbuse === true });
  }
  return [...unique.values()];
}

function parameterOf(parameters: unknown, name: string): unknown {
  return field(parameters, name) ?? field(parameters, name.toUpperCase());
}

function preference(value: unknown): number {
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN;
  return number >= 1 && number <= 100 ? number : 101;
}

/** A plain mailbox as it may become a recipient, or null. Registries put stars, or the word, where they keep it back. */
function mailbox(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 300) return null;
  const text = value.trim().replace(/^mailto:/i, '');
  const at = text.lastIndexOf('@');
  const email = `${text.slice(0, at)}${text.slice(at).toLowerCase()}`;
  if (!isPlainMailbox(email) || /\*|redacted/i.test(email)) return null;
  return email;
}

/** RFC 8605's `cc`, else the country field of the structured address, else the label's last line. */
function countryIn(addresses: readonly Property[]): string | null {
  for (const { parameters, values } of addresses) {
    const code = parameterOf(parameters, 'cc');
    const parts = values[0];
    const country: unknown = Array.isArray(parts) ? parts[6] : undefined;
    const label = parameterOf(parameters, 'label');
    const found =
      (typeof code === 'string' ? countryOfCode(code) : null) ??
      (typeof country === 'string' ? (countryOfCode(country) ?? countryOfName(country.slice(0, 100))) : null) ??
      (typeof label === 'string' ? countryOfLabel(label) : null) ??
      // Some write the label where the parts should be.
      (typeof parts === 'string' ? countryOfLabel(parts) : null);
    if (found !== null) return found;
  }
  return null;
}
