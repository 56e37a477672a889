import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Outbox } from '../../ports/outbox.ts';

/** A folder of .eml files, one folder an operation. Whoever opens it sees whole messages only. */
export function createFolderOutbox(folder: string): Outbox {
  const locate = (operation: string, fileName: string): string => join(folder, operation, fileName);
  return {
    locate,
    async put(operation, fileName, message) {
      const path = locate(operation, fileName);
      // Notices name victims and evidence: for the owner's eyes.
      await mkdir(join(folder, operation), { recursive: true, mode: 0o700 });
      const temporary = `${path}.${process.pid}.tmp`;
      const file = await open(temporary, 'w', 0o600);
      try {
        await file.writeFile(message);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, path);
      return path;
    },
    async has(operation, fileName, sha256) {
      try {
        const message = await readFile(locate(operation, fileName));
        return createHash('sha256').update(message).digest('hex') === sha256;
      } catch {
        return false;
      }
    },
    async remove(operation, fileName) {
      await rm(locate(operation, fileName), { force: true });
    },
  };
}
