import { refang } from '../../domain/defang.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { strictestTlp } from '../../domain/tlp.ts';
import type { Tlp } from '../../domain/tlp.ts';
import type { RawRow } from './format.ts';
import { isJsonObject, rejectedRow, seenBetween, shownWord, statedBy, textField } from './json-row.ts';
import type { JsonObject } from './json-row.ts';
import { malwareOfTags, tagNames, tlpOfTags } from './misp-tags.ts';

/** What an attribute has from the event, and the object, that it stands in. */
export interface MispContext {
  readonly tlp: Tlp | null;
  readonly malware: string | null;
  readonly isDeleted: boolean;
  /** As written; "" where nothing is said. */
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** Of the event, for an attribute without an identifier of its own. */
  readonly uuid: string;
}

/** Where an attribute stands in the file. */
export interface MispPlace {
  readonly line: number;
  /** For rejects.csv. Most attributes of an event are no row and never need it. */
  readonly value: () => string;
}

interface Endpoint {
  readonly observable: string;
  readonly port: string;
  /** The name that it has by the same attribute. */
  readonly alsoNamed?: string;
}

type ReadValue = (value: string, type: string) => Result<readonly Endpoint[], string>;

/** The types of attributes that name a host (MISP core format, "type" of an Attribute), and how their values are written. */
const NETWORK_TYPES: ReadonlyMap<string, ReadValue> = new Map<string, ReadValue>([
  ['ip-dst', plainHost],
  ['domain', plainHost],
  ['hostname', plainHost],
  ['url', plainHost],
  ['onion-address', plainHost],
  ['uri', uriHost],
  ['ip-dst|port', hostAndPort],
  ['hostname|port', hostAndPort],
  ['domain|ip', domainAndAddress],
  ['ip-src', source],
  ['ip-src|port', source],
]);

/** Whether an attribute of this type is about a host at all; an event is a mixture, and all else is no row. */
export function isNetworkType(type: string): boolean {
  return NETWORK_TYPES.has(type);
}

/** The rows of one attribute: none where it is about no host. `ports` are those that an object keeps beside it. */
export function* attributeRows(
  attribute: JsonObject,
  context: MispContext,
  place: MispPlace,
  ports: readonly string[] = [],
): Generator<RawRow> {
  const type = typeOfAttribute(attribute);
  if (type !== '' && !isNetworkType(type)) return;
  const value = place.value();
  const isDeleted = context.isDeleted || isTrue(attribute['deleted']);
  const endpoints = endpointsOf(attribute, type, isDeleted);
  if (!endpoints.ok) {
    yield rejectedRow(place.line, value, endpoints.problem);
    return;
  }
  const event = attribute['Event'];
  const tags = tagNames(attribute['Tag']);
  const inherited = isJsonObject(event) ? tagNames(event['Tag']) : [];
  const common = {
    line: place.line,
    value,
    ...seenBetween(
      textField(attribute, 'first_seen') || context.firstSeen,
      textField(attribute, 'last_seen') || context.lastSeen,
    ),
    label: malwareOfTags(tags) ?? malwareOfTags(inherited) ?? context.malware,
    reference: textField(attribute, 'uuid') || context.uuid || null,
    tlp: strictestTlp(tlpOfTags([...tags, ...inherited]), context.tlp),
    ...statedBy(tags),
    ...(isDeleted ? { withdrawn: true } : {}),
  };
  for (const { observable, port, alsoNamed } of endpoints.value) {
    const own = port !== '' || ports.length === 0 ? [port] : ports;
    for (const each of own)
      yield { ...common, observable, port: each, ...(alsoNamed === undefined ? {} : { alsoNamed }) };
  }
}

export function typeOfAttribute(attribute: JsonObject): string {
  return textField(attribute, 'type').toLowerCase();
}

/** MISP writes its flags as booleans, older versions as numbers or texts. */
export function isTrue(flag: unknown): boolean {
  return flag === true || flag === 1 || flag === '1' || flag === 'true';
}

function isFalse(flag: unknown): boolean {
  return flag === false || flag === 0 || flag === '0' || flag === 'false';
}

/** Parts of an object that are hosts without being the server: where traffic came from, who resolves or lists a name. */
const OTHER_ROLE = /(?:^|[-_])src(?:$|[-_])|^(?:nameserver|(?:ns|mx|soa|ptr)-record|registrar)$/i;

/** Why an attribute about a host is no controller, or null. What was taken back needs no mark for detection. */
function objection(attribute: JsonObject, isDeleted: boolean): string | null {
  const relation = textField(attribute, 'object_relation');
  if (OTHER_ROLE.test(relation)) return `its object names it as ${shownWord(relation)}, not as the server`;
  if (textField(attribute, 'category') === 'Payload delivery') {
    return 'its source gives it as a place of delivery (Payload delivery), not as a command-and-control server';
  }
  if (!isDeleted && isFalse(attribute['to_ids'])) {
    return 'its source does not mark it for detection (to_ids is false)';
  }
  return null;
}

function endpointsOf(attribute: JsonObject, type: string, isDeleted: boolean): Result<readonly Endpoint[], string> {
  const read = NETWORK_TYPES.get(type);
  if (read === undefined) return failure('the attribute has no type');
  const reason = objection(attribute, isDeleted);
  if (reason !== null) return failure(reason);
  const text = textField(attribute, 'value');
  return text === '' ? failure('the attribute has no value') : read(text, type);
}

function plainHost(value: string): Result<readonly Endpoint[], string> {
  return success([{ observable: value, port: '' }]);
}

function uriHost(value: string): Result<readonly Endpoint[], string> {
  if (!/^[a-z][a-z0-9+.-]{0,31}:\/\//i.test(refang(value))) return failure('a URI without a host names no server');
  return plainHost(value);
}

function hostAndPort(value: string, type: string): Result<readonly Endpoint[], string> {
  const [observable, port] = halves(value);
  if (observable === '' || port === '') return failure(`a value of type ${type} without both of its parts`);
  return success([{ observable, port }]);
}

function domainAndAddress(value: string, type: string): Result<readonly Endpoint[], string> {
  const [domain, address] = halves(value);
  if (domain === '' || address === '') return failure(`a value of type ${type} without both of its parts`);
  return success([
    { observable: domain, port: '' },
    { observable: address, port: '', alsoNamed: domain },
  ]);
}

/** The two parts of a composite value, "" for what is missing. */
function halves(value: string): readonly [string, string] {
  const at = value.lastIndexOf('|');
  return at < 0 ? [value, ''] : [value.slice(0, at).trim(), value.slice(at + 1).trim()];
}

function source(_value: string, type: string): Result<readonly Endpoint[], string> {
  return failure(`${type} is where an attack came from, not a command-and-control server`);
}
