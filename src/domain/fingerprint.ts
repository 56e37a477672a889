import { plainText } from './plain-text.ts';
import { failure, success } from './result.ts';
import type { Result } from './result.ts';
import type { Instant } from './instant.ts';

/** What can be seen of a service from outside and told again. */
export const FINGERPRINT_KINDS = ['certificate', 'public-key', 'http-body', 'http-header'] as const;
export type FingerprintKind = (typeof FINGERPRINT_KINDS)[number];

/** Our own look at a server that matched fingerprints on file, with who tied those to the botnet. */
export interface MatchingProbe {
  readonly at: Instant;
  /** Those that stand: none that is withdrawn. */
  readonly fingerprints: readonly MatchedFingerprint[];
}

export interface MatchedFingerprint {
  readonly fingerprintId: string;
  readonly kind: FingerprintKind;
  readonly value: string;
  readonly source: string;
  /** Its source's independence group; "" is the unnamed one. */
  readonly group: string;
}

/** The reference that a sighting carries which came of a candidate; `weigh` knows it by its beginning. */
export const CANDIDATE_REFERENCE = 'same service: ';

export function candidateReference(kind: FingerprintKind, value: string): string {
  return `${CANDIDATE_REFERENCE}${kind} ${value}`;
}

const MAX_HEADER = 500;
/** SHA-256 of nothing: what every empty answer has. */
const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/**
 * A fingerprint as it is kept: SHA-256 in lower-case hex, whatever case, colons or prefix it is written with (of a public
 * key, base64 as in RFC 7469 as well); of a header "name: value" with the name in lower case. The failure is a sentence.
 */
export function parseFingerprint(kind: FingerprintKind, text: string): Result<string, string> {
  return kind === 'http-header' ? headerOf(text) : sha256Of(kind, text.trim());
}

function sha256Of(kind: FingerprintKind, text: string): Result<string, string> {
  if (kind === 'public-key' && /^(?:(?:pin-)?sha256[/:=])?[A-Za-z0-9+/]{43}=$/i.test(text)) {
    return success(Buffer.from(text.replace(/^(?:pin-)?sha256[/:=]/i, ''), 'base64').toString('hex'));
  }
  const bare = text.replace(/^sha-?256\s*[:=]\s*/i, '');
  const hex = (/^[0-9a-f]{2}(?::[0-9a-f]{2}){31}$/i.test(bare) ? bare.replaceAll(':', '') : bare).toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(hex)) return failure('not a SHA-256: 64 hexadecimal digits, with colons or without');
  if (hex === EMPTY_SHA256) return failure('the SHA-256 of nothing, which every empty answer has');
  if (/^(.)\1{63}$/.test(hex)) return failure('one digit 64 times over is no hash of anything');
  return success(hex);
}

/** Headers that say how an answer came, not what answers: they are the same everywhere, or never the same twice. */
const SAYS_NOTHING: ReadonlySet<string> = new Set([
  'accept-ranges', 'age', 'alt-svc', 'cache-control', 'connection', 'content-encoding', 'content-language', 'content-length',
  'content-type', 'date', 'expires', 'keep-alive', 'last-modified', 'location', 'pragma', 'transfer-encoding', 'upgrade',
  'vary', 'strict-transport-security', 'x-content-type-options', 'x-frame-options', 'x-xss-protection', 'referrer-policy',
]); // prettier-ignore

/** What millions of honest servers call themselves, with or without their version and system. */
const STOCK_SERVER =
  /^(?:nginx|apache|microsoft-iis|litespeed|openresty|caddy|cloudflare|lighttpd|gws|envoy|varnish|amazons3|akamaighost|cloudfront|tengine|jetty|express|php|asp\.net|mini_httpd|boa|goahead|tomcat|kestrel|gunicorn|uvicorn|werkzeug|simplehttp|python|node)(?:[-/ (.].*)?$/i;

function headerOf(text: string): Result<string, string> {
  const [, name = '', written = ''] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100})\s*:(.*)$/s.exec(text) ?? [];
  const value = written.trim();
  if (name === '') return failure('not a header: "name: value"');
  if (value === '' || value.length > MAX_HEADER || plainText(value, MAX_HEADER) !== value) {
    return failure(`the header's value is empty, not one plain line, or longer than ${MAX_HEADER} characters`);
  }
  const key = name.toLowerCase();
  if (SAYS_NOTHING.has(key)) return failure(`the header ${key} stands in everybody's answers`);
  if ((key === 'server' || key === 'x-powered-by' || key === 'via') && STOCK_SERVER.test(value)) {
    return failure(`"${key}: ${value}" stands in the answers of honest servers without number`);
  }
  return success(`${key}: ${value}`);
}
