/** What says of which legal form an organisation is, and nothing of who it is. */
const LEGAL_FORMS: ReadonlySet<string> = new Set([
  'ab', 'ag', 'as', 'asa', 'aps', 'bv', 'co', 'company', 'corp', 'corporation', 'doo', 'eood', 'eirl', 'gmbh', 'inc',
  'incorporated', 'jsc', 'kft', 'kg', 'limited', 'llc', 'llp', 'lp', 'ltd', 'ltda', 'nv', 'oao', 'ojsc', 'ood', 'ooo', 'oy', 'oyj',
  'pjsc', 'plc', 'pt', 'pte', 'pty', 'pvt', 'sa', 'sac', 'sarl', 'sas', 'sl', 'sp', 'spa', 'srl', 'sro', 'tbk', 'ug', 'uab', 'zao',
]); // prettier-ignore

/**
 * The form in which names of organisations are compared: "Example Hosting GmbH" and "EXAMPLE HOSTING, GmbH" are one name.
 * What is shorter or longer by a word is another: "Example Cloud" may be somebody else than "Example".
 */
export function organisationKey(name: string): string {
  const words = name
    .normalize('NFKC')
    .toLowerCase()
    // "B.V." and "S.A." are written with and without dots.
    .replaceAll(/\b(\p{L})\.(?=\p{L}\b)/gu, '$1')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const telling = words.filter((word) => !LEGAL_FORMS.has(word));
  return (telling.length === 0 ? words : telling).join(' ');
}
