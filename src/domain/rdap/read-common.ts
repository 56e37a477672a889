import { plainText } from '../plain-text.ts';
import type { Registration } from '../registration.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { field, line, lines } from './answer-values.ts';
import { countryOfCode } from './country-names.ts';
import { pickContacts } from './pick-contacts.ts';
import { pickRegistrant } from './pick-registrant.ts';
import { registryOfAnswer } from './registry-of-answer.ts';
import { latestEvent, remarksOf, walkEntities } from './walk-entities.ts';

/** UTF-16 units; the longest real answer at hand has 30,000. */
const MAX_TEXT = 1024 * 1024;

/** An answer as JSON, when it is an object of the class asked for. Some registries leave the class out. */
export function parseAnswer(text: string, objectClass: 'ip network' | 'autnum'): Result<object, string> {
  if (text.length > MAX_TEXT) return failure('the answer is too long');
  let answer: unknown;
  try {
    // Some servers write a byte order mark, which RFC 8259 section 8.1 lets a reader pass over.
    answer = JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    return failure('the answer is not JSON');
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    return failure('the answer is not a JSON object');
  }
  const error = field(answer, 'errorCode');
  if (error !== undefined) {
    const title = line(field(answer, 'title'), 200);
    return failure(`the registry reports an error${title === null ? '' : `: ${title}`}`);
  }
  const found = field(answer, 'objectClassName');
  if (found !== undefined && (typeof found !== 'string' || found.toLowerCase() !== objectClass)) {
    const shown = typeof found === 'string' ? `"${plainText(found, 40)}"` : 'nothing known';
    return failure(`the answer is about ${shown}, not about an object of the class "${objectClass}"`);
  }
  return success(answer);
}

/** What networks and AS numbers have in common. */
export function readCommon(
  answer: object,
  fallbackHandle: string,
): Result<Omit<Registration, 'start' | 'end' | 'parentHandle'>, string> {
  const entities = walkEntities(answer);
  if (!entities.ok) return entities;
  const registry = registryOfAnswer(answer);
  const country = line(field(answer, 'country'), 100);
  const { registrant, country: registrantCountry } = pickRegistrant(entities.value, answer, registry);
  const remarks = remarksOf(answer, 'remarks');
  return success({
    registry,
    handle: line(field(answer, 'handle'), 100) ?? fallbackHandle,
    name: line(field(answer, 'name'), 200),
    country: (country === null ? null : countryOfCode(country)) ?? registrantCountry,
    registrant,
    ...pickContacts(entities.value, [...remarks, ...remarksOf(answer, 'notices')]),
    status: lines(field(answer, 'status'), 20, 100),
    registeredAt: latestEvent(answer, 'registration'),
    changedAt: latestEvent(answer, 'last changed'),
    remarks,
  });
}
