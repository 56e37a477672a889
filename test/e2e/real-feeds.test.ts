import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import PostalMime from 'postal-mime';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation, REPOSITORY } from '../support/cli.ts';
import { importObject, runObject } from '../support/run-contract.ts';

const DATA = join(REPOSITORY, '..', 'shared', 'data');
const hasData = existsSync(DATA);
if (!hasData) process.stderr.write('skipped: real feeds, for ../shared/data is not there\n');

const installation = createInstallation();
const { json } = installation;
afterAll(() => installation.close());

const VOUCHED = ['--attest', 'An Analyst', '--reason', 'read against the sources'];
const servers = z.array(
  z.looseObject({
    hostType: z.string(),
    host: z.string(),
    located: z.boolean(),
    asn: z.int().nullable(),
    holder: z.string().nullable(),
    country: z.string().nullable(),
    locationDate: z.string().nullable(),
    endpoints: z.array(z.looseObject({ port: z.int().nullable(), scheme: z.string().nullable() })),
    firstSeen: z.string().nullable(),
  }),
);

/** The official schemas; gives what is wrong with a report, "" where nothing is. */
function xarfErrors(): (report: unknown) => string {
  const schemas = join(DATA, 'xarf', 'v4');
  // "x-recommended" is X-ARF's own keyword, and its formats are those of JSON Schema.
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const schema = z.record(z.string(), z.unknown());
  const read = (...path: readonly string[]): Record<string, unknown> =>
    schema.parse(JSON.parse(readFileSync(join(schemas, ...path), 'utf8')));
  ajv.addSchema(read('xarf-core.json'));
  for (const name of readdirSync(join(schemas, 'types')).filter((file) => file.endsWith('.json'))) {
    ajv.addSchema(read('types', name));
  }
  const validate = ajv.compile(read('xarf-v4-master.json'));
  return (report) => (validate(report) ? '' : ajv.errorsText(validate.errors));
}

/** Opens a draft with a parser that is not ours. Answers with how many X-ARF reports it carries. */
async function checkDraft(file: string, errorsOf: (report: unknown) => string): Promise<number> {
  const mail = await PostalMime.parse(readFileSync(file));
  expect(mail.subject, file).toBeTruthy();
  expect(mail.text?.length ?? 0, file).toBeGreaterThan(200);
  const reports = mail.attachments.filter(({ filename }) => /^xarf(-\d+)?\.json$/.test(filename ?? ''));
  for (const { content, filename } of reports) {
    const text = typeof content === 'string' ? content : new TextDecoder().decode(content);
    expect(errorsOf(JSON.parse(text)), `${file} ${filename}`).toBe('');
  }
  return reports.length;
}

