import { problem } from '../../domain/problem.ts';
import type { Timestamp } from '../../ports/timestamp.ts';
import type { World } from '../../ports/world.ts';
import { postQuery } from './post-query.ts';
import { encodeQuery, nonceFrom, readAnswer } from './tsp-messages.ts';

const TIMEOUT_MS = 15_000;

/**
 * Asks a time-stamping authority (RFC 3161 over HTTP) to sign that it knew these bytes now. It learns their SHA-256 and
 * nothing else. Throws a Problem where that traffic is switched off, or the answer is not what was asked for.
 */
export async function requestTimestamp(
  { outgoing, random, clock, signal }: Pick<World, 'outgoing' | 'random' | 'clock' | 'signal'>,
  url: string,
  bytes: Uint8Array,
  timeoutMs: number = TIMEOUT_MS,
): Promise<Timestamp> {
  outgoing.assertAllowed('timestamp');
  const authority = parseAuthority(url);
  const nonce = nonceFrom(random);
  const response = await postQuery(authority, encodeQuery(bytes, nonce), signal, timeoutMs);
  const answer = await readAnswer(response, { bytes, nonce, now: clock.now() });
  if (answer.ok) return answer.value;
  throw problem(
    'input',
    `the time-stamping authority at ${authority.href} gave no time-stamp that can be relied on: ${answer.problem}`,
    'Ask another authority with --tsa',
  );
}

function parseAuthority(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  // A name and password would end up in the ledger, where nobody can take them out.
  const isPlain = url !== null && url.username === '' && url.password === '' && url.hash === '';
  if (isPlain && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw problem(
    'usage',
    `"${text}" is not the address of a time-stamping authority`,
    'Give an http or https address without user and password: --tsa https://tsa.example/tsr',
  );
}
