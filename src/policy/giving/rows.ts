import { csvRow } from '../../domain/csv-row.ts';
import { endpointText } from '../../domain/giving.ts';
import type { Given, GivenFile } from '../../domain/giving.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { plainText } from '../../domain/plain-text.ts';

/*
 * A line for each endpoint: a list for machines that block, and a table for people and spreadsheets.
 */

/** One endpoint a line, after comments that say how it is marked; a list that is empty has those alone. */
export function listFile(given: Given): GivenFile {
  return { name: 'dismantle.txt', pieces: () => listLines(given) };
}

function* listLines(given: Given): Generator<string> {
  yield* commentLines(given, '#');
  for (const { endpoints } of given.servers) {
    for (const endpoint of endpoints) yield `${endpointText(endpoint)}\n`;
  }
}

/** What a file of lines says first: its marking, and that it is no real operation. */
export function* commentLines({ ceiling, operation }: Given, sign: string): Generator<string> {
  yield `${sign} TLP:${ceiling.toUpperCase()}\n`;
  if (operation.drill) yield `${sign} DRILL: documentation and lab addresses only\n`;
}

const COLUMNS = [
  'host', 'host_type', 'port', 'malware', 'kind', 'state', 'first_seen', 'last_seen', 'dark_at', 'confirmed_at',
  'provider', 'asn', 'as_name', 'country', 'tlp', 'drill', 'changed_at',
]; // prettier-ignore

/** RFC 4180. Hosts stand as they are: this is for programs. */
export function csvFile(given: Given): GivenFile {
  return { name: 'dismantle.csv', pieces: () => csvLines(given) };
}

function* csvLines({ servers, operation }: Given): Generator<string> {
  yield csvRow(COLUMNS);
  for (const server of servers) {
    for (const { host, hostType, port, firstSeen, lastSeen, tlp } of server.endpoints) {
      yield csvRow([
        host,
        hostType,
        port,
        words(operation.malware),
        server.kind === 'unknown' ? null : server.kind,
        server.state,
        moment(firstSeen),
        moment(lastSeen),
        moment(server.darkAt),
        moment(server.confirmedAt),
        words(server.provider?.name ?? null),
        server.asn,
        words(server.holder),
        server.country,
        `TLP:${tlp.toUpperCase()}`,
        operation.drill ? 'yes' : 'no',
        isoInstant(server.changedAt),
      ]);
    }
  }
}

function moment(at: Instant | null): string | null {
  return at === null ? null : isoInstant(at);
}

/** Names that registries and people have written, as one line. */
function words(text: string | null): string | null {
  return text === null ? null : plainText(text, 250);
}
