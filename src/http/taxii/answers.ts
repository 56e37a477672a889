import type { ManifestRecord, MicroInstant, PagedObject } from '../../domain/collection.ts';
import type { Contribution } from '../../domain/contribution.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { ToldProblem } from '../problem.ts';
import { STIX_TYPE, TAXII_TYPE } from './media-type.ts';
import { writeNext } from './page-request.ts';

/*
 * What TAXII 2.1 answers with. Lists that would be empty are left out (section 2).
 */

export function taxii(body: object, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return taxiiText(JSON.stringify(body), status, headers);
}

function taxiiText(text: string, status: number, headers: Readonly<Record<string, string>>): Response {
  return new Response(text, { status, headers: { ...headers, 'content-type': TAXII_TYPE } });
}

/** Section 3.6.1. */
export function taxiiProblem({ status, title, detail, code, hint, headers }: ToldProblem, requestId: string): Response {
  const description = hint === null ? detail : `${detail}. ${hint}`;
  return taxii(
    { title, description, error_id: requestId, error_code: code, http_status: String(status) },
    status,
    // Of the schemes that are taken, it is Basic that clients of TAXII know (section 8.2.2).
    status === 401
      ? { ...headers, 'www-authenticate': `Basic realm="dismantle", ${headers['www-authenticate'] ?? 'Bearer'}` }
      : headers,
  );
}

/** `rows` is one more than `limit` where there are more. */
interface Page<Row> {
  readonly rows: readonly Row[];
  readonly limit: number;
  readonly bond: string;
}

/** Section 3.7. What is stored is sent as it is: nothing is read to be written again. */
export function envelope(page: Page<PagedObject>): Response {
  const { shown, before, headers } = cut(page);
  if (shown.length === 0) return taxii({});
  return taxiiText(`{${before}"objects":[${shown.map(({ object }) => object).join(',')}]}`, 200, headers);
}

/** Section 5.3.1. `next` is not in its table, but the endpoint takes it, and clients look for it. */
export function manifest(page: Page<ManifestRecord>): Response {
  const { shown, before, headers } = cut(page);
  if (shown.length === 0) return taxii({});
  const records = shown.map(({ id, dateAdded, version }) => ({
    id,
    date_added: dateAdded,
    version,
    media_type: STIX_TYPE,
  }));
  return taxiiText(`{${before}"objects":${JSON.stringify(records)}}`, 200, headers);
}

/** Section 5.8.1. */
export function versions(page: Page<ManifestRecord>): Response {
  const { shown, before, headers } = cut(page);
  if (shown.length === 0) return taxii({});
  return taxiiText(`{${before}"versions":${JSON.stringify(shown.map(({ version }) => version))}}`, 200, headers);
}

/** Section 4.3.1. */
export function status({ id, receivedAt, objects, refusals }: Contribution, code = 200): Response {
  const pendings = refusals === null ? objects : [];
  const successes = refusals === null ? [] : objects.filter((_, index) => refusals[index] === null);
  const failures = (refusals ?? []).flatMap((message, index) => {
    const object = objects[index];
    return message === null || object === undefined ? [] : [{ ...object, message }];
  });
  return taxii(
    {
      id,
      status: refusals === null ? 'pending' : 'complete',
      request_timestamp: isoInstant(receivedAt).replace('Z', '000Z'),
      total_count: objects.length,
      success_count: successes.length,
      ...listed('successes', successes),
      failure_count: failures.length,
      ...listed('failures', failures),
      pending_count: pendings.length,
      ...listed('pendings', pendings),
    },
    code,
  );
}

function listed(name: string, list: readonly object[]): object {
  return list.length === 0 ? {} : { [name]: list };
}

interface Cut<Row> {
  readonly shown: readonly Row[];
  /** What stands before the list. */
  readonly before: string;
  readonly headers: Readonly<Record<string, string>>;
}

function cut<Row extends { readonly dateAdded: MicroInstant }>({ rows, limit, bond }: Page<Row>): Cut<Row> {
  const shown = rows.slice(0, limit);
  const [first] = shown;
  const last = shown.at(-1);
  if (first === undefined || last === undefined) return { shown, before: '', headers: {} };
  const more = rows.length > limit;
  return {
    shown,
    before: more ? `"more":true,"next":${JSON.stringify(writeNext(last.dateAdded, bond))},` : '"more":false,',
    // Section 3.2: of the first and the last object of the answer.
    headers: { 'x-taxii-date-added-first': first.dateAdded, 'x-taxii-date-added-last': last.dateAdded },
  };
}
