// Whether dist/program/ is what src/ is now. Plain JavaScript that any Node of the last years can read.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What changes when any file below the folder is written, added or removed: how many, their bytes, and when the newest was written. */
export function sourcesOf(folder) {
  const sources = { files: 0, bytes: 0, newestMs: 0 };
  const folders = [folder];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) {
        folders.push(path);
        continue;
      }
      const { size, mtimeMs } = statSync(path);
      sources.files += 1;
      sources.bytes += size;
      sources.newestMs = Math.max(sources.newestMs, mtimeMs);
    }
  }
  return sources;
}

/** The bundle's main file in this clone; null where there is none, or src/ has changed since it was made. */
export function currentBundle(root) {
  const folder = join(root, 'dist', 'program');
  try {
    const made = JSON.parse(readFileSync(join(folder, 'made-from.json'), 'utf8'));
    const now = sourcesOf(join(root, 'src'));
    const isCurrent = made.files === now.files && made.bytes === now.bytes && made.newestMs === now.newestMs;
    return isCurrent ? join(folder, 'main.js') : null;
  } catch {
    return null;
  }
}
