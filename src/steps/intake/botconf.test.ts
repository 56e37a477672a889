import { existsSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBotconfXmlRows } from './botconf.ts';
import { isConfigurationHeader } from './csv-columns.ts';
import { createDateReader } from './dates.ts';
import type { RawRow } from './format.ts';

async function* pieces(...texts: readonly string[]): AsyncGenerator<string> {
  await Promise.resolve();
  yield* texts;
}

async function all(found: AsyncIterable<RawRow>): Promise<RawRow[]> {
  const rows: RawRow[] = [];
  for await (const row of found) rows.push(row);
  return rows;
}

function rows(...texts: readonly string[]): Promise<RawRow[]> {
  return all(readBotconfXmlRows(pieces(...texts)));
}

/** What was read in short: "version/tag observable", or "line: reason". */
async function summary(...texts: readonly string[]): Promise<string[]> {
  return (await rows(...texts)).map((row) =>
    row.observable === null
      ? `${row.line}: ${row.reason}`
      : `${row.configuration?.version}/${row.configuration?.tag} ${row.observable}`,
  );
}

const ONE = '<mcconf><ver>1000002</ver><gtag>tmt2</gtag><servs><srv>198.51.100.7:443</srv></servs></mcconf>';

describe('a configuration', () => {
  test('gives its controllers, each with its version and tag', async () => {
    const text = `<mcconf>
  <ver>1000002</ver>
  <gtag>tmt2</gtag>
  <servs>
    <srv>198.51.100.7:443</srv>
    <srv> 203.0.113.9:449 </srv>
  </servs>
  <autorun><module name="systeminfo" ctl="GetSystemInfo"/></autorun>
  <expir>1550000000</expir>
</mcconf>
`;
    const configuration = { version: '1000002', tag: 'tmt2', collectedAt: null };
    expect(await rows(text)).toEqual([
      { line: 5, value: '198.51.100.7:443', observable: '198.51.100.7:443', configuration },
      { line: 6, value: '203.0.113.9:449', observable: '203.0.113.9:449', configuration },
    ]);
  });

  test('may be one of several, in any frame or none, and need no tag', async () => {
    const bare = (version: number): string =>
      `<ver>${version}</ver><servs><srv>198.51.100.${version}:443</srv></servs>`;
    const expected = ['1/ 198.51.100.1:443', '2/ 198.51.100.2:443'];
    for (const text of [
      bare(1) + bare(2),
      `<mcconf>${bare(1)}</mcconf>\n<mcconf>${bare(2)}</mcconf>`,
      `<?xml version="1.0" encoding="utf-8"?><!DOCTYPE c SYSTEM "x"><configs><mcconf>${bare(1)}</mcconf><mcconf>${bare(2)}</mcconf></configs>`,
      `<conf>${bare(1)}</conf><conf>${bare(2)}</conf>`,
      `<conf>${bare(1)}</conf><?xml version="1.0"?><conf>${bare(2)}</conf>`,
      `<MCCONF>${bare(1)}</MCCONF><MCConf>${bare(2)}</MCConf>`,
      `<mcconf a="b">${bare(1)}</mcconf><!-- <mcconf> --><mcconf c='>'>${bare(2)}</mcconf>`,
    ]) {
      expect(await summary(text), text).toEqual(expected);
    }
    expect(await rows('')).toEqual([]);
    expect(await rows('<mcconf/><servs/>\n')).toEqual([]);
  });

  test('may name its version last where it is closed, and its servers outside of a list', async () => {
    const list = '<servs><srv>198.51.100.7:443</srv></servs>';
    expect(await summary(`<mcconf>${list}<ver>1</ver><gtag>a</gtag></mcconf>`)).toEqual(['1/a 198.51.100.7:443']);
    expect(await summary('<ver>1</ver><srv>198.51.100.7:443</srv><srv>198.51.100.8:443</srv>')).toEqual([
      '1/ 198.51.100.7:443',
      '1/ 198.51.100.8:443',
    ]);
    expect(await summary(`<mcconf><ver>1</ver>${list}${list}</mcconf>`)).toHaveLength(2);
  });

  test('has its references and literal texts read', async () => {
    expect(
      await summary(
        '<ver>1</ver><gtag>a&amp;b</gtag><srv>198.51.100&#46;7&#x3a;443</srv><srv><![CDATA[198.51.100.8]]>:44<!-- x -->3</srv>',
      ),
    ).toEqual(['1/a&b 198.51.100.7:443', '1/a&b 198.51.100.8:443']);
    const [row] = await rows('<!DOCTYPE a [<!ENTITY x "198.51.100.7">]><ver>1</ver><srv>&x;:443</srv>');
    expect(row).toMatchObject({ observable: '&x;:443' });
  });

  test('has the date that an element or an attribute gives, or says that it was not read', async () => {
    const collectedAt = Date.UTC(2017, 10, 24, 10, 35, 31);
    const list = '<ver>1</ver><servs><srv>198.51.100.7:443</srv></servs>';
    for (const text of [
      `<mcconf date="2017-11-24T11:35:31+01:00">${list}</mcconf>`,
      `<mcconf a='1' collected_at='2017-11-24T11:35:31+01:00'>${list}</mcconf>`,
      `<mcconf><date>2017-11-24T11:35:31+01:00</date>${list}</mcconf>`,
      `<mcconf>${list}<collected>2017-11-24T11:35:31+01:00</collected></mcconf>`,
      `<date>2017-11-24T11:35:31+01:00</date>${list}`,
    ]) {
      expect(await rows(text), text).toMatchObject([{ configuration: { version: '1', collectedAt } }]);
    }
    for (const [text, dateNotRead] of [
      [`<mcconf date="24/11/17">${list}</mcconf>`, '24/11/17'],
      [`<mcconf date="2017-11-24"><date>2017-11-25</date>${list}</mcconf>`, '2017-11-24, 2017-11-25'],
    ] as const) {
      expect(await rows(text)).toMatchObject([{ configuration: { collectedAt: null }, dateNotRead }]);
    }
    const reader = createDateReader([], Date.UTC(2026, 10, 25), 'dd/mm/yy');
    const read = await all(
      readBotconfXmlRows(pieces(`<mcconf date="24/11/17">${list}</mcconf>`), (text) => reader.read(text)),
    );
    expect(read).toMatchObject([{ configuration: { collectedAt: Date.UTC(2017, 10, 24) } }]);
  });
});

