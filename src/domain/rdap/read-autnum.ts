import type { AutnumRegistration } from '../registration.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { field, line } from './answer-values.ts';
import { parseAnswer, readCommon } from './read-common.ts';

/** Larger blocks of AS numbers are a registry's own, not a holder's. */
const LARGEST_BLOCK = 1024;

/** Reads a registry's answer about an AS number (RFC 9083 section 5.5), on the terms of `readNetwork`. */
export function readAutnum(text: string, asked: number): Result<AutnumRegistration, string> {
  const answer = parseAnswer(text, 'autnum');
  if (!answer.ok) return answer;
  const handle = line(field(answer.value, 'handle'), 100);
  const ofHandle = /^AS(\d{1,10})$/i.exec(handle ?? '')?.[1];
  const start = asn(field(answer.value, 'startAutnum')) ?? asn(ofHandle);
  const end = asn(field(answer.value, 'endAutnum')) ?? start;
  if (start === null || end === null) return failure('the answer names no AS number');
  if (asked < start || asked > end) {
    return failure(`the answer is about AS${start}${end === start ? '' : ` to AS${end}`}, not about AS${asked}`);
  }
  if (end - start >= LARGEST_BLOCK) return failure('the answer is about a registry’s own block of AS numbers');
  const common = readCommon(answer.value, `AS${asked}`);
  return common.ok ? success({ ...common.value, asn: asked }) : common;
}

function asn(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 0xffff_ffff ? number : null;
}
