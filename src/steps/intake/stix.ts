import { strictestTlp } from '../../domain/tlp.ts';
import type { Tlp } from '../../domain/tlp.ts';
import type { OpenText, RawRow } from './format.ts';
import { readJsonElements } from '../../domain/json-elements.ts';
import type { JsonElement } from '../../domain/json-elements.ts';
import {
  isJsonObject,
  objectOf,
  oneLine,
  parseJson,
  rejectedRow,
  seenBetween,
  shownWord,
  statedBy,
  textField,
  textsField,
} from './json-row.ts';
import type { JsonObject } from './json-row.ts';
import { serversOfPattern } from './stix-pattern.ts';
import { markingsOf, NAMED_TYPES, observableOf, StixReferences, TRAFFIC_TYPE, typeOfId } from './stix-references.ts';
import type { StixObservable } from './stix-references.ts';

/** What is kept of them takes some 200 MB at most, whatever the file's size. */
const MAX_KEPT_OBJECTS = 500_000;

/**
 * A bundle of STIX 2.1 or 2.0, or a TAXII envelope: indicators, infrastructures and observed data become rows, one for
 * each server they name. All other objects only accompany these and are no rows.
 */
export async function* readStixRows(open: OpenText, maxKept: number = MAX_KEPT_OBJECTS): AsyncGenerator<RawRow> {
  const references = new StixReferences(maxKept);
  for await (const element of readJsonElements(open(), [['objects', '*']], { root: 'object' })) {
    const parsed = objectOf(element);
    if (parsed.ok) references.add(parsed.value);
  }
  for await (const element of readJsonElements(open(), [['type'], ['objects', '*']], { root: 'object' })) {
    if (element.path[0] === 'type' && element.text !== null) yield* loneObject(element, element.text);
    else yield* rowsOf(element, references);
  }
}

/** An object that stands in no bundle would be passed over without a word. */
function* loneObject(element: JsonElement, text: string): Generator<RawRow> {
  const type = parseJson(text);
  if (type === 'bundle') return;
  const word = typeof type === 'string' ? shownWord(type) : 'unknown type';
  yield rejectedRow(element.line, oneLine(text), `this is one object (${word}), not a bundle`);
}

/** An object with what all of its rows have in common. */
interface StixSource {
  readonly object: JsonObject;
  readonly references: StixReferences;
  readonly tlp: Tlp | null;
  readonly isWithdrawn: boolean;
  readonly row: Pick<RawRow, 'line' | 'value' | 'reference' | 'label' | 'statedKind' | 'withdrawn'>;
}

function* rowsOf(element: JsonElement, references: StixReferences): Generator<RawRow> {
  const parsed = objectOf(element);
  if (!parsed.ok) {
    yield parsed.problem;
    return;
  }
  const object = parsed.value;
  const type = textField(object, 'type');
  if (type === '') {
    yield rejectedRow(element.line, oneLine(element.text ?? ''), 'this entry has no type');
    return;
  }
  const read = READERS.get(type);
  if (read === undefined) return;
  const id = textField(object, 'id');
  const isWithdrawn = object['revoked'] === true || references.isRevoked(id);
  const row = {
    line: element.line,
    value: oneLine(element.text ?? ''),
    reference: id === '' ? null : id,
    label: textField(object, 'name'),
    ...statedBy(textsField(object, 'labels')),
    ...(isWithdrawn ? { withdrawn: true } : {}),
  };
  yield* read({ object, references, tlp: references.tlpOf(markingsOf(object)), isWithdrawn, row });
}

type ReadObject = (source: StixSource) => Iterable<RawRow>;

const READERS: ReadonlyMap<string, ReadObject> = new Map<string, ReadObject>([
  ['indicator', indicatorRows],
  ['infrastructure', infrastructureRows],
  ['observed-data', observedRows],
]);

/** A server with what its source said of it. */
interface Endpoint {
  readonly observable: string;
  readonly port: string;
  /** How what leads to it is marked, beside the object that names it. */
  readonly tlp: Tlp | null;
}

/** An endpoint, or the sentence why there is none. */
type Resolved = Endpoint | string;

function toRow(source: StixSource, resolved: Resolved, seen: ReturnType<typeof seenBetween>): RawRow {
  if (typeof resolved === 'string') return rejected(source, resolved);
  const { observable, port } = resolved;
  return { ...source.row, observable, port, ...seen, tlp: strictestTlp(source.tlp, resolved.tlp) };
}

function rejected({ row }: StixSource, reason: string): RawRow {
  return rejectedRow(row.line, row.value, reason);
}

function* indicatorRows(source: StixSource): Generator<RawRow> {
  const { object, isWithdrawn } = source;
  const types = textsField(object, 'indicator_types');
  // STIX 2.0 has the types of an indicator in its labels.
  const words = types.length > 0 ? types : textsField(object, 'labels');
  if (!isWithdrawn && words.length > 0 && words.every((word) => word.trim().toLowerCase() === 'benign')) {
    yield rejected(source, 'its source calls it benign');
    return;
  }
  const language = textField(object, 'pattern_type');
  if (language !== '' && language.toLowerCase() !== 'stix') {
    yield rejected(source, `its pattern is of type ${shownWord(language)}, which names no servers`);
    return;
  }
  const pattern = textField(object, 'pattern');
  const servers = serversOfPattern(pattern);
  if (!servers.ok) {
    yield rejected(source, pattern === '' ? 'the indicator has no pattern' : servers.problem);
    return;
  }
  const seen = seenBetween(textField(object, 'valid_from'), '');
  for (const server of servers.value) yield toRow(source, { ...server, tlp: null }, seen);
}

