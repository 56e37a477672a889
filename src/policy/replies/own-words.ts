import { findPhrase, wordsOf } from './wording.ts';
import type { PhraseTable } from './wording.ts';

/** One sentence of the sender's own. */
export interface Sentence {
  readonly text: string;
  readonly words: readonly string[];
  readonly isQuestion: boolean;
}

const ATTRIBUTION =
  /\b(wrote|writes|schrieb|schreibt|escribió|escribio|escreveu|a écrit)\b.{0,80}:\s*$|(пишет|написал|написала|писал).{0,80}:\s*$/iu;
const HEADER_LINE =
  /^\s*\*?(from|von|de|от|gesendet|sent|enviado|envoyé|отправлено|to|an|para|à|кому|subject|betreff|asunto|assunto|objet|тема|date|datum|fecha|data|дата)\*?\s*:/iu;
/** Shorter lines say the same in everybody's mail: "Hello," is nobody's quotation. */
const SHORTEST_OWN_LINE = 12;

/**
 * What the sender wrote: without quoted lines, without what stands below a line that begins a quotation, without the
 * signature, and without lines of our own message, however they were quoted back.
 *
 * @param ourText what our message said; null where it is not known
 */
export function ownWords(text: string, quotes: PhraseTable, ourText: string | null): string {
  const ours = new Set(
    (ourText ?? '')
      .split('\n')
      .map(lineKey)
      .filter((line) => line.length >= SHORTEST_OWN_LINE),
  );
  const kept: string[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const bare = line.trim();
    if (/^(>|\||»)/.test(bare)) continue;
    if (line === '-- ' || line === '--') break;
    if (beginsQuotation(bare, quotes)) break;
    if (HEADER_LINE.test(bare) && isHeaderBlock(lines, index)) break;
    if (ATTRIBUTION.test(bare) && bare.length < 300) continue;
    if (ours.has(lineKey(bare))) continue;
    kept.push(line);
  }
  return kept.join('\n').trim();
}

/** "-----Original Message-----": dashes or underlines round words that say so. */
function beginsQuotation(line: string, quotes: PhraseTable): boolean {
  if (/^_{20,}$/.test(line)) return true;
  return line.length < 120 && /^[-_=*\s]{3,}/.test(line) && findPhrase(wordsOf(line), quotes) !== null;
}

/** Three of four lines that name sender, date, recipient or subject are the head of a quoted message. */
function isHeaderBlock(lines: readonly string[], from: number): boolean {
  return lines.slice(from, from + 4).filter((line) => HEADER_LINE.test(line)).length >= 3;
}

function lineKey(line: string): string {
  return wordsOf(line).join(' ');
}

/** Lines that were only wrapped are joined; empty lines and list marks end a sentence as full stops do. */
export function sentencesOf(text: string): readonly Sentence[] {
  const sentences: Sentence[] = [];
  for (const paragraph of text.split(/\n\s*\n|\n(?=\s*(?:[-*•]|\d{1,2}[.)])\s)/)) {
    const joined = paragraph.replaceAll(/\s+/g, ' ').trim();
    for (const part of joined.split(/(?<=[.!?…])\s+/)) {
      const words = wordsOf(part);
      if (words.length > 0) sentences.push({ text: part, words, isQuestion: /\?["')\]]*$/.test(part) });
    }
  }
  return sentences;
}
