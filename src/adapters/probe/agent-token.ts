import { readFile } from 'node:fs/promises';
import { problem } from '../../domain/problem.ts';
import { codeOf } from './open-tcp.ts';

/** What a coordinator is known by at a vantage: one line that nobody guesses. No message repeats it. */
const TOKEN = /^[\x21-\x7e]{32,200}$/;

export async function readToken(where: string, file: string): Promise<string> {
  const hint = 'Make one with: openssl rand -base64 32';
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw problem('settings', `${where}: ${file}: ${codeOf(cause)}`, hint, cause);
  }
  const token = text.replace(/\r?\n$/, '');
  if (TOKEN.test(token)) return token;
  throw problem('settings', `${where}: ${file} does not hold one line of 32 to 200 characters without blanks`, hint);
}
