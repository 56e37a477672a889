import { texts } from '../../texts/en.ts';

export const KINDS = ['court-order', 'standing-order', 'supplemental-order', 'monitor-instruction', 'statute', 'contract'] as const; // prettier-ignore

/** What the form holds, as it was typed. */
export interface Typed {
  readonly kind: string;
  readonly reference: string;
  readonly court: string;
  readonly docket: string;
  readonly parent: string;
  readonly jurisdictions: string;
  readonly issued: string;
  readonly expires: string;
  readonly bond: string;
  readonly sealed: boolean;
  readonly unseal: string;
  readonly providers: string;
  readonly addresses: string;
  readonly prefixes: string;
  readonly domains: string;
  readonly standing: boolean;
  readonly reason: string;
}

export const NOTHING_TYPED: Typed = {
  kind: 'court-order', reference: '', court: '', docket: '', parent: '', jurisdictions: '', issued: '', expires: '', bond: '', sealed: false,
  unseal: '', providers: '', addresses: '', prefixes: '', domains: '', standing: false, reason: '',
}; // prettier-ignore

/** Where something can be wrong: fields, and the document, which is no text. */
export type FieldName = keyof Typed | 'document';
export type FieldErrors = Partial<Readonly<Record<FieldName | 'form', readonly string[]>>>;

export function linesOf(text: string): readonly string[] {
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== ''); // prettier-ignore
}

export function codesOf(text: string): readonly string[] {
  return text.split(/[\s,;]+/).filter((code) => code !== '');
}

/** A moment that was typed in UTC, as the interface reads it. */
export function momentOf(typed: string): string {
  return typed === '' ? '' : `${typed}Z`;
}

/** As POST …/authorities takes it; what was left empty is null. */
export function wordsOf(typed: Typed): Readonly<Record<string, unknown>> {
  const given = (text: string): string | null => (text.trim() === '' ? null : text.trim());
  return {
    kind: typed.kind,
    reference: given(typed.reference),
    court: given(typed.court),
    docket: given(typed.docket),
    parent: given(typed.parent),
    jurisdictions: codesOf(typed.jurisdictions),
    issued: momentOf(typed.issued),
    expires: given(momentOf(typed.expires)),
    bond: given(typed.bond),
    sealed: typed.sealed,
    unseal: typed.sealed ? given(momentOf(typed.unseal)) : null,
    providers: linesOf(typed.providers),
    addresses: linesOf(typed.addresses),
    prefixes: linesOf(typed.prefixes),
    domains: linesOf(typed.domains),
    standing: typed.standing,
  };
}

/** What is missing before anything can be asked of the service. */
export function missingIn(typed: Typed, hasDocument: boolean): FieldErrors {
  const T = texts.authorities.add.missing;
  const hasScope = typed.standing || [typed.addresses, typed.prefixes, typed.domains].some((text) => linesOf(text).length > 0); // prettier-ignore
  return {
    ...(codesOf(typed.jurisdictions).length === 0 ? { jurisdictions: [T.jurisdictions] } : {}),
    ...(typed.issued === '' ? { issued: [T.issued] } : {}),
    ...(hasScope ? {} : { standing: [T.scope] }),
    ...(hasDocument ? {} : { document: [T.document] }),
    ...(typed.reason.trim() === '' ? { reason: [T.reason] } : {}),
  };
}

/** By the word with which the service begins a sentence about a field. */
const FIELDS: Readonly<Record<string, FieldName>> = {
  kind: 'kind', reference: 'reference', court: 'court', docket: 'docket', parent: 'parent', jurisdiction: 'jurisdictions', issued: 'issued',
  expires: 'expires', bond: 'bond', unseal: 'unseal', provider: 'providers', address: 'addresses', prefix: 'prefixes', domain: 'domains',
  scope: 'standing',
}; // prettier-ignore

/** What the service says is wrong, a line each, at the field that it is about; what is about none is about the form. */
export function errorsByField(detail: string): FieldErrors {
  const found: Partial<Record<FieldName | 'form', string[]>> = {};
  for (const line of detail.split('\n').filter((each) => each.trim() !== '')) {
    const [, word = '', rest = ''] = /^([a-z]+)[: ]\s*(.*)$/s.exec(line) ?? [];
    const field = Object.hasOwn(FIELDS, word) ? FIELDS[word] : undefined;
    const name = field ?? 'form';
    // The field's label says what it is about; a quoted entry stays.
    (found[name] ??= []).push(field === undefined ? line : rest);
  }
  return found;
}
