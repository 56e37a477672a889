/**
 * Lays out plain text in lines of at most `width` characters (code points).
 *
 * Lines that begin at the margin are joined into paragraphs and filled, save a line without small letters, which is a
 * heading and stays alone. A line that begins with "- " (indented or not) opens a list item, which the lines indented
 * by two more continue. Every other indented line stays a line. What is too long is folded under its own indent;
 * a single word that is too long is broken, save the address of a page, which would lead nowhere. Several blank lines become one.
 */
export function fillText(text: string, width = 72): string {
  const blocks: Block[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trimEnd();
    const indent = line.length - line.trimStart().length;
    const last = blocks.at(-1);
    if (line === '') {
      if (last !== undefined && last.kind !== 'blank')
        blocks.push({ kind: 'blank', first: '', hanging: '', words: [] });
    } else if (last !== undefined && continues(last, line, indent)) {
      last.words.push(...words(line));
    } else {
      blocks.push(openBlock(line, indent));
    }
  }
  if (blocks.at(-1)?.kind === 'blank') blocks.pop();
  return `${blocks.flatMap((block) => (block.kind === 'blank' ? [''] : fold(block, width))).join('\n')}\n`;
}

interface Block {
  readonly kind: 'paragraph' | 'item' | 'line' | 'blank';
  /** What stands before the first line, and before each that is folded off it. */
  readonly first: string;
  readonly hanging: string;
  readonly words: string[];
}

function words(line: string): string[] {
  return line.split(' ').filter((word) => word !== '');
}

function openBlock(line: string, indent: number): Block {
  const margin = ' '.repeat(indent);
  if (line.startsWith('- ', indent)) {
    return { kind: 'item', first: `${margin}- `, hanging: `${margin}  `, words: words(line.slice(indent + 2)) };
  }
  if (indent > 0) return { kind: 'line', first: margin, hanging: `${margin}  `, words: words(line) };
  return { kind: isHeading(line) ? 'line' : 'paragraph', first: '', hanging: '', words: words(line) };
}

function isHeading(line: string): boolean {
  return /\p{Lu}/u.test(line) && !/\p{Ll}/u.test(line);
}

function continues(block: Block, line: string, indent: number): boolean {
  if (line.startsWith('- ', indent)) return false;
  if (block.kind === 'paragraph') return indent === 0 && !isHeading(line);
  return block.kind === 'item' && indent === block.hanging.length;
}

function fold(block: Block, width: number): string[] {
  const lines: string[] = [];
  let prefix = block.first;
  let held: string[] = [];
  let used = prefix.length;
  const endLine = (): void => {
    lines.push(`${prefix}${held.join(' ')}`);
    prefix = block.hanging;
    held = [];
    used = prefix.length;
  };
  for (const word of block.words.flatMap((whole) => pieces(whole, width - block.hanging.length))) {
    const length = Array.from(word).length;
    if (held.length > 0 && used + 1 + length > width) endLine();
    used += length + (held.length > 0 ? 1 : 0);
    held.push(word);
  }
  endLine();
  return lines;
}

/** A word in pieces that fit; nearly always it is one. */
function pieces(word: string, room: number): string[] {
  if (word.length <= room || /^https?:\/\//.test(word)) return [word];
  const characters = Array.from(word);
  const count = Math.ceil(characters.length / room);
  return Array.from({ length: count }, (_, index) => characters.slice(index * room, (index + 1) * room).join(''));
}