describe('a broken configuration', () => {
  test.each<[string, readonly string[]]>([
    [
      '<mcconf><gtag>a</gtag>\n<servs><srv>198.51.100.7:443</srv>\n</servs></mcconf>',
      ['2: the configuration of line 1 names no version'],
    ],
    [
      '<gtag>a</gtag><servs><srv>198.51.100.7:443</srv></servs>\n<ver>2</ver><gtag>b</gtag><servs><srv>198.51.100.8:443</srv></servs>',
      ['1: the configuration of line 1 names no version', '2/b 198.51.100.8:443'],
    ],
    [
      '<ver>1</ver><servs><srv>198.51.100.7:443</srv></servs><servs>\n<srv>198.51.100.8:443</srv></servs>',
      ['1/ 198.51.100.7:443', '2: the configuration of line 1 names no version'],
    ],
    [
      '<ver>1</ver><gtag>a</gtag><servs>\n<srv>198.51.100.7:443\n<srv>198.51.100.8:443</srv></servs>',
      ['2: the <srv> of line 2 is not closed', '1/a 198.51.100.8:443'],
    ],
    [
      '<ver>1</ver><servs>\n<srv>198.51.100.7:443</servs>\n<ver>2</ver><servs><srv>198.51.100.8:443</srv></servs>',
      ['2: the <srv> of line 2 is not closed', '2/ 198.51.100.8:443'],
    ],
    ['<ver>1</ver>\n<srv>198.51.100.7:443', ['2: the <srv> of line 2 is not closed']],
    [
      '<ver>1</ver><servs>198.51.100.7:443</srv>\n<srv>198.51.100.8:443</srv></servs>',
      ['1: text that stands in no <srv>', '1/ 198.51.100.8:443'],
    ],
    [
      '<ver>1</ver><srv>198.51.100.7:443</srv\n<srv>198.51.100.8:443</srv>',
      ['1: a tag that is not closed', '1/ 198.51.100.8:443'],
    ],
    [
      '<mcconf><ver>1<gtag>a</gtag><servs>\n<srv>198.51.100.7:443</srv></servs></mcconf>',
      [
        '1: the <ver> of line 1 is not closed',
        '2: the configuration of line 1 is not known: the <ver> of line 1 is not closed',
      ],
    ],
    [
      '<mcconf><ver>1</ver><gtag>a<servs><srv>198.51.100.7:443</srv></servs></mcconf>',
      [
        '1: the <gtag> of line 1 is not closed',
        '1: the configuration of line 1 is not known: the <gtag> of line 1 is not closed',
      ],
    ],
    [
      '<mcconf><ver>1</ver><ver>2</ver><srv>198.51.100.7:443</srv></mcconf>',
      [
        '1: there are two: version 1 and version 2',
        '1: the configuration of line 1 is not known: there are two: version 1 and version 2',
      ],
    ],
    // The end of one and the beginning of the next were lost: nobody knows whose version the second is.
    [
      '<mcconf><gtag>a</gtag><servs><srv>198.51.100.7:443</srv></servs><ver>2</ver><gtag>b</gtag><servs><srv>198.51.100.8:443</srv></servs></mcconf>',
      ['1: the configuration of line 1 is not closed', '1: the configuration of line 1 names no version'],
    ],
    [
      '<mcconf><ver>1</ver><servs><srv>198.51.100.7:443</srv></servs>\n<mcconf><ver>2</ver><servs><srv>198.51.100.8:443</srv></servs>',
      ['1/ 198.51.100.7:443', '2/ 198.51.100.8:443'],
    ],
    ['<ver>1</ver><srv></srv><srv/><srv> </srv>', ['1: an empty <srv>', '1: an empty <srv>', '1: an empty <srv>']],
    ['<mcconf><ver/><srv>198.51.100.7:443</srv></mcconf>', ['1: the configuration of line 1 names no version']],
    [
      '<ver>1</ver><srva>192.0.2.1:443</srva><srv>198.51.100.7:443</srv>',
      ['1: an address in the encoding of <srva>, which is not read', '1/ 198.51.100.7:443'],
    ],
    [
      `<ver>${'1'.repeat(101)}</ver><srv>198.51.100.7:443</srv>`,
      [
        '1: the version is too long or holds unfit characters',
        '1: the configuration of line 1 is not known: the version is too long or holds unfit characters',
      ],
    ],
    ['198.51.100.7:443\n', ['1: text that stands in no <srv>']],
    ['\n\n  198.51.100.7:443', ['3: text that stands in no <srv>']],
    [
      `${ONE}\n<!-- ${ONE}\n${ONE}`,
      ['1000002/tmt2 198.51.100.7:443', '2: a comment that is not closed: what follows it is not read'],
    ],
  ])('is told, and the rest is read: %j', async (text, expected) => {
    expect(await summary(text)).toEqual(expected);
    expect(await summary(...text.split(''))).toEqual(expected);
  });

  test('with texts and tags beyond the limit loses those', async () => {
    const long = 'x'.repeat(64 * 1024);
    expect(
      await summary(`<ver>1</ver><srv>${long}y</srv>\n<srv ${long}>198.51.100.8:443</srv><srv>198.51.100.7:443</srv>`),
    ).toEqual([
      '1: the <srv> is longer than 64 KiB',
      '2: a tag longer than 64 KiB',
      '2: text that stands in no <srv>',
      '1/ 198.51.100.7:443',
    ]);
  });

  test('with more servers than any is not held in memory', async () => {
    const server = '<srv>198.51.100.7:443</srv>';
    const found = await rows('<mcconf><ver>1</ver>', server.repeat(10_002), '</mcconf>');
    expect(found.filter(({ observable }) => observable !== null)).toHaveLength(10_000);
    expect(found.filter(({ reason }) => reason === 'the configuration of line 1 lists too many servers')).toHaveLength(
      2,
    );
  });

  test('never loses a server without a word, whatever is cut out of it', async () => {
    const servers = [1, 2, 3, 4].map((number) => `198.51.100.${number}:443`);
    const whole = [servers.slice(0, 2), servers.slice(2)]
      .map(
        (list, index) =>
          `<mcconf><ver>${index + 1}</ver><gtag>tag${index + 1}</gtag><servs>${list.map((server) => `<srv>${server}</srv>`).join('')}</servs></mcconf>`,
      )
      .join('\n');
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), fc.nat(30), async (from, length) => {
        const text = whole.slice(0, from) + whole.slice(from + length);
        const found = await rows(text);
        for (const server of servers) {
          if (!text.includes(`<srv>${server}</srv>`)) continue;
          const row = found.find(({ value }) => value === server);
          expect(row, `${server} in ${text}`).toBeDefined();
        }
        // No server of one configuration ends up in the other, as long as its own version still stands before it.
        for (const row of found) {
          if (row.observable === null || row.configuration === undefined) continue;
          const own = servers.indexOf(row.observable) < 2 ? 1 : 2;
          const isComplete = text.includes(`<mcconf><ver>${own}</ver><gtag>tag${own}</gtag><servs>`);
          if (isComplete && servers.includes(row.observable))
            expect(row.configuration).toMatchObject({ version: `${own}`, tag: `tag${own}` });
        }
      }),
      { numRuns: 1000 },
    );
  });
});

