import { HttpProblem } from '../problem.ts';

/*
 * The media type of TAXII 2.1 (section 1.6.8), and what a client says of it.
 */

export const TAXII_TYPE = 'application/taxii+json;version=2.1';
export const STIX_TYPE = 'application/stix+json;version=2.1';

interface MediaRange {
  readonly type: string;
  readonly version: string | null;
  readonly quality: number;
}

/** Refuses a client that takes no TAXII 2.1; the answer's version is ours where it names none (section 3.1). */
export function assertAcceptable(accept: string | undefined): void {
  // Without the header anything does (RFC 9110 section 12.5.1).
  if (accept === undefined || accept.trim() === '') return;
  const ranges = splitOutside(accept, ',').flatMap((part) => rangeOf(part) ?? []);
  const fitting = ranges
    .map((range) => ({ range, closeness: closenessOf(range) }))
    .filter(({ closeness }) => closeness > 0);
  // The closest range decides, be it a refusal (RFC 9110 section 12.5.1).
  const closest = Math.max(0, ...fitting.map(({ closeness }) => closeness));
  if (fitting.some(({ range, closeness }) => closeness === closest && range.quality > 0)) return;
  throw new HttpProblem(406, `what comes is ${TAXII_TYPE}, which the Accept header does not take`);
}

/** Refuses a body that says it is of another version; without one it is of ours (section 1.6.8.2). */
export function assertContentType(contentType: string | undefined): void {
  const range = rangeOf(contentType ?? '');
  if (range?.type === 'application/taxii+json' && (range.version === null || range.version === '2.1')) return;
  throw new HttpProblem(415, `the body has to be ${TAXII_TYPE}`);
}

function closenessOf({ type, version }: MediaRange): number {
  if (type === '*/*') return 1;
  if (type === 'application/*') return 2;
  if (type !== 'application/taxii+json') return 0;
  if (version === null) return 3;
  return version === '2.1' ? 4 : 0;
}

/** Null where it is none. */
function rangeOf(text: string): MediaRange | null {
  const [type = '', ...parameters] = splitOutside(text, ';').map((part) => part.trim());
  if (!/^[!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+$/.test(type)) return null;
  let version: string | null = null;
  let quality = 1;
  for (const parameter of parameters) {
    const [, name = '', quoted, plain = ''] = /^([\w-]+)\s*=\s*(?:"([^"]*)"|(\S*))$/.exec(parameter) ?? [];
    const value = quoted ?? plain;
    if (name.toLowerCase() === 'version') version = value;
    if (name.toLowerCase() === 'q') quality = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value) ? Number(value) : 0;
  }
  return { type: type.toLowerCase(), version, quality };
}

/** Splits where the separator does not stand in quotes. */
function splitOutside(text: string, separator: ',' | ';'): readonly string[] {
  const parts: string[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    if (text[at] !== separator || quoted) continue;
    parts.push(text.slice(from, at));
    from = at + 1;
  }
  return [...parts, text.slice(from)];
}