describe.skipIf(!hasData)('a real feed', () => {
  test('of 3,176 Maltrail lines is accepted or rejected line by line, located and drafted', async () => {
    const feed = join(DATA, 'trickbot', 'maltrail-trickbot.txt');
    const startedAt = performance.now();
    const object = await json(runObject, ['run', feed, '--operation', 'trickbot', '--malware', 'TrickBot', ...VOUCHED]);
    const tookMs = performance.now() - startedAt;
    const [file] = object.intake.files;
    expect(file).toMatchObject({ format: 'maltrail', rows: 3176 });
    expect((file?.accepted ?? 0) + (file?.rejected ?? 0)).toBe(3176);
    expect(object.intake.rejects).toHaveLength(file?.rejected ?? -1);

    const found = await json(servers, ['servers', '--operation', 'trickbot']);
    const addresses = found.filter(({ hostType }) => hostType === 'address');
    // What stands there as ip:port; a URL without a port has one too, by its scheme.
    const portsOf = ({ endpoints }: (typeof addresses)[number]): readonly unknown[] =>
      endpoints.filter(({ port, scheme }) => port !== null && scheme === null);
    const withPort = addresses.filter((server) => portsOf(server).length > 0);
    expect(withPort).toHaveLength(1928);
    expect(withPort.flatMap(portsOf)).toHaveLength(2029);
    const located = withPort.filter(({ asn, holder, country }) => asn !== null && holder !== null && country !== null);
    expect(located.length / withPort.length).toBeGreaterThan(0.95);
    for (const { locationDate } of located) expect(locationDate).toMatch(/^\d{4}-\d{2}-\d{2}$/);

    expect(object.notices.length).toBeGreaterThan(0);
    const errorsOf = xarfErrors();
    let reports = 0;
    for (const notice of object.notices) reports += await checkDraft(notice.file, errorsOf);
    expect(reports).toBeGreaterThan(0);
    process.stdout.write(
      `Maltrail: ${(tookMs / 1000).toFixed(1)} s with the first start; accepted ${file?.accepted}, rejected ` +
        `${file?.rejected}; located ${located.length} of ${withPort.length} addresses ` +
        `(${((100 * located.length) / withPort.length).toFixed(1)} %); ${object.notices.length} drafts with ${reports} ` +
        `X-ARF reports\n`,
    );
  });

  test('of Feodo Tracker that a spreadsheet has re-saved is taken with its dates, which stand there as yy/mm/dd', async () => {
    const feed = join(DATA, 'feodo', 'ipblocklist-2021-03-21-reformatted.csv');
    const rows = readFileSync(feed, 'utf8')
      .split('\n')
      .filter((line) => /^\d/.test(line)).length;
    const object = await json(runObject, ['run', feed, '--operation', 'feodo', ...VOUCHED]);
    expect(object.intake.files).toMatchObject([
      { format: 'feodo-csv', rows, accepted: rows, rejected: 0, undated: { rows: 0 } },
    ]);
    const found = await json(servers, ['servers', '--operation', 'feodo']);
    // The list is of 21 March 2021; read the other way round, its dates would lie in 2001 to 2031.
    for (const { firstSeen } of found) expect(firstSeen).toMatch(/^2021-0[1-3]-/);
    expect(object.notices.length).toBeGreaterThan(0);
  });

  test('of every kind that is here comes into one operation with every row accounted for, 187 configurations among it', async () => {
    const feeds = [
      ['trickbot/maltrail-trickbot.txt', 'maltrail', 3176],
      ['trickbot/configs-1000002-to-1000200.csv', 'botconf', 4290],
      ['trickbot/listed-2019-04-to-2020-10-23.csv', 'csv', 983],
      ['feodo/ipblocklist-2021-03-21-reformatted.csv', 'feodo-csv', 203],
    ] as const;
    const files = feeds.map(([name]) => join(DATA, name));
    const { intake } = await json(importObject, ['import', ...files, '--operation', 'all-of-it']);
    expect(intake.files.map(({ format, rows }) => [format, rows])).toEqual(feeds.map(([, ...rest]) => rest));
    for (const { rows, accepted, rejected } of intake.files) expect(accepted + rejected).toBe(rows);
    expect(intake.rejects).toHaveLength(intake.files.reduce((sum, { rejected }) => sum + rejected, 0));
    // Duplicates inside configurations are folded; spreadsheets' dates are read, each of them.
    expect(intake.files[1]).toMatchObject({ repeated: 15, configurations: 187, undated: { rows: 0 } });
    expect(intake.files[2]?.['withdrawn']).toBeGreaterThan(0);
    expect(intake.files[3]).toMatchObject({ undated: { rows: 0 } });

    const configurations = await json(
      z.array(z.looseObject({ version: z.string(), tag: z.string(), collectedAt: z.string(), entries: z.int() })),
      ['configurations', '--operation', 'all-of-it'],
    );
    expect(configurations).toHaveLength(187);
    expect(configurations.reduce((sum, { entries }) => sum + entries, 0)).toBe(4290);
    expect(configurations[0]).toMatchObject({
      version: '1000002',
      tag: 'tmt2',
      collectedAt: '2017-11-24T10:35:31.000Z',
    });
  });
});
