import { hash } from 'node:crypto';
import { GIVEN_TLP } from '../../domain/giving.ts';
import type { Given, GivenEndpoint, GivenFile, GivenServer, GivenTlp } from '../../domain/giving.ts';
import { stableId } from '../../domain/giving-ids.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { plainText } from '../../domain/plain-text.ts';

/*
 * A MISP feed (MISP core format, "Manifest"): one event for the operation, the manifest that leads to it, and the hashes by
 * which others look for a value without reading the event.
 */

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export function mispFiles(given: Given): readonly GivenFile[] {
  const uuid = stableId('misp-event', given.operation.id);
  return [
    { name: 'manifest.json', pieces: () => [`${JSON.stringify({ [uuid]: manifestEntry(given) }, null, 2)}\n`] },
    { name: `${uuid}.json`, pieces: () => event(given, uuid) },
    { name: 'hashes.csv', pieces: () => hashes(given, uuid) },
  ];
}

function manifestEntry(given: Given): Readonly<Record<string, Json>> {
  return {
    info: infoOf(given),
    date: isoInstant(given.operation.openedAt).slice(0, 10),
    analysis: 1,
    threat_level_id: 1,
    // Who has read the feed before reads an event again only where this is newer.
    timestamp: seconds(given.newestChange),
    Orgc: orgc(given),
    Tag: eventTags(given),
  };
}

function infoOf({ operation }: Given): string {
  const what = `C2 servers${operation.malware === null ? '' : ` of ${plainText(operation.malware, 100)}`}`;
  return operation.drill ? `DRILL: ${what} (documentation and lab addresses only)` : what;
}

function orgc({ organisation, operation }: Given): Readonly<Record<string, Json>> {
  return {
    name: organisation === null ? 'dismantle' : plainText(organisation, 200),
    uuid: stableId('producer', operation.id),
  };
}

function eventTags({ operation, servers }: Given): readonly Json[] {
  const labels = servers.flatMap(({ endpoints }) => endpoints.map(({ tlp }) => tlp));
  const strictest = GIVEN_TLP.findLast((label) => labels.includes(label)) ?? 'clear';
  // A free tag: no galaxy is asked whether it knows the family by this name.
  const family = operation.malware === null ? [] : [{ name: plainText(operation.malware, 100) }];
  return [tlpTag(strictest), ...family, ...(operation.drill ? [{ name: 'drill' }] : [])];
}

const COLOURS: Readonly<Record<GivenTlp, string>> = { clear: '#ffffff', green: '#33FF00', amber: '#FFC000' };

function tlpTag(tlp: GivenTlp): Json {
  return { name: `tlp:${tlp}`, colour: COLOURS[tlp] };
}

function* event(given: Given, uuid: string): Generator<string> {
  const at = String(seconds(given.newestChange));
  const head = {
    uuid,
    info: infoOf(given),
    date: isoInstant(given.operation.openedAt).slice(0, 10),
    threat_level_id: '1',
    analysis: '1',
    published: true,
    timestamp: at,
    publish_timestamp: at,
    Orgc: orgc(given),
    Tag: eventTags(given),
  };
  yield `{"Event":${JSON.stringify(head).slice(0, -1)},"Attribute":[`;
  let first = true;
  for (const server of given.servers) {
    for (const endpoint of server.endpoints) {
      yield `${first ? '' : ','}\n${JSON.stringify(attribute(server, endpoint))}`;
      first = false;
    }
  }
  yield '\n]}}\n';
}

function attribute(server: GivenServer, endpoint: GivenEndpoint): Readonly<Record<string, Json>> {
  const { host, port, firstSeen, lastSeen, tlp } = endpoint;
  return {
    uuid: stableId('misp-attribute', server.serverId, host, port ?? 0),
    type: typeOf(endpoint),
    category: 'Network activity',
    value: port === null ? host : `${host}|${port}`,
    // Only what is a controller now is for machines that block.
    to_ids: !server.revoked && server.endedAt === null,
    deleted: server.revoked,
    timestamp: String(seconds(server.changedAt)),
    comment: server.state,
    ...(firstSeen === null ? {} : { first_seen: isoInstant(firstSeen) }),
    ...(lastSeen === null || lastSeen < (firstSeen ?? lastSeen) ? {} : { last_seen: isoInstant(lastSeen) }),
    Tag: [tlpTag(tlp)],
  };
}

function typeOf({ hostType, port }: GivenEndpoint): string {
  if (hostType === 'address') return port === null ? 'ip-dst' : 'ip-dst|port';
  return port === null ? 'hostname' : 'hostname|port';
}

/** "md5,uuid" a line; a value of two parts has a line for each. What was taken back is not to be found. */
function* hashes({ servers }: Given, uuid: string): Generator<string> {
  const values = servers
    .filter(({ revoked }) => !revoked)
    .flatMap(({ endpoints }) => endpoints.flatMap(({ host, port }) => (port === null ? [host] : [host, String(port)])));
  for (const value of new Set(values)) yield `${hash('md5', value)},${uuid}\n`;
}

function seconds(at: Instant): number {
  return Math.floor(at / 1000);
}
