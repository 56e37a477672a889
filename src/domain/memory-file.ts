import { createHash } from 'node:crypto';

const HEAD_BYTES = 4096;

/** A file that lies in memory, as `InputFile` (src/ports/input-files.ts) takes it. */
export function memoryFile(
  name: string,
  bytes: Uint8Array,
): {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly head: Uint8Array;
  chunks(): AsyncGenerator<Uint8Array>;
} {
  return {
    name,
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    head: bytes.subarray(0, HEAD_BYTES),
    async *chunks() {
      yield await Promise.resolve(bytes);
    },
  };
}
