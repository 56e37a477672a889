import { CsvError, parse } from 'csv-parse/sync';
import type { AskGroup } from '../../../domain/notice.ts';
import { ITEMS_HEADER } from '../items-csv.ts';
import { jsonObject, quoted } from './content.ts';
import type { Expected, NoticeContent } from './content.ts';
import type { Findings, LintRule } from './finding.ts';

const rule = (name: string, source: string): LintRule => ({
  rule: name,
  severity: 'error',
  todo: 'Draft the notice anew.',
  source,
});

const FORM = rule('table-form', 'RFC 4180 §2');
const FORMULA = rule('table-formula', 'OWASP, CSV injection');
const ASK = rule('table-ask', 'DESIGN.md, Words: ask');
const AGREES = rule('table-agrees', 'DESIGN.md, notices: a CSV beside many items');

/** items.csv: there where there are several servers, readable, harmless in a spreadsheet, and about the same servers. */
export function lintTable({ itemsCsv, xarf }: NoticeContent, { asks }: Expected, { demand, say }: Findings): void {
  const where = 'items.csv';
  if (itemsCsv === null) {
    demand(xarf.length < 2, AGREES, where, `there are ${xarf.length} servers and no table of them`);
    return;
  }
  demand(itemsCsv.endsWith('\r\n') && !/(?<!\r)\n/.test(itemsCsv), FORM, where, 'lines do not end in CRLF');
  const rows = rowsOf(itemsCsv);
  if (rows === null) {
    say(FORM, where, 'it cannot be read as CSV');
    return;
  }
  const [header = [], ...entries] = rows;
  demand(header.join() === ITEMS_HEADER.join(), FORM, where, 'the header line is not ours');
  demand(
    !entries.some((fields) => fields.some((field) => /^[=+\-@\t\r]/.test(field))),
    FORMULA,
    where,
    'a field begins as a formula',
  );
  const host = header.indexOf('host');
  const ask = header.indexOf('ask');
  const unasked = entries.filter((fields) => (fields[ask] ?? '') === '').length;
  demand(unasked === 0, ASK, where, `${unasked} rows do not say what is asked`);
  const stray = asks === null ? undefined : entries.find((fields) => !isAsked(asks, fields[host], fields[ask]));
  demand(stray === undefined, ASK, where, `what it asks for ${stray?.[host] ?? ''} is not what the notice asks`);
  const id = header.indexOf('report_id');
  const listed = new Set(entries.map((fields) => `${fields[id]} ${fields[host]}`));
  const reported = new Set(
    xarf.map(({ report }) => {
      const fields = jsonObject(report) ?? {};
      return `${quoted(fields['report_id'])} ${quoted(fields['source_identifier'])}`;
    }),
  );
  const same = listed.size === reported.size && [...listed].every((key) => reported.has(key));
  demand(same, AGREES, where, `it lists ${listed.size} servers that are not the ${reported.size} reported`);
}

function isAsked(asks: readonly AskGroup[], host: string | undefined, asked: string | undefined): boolean {
  return asks.some((group) => host !== undefined && group.hosts.includes(host) && group.asks.join(' ') === asked);
}

function rowsOf(csv: string): readonly (readonly string[])[] | null {
  try {
    return parse(csv, { record_delimiter: '\r\n' });
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}
