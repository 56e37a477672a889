import { refang } from '../../domain/defang.ts';
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

/** A sighting that does not know yet how often it repeats, nor which server it belongs to. */
export type NormalisedRow = Omit<SightingRow, 'type' | 'repeats' | 'serverId'>;

/** What stood in the file, fit for a report: one line, at most 300 characters, no control characters. */
export function rejectedValue(value: string): string {
  return plainText(value, 300);
}

const MAX_LABEL_CHARACTERS = 200;

/** Free text that a source wrote; null where nothing legible is left of it. */
function cleanLabel(label: string | null | undefined): string | null {
  const text = plainText(label ?? '', MAX_LABEL_CHARACTERS);
  return text === '' ? null : text;
}

/** Makes one row of a feed into a normalised sighting, or says in a sentence why not. */
export function normaliseRow(row: RawRow, drill: boolean, now: Instant): Result<NormalisedRow, string> {
  if (row.observable === null) return failure(row.reason ?? 'no observable');
  const parsed = parseIndicator(refang(row.observable));
  if (!parsed.ok) return parsed;
  const ported = withPort(parsed.value, row.port ?? '');
  if (!ported.ok) return ported;
  const indicator = ported.value;
  const reason = groundReason(indicator, drill);
  if (reason !== null) return failure(reason);
  return success({
    line: row.line,
    hostType: indicator.hostType,
    host: indicator.host,
    port: indicator.port,
    scheme: indicator.scheme,
    path: indicator.path,
    firstSeen: seenMoment(row.firstSeen, now),
    lastSeen: seenMoment(row.lastSeen, now),
    status: row.status ?? null,
    label: cleanLabel(row.label),
  });
}

/** A day's grace for zones and clocks. */
const AHEAD_MS = 86_400_000;

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
