import type { Observation } from '../../domain/observation.ts';
import type { Finding, Judgement, LookTaken } from '../../domain/verdict.ts';
import type { LookOutcome } from '../../domain/look.ts';
import { markOf } from './marks.ts';
import { isSameCertificate, serviceOf } from './service.ts';
import type { Service } from './service.ts';
import { saidOf } from './said.ts';

/** What a source has tied to the botnet (table fingerprint). Values as docs/events.md has them. */
export interface KnownFingerprint {
  readonly fingerprintId: string;
  readonly kind: 'certificate' | 'public-key' | 'http-body' | 'http-header';
  readonly value: string;
}

/** What a look is held against. */
export interface KnownOfEndpoint {
  readonly fingerprints: readonly KnownFingerprint[];
  /** What the endpoint answered with when it was first found alive, or what a person has accepted since. */
  readonly baseline: Observation | null;
  /** The path of a URL that a source gave: whether that very page is still there counts. Null: none was given. */
  readonly path: string | null;
}

export interface JudgedAs extends Judgement {
  /** The fingerprint on file that it matched. */
  readonly fingerprintId: string | null;
}

/** What one look found (docs/decisions/0023). Nothing that a server says in free text makes it look more like the botnet. */
export function judgeLook({ result, port }: LookTaken, known: KnownOfEndpoint): JudgedAs {
  if ('failure' in result) {
    const outcome = result.failure === 'no-address' ? 'dark' : 'inconclusive';
    return { outcome, finding: result.failure, how: result.message, fingerprintId: null };
  }
  const { seen } = result;
  const matched = known.fingerprints.find((fingerprint) => bears(seen, fingerprint));
  const { finding, why } = matched === undefined ? findingOf(seen, known) : MATCHED;
  return {
    outcome: OUTCOMES[finding],
    finding,
    how: saidOf(seen, port, why),
    fingerprintId: matched?.fingerprintId ?? null,
  };
}

interface Found {
  readonly finding: Finding;
  /** What tells it, where that is not plain from what was seen. */
  readonly why: string | null;
}

const MATCHED: Found = { finding: 'matches-fingerprint', why: 'it bears a fingerprint on file' };

const OUTCOMES: Readonly<Record<Finding, LookOutcome>> = {
  'matches-fingerprint': 'c2-live',
  'same-service': 'live',
  answers: 'live',
  'accepts-only': 'live',
  moved: 'live',
  'other-certificate': 'answers-other',
  'other-service': 'answers-other',
  sinkholed: 'answers-other',
  parked: 'answers-other',
  cleaned: 'answers-other',
  closed: 'dark',
  silent: 'dark',
  unreachable: 'dark',
  'no-address': 'dark',
  'changed-behaviour': 'inconclusive',
  'vantage-failed': 'inconclusive',
  'vantage-deaf': 'inconclusive',
  'not-allowed': 'inconclusive',
  'not-resolved': 'inconclusive',
  'nothing-to-look-at': 'inconclusive',
};

const plainly = (finding: Finding): Found => ({ finding, why: null });

function findingOf(seen: Observation, known: KnownOfEndpoint): Found {
  const { outcome } = seen.tcp;
  // A reset instead of an answer to the connect is a closed port in other words.
  if (outcome === 'refused' || outcome === 'reset') return plainly('closed');
  if (outcome === 'timed-out') return plainly('silent');
  if (outcome === 'host-unreachable') return plainly('unreachable');
  if (outcome === 'failed') return plainly('vantage-failed');
  const found = servedAs(seen, known);
  const others = (seen.resolved?.addresses.length ?? 1) - 1;
  if (OUTCOMES[found.finding] !== 'answers-other' || others <= 0) return found;
  // Whoever holds the name chooses which of its addresses answers first: a page on one says nothing of the others.
  const what = found.why === null ? found.finding : `${found.finding}: ${found.why}`;
  return { finding: 'changed-behaviour', why: `${what}, on one of ${others + 1} addresses` };
}

