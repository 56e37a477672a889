import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { UidMemory } from './imap-options.ts';

const schema = z.strictObject({ uidValidity: z.string().regex(/^\d{1,20}$/), uid: z.int().min(0) });

/** In a small file of the data directory, one a mailbox. A lost or damaged one costs a look at messages that are known already. */
export function createUidMemory(directory: string, mailbox: string): UidMemory {
  const path = join(directory, `imap-${createHash('sha256').update(mailbox).digest('hex').slice(0, 16)}.json`);
  return {
    async read() {
      try {
        const parsed = schema.safeParse(JSON.parse(await readFile(path, 'utf8')));
        return parsed.success ? parsed.data : null;
      } catch {
        return null;
      }
    },
    async write(taken) {
      await mkdir(directory, { recursive: true });
      await writeFile(`${path}.new`, JSON.stringify(taken));
      await rename(`${path}.new`, path);
    },
  };
}
