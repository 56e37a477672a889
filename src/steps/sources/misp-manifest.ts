import { setImmediate as nextTurn } from 'node:timers/promises';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { jsonPieces } from './json-pieces.ts';

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
/** More do not go into the bytes that one may have. */
const MOST_EVENTS = 300_000;
/** Characters: with an event's title, its tags and its organisation. */
const LONGEST_ENTRY = 64 * 1024;
const ENTRIES_A_TURN = 1000;

/**
 * Reads manifest.json: events by their UUID, each with its timestamp; of one that is listed twice the last. A name that is no UUID could
 * lead elsewhere.
 */
export async function readManifest(bytes: Uint8Array): Promise<Result<Manifest, string>> {
  const read = await jsonPieces(bytes, [['*']], { most: MOST_EVENTS });
  if (!read.ok) return failure(`its manifest is no list of events by their UUID: ${read.problem}`);
  const events = new Map<string, ListedEvent>();
  const leftOut: string[] = [];
  let untilTurn = ENTRIES_A_TURN;
  for (const { path, text } of read.value) {
    const name = String(path[0]);
    const uuid = name.toLowerCase();
    if (!UUID.test(uuid)) leftOut.push(`"${name.slice(0, 80)}" in the manifest is no UUID`);
    else {
      const stamp = stampOf(text);
      if (stamp === null) leftOut.push(`the event ${uuid} has no timestamp in the manifest`);
      else events.set(uuid, { uuid, stamp });
    }
    untilTurn -= 1;
    if (untilTurn > 0) continue;
    untilTurn = ENTRIES_A_TURN;
    await nextTurn();
  }
  return success({ events: [...events.values()], leftOut });
}

function stampOf(text: string | null): string | null {
  const entry = parsed(text);
  if (typeof entry !== 'object' || entry === null || !('timestamp' in entry)) return null;
  const { timestamp } = entry;
  if (typeof timestamp !== 'string' && typeof timestamp !== 'number') return null;
  const stamp = String(timestamp);
  return /^\d{1,15}$/.test(stamp) ? stamp : null;
}

/** Undefined for what is no JSON, or longer than any entry is. */
function parsed(text: string | null): unknown {
  if (text === null || text.length > LONGEST_ENTRY) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