const CONTROLLER_TYPES: ReadonlySet<string> = new Set(['command-and-control', 'botnet']);

function* infrastructureRows(source: StixSource): Generator<RawRow> {
  const { object, references } = source;
  const types = textsField(object, 'infrastructure_types').map((type) => type.trim().toLowerCase());
  if (!types.some((type) => CONTROLLER_TYPES.has(type))) {
    const named = types.length === 0 ? 'of no stated type' : `of type ${shownWord(types.join(', '))}`;
    yield rejected(source, `an infrastructure ${named} is no command and control`);
    return;
  }
  const find = (id: string): StixObservable | undefined => references.observable(id);
  const relations = references.relationsOf(textField(object, 'id'));
  if (relations === null) {
    yield rejected(source, 'the file has too many versions of this infrastructure');
    return;
  }
  const resolved = relations.map(({ target, markings }): Resolved => {
    const endpoint = resolve(target, find, references);
    if (typeof endpoint === 'string') return endpoint;
    return { ...endpoint, tlp: strictestTlp(endpoint.tlp, references.tlpOf(markings)) };
  });
  if (resolved.length === 0) {
    yield rejected(source, notKept(references) ?? 'the infrastructure consists of nothing that names a server');
    return;
  }
  const seen = seenBetween(textField(object, 'first_seen'), textField(object, 'last_seen'));
  for (const endpoint of withoutRepeats(resolved)) yield toRow(source, endpoint, seen);
}

/** An address that also stands there with its port is said twice, once less exactly. */
function withoutRepeats(resolved: readonly Resolved[]): readonly Resolved[] {
  const endpoints = resolved.filter((endpoint) => typeof endpoint !== 'string');
  const ported = new Set(endpoints.filter(({ port }) => port !== '').map(({ observable }) => observable));
  return resolved.filter((endpoint) => {
    return typeof endpoint === 'string' || endpoint.port !== '' || !ported.has(endpoint.observable);
  });
}

/**
 * Observed data says what was seen, and its network traffic to where. An address alone may be either side, so it is
 * taken only where there is no other.
 */
function* observedRows(source: StixSource): Generator<RawRow> {
  const { object, references } = source;
  const embedded = embeddedObservables(object);
  const find = (id: string): StixObservable | undefined => embedded.get(id) ?? references.observable(id);
  const ids = [...new Set([...textsField(object, 'object_refs'), ...embedded.keys()])];
  const typed = ids.map((id) => ({ id, type: embedded.get(id)?.type ?? typeOfId(id) }));
  const traffic = typed.filter(({ type }) => type === TRAFFIC_TYPE);
  const named = typed.filter(({ type }) => NAMED_TYPES.has(type));
  const seen = seenBetween(textField(object, 'first_observed'), textField(object, 'last_observed'));
  if (traffic.length === 0 && named.length !== 1) {
    const reason =
      named.length === 0
        ? 'what was observed names no server'
        : 'several hosts were observed, and which of them is the server is not said';
    yield rejected(source, reason);
    return;
  }
  for (const { id } of traffic.length > 0 ? traffic : named) yield toRow(source, resolve(id, find, references), seen);
}

/** The observables that STIX 2.0 keeps inside observed data, by the keys they have there. */
function embeddedObservables(object: JsonObject): ReadonlyMap<string, StixObservable> {
  const { objects } = object;
  const embedded = new Map<string, StixObservable>();
  if (!isJsonObject(objects)) return embedded;
  for (const [key, entry] of Object.entries(objects)) {
    const observable = isJsonObject(entry) ? observableOf(entry) : null;
    if (observable !== null) embedded.set(key, observable);
  }
  return embedded;
}

/** The server that an observable stands for. */
function resolve(id: string, find: (id: string) => StixObservable | undefined, references: StixReferences): Resolved {
  const observable = find(id);
  if (observable === undefined) return missing(id, references);
  const { type, value, port } = observable;
  const tlp = references.tlpOf(observable.markings);
  if (type !== TRAFFIC_TYPE) return value === '' ? `${type} without a value` : { observable: value, port, tlp };
  if (observable.destination === '') return 'network traffic without a destination (dst_ref)';
  const destination = find(observable.destination);
  if (destination === undefined) return missing(observable.destination, references);
  if (destination.value === '') return 'network traffic whose destination is no host';
  return { observable: destination.value, port, tlp: strictestTlp(tlp, references.tlpOf(destination.markings)) };
}

function missing(id: string, references: StixReferences): string {
  return notKept(references) ?? `it refers to ${shownWord(id)}, which is not in this file`;
}

function notKept(references: StixReferences): string | null {
  if (!references.isIncomplete) return null;
  return `the file has more than ${references.maxKept} objects that others refer to, and what this one needs was not kept`;
}
