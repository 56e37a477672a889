export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

const NUL = 0;

/**
 * How the text of a file is encoded, told from its first bytes; null where they are no text.
 *
 * A byte order mark decides. Without one, UTF-16 shows by the zero byte beside every ASCII character; what is valid
 * UTF-8 is UTF-8, since hardly any other text is by chance (RFC 3629 section 3); the rest is windows-1252, in which
 * spreadsheets save.
 */
export function detectEncoding(head: Uint8Array): Encoding | null {
  const [first, second, third, fourth] = head;
  if (first === 0xef && second === 0xbb && third === 0xbf) return head.includes(NUL) ? null : 'utf-8';
  // Zeros behind this mark make it that of UTF-32, in which nobody writes feeds.
  if (first === 0xff && second === 0xfe) return third === NUL && fourth === NUL ? null : 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (head.includes(NUL)) return utf16Of(head);
  return isUtf8(head) ? 'utf-8' : 'windows-1252';
}

/** In UTF-16 every second byte of ASCII text is zero, and no character of a text is a control character. */
function utf16Of(head: Uint8Array): Encoding | null {
  const units = head.length >> 1;
  let zerosFirst = 0;
  let zerosSecond = 0;
  for (let index = 0; index < units * 2; index += 2) {
    if (head[index] === NUL) zerosFirst += 1;
    if (head[index + 1] === NUL) zerosSecond += 1;
  }
  const zeros = Math.max(zerosFirst, zerosSecond);
  // A quarter leaves room for labels in other scripts: most of what makes a feed is ASCII.
  if (zeros === 0 || zeros * 4 < units) return null;
  const encoding = zerosSecond >= zerosFirst ? 'utf-16le' : 'utf-16be';
  const text = new TextDecoder(encoding).decode(head, { stream: true });
  return /[^\P{Cc}\t\n\v\f\r\u001a\u0080-\u009f]/u.test(text) ? null : encoding;
}

function isUtf8(head: Uint8Array): boolean {
  try {
    // As a stream: the end of the head may cut a character.
    new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * The text of a file in pieces, none of them empty and none ending inside a character, without the byte order mark.
 * What the encoding does not allow comes out as U+FFFD, which no indicator may contain, so it ends in a rejection and
 * not in a guess.
 */
export async function* decodeText(chunks: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<string> {
  const decoder = encoding === 'windows-1252' ? windows1252 : unicode(encoding);
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk);
    if (text !== '') yield text;
  }
  const rest = decoder.end();
  if (rest !== '') yield rest;
}

interface Decoder {
  decode(chunk: Uint8Array): string;
  end(): string;
}

function unicode(encoding: Encoding): Decoder {
  const decoder = new TextDecoder(encoding);
  return { decode: (chunk) => decoder.decode(chunk, { stream: true }), end: () => decoder.decode() };
}

/** What 80 to 9F stand for (WHATWG Encoding, index windows-1252); the five that stand for nothing keep their number. */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Not by TextDecoder, which in some versions of Node decodes ISO 8859-1 under this name. */
const windows1252: Decoder = {
  decode: (chunk) =>
    Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      .toString('latin1')
      .replaceAll(/[\u0080-\u009f]/g, (character) => WINDOWS_1252.charAt(character.charCodeAt(0) - 0x80)),
  end: () => '',
};
