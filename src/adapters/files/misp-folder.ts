import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { problem, ProblemError } from '../../domain/problem.ts';
import { codeOf, unreadable } from './file-problems.ts';

const MANIFEST = 'manifest.json';
const MAX_MANIFEST_BYTES = 64 * 1024 ** 2;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * The events of a MISP feed folder (misp-rfc, "MISP core format", section "Manifest"): `<uuid>.json` for each that the
 * manifest lists, in its order. A folder without a manifest is not walked: it would be a guess what in it is a feed.
 */
export async function mispEvents(folder: string): Promise<readonly string[]> {
  const base = folder.replace(/(?<=.)[/\\]+$/, '');
  const manifest = `${base}/${MANIFEST}`;
  const uuids = uuidsOf(manifest, await manifestText(folder, manifest));
  if (uuids.length === 0) throw new ProblemError(unreadable(manifest, 'lists no event', 'Name another folder'));
  const events = uuids.map((uuid) => `${base}/${uuid}.json`);
  for (const event of events) {
    if (await exists(event)) continue;
    throw problem(
      'input',
      `${event}: the manifest lists it, and there is no such file`,
      'Fetch the feed again, whole, or name the files that are there',
    );
  }
  return events;
}

async function manifestText(folder: string, path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_MANIFEST_BYTES) {
      throw new ProblemError(unreadable(path, 'is larger than 64 MiB', 'Name the files that you want read'));
    }
  } catch (cause) {
    if (codeOf(cause) !== 'ENOENT') throw cause;
    throw problem(
      'input',
      `${folder}: is a folder, and no MISP feed (it has no ${MANIFEST})`,
      `Name the files in it, or a pattern such as '${join(folder, '*.csv')}'`,
    );
  }
  const parts: Buffer[] = [];
  // It may grow while it is read; the end of the stream bounds it all the same.
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { end: MAX_MANIFEST_BYTES });
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}

function uuidsOf(path: string, text: string): readonly string[] {
  let manifest: unknown;
  try {
    manifest = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw notAManifest(path, 'it is not JSON');
  }
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) {
    throw notAManifest(path, 'it is not an object of events');
  }
  for (const [uuid, event] of Object.entries(manifest)) {
    // A name that is no UUID could lead out of the folder.
    if (!UUID.test(uuid) || typeof event !== 'object' || event === null) {
      throw notAManifest(path, 'it does not list events by their UUID');
    }
  }
  return Object.keys(manifest);
}

function notAManifest(path: string, reason: string): ProblemError {
  return new ProblemError(
    unreadable(path, `is no manifest of a MISP feed: ${reason}`, 'Name the files that you want read'),
  );
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return false;
    throw cause;
  }
}
