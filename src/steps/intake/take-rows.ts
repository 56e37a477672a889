import { derivedId } from '../../domain/derived-id.ts';
import type { Undated } from '../../domain/import-outcome.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { plainText } from '../../domain/plain-text.ts';
import type { BatchRow, ConfigurationRow, SightingRow } from '../../domain/rows.ts';
import type { Random } from '../../ports/random.ts';
import type { RawConfiguration, RawRow } from './format.ts';
import { AHEAD_MS, normaliseRow, rejectedValue } from './normalise.ts';
import type { Judgement, NormalisedRow } from './normalise.ts';
import { Repeats } from './repeats.ts';

/** More lists of controllers than this stand in no file that an analyst has made. */
const MAX_CONFIGURATIONS = 100_000;
const MAX_VERSION_CHARACTERS = 100;

export interface Counts {
  readonly rows: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly repeated: number;
  readonly withdrawn: number;
  readonly configurations: number;
}

/** Makes the rows of one file into rows of a batch, and counts each of them. */
export class RowIntake {
  readonly #operation: Operation;
  readonly #judgement: Judgement;
  readonly #repeats: Repeats;
  readonly #configurations = new Map<string, { -readonly [Key in keyof ConfigurationRow]: ConfigurationRow[Key] }>();
  #accepted = 0;
  #rejected = 0;
  #repeated = 0;
  #withdrawn = 0;
  #undatedRows = 0;
  #firstUndated: Undated['first'] = null;

  constructor(operation: Operation, judgement: Judgement, random: Random) {
    this.#repeats = new Repeats(random);
    this.#operation = operation;
    this.#judgement = judgement;
  }

  /** What a raw row becomes; null for one that says the very same as one before it. */
  take(raw: RawRow): BatchRow | null {
    const unfit = unfitDates(raw, this.#judgement.now);
    const row = normaliseRow(unfit === null ? raw : { ...raw, firstSeen: null, lastSeen: null }, this.#judgement);
    const configuration = raw.configuration === undefined ? null : this.#configurationOf(raw, raw.configuration);
    if (!row.ok || configuration === 'too-many') {
      this.#rejected += 1;
      const reason = row.ok ? `more than ${MAX_CONFIGURATIONS} configurations in one file` : row.problem;
      return { type: 'rejection', line: raw.line, value: rejectedValue(raw.value), reason };
    }
    this.#accepted += 1;
    if (configuration !== null) configuration.accepted += 1;
    const notRead = raw.dateNotRead ?? unfit;
    if (notRead !== null) this.#noteUndated(raw.line, notRead);
    return raw.withdrawn === true
      ? this.#withdrawal(row.value)
      : this.#sighting(row.value, configuration?.configurationId ?? null);
  }

  /** The configurations that the file holds, complete once all rows were taken. */
  configurations(): readonly ConfigurationRow[] {
    return [...this.#configurations.values()];
  }

  /** How many rows have been taken so far. */
  get rows(): number {
    return this.#accepted + this.#rejected;
  }

  counts(): Counts {
    return {
      rows: this.rows,
      accepted: this.#accepted,
      rejected: this.#rejected,
      repeated: this.#repeated,
      withdrawn: this.#withdrawn,
      configurations: this.#configurations.size,
    };
  }

  undated(): Undated {
    return { rows: this.#undatedRows, first: this.#firstUndated };
  }

  #sighting(row: NormalisedRow, configurationId: string | null): BatchRow | null {
    const { line, hostType, host, port, scheme, path, firstSeen, lastSeen, status, label, reference, tlp } = row;
    const serverId = this.#serverId(row);
    const { evidence, statedKind, alsoNamed } = row;
    const said = [
      port, scheme, path, firstSeen, lastSeen, status, label, reference, tlp, configurationId, evidence ?? null,
      statedKind ?? null, alsoNamed ?? null,
    ]; // prettier-ignore
    if (this.#repeats.has(serverId, said)) {
      this.#repeated += 1;
      return null;
    }
    // Written out: spread into a new object it takes several times as long.
    const sighting: SightingRow = {
      type: 'sighting',
      line,
      serverId,
      hostType,
      host,
      port,
      scheme,
      path,
      firstSeen,
      lastSeen,
      status,
      label,
      reference,
      tlp,
      configurationId,
    };
    // What few sources say.
    if (evidence === undefined && statedKind === undefined && alsoNamed === undefined) return sighting;
    return {
      ...sighting,
      ...(evidence === undefined ? {} : { evidence }),
      ...(statedKind === undefined ? {} : { statedKind }),
      ...(alsoNamed === undefined ? {} : { alsoNamed }),
    };
  }

  #withdrawal(row: NormalisedRow): BatchRow {
    this.#withdrawn += 1;
    this.#repeats.forget();
    const { line, hostType, host, port, scheme, path } = row;
    return { type: 'withdrawal', line, serverId: this.#serverId(row), hostType, host, port, scheme, path };
  }

  #serverId({ hostType, host }: NormalisedRow): string {
    return derivedId('server', this.#operation.id, hostType, host);
  }

  #configurationOf(raw: RawRow, { version, tag, collectedAt }: RawConfiguration) {
    const named = { version: plainText(version, MAX_VERSION_CHARACTERS), tag: plainText(tag, MAX_VERSION_CHARACTERS) };
    const id = derivedId('configuration', this.#operation.id, named.version, named.tag);
    let known = this.#configurations.get(id);
    if (known === undefined) {
      if (this.#configurations.size >= MAX_CONFIGURATIONS) return 'too-many';
      known = {
        type: 'configuration',
        line: raw.line,
        configurationId: id,
        ...named,
        collectedAt: collectedAt === null ? null : isoInstant(collectedAt),
        entries: 0,
        accepted: 0,
      };
      this.#configurations.set(id, known);
    }
    known.entries += 1;
    return known;
  }

  #noteUndated(line: number, written: string): void {
    this.#undatedRows += 1;
    this.#firstUndated ??= { line, value: plainText(written, 60) };
  }
}

/**
 * Dates that can be read and cannot be true: in the future, or first seen on a later day than last. Null where they can.
 * A day is often all that a source tells of one of them, so that within a day nothing follows.
 */
function unfitDates({ firstSeen, lastSeen }: RawRow, now: Instant): string | null {
  const first = firstSeen ?? null;
  const last = lastSeen ?? null;
  if (first === null && last === null) return null;
  if (Math.max(first ?? 0, last ?? 0) > now + AHEAD_MS)
    return `${isoInstant(Math.max(first ?? 0, last ?? 0))} lies ahead`;
  if (first === null || last === null || first - last < DAY_MS) return null;
  return `first seen ${isoInstant(first)} is after last seen ${isoInstant(last)}`;
}

const DAY_MS = 86_400_000;
