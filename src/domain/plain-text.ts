/** Control, format (direction marks, zero-width), lone surrogate, line and paragraph separator, replacement character. */
const UNFIT = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufffd]+/gu;

/**
 * Free text from a feed as one line that every place takes which it goes to: PostgreSQL (no NUL), canonical JSON (no
 * lone surrogate), a terminal (no control character), a report (nothing that turns the direction of writing round).
 *
 * @param max code points; what is longer is cut and ends in "…"
 */
export function plainText(text: string, max: number): string {
  // The cut before the cleaning bounds the work on a hostile value, the one after it sets the length.
  const bounded = text.slice(0, max * 4);
  const characters = Array.from(bounded.replaceAll(UNFIT, ' ').trim());
  if (bounded.length === text.length && characters.length <= max) return characters.join('');
  return `${characters.slice(0, max - 1).join('')}…`;
}
