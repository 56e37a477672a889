import type { AuthVerdict } from '../../domain/received-mail.ts';

const RESULTS = ['pass', 'fail', 'softfail', 'neutral', 'none', 'temperror', 'permerror', 'policy'] as const;

/** Results as RFC 8601 names them; what a message or record may hold beyond that is not taken over. */
export function verdict(result: string, domain: string | undefined): AuthVerdict {
  const lower = result.toLowerCase();
  const known = RESULTS.find((each) => each === (lower === 'temperr' ? 'temperror' : lower));
  const name = domain?.toLowerCase();
  return { result: known ?? 'neutral', domain: name !== undefined && /^[a-z0-9._-]{1,253}$/.test(name) ? name : null };
}
