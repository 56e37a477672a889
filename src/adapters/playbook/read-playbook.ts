import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import type { MethodTable } from '../../domain/method-table.ts';
import { failure } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { buildMethodTable } from './build-method-table.ts';
import { readDecisionTable } from './decision-table.ts';

const MAX_FILE_BYTES = 2 * 1024 * 1024;

/**
 * Reads a method table from a DMN 1.3 file (docs/methods.md tells what it must hold). Refuses, naming file, row and
 * column: more than 2 MiB, anything but UTF-8, document types and entities, a hit policy other than FIRST, missing or
 * unknown columns, row ids used twice, cells that are not the FEEL allowed there, outputs outside their vocabulary.
 */
export async function readPlaybook(path: string): Promise<Result<MethodTable>> {
  const bytes = await readBounded(path);
  if (!bytes.ok) return bytes;
  return parsePlaybook(path, bytes.value);
}

/** The file as it is, unread. */
export function readPlaybookFile(path: string): Promise<Result<Uint8Array>> {
  return readBounded(path);
}

/** Tables by the SHA-256 of their bytes, the last read last: a service reads the one in force for every page and every case. */
const known = new Map<string, MethodTable>();
const MOST_KNOWN = 8;

/** The same from bytes; `path` is what messages call it. Bytes that were read before give the same table. */
export async function parsePlaybook(path: string, bytes: Uint8Array): Promise<Result<MethodTable>> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const table = known.get(sha256);
  const read: Result<MethodTable> = table === undefined ? await parse(path, bytes, sha256) : { ok: true, value: table };
  if (!read.ok) return read;
  known.delete(sha256);
  known.set(sha256, read.value);
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
  return read;
}

async function parse(path: string, bytes: Uint8Array, sha256: string): Promise<Result<MethodTable>> {
  let xml: string;
  try {
    xml = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse(path, ['is not UTF-8 text']);
  }
  const decision = await readDecisionTable(xml);
  if (!decision.ok) return refuse(path, decision.problem);
  const table = buildMethodTable(decision.value, sha256);
  return table.ok ? table : refuse(path, table.problem);
}

async function readBounded(path: string): Promise<Result<Uint8Array>> {
  try {
    // Asked before it is opened: opening a named pipe would wait for a writer.
    if (!(await stat(path)).isFile()) return refuse(path, ['is not a file']);
    const file = await open(path, 'r');
    try {
      const buffer = new Uint8Array(MAX_FILE_BYTES + 1);
      let length = 0;
      while (length < buffer.length) {
        const { bytesRead } = await file.read(buffer, length, buffer.length - length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      if (length > MAX_FILE_BYTES) return refuse(path, [`is larger than ${MAX_FILE_BYTES} bytes`]);
      return { ok: true, value: buffer.subarray(0, length) };
    } finally {
      await file.close();
    }
  } catch (error) {
    return refuse(path, [`cannot be read (${error instanceof Error ? error.message : String(error)})`]);
  }
}

const MOST_REASONS_SHOWN = 5;

function refuse(path: string, reasons: readonly string[]): Result<never> {
  const shown = reasons.slice(0, MOST_REASONS_SHOWN).map((reason) => `method table ${path}: ${reason}`);
  const more = reasons.length - shown.length;
  if (more > 0) shown.push(`and ${more} more`);
  return failure({
    code: 'input',
    message: shown.join('\n'),
    hint: 'Correct the file in a DMN editor, or go back to playbooks/default.dmn; docs/methods.md explains its columns.',
  });
}
