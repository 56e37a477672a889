import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { give, parseRecipient } from '../../../src/flow/giving.ts';
import { openApprovalLab } from '../../support/approvals.ts';
import { createInstallation } from '../../support/cli.ts';
import type { Installation } from '../../support/cli.ts';
import { openTestDatabase } from '../../support/database.ts';
import { deconflict } from '../../support/deconfliction.ts';
import { labLocator } from '../../support/world.ts';

/*
 * What a feed, a provider's record and a person's words say is carried into files that people open in a browser and in a
 * spreadsheet. docs/security.md has what the numbers stand for.
 */

const MARKUP = '<script>alert(1)</script>';
const IMAGE = '<img src=x onerror=alert(2)>';
const LINK = '<a href="javascript:alert(3)">x</a>';
const FORMULAS = ['=HYPERLINK("https://evil.example")', "=cmd|' /C calc'!A0", '@SUM(1)', '+1+1', '-2+3', '\t=1'];

let here: Installation;

beforeAll(async () => {
  here = createInstallation();
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const hosts = FORMULAS.map(
    (formula, index) => `198.51.100.${index + 1},443,2026-11-22T10:00Z,netflow,${quoted(formula)},${quoted(LINK)}`,
  );
  const rejected = FORMULAS.map((formula) => `${formula.replaceAll('"', "'")},443,,,,`);
  const feed = here.write(
    'feed.csv',
    [
      'host,port,last_seen,evidence,malware,tags',
      `192.0.2.11,443,2026-11-22T10:00Z,netflow,${quoted(MARKUP)},${quoted(IMAGE)}`,
      ...hosts,
      ...rejected,
      '',
    ].join('\n'),
  );
  const book = here.write(
    'book.yaml',
    `providers:\n  - name: '${FORMULAS[0] ?? ''}${MARKUP}'\n    prefixes: [198.51.100.0/24]\n` +
      '    contact: abuse@host-one.example\n    checked: 2026-11-20\n    country: DE\n    type: hosting\n    trust: cooperative\n' +
      `  - name: '${IMAGE}${LINK}'\n    prefixes: [192.0.2.0/24]\n    contact: abuse@host-two.example\n` +
      '    checked: 2026-11-20\n    country: DE\n    type: hosting\n    trust: cooperative\n',
  );
  const words = ['--malware', `${IMAGE}bot`, '--attest', 'A', '--reason', MARKUP];
  await here.done(['run', feed, '--operation', 'lab', '--drill', '--providers', book, ...words]);
});

afterAll(() => here?.close());

describe('scripts in intelligence', () => {
  test(
    'CVE-2026-135234, CVE-2026-94372 (MISP: text of a feed, names of tags), CVE-2023-50712 (DFIR-IRIS), CVE-2026-105455 and ' +
      'CVE-2026-105456 (RTIR: a subject, javascript: links): a report holds what they say as text',
    async () => {
      await here.done(['report', '--out', join(here.folder, 'report.html')]);
      const page = readFileSync(join(here.folder, 'report.html'), 'utf8');
      // The names are there, …
      expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
      expect(page).toContain('&lt;img src=x onerror=alert(2)&gt;');
      // … and no tag or attribute of theirs is.
      const tags = [...page.matchAll(/<([a-z][\w-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi)];
      expect(tags.length).toBeGreaterThan(100);
      for (const [tag, name = '', attributes = ''] of tags) {
        expect(['script', 'img', 'iframe', 'object', 'embed', 'foreignobject', 'base', 'form'], tag).not.toContain(
          name.toLowerCase(),
        );
        expect(attributes.replaceAll(/"[^"]*"/g, '""'), tag).not.toMatch(/\son\w+\s*=/i);
        expect(attributes, tag).not.toMatch(/\b(?:href|src|action)\s*=\s*(?!"#)/i);
      }
      // Where an escape should fail, nothing runs all the same.
      expect(page).toMatch(
        /<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-/,
      );
    },
  );
});

const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

function fieldsOf(csv: string): readonly string[] {
  const rows: string[][] = parse(csv.replaceAll(/^#.*\r?\n/gm, ''), {
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n'],
  });
  expect(rows.length).toBeGreaterThan(1);
  return rows.flat();
}

describe('CVE-2025-61873 (Request Tracker: values of tickets began formulas in the TSV export): no field begins a formula', () => {
  test('of the rejected rows of a feed', () => {
    const fields = fieldsOf(readFileSync(join(here.folder, 'data', 'out', 'lab', 'rejects.csv'), 'utf8'));
    expect(fields.some((field) => field.includes('HYPERLINK'))).toBe(true);
    for (const field of fields) expect(field).not.toMatch(FORMULA);
  });

  test('of what a recipient is given, whatever providers and networks are called', async () => {
    const database = await openTestDatabase();
    try {
      const book = join(database.directory, 'formulas.yaml');
      await writeFile(
        book,
        `providers:\n  - name: '${FORMULAS[0] ?? ''}'\n    prefixes: [192.0.2.0/24]\n    contact: abuse@host-one.example\n` +
          '    checked: 2026-11-20\n    country: DE\n    type: hosting\n    trust: cooperative\n',
      );
      const locator = labLocator({ '192.0.2.': { asn: 64496, holder: '@SUM(1)' }, '198.51.100.': { asn: 64497, holder: '-2+3' } });
      const lab = await openApprovalLab(database, { hosts: ['192.0.2.11', '198.51.100.7'], sources: { locator, book } });
      await deconflict(lab.world, lab.ada);
      const { files } = await give(lab.world, 'lab', {
        to: parseRecipient('community'), format: 'csv', ceiling: null, live: false, organisation: 'CERT Example',
      });
      const fields = fieldsOf(files.map(({ pieces }) => [...pieces()].join('')).join(''));
      for (const word of ['HYPERLINK', 'SUM(1)', '2+3']) {
        expect(fields.some((field) => field.includes(word)), word).toBe(true);
      }
      for (const field of fields) expect(field).not.toMatch(FORMULA);
    } finally {
      await database.close();
    }
  }); // prettier-ignore
});
