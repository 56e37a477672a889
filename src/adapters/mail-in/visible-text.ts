/** Control characters but the line end, marks that turn the direction of writing, whatever is drawn as nothing, private characters. */
const HIDDEN = /(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Somebody else's text so that what a reader sees is what it holds: hidden characters are written out as ‹U+202E›. Lone
 * surrogates, which neither PostgreSQL nor canonical JSON takes, become U+FFFD.
 *
 * @param maxCharacters code points; what lies beyond is cut off
 */
export function visibleText(text: string, maxCharacters: number): { readonly text: string; readonly isCut: boolean } {
  // A bound on the work first: a code point is at most two units, and nothing visible is lost by it.
  const bounded = text.length > maxCharacters * 2 ? text.slice(0, maxCharacters * 2) : text;
  const shown = bounded
    .toWellFormed()
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\t\u00a0\u2007]/g, ' ')
    .replaceAll(HIDDEN, written);
  const characters = Array.from(shown);
  const isCut = characters.length > maxCharacters || bounded.length < text.length;
  return { text: isCut ? characters.slice(0, maxCharacters).join('') : shown, isCut };
}

/** The same for one line: line ends are blanks, runs of blanks are one. */
export function visibleLine(text: string, maxCharacters: number): string {
  return visibleText(text.slice(0, maxCharacters * 8).replaceAll(/[\r\n\t ]+/g, ' '), maxCharacters).text.trim();
}

function written(character: string): string {
  return `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`;
}
