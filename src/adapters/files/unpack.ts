import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip, createInflateRaw, crc32 } from 'node:zlib';
import type { Gunzip, InflateRaw } from 'node:zlib';
import { problem, ProblemError } from '../../domain/problem.ts';
import { corrupt } from './file-problems.ts';

export const CHUNK_BYTES = 256 * 1024;

/** How much may come out of one packed file, its members summed. */
export interface UnpackLimits {
  readonly bytes: number;
  /** Up to here any ratio is believed: logs of one repeated line pack that well. */
  readonly freeBytes: number;
  /** Unpacked to packed; DEFLATE reaches 1032 at most, feeds between 3 and 30. */
  readonly ratio: number;
}

export const UNPACK_LIMITS: UnpackLimits = { bytes: 16 * 1024 ** 3, freeBytes: 1024 ** 3, ratio: 200 };

/** Counts what was unpacked; throws once it is too much, so that a bomb is found while it is unpacked. */
export type Allowance = (bytes: number) => void;

export function createAllowance(name: string, packedBytes: number, limits: UnpackLimits): Allowance {
  let unpackedBytes = 0;
  return (bytes) => {
    unpackedBytes += bytes;
    if (unpackedBytes > limits.bytes) {
      throw problem(
        'input',
        `${name}: unpacks to more than ${limits.bytes / 1024 ** 3} GiB`,
        'Split the file into smaller ones',
      );
    }
    if (unpackedBytes > limits.freeBytes && unpackedBytes > limits.ratio * packedBytes) {
      throw problem(
        'input',
        `${name}: unpacks to more than ${limits.ratio} times its size: it looks like a decompression bomb`,
        'If you trust the file, unpack it yourself and name what it holds',
      );
    }
  };
}

/** The content of a gzip file, of one member or of several in a row (RFC 1952 section 2.2). */
export async function* gunzipped(name: string, path: string, take: Allowance): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  yield* unpacked(createReadStream(path, { highWaterMark: CHUNK_BYTES }), gunzip, take);
  // Zeros may pad the end. zlib stops at the first of them, and would pass over a member that stands behind it.
  const padding = createReadStream(path, { start: gunzip.bytesWritten, highWaterMark: CHUNK_BYTES });
  for await (const chunk of padding) {
    if (!isZeros(chunk)) throw new ProblemError(corrupt(name, 'other bytes follow the end of the packed data'));
  }
}

function isZeros(chunk: Buffer): boolean {
  return chunk.every((byte) => byte === 0);
}

/** Where the data of an archive's member lies in a file, and what it is to unpack to. */
export interface PackedRange {
  readonly name: string;
  readonly start: number;
  readonly packedBytes: number;
  readonly isDeflated: boolean;
  readonly sizeBytes: number;
  readonly crc32: number;
}

/** The content of an archive's member, checked against the size and the checksum that the archive states. */
export async function* memberBytes(path: string, range: PackedRange, take: Allowance): AsyncGenerator<Uint8Array> {
  let sizeBytes = 0;
  let sum = 0;
  for await (const chunk of rangeBytes(path, range, take)) {
    sizeBytes += chunk.length;
    sum = crc32(chunk, sum);
    yield chunk;
  }
  if (sizeBytes !== range.sizeBytes || sum !== range.crc32) {
    throw new ProblemError(corrupt(range.name, 'size or checksum is not what the archive states'));
  }
}

async function* rangeBytes(path: string, range: PackedRange, take: Allowance): AsyncGenerator<Uint8Array> {
  // A stream cannot be told to end before it starts.
  if (range.packedBytes === 0) return;
  const end = range.start + range.packedBytes - 1;
  const packed = createReadStream(path, { start: range.start, end, highWaterMark: CHUNK_BYTES });
  if (range.isDeflated) {
    const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES });
    yield* unpacked(packed, inflate, take);
    if (inflate.bytesWritten !== range.packedBytes) {
      throw new ProblemError(corrupt(range.name, 'other bytes follow the end of the packed data'));
    }
    return;
  }
  for await (const chunk of packed as AsyncIterable<Buffer>) {
    take(chunk.length);
    yield chunk;
  }
}

async function* unpacked(
  packed: NodeJS.ReadableStream,
  engine: Gunzip | InflateRaw,
  take: Allowance,
): AsyncGenerator<Uint8Array> {
  // The engine fails with what the source failed with, and whoever stops reading closes both.
  pipeline(packed, engine, () => undefined);
  const chunks: AsyncIterable<Buffer> = engine;
  for await (const chunk of chunks) {
    take(chunk.length);
    yield chunk;
  }
}
