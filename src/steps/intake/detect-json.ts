import type { Format } from './format.ts';
import { JsonElementScanner } from '../../domain/json-elements.ts';
import type { JsonElement } from '../../domain/json-elements.ts';

type JsonFormat = Extract<Format, 'feodo-json' | 'threatfox-json' | 'stix' | 'misp'>;

/**
 * Tells a JSON format from the beginning of a document, which may end anywhere, by the keys of its first levels and
 * their first entries. Null where it is none of ours, or empty so that nothing tells: an empty list is any feed's.
 */
export function detectJsonFormat(head: string): JsonFormat | null {
  const first = scan(head, 1);
  const second = scan(head, 2);
  const third = scan(head, 3);
  if (first.some(({ path }) => typeof path[0] === 'number')) {
    if (hasKey(second, [0, 'Event'])) return 'misp';
    return hasKey(second, [0, 'ip_address']) ? 'feodo-json' : null;
  }
  if (hasKey(first, ['Event']) || isMispAnswer(second, third)) return 'misp';
  if (first.some(({ path, text }) => path[0] === 'type' && text === '"bundle"')) return 'stix';
  if (hasKey(third, ['objects', 0, 'type']) && hasKey(third, ['objects', 0, 'id'])) return 'stix';
  return isThreatfox(first, second, third) ? 'threatfox-json' : null;
}

/** The values of a level, and the place where the text breaks off. */
function scan(head: string, level: number): readonly JsonElement[] {
  const scanner = new JsonElementScanner([Array.from({ length: level }, () => '*')]);
  return [...scanner.push(head), ...scanner.end()];
}

function hasKey(elements: readonly JsonElement[], path: readonly (string | number)[]): boolean {
  return elements.some((element) => path.every((step, index) => element.path[index] === step));
}

/** What a search for events or attributes answers. */
function isMispAnswer(second: readonly JsonElement[], third: readonly JsonElement[]): boolean {
  const inResponse = hasKey(second, ['response', 'Attribute']) || hasKey(second, ['response', 'Event']);
  return inResponse || hasKey(third, ['response', 0, 'Event']);
}

/** The sister feeds of ThreatFox answer in the same frame, with entries that have no `ioc`. */
function isThreatfox(
  first: readonly JsonElement[],
  second: readonly JsonElement[],
  third: readonly JsonElement[],
): boolean {
  if (hasKey(first, ['query_status'])) {
    return hasKey(second, ['data', 'ioc']) || hasKey(third, ['data', 0, 'ioc']);
  }
  return first.some(({ path: [key] }) => {
    return typeof key === 'string' && /^\d+$/.test(key) && hasKey(third, [key, 0, 'ioc_value']);
  });
}
