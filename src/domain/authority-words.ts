import { AUTHORITY_KINDS, ORDER_KINDS } from './authority.ts';
import type { AuthorityTerms } from './authority.ts';
import { scopeOf } from './authority-scope.ts';
import { parseInstant } from './instant.ts';
import type { Instant } from './instant.ts';
import { countryOfCode } from './rdap/country-names.ts';
import { failure, success } from './result.ts';
import type { Result } from './result.ts';

/** An instrument as a person writes it down, on a command line or in a file. */
export interface AuthorityWords {
  readonly reference?: string | null;
  readonly kind: string;
  readonly court?: string | null;
  readonly docket?: string | null;
  readonly jurisdictions: readonly string[];
  readonly issued: string;
  readonly expires?: string | null;
  readonly bond?: string | null;
  readonly sealed?: boolean;
  readonly unseal?: string | null;
  readonly providers?: readonly string[];
  readonly addresses?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly domains?: readonly string[];
  readonly standing?: boolean;
  readonly parent?: string | null;
}

const MAX_PROVIDERS = 1000;
const MAX_WORDS = 200;
/** A reference is typed into commands: no blanks, nothing that a shell or a path would take for its own. */
const REFERENCE = /^[\p{L}\p{N}][\p{L}\p{N}._:-]{0,59}$/u;
/** Control and format characters, lone surrogates, line ends: an order's words are quoted in notices and in court. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Reads it, or says everything that is wrong with it, a sentence each. */
export function parseAuthority(words: AuthorityWords, drill: boolean): Result<AuthorityTerms, readonly string[]> {
  const wrong: string[] = [];
  const say = (sentence: string): void => void wrong.push(sentence);
  const kind = AUTHORITY_KINDS.find((known) => known === words.kind);
  if (kind === undefined) say(`kind "${words.kind.slice(0, 60)}" is not one of ${AUTHORITY_KINDS.join(', ')}`);
  const line = (text: string | null | undefined, what: string): string | null => lineOf(text, what, say);
  const moment = (text: string | null | undefined, what: string): Instant | null => momentOf(text, what, say);

  const reference = line(words.reference, 'reference');
  if (reference !== null && !REFERENCE.test(reference))
    say('reference: at most 60 letters, digits and . _ : -, beginning with a letter or digit');
  const court = line(words.court, 'court');
  const docket = line(words.docket, 'docket');
  if (kind !== undefined && ORDER_KINDS.includes(kind)) {
    if (court === null) say('court: an order has one');
    if (docket === null) say('docket: an order has one (the case number)');
  }
  const parent = line(words.parent, 'parent');
  if (kind === 'monitor-instruction' && parent === null)
    say('parent: an instruction of a court monitor stands on an order; name the order by its reference');

  const issuedAt = moment(words.issued, 'issued');
  const expiresAt = moment(words.expires, 'expires');
  if (issuedAt !== null && expiresAt !== null && expiresAt <= issuedAt) say('expires: it is not after issued');
  const sealed = words.sealed === true;
  const unsealAt = moment(words.unseal, 'unseal');
  if (!sealed && unsealAt !== null) say('unseal: it is not said to be sealed');

  const scope = scopeOf(words, kind ?? null, drill, say);
  const terms = {
    reference,
    court,
    docket,
    jurisdictions: jurisdictionsOf(words.jurisdictions, say),
    expiresAt,
    bond: line(words.bond, 'bond'),
    sealed,
    unsealAt,
    providers: providersOf(words.providers ?? [], say),
    scope,
    parent,
  };
  if (wrong.length > 0 || kind === undefined || issuedAt === null) return failure(wrong);
  return success({ ...terms, kind, issuedAt });
}

function lineOf(text: string | null | undefined, what: string, say: (sentence: string) => void): string | null {
  const line = (text ?? '').normalize('NFC').trim();
  if (line === '') return null;
  if (UNFIT.test(line)) say(`${what}: it holds a character that cannot be seen, or turns the direction of writing`);
  else if (line.length > MAX_WORDS) say(`${what}: at most ${MAX_WORDS} characters`);
  else return line.replaceAll(/\s+/gu, ' ');
  return null;
}

function momentOf(text: string | null | undefined, what: string, say: (sentence: string) => void): Instant | null {
  if (text === null || text === undefined || text.trim() === '') {
    if (what === 'issued') say('issued: when it was issued has to be said');
    return null;
  }
  const found = parseInstant(text);
  if (found === null) say(`${what}: "${text.slice(0, 40)}" is no moment; year first: 2026-11-20 or 2026-11-20T17:00Z`);
  return found;
}

function jurisdictionsOf(codes: readonly string[], say: (sentence: string) => void): readonly string[] {
  const found = new Set<string>();
  for (const code of codes) {
    const country = countryOfCode(code);
    if (country === null)
      say(`jurisdiction "${code.slice(0, 40)}" is no country's code (ISO 3166-1, two letters: US, DE)`);
    else found.add(country);
  }
  if (codes.length === 0) say('jurisdiction: where it may be relied on has to be said, country by country');
  return [...found].sort();
}

function providersOf(names: readonly string[], say: (sentence: string) => void): readonly string[] {
  if (names.length > MAX_PROVIDERS) say(`provider: at most ${MAX_PROVIDERS}`);
  const found = new Map<string, string>();
  for (const name of names.slice(0, MAX_PROVIDERS)) {
    const line = lineOf(name, 'provider', say);
    if (line === null) say('provider: an empty name would name everybody');
    else if (!found.has(foldedProvider(line))) found.set(foldedProvider(line), line);
  }
  return [...found.values()].sort();
}

/** Names of providers that differ in case, blanks and compatibility forms alone are one. */
export function foldedProvider(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC').replaceAll(/\s+/gu, ' ').trim();
}