function servedAs(seen: Observation, known: KnownOfEndpoint): Found {
  const now = serviceOf(seen);
  const before = known.baseline === null ? null : serviceOf(known.baseline);
  // Anybody can write a mark on a page; who still holds the key is still the same.
  if (before?.kind === 'tls' && now.kind === 'tls' && isSameCertificate(before.leaf, now.leaf) && known.path === null) {
    return plainly('same-service');
  }
  const mark = markOf(seen.http);
  if (mark !== null) return { finding: mark.finding, why: `it bears ${mark.name}` };
  if (known.baseline === null || before === null) return plainly(now.kind === 'none' ? 'accepts-only' : 'answers');
  return comparedWith(known.baseline, before, seen, now, known.path);
}

function comparedWith(
  baseline: Observation,
  before: Service,
  seen: Observation,
  now: Service,
  path: string | null,
): Found {
  if (before.kind === 'none') return plainly(now.kind === 'none' ? 'accepts-only' : 'answers');
  // It did a handshake or answered a request, and now takes the connection alone: broken, fenced off, or a machine before it.
  if (now.kind === 'none') {
    return { finding: 'changed-behaviour', why: `it served ${before.kind.toUpperCase()} before` };
  }
  const differs = differenceOf(before, now);
  if (differs !== null) {
    // A name that leads elsewhere by now and answers there is not let to anybody else: it is still the botnet's name.
    return hasMoved(baseline, seen) ? { finding: 'moved', why: 'the name leads to another address' } : differs;
  }
  if (path !== null && isThere(before.status) && (now.status === 404 || now.status === 410)) {
    return { finding: 'cleaned', why: `the page that answered ${before.status} is gone` };
  }
  return plainly('same-service');
}

function differenceOf(before: Service, now: Service): Found | null {
  if (before.kind === 'tls' && now.kind === 'tls') {
    return isSameCertificate(before.leaf, now.leaf)
      ? null
      : { finding: 'other-certificate', why: `it showed the certificate ${before.leaf.sha256} before` };
  }
  if (before.kind !== now.kind) {
    return { finding: 'other-service', why: `it served ${before.kind.toUpperCase()} before` };
  }
  if (before.kind === 'http' && now.kind === 'http') {
    const areNamed = before.product !== null && now.product !== null;
    if (areNamed && before.product !== now.product) {
      return { finding: 'other-service', why: `the web server was ${before.product ?? ''} before` };
    }
    // One product serves half of the Internet: something of the page has to be the same as well.
    const isSamePage =
      before.title === null && now.title === null
        ? before.bodySha256 === now.bodySha256 || (areNamed && before.status === now.status)
        : before.title === now.title;
    if (!isSamePage)
      return { finding: 'other-service', why: `the page called itself ${before.title ?? 'nothing'} before` };
  }
  return null;
}

function isThere(status: number | null): boolean {
  return status !== null && status >= 200 && status < 400;
}

function hasMoved(before: Observation, now: Observation): boolean {
  if (before.resolved === null || now.resolved === null) return false;
  const { addresses } = before.resolved;
  return !now.resolved.addresses.some((address) => addresses.includes(address));
}

function bears({ tls, http }: Observation, { kind, value }: KnownFingerprint): boolean {
  const leaf = tls?.outcome === 'handshake' ? tls.chain[0] : undefined;
  if (kind === 'certificate') return leaf?.sha256 === value;
  if (kind === 'public-key') return leaf?.publicKeySha256 === value;
  if (http?.outcome !== 'answered') return false;
  // Of a body that was cut off nobody knows the rest; an empty one is everybody's.
  if (kind === 'http-body') return http.bodySha256 === value && !http.bodyTruncated && http.bodyBytes > 0;
  return http.headers.some(([name, text]) => `${name}: ${text}` === value);
}
