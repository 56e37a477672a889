import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import type { BundleWriter } from '../../ports/evidence.ts';

/**
 * The earliest moment that a ZIP can say, in whatever zone: the format's times are local. The same files give the same
 * bytes, as far as it is the same zlib.
 */
const FIXED = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true, compress: true };

/** Most files are small: a few of them lie in line, and are packed beside whatever else is done, before one is waited for. */
const SMALL_BYTES = 64 * 1024;
const MOST_SMALL = 16;

/** Writes a ZIP as a stream, a few files at a time. */
export function createZipBundle(): BundleWriter {
  const zip = new ZipFile();
  let small = 0;
  let failure: Error | null = null;
  let refuse: ((error: Error) => void) | null = null;
  zip.on('error', (error: Error) => {
    failure = error;
    refuse?.(error);
  });
  // Whoever reads the chunks hears of it; where nobody does, it was told by the one who stopped reading.
  zip.outputStream.on('error', () => undefined);
  return {
    add(name, bytes) {
      if (failure !== null) return Promise.reject(failure);
      return new Promise((resolve, reject) => {
        const isSmall = bytes.length <= SMALL_BYTES && small < MOST_SMALL;
        // Whoever waits for one waits for all those before it.
        small = isSmall ? small + 1 : 0;
        if (isSmall) resolve();
        else refuse = reject;
        // Opened when its turn has come.
        zip.addReadStreamLazy(name, FIXED, (open) => {
          const stream = Readable.from(bytes.length === 0 ? [] : [bytes]);
          stream.on('close', resolve);
          open(null, stream);
        });
      });
    },
    async *chunks() {
      // Given up before anybody read: the stream has said so to nobody, and would never end.
      if (failure !== null) throw failure;
      for await (const chunk of zip.outputStream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    },
    end: () => zip.end(),
    fail(error) {
      failure = error;
      refuse?.(error);
      zip.outputStream.emit('error', error);
    },
  };
}