test('a CSV of configurations is known by its columns', () => {
  for (const header of ['version,gtag,collected_at,server', 'Ver,Campaign,SRV', ' controller , tag,version,x']) {
    expect(isConfigurationHeader(header.split(','))).toBe(true);
  }
  for (const header of [
    'server',
    'version,server',
    'gtag,server',
    'version,gtag',
    '',
    'first_seen_utc,dst_ip,dst_port',
  ]) {
    expect(isConfigurationHeader(header.split(','))).toBe(false);
  }
});

describe('the published list of TrickBot configurations', () => {
  const file = new URL('../../../../shared/data/trickbot/configs-1000002-to-1000200.csv', import.meta.url);

  test.skipIf(!existsSync(file))('reads back whole from XML (skipped without the shared data)', async () => {
    const [header = '', ...lines] = readFileSync(file, 'utf8').trim().split(/\r?\n/);
    expect(isConfigurationHeader(header.split(','))).toBe(true);
    const listed = lines.map((line) => line.split(','));
    let text = '';
    let before = '';
    for (const [version, tag, date, server] of listed) {
      const key = `${version},${tag},${date}`;
      if (key !== before) {
        if (before !== '') text += '</servs></mcconf>\n';
        text += `<mcconf date="${date}"><ver>${version}</ver><gtag>${tag}</gtag><servs>\n`;
      }
      before = key;
      text += `<srv>${server}</srv>\n`;
    }
    const found = await rows(`${text}</servs></mcconf>\n`);
    expect(found.length).toBeGreaterThan(4000);
    expect(
      found.map(({ observable, configuration }) => [configuration?.version, configuration?.tag, observable]),
    ).toEqual(listed.map(([version, tag, , server]) => [version, tag, server]));
    expect(found.every(({ configuration }) => configuration?.collectedAt !== null)).toBe(true);
  });
});
