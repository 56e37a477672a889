import { strictestTlp } from '../../domain/tlp.ts';
import type { RawRow } from './format.ts';
import { isJsonObject, listField, oneLine, rejectedRow, textField } from './json-row.ts';
import type { JsonObject } from './json-row.ts';
import { attributeRows, isNetworkType, isTrue, typeOfAttribute } from './misp-attribute.ts';
import type { MispContext, MispPlace } from './misp-attribute.ts';
import { tagNames, tlpOfTags } from './misp-tags.ts';

/** Objects whose attributes are one endpoint together (the templates of MISP/misp-objects). */
const ENDPOINT_OBJECTS: ReadonlySet<string> = new Set([
  'ip-port', 'domain-ip', 'network-connection', 'network-socket',
]); // prettier-ignore
const PORT_RELATIONS: ReadonlySet<string> = new Set(['dst-port', 'port']);

/** The rows of the attributes that an object ties together. */
export function* objectRows(object: JsonObject, event: MispContext, line: number): Generator<RawRow> {
  const attributes: JsonObject[] = [];
  for (const entry of listField(object, 'Attribute')) {
    if (isJsonObject(entry)) attributes.push(entry);
    else yield rejectedRow(line, shown(entry), 'this attribute of an object is not an object itself');
  }
  const name = textField(object, 'name').toLowerCase();
  const ports = ENDPOINT_OBJECTS.has(name) ? attributes.filter(isPort) : [];
  const context = contextOf(object, event, attributes, ports);
  const wanted = wantedOf(name, attributes);
  const portTexts = [...new Set(ports.map((port) => textField(port, 'value')))];
  const hosts = wanted.filter((attribute) => isNetworkType(typeOfAttribute(attribute)));
  const isUndecided = hosts.length > 1 && portTexts.length > 1;
  for (const attribute of wanted) {
    const place: MispPlace = { line, value: () => shown(attribute) };
    const rows = attributeRows(attribute, context, place, isUndecided ? [] : portTexts);
    yield* isUndecided ? undecided(rows) : rows;
  }
}

/** With several hosts and several ports nobody but the source knows which belong together. */
function* undecided(rows: Iterable<RawRow>): Generator<RawRow> {
  let isTold = false;
  for (const row of rows) {
    if (row.observable === null) yield row;
    else if (!isTold) {
      isTold = true;
      yield rejectedRow(row.line, row.value, 'its object has several hosts and several ports, and does not pair them');
    }
  }
}

/** A URL object repeats the parts of its URL as attributes: its domain, say, which may be anybody's. */
function wantedOf(name: string, attributes: readonly JsonObject[]): readonly JsonObject[] {
  const urls = name === 'url' ? attributes.filter((attribute) => typeOfAttribute(attribute) === 'url') : [];
  return urls.length > 0 ? urls : attributes;
}

function isPort(attribute: JsonObject): boolean {
  return PORT_RELATIONS.has(textField(attribute, 'object_relation')) && !isTrue(attribute['deleted']);
}

function contextOf(
  object: JsonObject,
  event: MispContext,
  attributes: readonly JsonObject[],
  ports: readonly JsonObject[],
): MispContext {
  const valueOf = (relation: string): string => {
    const attribute = attributes.find((entry) => textField(entry, 'object_relation') === relation);
    return attribute === undefined ? '' : textField(attribute, 'value');
  };
  return {
    ...event,
    tlp: ports.map((port) => tlpOfTags(tagNames(port['Tag']))).reduce(strictestTlp, event.tlp),
    isDeleted: event.isDeleted || isTrue(object['deleted']),
    firstSeen: valueOf('first-seen') || textField(object, 'first_seen'),
    lastSeen: valueOf('last-seen') || textField(object, 'last_seen'),
  };
}

function shown(entry: unknown): string {
  return oneLine(JSON.stringify(entry));
}
