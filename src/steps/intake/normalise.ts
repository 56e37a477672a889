import { refang } from '../../domain/defang.ts';
import type { EvidenceClass } from '../../domain/evidence.ts';
import { groundReason } from '../../domain/ground.ts';
import { parseIndicator, parsePort } from '../../domain/indicator.ts';
import type { Indicator } from '../../domain/indicator.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { plainText } from '../../domain/plain-text.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { SightingRow } from '../../domain/rows.ts';
import type { RawRow } from './format.ts';

/** A sighting that does not know yet which server and configuration it belongs to. */
export type NormalisedRow = Omit<SightingRow, 'type' | 'serverId' | 'configurationId'>;

/** What stood in the file, fit for a report: one line, at most 300 characters, no control characters. */
export function rejectedValue(value: string): string {
  return plainText(value, 300);
}

const MAX_LABEL_CHARACTERS = 200;
const MAX_REFERENCE_CHARACTERS = 500;

/** Free text that a source wrote; null where nothing legible is left of it. */
function cleanText(text: string | null | undefined, max: number): string | null {
  if (text === null || text === undefined || text === '') return null;
  // Nearly all of it is plain already.
  const clean = text.length <= max && PLAIN.test(text) ? text : plainText(text, max);
  return clean === '' ? null : clean;
}

/** Printable ASCII without blanks at its ends. */
const PLAIN = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;

/** What rows are judged by. */
export interface Judgement {
  /** The operation takes documentation and lab addresses only. */
  readonly drill: boolean;
  readonly now: Instant;
  /** When the source saw what a row gives no date for; null: not known. */
  readonly seen: Instant | null;
  /** How the source knows what a row does not say; null: by its configuration, or a listing. */
  readonly evidence: EvidenceClass | null;
}

/** Makes one row of a feed into a normalised sighting, or says in a sentence why not. */
export function normaliseRow(row: RawRow, { drill, now, seen, evidence }: Judgement): Result<NormalisedRow, string> {
  if (row.observable === null) return failure(row.reason ?? 'no observable');
  const parsed = parseIndicator(refang(row.observable));
  if (!parsed.ok) return parsed;
  const ported = withPort(parsed.value, row.port ?? '');
  if (!ported.ok) return ported;
  const indicator = ported.value;
  const reason = groundReason(indicator, drill);
  if (reason !== null) return failure(reason);
  const isDated = (row.firstSeen ?? null) !== null || (row.lastSeen ?? null) !== null;
  const normalised: NormalisedRow = {
    line: row.line,
    hostType: indicator.hostType,
    host: indicator.host,
    port: indicator.port,
    scheme: indicator.scheme,
    path: indicator.path,
    firstSeen: seenMoment(isDated ? row.firstSeen : seen, now),
    lastSeen: seenMoment(isDated ? row.lastSeen : seen, now),
    status: row.status ?? null,
    label: cleanText(row.label, MAX_LABEL_CHARACTERS),
    reference: cleanText(row.reference, MAX_REFERENCE_CHARACTERS),
    tlp: row.tlp ?? null,
  };
  const further = furtherWords(row, indicator, evidence);
  return success(further === null ? normalised : { ...normalised, ...further });
}

/** What few sources say; null where this one says nothing of it, so that most rows cost no more than before. */
function furtherWords(
  row: RawRow,
  indicator: Indicator,
  stated: EvidenceClass | null,
): Pick<SightingRow, 'evidence' | 'statedKind' | 'alsoNamed'> | null {
  const evidence = row.evidence ?? stated;
  const statedKind = row.statedKind ?? null;
  const name = row.alsoNamed ?? '';
  if (evidence === null && statedKind === null && name === '') return null;
  const parsed = name === '' || indicator.hostType !== 'address' ? null : parseIndicator(refang(name));
  const isName = parsed?.ok === true && parsed.value.hostType === 'domain';
  return {
    ...(evidence === null ? {} : { evidence }),
    ...(statedKind === null ? {} : { statedKind }),
    ...(isName ? { alsoNamed: parsed.value.host } : {}),
  };
}

/** A day's grace for zones and clocks. */
export const AHEAD_MS = 86_400_000;

/** Nobody has seen anything in the future: such a moment is as good as none, and must not make evidence look fresh. */
function seenMoment(instant: Instant | null | undefined, now: Instant): string | null {
  return instant === null || instant === undefined || instant > now + AHEAD_MS ? null : isoInstant(instant);
}

/** A port from a column of its own. It may repeat the observable's port, never contradict it. */
function withPort(indicator: Indicator, text: string): Result<Indicator, string> {
  if (text === '') return success(indicator);
  const port = parsePort(text);
  if (!port.ok) return port;
  if (indicator.port !== null && indicator.port !== port.value) {
    return failure(`the row names two ports, ${indicator.port} and ${port.value}`);
  }
  return success({ ...indicator, port: port.value });
}
