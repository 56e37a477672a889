import { readFile, stat } from 'node:fs/promises';
import nodePath from 'node:path';
import { parse } from 'csv-parse/sync';
import { isPlainMailbox } from '../../domain/notice.ts';
import { plainText } from '../../domain/plain-text.ts';
import type { Provider } from '../../domain/provider.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

const MAX_BYTES = 1024 * 1024;
const MAX_COMPLAINTS = 10;

/**
 * Reads the national CSIRTs from a CSV with the header `country,csirt,url` and, where their mailboxes are known, `email`:
 * by country, ISO 3166-1 alpha-2. Of several in one country the first with a mailbox is the one told, else the first. One
 * faulty row refuses the whole file, since the wrong authority would be told in its place.
 */
export async function readCsirts(path: string): Promise<Result<ReadonlyMap<string, Provider>>> {
  let text: string;
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) return broken([`${path}: larger than 1 MiB; this is no list of CSIRTs`]);
    text = await readFile(path, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return failure({
      code: 'input',
      message: `${path}: cannot be read (${reason})`,
      hint: 'Check the path given with --csirts',
    });
  }
  const rows: { readonly row: Readonly<Record<string, string>>; readonly line: number }[] = [];
  try {
    parse(text, {
      bom: true,
      columns: (header: string[]) => header.map((name) => name.trim().toLowerCase()),
      comment: '#',
      comment_no_infix: true,
      skip_empty_lines: true,
      trim: true,
      on_record: (row: Record<string, string>, { lines }) => {
        rows.push({ row, line: lines });
        return null;
      },
    });
  } catch (cause) {
    return broken([`${path}: not readable as CSV: ${cause instanceof Error ? cause.message : String(cause)}`]);
  }
  const source = nodePath.basename(path);
  const complaints: string[] = [];
  const csirts = new Map<string, Provider>();
  for (const { row, line } of rows) {
    const complain = (reason: string): void => void complaints.push(`${path}:${line}: ${reason}`);
    const country = (row['country'] ?? '').toUpperCase();
    const name = row['csirt'] ?? '';
    const email = row['email'] ?? '';
    if (!/^[A-Z]{2}$/.test(country) || country === 'UK') {
      complain(
        `country "${shown(country)}" is not two letters of ISO 3166-1, such as ${country === 'UK' ? 'GB' : 'DE'}`,
      );
    } else if (name === '' || plainText(name, 120) !== name) {
      complain('csirt must be a name of 1 to 120 characters');
    } else if (email !== '' && !isPlainMailbox(email)) {
      complain(`email "${shown(email)}" is not one plain mailbox`);
    } else if (!csirts.has(country) || (csirts.get(country)?.contact === null && email !== '')) {
      csirts.set(country, {
        key: `csirt:${country}`,
        name,
        asn: null,
        country,
        type: 'government',
        trust: 'cooperative',
        channel: 'mail',
        contact: email === '' ? null : email,
        source,
      });
    }
  }
  if (rows.length === 0) complaints.push(`${path}: no row below a header country,csirt,url,email`);
  return complaints.length > 0 ? broken(complaints) : success(csirts);
}

function shown(text: string): string {
  return plainText(text, 60);
}

function broken(complaints: readonly string[]): Result<never> {
  const more = complaints.length - MAX_COMPLAINTS;
  const told = [...complaints.slice(0, MAX_COMPLAINTS), ...(more > 0 ? [`and ${more} more`] : [])];
  return failure({ code: 'input', message: told.join('\n'), hint: 'Correct the file; nothing was done' });
}
