import { hash } from 'node:crypto';
import type { CollectionFilter, MicroInstant, VersionMatch } from '../../domain/collection.ts';
import { HttpProblem } from '../problem.ts';

/*
 * What a client asks of a collection (TAXII 2.1 sections 3.4 and 3.5). A parameter that is malformed is refused; fields of
 * `match` that the specification does not know are ignored.
 */

/** The most objects that one answer has; a client that asks for more gets as many, and is told that there are more. */
export const OBJECTS_A_PAGE = 1000;
const VALUES_A_MATCH = 500;

export interface PageRequest {
  /** Null: nothing can match, since other versions of STIX are asked for than there are. */
  readonly filter: CollectionFilter | null;
  readonly limit: number;
  /** What a `next` has to have been made for. */
  readonly bond: string;
}

export const STIX_ID = /^[a-z][a-z0-9-]{1,248}[a-z0-9]--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type MatchField = 'id' | 'type' | 'version' | 'spec_version';

/** @throws HttpProblem 400 for what is malformed. `fields` are those that the endpoint takes; `objectId` is that of its path. */
export function readPageRequest(
  query: Readonly<Record<string, unknown>>,
  collectionId: string,
  { fields, objectId = null }: { readonly fields: readonly MatchField[]; readonly objectId?: string | null },
): PageRequest {
  const text = (name: string): string | null => {
    const value = query[name];
    return typeof value === 'string' ? value : null;
  };
  const match = (field: MatchField): readonly string[] | null => {
    const value = text(`match[${field}]`);
    if (value === null) return null;
    if (!fields.includes(field)) throw malformed(`match[${field}]`, 'this endpoint does not take it');
    const values = value.split(',');
    if (values.length > VALUES_A_MATCH) throw malformed(`match[${field}]`, `it takes ${VALUES_A_MATCH} values at most`);
    return values;
  };
  const each = (field: MatchField, form: RegExp): readonly string[] | null => {
    const values = match(field);
    const wrong = values?.find((value) => !form.test(value));
    if (wrong !== undefined) throw malformed(`match[${field}]`, `"${wrong}" is none`);
    return values === null ? null : [...new Set(values)];
  };
  const after = text('added_after');
  const limit = text('limit');
  const ids = each('id', STIX_ID);
  const filter: CollectionFilter = {
    addedAfter: after === null ? null : readMoment('added_after', after),
    ids: ids ?? (objectId === null ? null : [objectId]),
    types: each('type', /^[a-z0-9-]{3,250}$/),
    versions: readVersions(match('version')),
  };
  const specVersions = each('spec_version', /^\d{1,3}\.\d{1,3}$/);
  const bond = JSON.stringify([collectionId, filter, specVersions]);
  const next = text('next');
  return {
    // A place further on is never before `added_after`, which it was found under.
    filter:
      specVersions === null || specVersions.includes('2.1')
        ? { ...filter, addedAfter: next === null ? filter.addedAfter : readNext(next, bond) }
        : null,
    limit: limit === null ? OBJECTS_A_PAGE : readLimit(limit),
    bond,
  };
}

function malformed(name: string, why: string): HttpProblem {
  return new HttpProblem(400, `${name}: ${why}`);
}

function readLimit(text: string): number {
  if (!/^[1-9]\d{0,15}$/.test(text)) throw malformed('limit', 'it is a whole number above zero');
  return Math.min(Number(text), OBJECTS_A_PAGE);
}

const MOMENT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z$/;

/** TAXII writes microseconds, STIX milliseconds; both are taken in either place, and as many digits as somebody's clock has. */
function readMoment(name: string, text: string): MicroInstant {
  const [, seconds, fraction = ''] = MOMENT.exec(text) ?? [];
  const instant = Date.parse(`${seconds}.000Z`);
  // 30 February is read as 2 March.
  if (seconds === undefined || Number.isNaN(instant) || new Date(instant).toISOString().slice(0, 19) !== seconds) {
    throw malformed(name, `"${text}" is no moment such as 2026-11-23T12:00:00.000000Z`);
  }
  return `${seconds}.${fraction.slice(0, 6).padEnd(6, '0')}Z`;
}

function readVersions(values: readonly string[] | null): VersionMatch {
  if (values === null) return { last: true, first: false, all: false, at: [] };
  const at = values
    .filter((value) => !['last', 'first', 'all'].includes(value))
    .map((value) => readMoment('match[version]', value));
  if (new Set(values).size < values.length || new Set(at).size < at.length) {
    throw malformed('match[version]', 'each of its values stands once');
  }
  const all = values.includes('all');
  if (all && values.length > 1) throw malformed('match[version]', '"all" stands alone');
  return { last: values.includes('last'), first: values.includes('first'), all, at };
}

/** The place after the last object of a page, for nothing but the same question; `limit` may be another. */
export function writeNext(dateAdded: MicroInstant, bond: string): string {
  return Buffer.from(`${dateAdded} ${sealOf(dateAdded, bond)}`).toString('base64url');
}

function readNext(text: string, bond: string): MicroInstant {
  const [dateAdded = '', seal = '', ...more] = Buffer.from(text, 'base64url').toString().split(' ');
  if (more.length > 0 || !MOMENT.test(dateAdded) || seal !== sealOf(dateAdded, bond)) {
    throw malformed('next', 'it is of another question, or was not given here');
  }
  return dateAdded;
}

/** No secret: whoever makes one up gets no further than with `added_after`. It keeps a page from going on with another question. */
function sealOf(dateAdded: MicroInstant, bond: string): string {
  return hash('sha256', `${dateAdded} ${bond}`).slice(0, 32);
}
