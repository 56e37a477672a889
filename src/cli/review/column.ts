import { shorten } from '../shown.ts';

const WIDTH = 96;
const INDENT = 13;

/** "  label      text", broken at blanks so that no line is longer than a screen is wide. */
export function column(label: string, text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH - INDENT) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((each, index) => `  ${(index === 0 ? label : '').padEnd(INDENT - 2)}${each}`).join('\n');
}

/** At most so many words of others, and how many more there are. */
export function some(words: readonly string[], max: number): string {
  const shown = words.slice(0, max).map((word) => shorten(word, 60));
  return words.length > max ? `${shown.join(', ')} and ${words.length - max} more` : shown.join(', ');
}
