import type { SightingRow } from '../../domain/rows.ts';
import type { Session } from './connect.ts';

/*
 * Sightings are the one row that comes by the million. They go in by COPY, into a temporary table since COPY cannot
 * write under row-level security, and from there in one statement a chunk.
 */

/** Columns with their SQL types, without organisation, batch, position and recorded_at. */
export const SIGHTING_COLUMNS = [
  ['line', 'int'], ['server_id', 'uuid'], ['host_type', 'text'], ['host', 'text'], ['port', 'int'],
  ['scheme', 'text'], ['path', 'text'], ['first_seen', 'timestamptz'], ['last_seen', 'timestamptz'],
  ['status', 'text'], ['label', 'text'], ['reference', 'text'], ['tlp', 'text'], ['configuration_id', 'uuid'],
] as const; // prettier-ignore

/** What few sources say; absent from the row where it is null. */
export const OPTIONAL_SIGHTING_COLUMNS = [['evidence', 'text'], ['stated_kind', 'text'], ['also_named', 'text']] as const; // prettier-ignore

const ALL_COLUMNS = [...SIGHTING_COLUMNS, ...OPTIONAL_SIGHTING_COLUMNS];
const NAMES = ALL_COLUMNS.map(([name]) => name).join(', ');
const STAGED = ALL_COLUMNS.map(([name, type]) => `${name} ${type}`).join(', ');

/** Sightings on their way into the database, as the bytes of a COPY. */
export class StagedSightings {
  #bytes: Buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  get bytes(): number {
    return this.#length;
  }

  add(position: number, row: SightingRow): void {
    const line = copyLine(position, row);
    // UTF-8 takes at most three bytes a UTF-16 code unit.
    const needed = this.#length + line.length * 3;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(needed * 2);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#length += this.#bytes.write(line, this.#length);
  }

  /** Writes them, in one statement. */
  async write(session: Session, batch: { readonly id: string; readonly startedAt: string }): Promise<void> {
    if (this.#length === 0) return;
    await session.run(`create temporary table if not exists staged_sighting (position int, ${STAGED}) on commit drop`);
    await session.copyIn(`copy staged_sighting (position, ${NAMES}) from stdin`, this.#bytes.subarray(0, this.#length));
    await session.run(
      `insert into sighting (organisation_id, batch_id, position, recorded_at, ${NAMES})
       select (select current_organisation()), $1, position, $2, ${NAMES} from staged_sighting`,
      [batch.id, batch.startedAt],
    );
    await session.run('truncate staged_sighting');
  }
}

const FIRST_BYTES = 64 * 1024;

/** One line of COPY's text format: fields apart by tabs, null as \N. */
function copyLine(position: number, row: SightingRow): string {
  return (
    `${position}\t${row.line}\t${row.serverId}\t${row.hostType}\t${row.host}\t${row.port ?? '\\N'}\t` +
    `${row.scheme ?? '\\N'}\t${field(row.path)}\t${row.firstSeen ?? '\\N'}\t${row.lastSeen ?? '\\N'}\t` +
    `${row.status ?? '\\N'}\t${field(row.label)}\t${field(row.reference)}\t${row.tlp ?? '\\N'}\t` +
    `${row.configurationId ?? '\\N'}\t${row.evidence ?? '\\N'}\t${row.statedKind ?? '\\N'}\t${row.alsoNamed ?? '\\N'}\n`
  );
}

function field(text: string | null): string {
  if (text === null) return '\\N';
  return SPECIAL.test(text) ? text.replaceAll(EACH_SPECIAL, (character) => ESCAPES[character] ?? character) : text;
}

const SPECIAL = /[\\\t\n\r]/;
const EACH_SPECIAL = /[\\\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

/**
 * The canonical text of a sighting. Written out, because a million of them are hashed in an import and the general way
 * looks at every key of each; a test holds it against that.
 */
export function sightingJson(row: SightingRow): string {
  // What is canonical has nothing in it that JSON would escape; free text may.
  const plain = (value: string | null): string => (value === null ? 'null' : `"${value}"`);
  const free = (value: string | null): string => (value === null ? 'null' : JSON.stringify(value));
  const { alsoNamed, evidence, statedKind } = row;
  return (
    `{${alsoNamed === undefined ? '' : `"alsoNamed":"${alsoNamed}",`}"configurationId":${plain(row.configurationId)},` +
    `${evidence === undefined ? '' : `"evidence":"${evidence}",`}"firstSeen":${plain(row.firstSeen)},"host":"${row.host}",` +
    `"hostType":"${row.hostType}","label":${free(row.label)},"lastSeen":${plain(row.lastSeen)},"line":${row.line},` +
    `"path":${free(row.path)},"port":${row.port},"reference":${free(row.reference)},"scheme":${plain(row.scheme)},` +
    `"serverId":"${row.serverId}",${statedKind === undefined ? '' : `"statedKind":"${statedKind}",`}"status":${plain(row.status)},"tlp":${plain(row.tlp)},"type":"sighting"}`
  );
}
