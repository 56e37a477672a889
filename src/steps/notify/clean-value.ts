/**
 * Characters that a reader cannot see and that change what he sees: format characters (the bidirectional controls of
 * UAX #9, zero-width ones, tags), private use, and code points that no character is assigned to.
 */
const UNSEEN = /[\p{Cf}\p{Co}\p{Cn}]/gu;
/** ASCII words with one space between them. */
const PLAIN = /^[!-~]+(?: [!-~]+)*$/;
/** Control characters and every kind of white space, line and paragraph separators among it. */
const GAPS = /[\p{Cc}\s]+/gu;

/**
 * Makes a value that came from a feed, a provider book or a person fit to stand inside one line of a notice: no
 * control characters, no line ends, nothing invisible, at most `maxCharacters` code points.
 */
export function cleanValue(value: string, maxCharacters = 300): string {
  // Most values are plain words, and need nothing but a look.
  if (value.length <= maxCharacters && PLAIN.test(value)) return value;
  // The cut before the cleaning bounds the work on a hostile value; the one after it sets the length.
  const bounded = value.slice(0, maxCharacters * 4).toWellFormed();
  const characters = Array.from(bounded.replaceAll(UNSEEN, '').replaceAll(GAPS, ' ').trim());
  const wasCut = value.length > maxCharacters * 4 || characters.length > maxCharacters;
  return wasCut ? `${characters.slice(0, maxCharacters - 1).join('')}…` : characters.join('');
}
