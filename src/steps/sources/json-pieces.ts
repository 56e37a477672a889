import { setImmediate as nextTurn } from 'node:timers/promises';
import { JsonElementScanner } from '../../domain/json-elements.ts';
import type { JsonElement, Selector } from '../../domain/json-elements.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

/** So many characters are read in one go; whatever else this process does has its turn in between. */
const PIECE = 64 * 1024;

/**
 * The values that the selectors name of an object of JSON that is at hand, or why it is none; it has at most so many. `lists` are keys
 * whose values have to be lists. JSON of some MiB can be made so that parsing it whole takes seconds, in which this process would do nothing else.
 */
export async function jsonPieces(
  bytes: Uint8Array,
  selectors: readonly Selector[],
  { most, lists = [] }: { readonly most: number; readonly lists?: readonly string[] },
): Promise<Result<readonly JsonElement[], string>> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return failure('what it answers is not UTF-8');
  }
  const scanner = new JsonElementScanner(selectors, { root: 'object', lists });
  const found: JsonElement[] = [];
  for (let from = 0; from < text.length && !scanner.stopped; from += PIECE) {
    for (const element of scanner.push(text.slice(from, from + PIECE))) found.push(element);
    if (found.length > most) return failure(`it has more than ${most} entries`);
    await nextTurn();
  }
  for (const element of scanner.end()) found.push(element);
  const last = found.at(-1);
  if ((scanner.stopped || text.length === 0) && last?.text === null)
    return failure(`what it answers is not JSON: ${last.reason}`);
  return success(found);
}
