import { refang } from '../../domain/defang.ts';
import { parseFingerprint } from '../../domain/fingerprint.ts';
import type { FingerprintKind } from '../../domain/fingerprint.ts';
import { groundReason } from '../../domain/ground.ts';
import { parseIndicator, parsePort } from '../../domain/indicator.ts';
import { isoInstant, parseInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { HostType } from '../../domain/server.ts';
import type { ScanColumns } from './scan-columns.ts';

/** One service of a scan that carries at least one fingerprint. */
export interface ScanRow {
  readonly hostType: HostType;
  readonly host: string;
  readonly port: number;
  readonly seen: Instant | null;
  /** The most telling first. */
  readonly fingerprints: readonly { readonly kind: FingerprintKind; readonly value: string }[];
}

/** The most telling first: a certificate is one, a key may have several, a page may be anybody's. */
const KINDS = ['certificate', 'public-key', 'http-body'] as const;

/** A day's grace for zones and clocks. */
const AHEAD_MS = 86_400_000;
/** What a program writes where it has nothing. */
const NOTHING = /^(?:|-+|none|null|nil|nan|n\/a|unknown|\[\]|\{\})$/i;

/**
 * Reads one row; null where it carries no fingerprint at all, as most of what a scan finds does not. The failure is a
 * sentence for the report. What cannot be a server of this operation is refused here as at every intake.
 */
export function readScanRow(
  fields: readonly string[],
  columns: ScanColumns,
  { drill, now }: { readonly drill: boolean; readonly now: Instant },
): Result<ScanRow | null, string> {
  const field = (index: number | undefined): string => (index === undefined ? '' : (fields[index] ?? '').trim());
  const fingerprints: { kind: FingerprintKind; value: string }[] = [];
  let unread: string | null = null;
  for (const kind of KINDS) {
    const written = field(columns[kind]);
    if (NOTHING.test(written)) continue;
    const parsed = parseFingerprint(kind, written);
    if (parsed.ok) fingerprints.push({ kind, value: parsed.value });
    else unread ??= `${kind}: ${parsed.problem}`;
  }
  if (fingerprints.length === 0) return unread === null ? success(null) : failure(unread);
  const host = field(columns.host);
  if (host === '') return failure('no host is named');
  const parsed = parseIndicator(refang(host));
  if (!parsed.ok) return parsed;
  const indicator = parsed.value;
  const reason = groundReason(indicator, drill);
  if (reason !== null) return failure(reason);
  const written = field(columns.port);
  if (written === '' && indicator.port === null) return failure('no port is named');
  const port = written === '' ? success(indicator.port ?? 0) : parsePort(written);
  if (!port.ok) return port;
  if (indicator.port !== null && indicator.port !== port.value) {
    return failure(`the row names two ports, ${indicator.port} and ${port.value}`);
  }
  const date = field(columns.seen);
  const seen = NOTHING.test(date) ? null : parseInstant(date);
  if (seen === null && !NOTHING.test(date))
    return failure('the date is not written year first, as in 2026-11-25T07:30Z');
  if (seen !== null && seen > now + AHEAD_MS) return failure(`${isoInstant(seen)} lies in the future`);
  return success({ hostType: indicator.hostType, host: indicator.host, port: port.value, seen, fingerprints });
}
