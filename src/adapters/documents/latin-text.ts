/*
 * The fonts that every reader of PDF has (ISO 32000-1 section 9.6.2.2) know the characters of Windows-1252 alone. Bundling
 * fonts for all scripts would be 20 MB and more; so other letters are written with Latin ones as far as that is the custom,
 * and shown as "?" otherwise. The DOCX and the CSV have them as they are.
 */

/** What Windows-1252 has beyond Latin-1. */
const FURTHER = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ';

const CYRILLIC: Readonly<Record<string, string>> = {
  а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'e', ж: 'zh', з: 'z', и: 'i', й: 'i', к: 'k', л: 'l', м: 'm', н: 'n',
  о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'kh', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'shch', ъ: 'ie', ы: 'y',
  ь: '', э: 'e', ю: 'iu', я: 'ia', і: 'i', ї: 'i', є: 'ie', ґ: 'g', ј: 'j', љ: 'lj', њ: 'nj', ћ: 'c', ђ: 'dj', џ: 'dz',
}; // prettier-ignore

const GREEK: Readonly<Record<string, string>> = {
  α: 'a', β: 'v', γ: 'g', δ: 'd', ε: 'e', ζ: 'z', η: 'i', θ: 'th', ι: 'i', κ: 'k', λ: 'l', μ: 'm', ν: 'n', ξ: 'x', ο: 'o',
  π: 'p', ρ: 'r', σ: 's', ς: 's', τ: 't', υ: 'y', φ: 'f', χ: 'ch', ψ: 'ps', ω: 'o',
}; // prettier-ignore

/** Letters that no decomposition makes Latin. */
const LATIN: Readonly<Record<string, string>> = { ł: 'l', đ: 'd', ħ: 'h', ı: 'i', ŋ: 'n', ŧ: 't', ĸ: 'k', ə: 'e' };

const LETTERS: ReadonlyMap<string, string> = new Map(Object.entries({ ...CYRILLIC, ...GREEK, ...LATIN }));

/** The text in characters of Windows-1252. */
export function latinText(text: string): string {
  return Array.from(text.normalize('NFC'), latinLetter).join('');
}

function latinLetter(letter: string): string {
  if (isKnown(letter)) return letter;
  const small = letter.toLowerCase();
  const written = LETTERS.get(small);
  if (written !== undefined) return small === letter ? written : capital(written);
  const [base = '', ...marks] = Array.from(letter.normalize('NFKD'));
  if (marks.length > 0 && marks.every((mark) => /\p{M}/u.test(mark))) return latinLetter(base);
  if (/^\p{M}$/u.test(letter)) return '';
  return '?';
}

function isKnown(letter: string): boolean {
  const point = letter.codePointAt(0) ?? 0;
  return (point >= 0x20 && point <= 0x7e) || (point >= 0xa0 && point <= 0xff) || FURTHER.includes(letter);
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
