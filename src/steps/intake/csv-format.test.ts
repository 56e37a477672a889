import { describe, expect, test } from 'vitest';
import { parseColumnMapping } from './csv-columns.ts';
import { createCsvReader } from './csv-format.ts';
import type { CsvOptions } from './csv-format.ts';
import type { RawRow } from './format.ts';
import { readLines } from './read-lines.ts';

const NOW = Date.UTC(2026, 10, 24);

async function rowsOf(text: string, map?: string, more: Partial<CsvOptions> = {}): Promise<readonly RawRow[]> {
  const rows: RawRow[] = [];
  const mapping = map === undefined ? null : parseColumnMapping(map);
  const reader = createCsvReader({ file: 'feed.csv', mapping, dateForm: null, now: NOW, ...more });
  const pieces = async function* () {
    await Promise.resolve();
    yield text;
  };
  for await (const lines of readLines(pieces())) rows.push(...reader.rows(lines));
  return [...rows, ...reader.end()];
}

/** Line, observable and port of each row; the reason where there is no observable. */
async function read(text: string, map?: string): Promise<readonly (readonly unknown[])[]> {
  return (await rowsOf(text, map)).map(({ line, observable, port, reason }) =>
    observable === null ? [line, reason] : [line, observable, port],
  );
}

const BROKEN = 'a quotation mark that is not closed';

describe('a CSV', () => {
  test.each([',', ';', '\t', '|'])('tells the delimiter %j from the header', async (delimiter) => {
    const lines = [
      ['dst_port', 'dst_ip', 'malware'],
      ['443', '203.0.113.7', 'a'],
    ];
    expect(await read(lines.map((line) => line.join(delimiter)).join('\n'))).toEqual([[2, '203.0.113.7', '443']]);
    const quoted = lines.map((line) => line.map((field) => `"${field}"`).join(delimiter)).join('\r\n');
    expect(await read(quoted)).toEqual([[2, '203.0.113.7', '443']]);
  });

  test('reads the comment that Feodo Tracker writes for a header, and takes no other comment for one', async () => {
    const text = [
      '################################',
      '# A block list, by somebody    #',
      '#',
      '# first_seen_utc,dst_ip,dst_port,c2_status,last_online,malware',
      '"2021-01-17 07:30:05","203.0.113.7","443","online","2021-01-18","Examplebot"',
      '# END (1 entries)',
      '',
    ].join('\r\n');
    expect(await rowsOf(text)).toMatchObject([
      {
        line: 5,
        observable: '203.0.113.7',
        port: '443',
        firstSeen: Date.UTC(2021, 0, 17, 7, 30, 5),
        lastSeen: Date.UTC(2021, 0, 18),
        status: 'online',
        label: 'Examplebot',
      },
    ]);
  });

  test('keeps fields that are empty between tabs', async () => {
    expect(await read('first_seen\tip\tport\n"2021"\t\t"443"\n\t203.0.113.7\t')).toEqual([
      [2, 'the server column is empty'],
      [3, '203.0.113.7', ''],
    ]);
  });

  test('reads a quoted field over several lines as one row, named by its first line', async () => {
    const text = 'ip,note,port\n203.0.113.7,"one\r\n\r\ntwo ""three"", four",443\n203.0.113.8,x,80\n';
    expect(await read(text)).toEqual([
      [2, '203.0.113.7', '443'],
      [5, '203.0.113.8', '80'],
    ]);
  });

  test.each([
    ['an opening one', '"203.0.113.7,443'],
    ['a closing one', '203.0.113.7",443'],
    ['one in the middle', '203.0."113.7,443'],
    ['one too many', '"203.0.113.7"",443'],
    ['text behind it', '"203.0.113.7"x,443'],
  ])('a broken quotation mark (%s) costs its row and no other', async (_, brokenRow) => {
    const rows = Array.from({ length: 40 }, (__, index) => `203.0.113.${index + 10},"${index + 1}"`);
    const text = ['ip,port', ...rows.slice(0, 20), brokenRow, ...rows.slice(20)].join('\n');
    const found = await read(text);
    expect(found.filter(([, , port]) => port !== undefined)).toHaveLength(40);
    expect(found.filter(([, reason]) => reason === BROKEN)).toEqual([[22, BROKEN]]);
    expect(found.map(([line]) => line)).toEqual(Array.from({ length: 41 }, (__, index) => index + 2));
  });

  test('a row behind a broken one may still span lines', async () => {
    const text = 'ip,note\n203.0.113.7,"broken\n203.0.113.8,"two\nlines"\n203.0.113.9,x';
    expect(await read(text)).toEqual([
      [2, BROKEN],
      [3, '203.0.113.8', ''],
      [5, '203.0.113.9', ''],
    ]);
  });

  test('a broken quotation mark at the end of the file takes nothing with it', async () => {
    expect(await read('ip,port\n"203.0.113.7,443\n203.0.113.8,443\n203.0.113.9,443')).toEqual([
      [2, BROKEN],
      [3, '203.0.113.8', '443'],
      [4, '203.0.113.9', '443'],
    ]);
  });

  test('a carriage return inside a line hides no second row', async () => {
    expect(await read('ip,port\n"203.0.113.7","443"\r"203.0.113.8","443"\n')).toEqual([[2, BROKEN]]);
  });

  test('a line over 64 KiB costs itself, and what stood open before it', async () => {
    const text = `ip,note\n203.0.113.7,x\n203.0.113.8,"open\n${'a'.repeat(70_000)}\n203.0.113.9,x\n`;
    expect(await read(text)).toEqual([
      [2, '203.0.113.7', ''],
      [3, BROKEN],
      [4, 'the line is longer than 64 KiB'],
      [5, '203.0.113.9', ''],
    ]);
  });

  test('a quoted field does not reach over a line that was not kept', async () => {
    const text = `ip,note\n203.0.113.8,"open\n${'a'.repeat(70_000)}\n203.0.113.9",x\n`;
    expect(await read(text)).toEqual([
      [2, BROKEN],
      [3, 'the line is longer than 64 KiB'],
      [4, BROKEN],
    ]);
  });

  test('a line over 64 KiB before the header does not stand in for it', async () => {
    expect(await read(`# ${'a'.repeat(70_000)}\nip\n203.0.113.7\n`)).toEqual([[3, '203.0.113.7', '']]);
  });

  test('rows may be shorter or longer than the header', async () => {
    expect(await read('port,ip\n443\n443,203.0.113.7,more,and more\n\n , \n')).toEqual([
      [2, 'the server column is empty'],
      [3, '203.0.113.7', '443'],
      [5, 'the server column is empty'],
    ]);
  });

  test('a status other than online and offline says nothing, nor does a date that is a guess', async () => {
    const [row] = await rowsOf('ip,status,first_seen,last_seen\n203.0.113.7,ONLINE,21/01/17,2021-02-31\n');
    expect(row).toMatchObject({ status: 'online', firstSeen: null, lastSeen: null });
    const [other] = await rowsOf('ip,status\n203.0.113.7,maybe\n');
    expect(other).toMatchObject({ status: null });
  });

  test('takes for ten times as many broken rows about ten times as long', async () => {
    // Processor time of this thread, so that a busy machine changes nothing.
    const timeFor = async (count: number): Promise<number> => {
      const before = process.threadCpuUsage().user;
      expect(await rowsOf(`ip,port\n${'"a\nb\n'.repeat(count / 2)}`)).toHaveLength(count);
      return process.threadCpuUsage().user - before;
    };
    await timeFor(1000);
    const some = await timeFor(1000);
    const many = await timeFor(10_000);
    expect(many).toBeLessThan(40 * some);
  });
});

