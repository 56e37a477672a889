import type { Address } from '../address.ts';
import type { Registration } from '../registration.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { field, line } from './answer-values.ts';
import { parseAnswer, readCommon } from './read-common.ts';
import { rangeContains, rangeSize, readRange } from './registered-range.ts';

/** What IANA hands a registry, /8 and /12: a larger "network" is a stand-in for all that the registry does not know. */
const LARGEST_V4 = 2n ** 24n;
const LARGEST_V6 = 2n ** 115n;

/** Names of objects that stand for space which the registry does not manage; their contacts are the registry's own. */
const PLACEHOLDER = /^(NON-[A-Z]+-(NCC-)?MANAGED|IANA-BLK|IANA-NETBLOCK|IANA-BLOCK)/i;

/**
 * Reads a registry's answer about an address (RFC 9083 section 5.4). Tolerant of what the five registries do differently,
 * not of what makes an answer the wrong one; the problem is a sentence's end ("the answer …").
 */
export function readNetwork(text: string, asked: Address): Result<Registration, string> {
  const answer = parseAnswer(text, 'ip network');
  if (!answer.ok) return answer;
  const range = readRange(answer.value);
  if (!range.ok) return range;
  const { start, end } = range.value;
  if (!rangeContains(range.value, asked)) {
    return failure(`the answer is about ${start.text} to ${end.text}, where ${asked.text} is not`);
  }
  const name = line(field(answer.value, 'name'), 200);
  if (rangeSize(range.value) > (start.version === 4 ? LARGEST_V4 : LARGEST_V6) || PLACEHOLDER.test(name ?? '')) {
    return failure(
      'the answer stands for space that the registry does not manage; its contacts are the registry’s own',
    );
  }
  const common = readCommon(answer.value, `${start.text} - ${end.text}`);
  if (!common.ok) return common;
  return success({
    ...common.value,
    start: start.text,
    end: end.text,
    parentHandle: line(field(answer.value, 'parentHandle'), 100),
  });
}
