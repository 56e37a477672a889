import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

/** An event that the manifest of a MISP feed lists, as of its timestamp. */
export interface ListedEvent {
  readonly uuid: string;
  readonly stamp: string;
}

export interface Manifest {
  readonly events: readonly ListedEvent[];
  /** Entries that are none, a sentence each. */
  readonly leftOut: readonly string[];
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const MOST_EVENTS = 1_000_000;

/** Reads manifest.json: events by their UUID, each with its timestamp. A name that is no UUID could lead elsewhere. */
export function readManifest(bytes: Uint8Array): Result<Manifest, string> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return failure('its manifest is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return failure('its manifest is no object of events by their UUID');
  }
  const entries = Object.entries(value);
  if (entries.length > MOST_EVENTS) return failure(`its manifest lists more than ${MOST_EVENTS} events`);
  const events: ListedEvent[] = [];
  const leftOut: string[] = [];
  for (const [name, entry] of entries) {
    const uuid = name.toLowerCase();
    const stamp = stampOf(entry);
    if (!UUID.test(uuid)) leftOut.push(`"${name.slice(0, 80)}" in the manifest is no UUID`);
    else if (stamp === null) leftOut.push(`the event ${uuid} has no timestamp in the manifest`);
    else events.push({ uuid, stamp });
  }
  return success({ events, leftOut });
}

function stampOf(entry: unknown): string | null {
  if (typeof entry !== 'object' || entry === null || !('timestamp' in entry)) return null;
  const { timestamp } = entry;
  if (typeof timestamp !== 'string' && typeof timestamp !== 'number') return null;
  const stamp = String(timestamp);
  return /^\d{1,15}$/.test(stamp) ? stamp : null;
}