describe('the columns', () => {
  test.each([
    ['server=addr,port=p', 'addr,p\n203.0.113.7,443'],
    ['server=1,port=2', 'addr,p\n203.0.113.7,443'],
    ['port=P , server= ADDR', 'addr,p\n203.0.113.7,443'],
    ['server=a=b,port=2', 'a=b,p\n203.0.113.7,443'],
    ['server=1', 'addr,port\n203.0.113.7,443'],
  ])('are found with --map %s', async (map, text) => {
    expect(await read(text, map)).toEqual([[2, '203.0.113.7', '443']]);
  });

  test('called by a number that is also a name mean the name', async () => {
    expect(await read('2,1\n443,203.0.113.7', 'server=1,port=2')).toEqual([[2, '203.0.113.7', '443']]);
  });

  test('of a file without a header are read where the server has a number, first line included', async () => {
    expect(await read('203.0.113[.]7;443\n203.0.113.8;80', 'server=1,port=2')).toEqual([
      [1, '203.0.113[.]7', '443'],
      [2, '203.0.113.8', '80'],
    ]);
  });

  test.each([
    ['no header at all', '203.0.113.7,443\n203.0.113.8,443', undefined, 'none of its columns'],
    ['no known column', 'a,b\n203.0.113.7,443', undefined, 'none of its columns'],
    ['an empty file', '', undefined, 'no header line'],
    ['comments only', '# a\n#b\n\n', undefined, 'no header line'],
    ['a told name that is not there', 'ip,port\n203.0.113.7,443', 'server=nowhere', 'there is no such column'],
    ['a number beyond the last', 'ip,port\n203.0.113.7,443', 'server=3', 'there is no such column'],
    ['the number 0', 'ip,port\n203.0.113.7,443', 'server=0', 'there is no such column'],
    ['two columns of the server’s name', 'ip,port,ip\n203.0.113.7,443,203.0.113.8', undefined, 'two columns'],
    ['two columns of the port’s name', 'ip,Port,port\n203.0.113.7,1,2', undefined, 'either could be the port'],
    ['two columns of the told name', 'a,a\n203.0.113.7,443', 'server=a', 'two columns'],
  ])('are a problem that stops the file: %s', async (_, text, map, message) => {
    await expect(rowsOf(text, map)).rejects.toMatchObject({
      problem: { message: expect.stringContaining(message), hint: expect.any(String) },
    });
  });

  test('of one name can be told apart by their numbers', async () => {
    expect(await read('ip,port,ip\n203.0.113.7,443,203.0.113.8', 'server=3')).toEqual([[2, '203.0.113.8', '443']]);
    expect(await read('ip,port,port\n203.0.113.7,1,2', 'server=1,port=3')).toEqual([[2, '203.0.113.7', '2']]);
  });

  test('are named in the hint without control characters, and not all of ten thousand', async () => {
    const header = ['\u001b[2Jx', ...Array.from({ length: 9999 }, (_, index) => `column ${index}`)].join(',');
    await expect(rowsOf(`${header}\n`)).rejects.toMatchObject({
      problem: { hint: expect.stringMatching(/^[^\u001b]{1,800}$/) },
    });
  });

  test.each(['', 'ip', 'server', 'server=', 'host=ip', 'port=1', 'server=ip,server=host', 'server=ip,'])(
    '--map "%s" is wrong usage',
    (map) => {
      expect(() => parseColumnMapping(map)).toThrow(
        expect.objectContaining({ problem: expect.objectContaining({ code: 'usage' }) }),
      );
    },
  );

  test('learns from its values how dates are written, reads none where several ways are left, and says which row', async () => {
    const feodo = (first: string, last: string): string =>
      `first_seen_utc,dst_ip,dst_port,last_online,malware\n${first},203.0.113.7,443,${last},a\n`;
    const [clear] = await rowsOf(`${feodo('21/01/17 07:30', '21/03/18')}21/02/28 00:00,203.0.113.8,443,21/03/01,a`);
    expect([clear?.firstSeen, clear?.lastSeen]).toEqual([Date.UTC(2021, 0, 17, 7, 30), Date.UTC(2021, 2, 18)]);
    const [unclear] = await rowsOf(feodo('21/01/17 07:30', '21/03/18'));
    expect(unclear).toMatchObject({ firstSeen: null, lastSeen: null, dateNotRead: '21/01/17 07:30' });
    const [told] = await rowsOf(feodo('21/01/17 07:30', ''), undefined, { dateForm: 'dd/mm/yy' });
    expect(told?.firstSeen).toBe(Date.UTC(2017, 0, 21, 7, 30));
    const [none] = await rowsOf(feodo('None', '-'));
    expect(none).toMatchObject({ firstSeen: null, lastSeen: null });
    expect(none?.dateNotRead).toBeUndefined();
  });

  test('has a controller of a configuration in each row where version and tag stand beside it', async () => {
    const text = 'version,gtag,collected_at,server\n1000002,tmt2,2017-11-24T11:35:31+01:00,203.0.113.7:443\n';
    expect(await rowsOf(text)).toMatchObject([
      {
        observable: '203.0.113.7:443',
        firstSeen: null,
        configuration: { version: '1000002', tag: 'tmt2', collectedAt: Date.UTC(2017, 10, 24, 10, 35, 31) },
      },
    ]);
    const [plain] = await rowsOf('version,server\n4,203.0.113.7');
    expect(plain?.configuration).toBeUndefined();
  });

  test('takes back what its column "change" says is removed', async () => {
    const rows = await rowsOf('listed_at,change,server\n2020-01-01,add,203.0.113.7\n2020-02-01,Removed,203.0.113.7');
    expect(rows.map(({ withdrawn, firstSeen }) => [withdrawn, firstSeen])).toEqual([
      [false, null],
      [true, null],
    ]);
  });

  test('with a source and a destination is refused until somebody says which is the server', async () => {
    const text = 'classification.type,source.ip,source.port,destination.ip\nc2-server,203.0.113.7,443,198.51.100.7';
    await expect(read(text)).rejects.toThrow('either could be the server');
    expect(await read(text, 'server=source.ip,port=source.port')).toEqual([[2, '203.0.113.7', '443']]);
    expect(await read('destination.ip,destination.port\n203.0.113.7,443')).toEqual([[2, '203.0.113.7', '443']]);
  });
});
