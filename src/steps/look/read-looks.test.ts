import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LOOK_OUTCOMES } from '../../domain/look.ts';
import { ProblemError } from '../../domain/problem.ts';
import type { InputFile } from '../../ports/input-files.ts';
import { readLook, readLooks } from './read-looks.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const WORDS = {
  server: '192.0.2.11:443',
  port: '',
  at: '2026-11-25T09:30Z',
  vantage: 'our own line',
  outcome: 'live',
  how: 'TLS handshake',
};

function fileOf(content: string | Uint8Array, sizeBytes?: number): InputFile {
  const bytes = Buffer.from(content);
  return {
    name: 'looks.csv',
    sizeBytes: sizeBytes ?? bytes.length,
    sha256: '',
    head: bytes.subarray(0, 16),
    async *chunks() {
      // Cut in the middle of whatever stands there.
      yield await Promise.resolve(bytes.subarray(0, 7));
      yield bytes.subarray(7);
    },
  };
}

async function problemOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (cause) {
    if (cause instanceof ProblemError) return `${cause.problem.message} | ${cause.problem.hint ?? ''}`;
    throw cause;
  }
  throw new Error('it was taken');
}

describe('one look', () => {
  test('is read with the port that its server names', () => {
    expect(readLook(WORDS, NOW)).toEqual({
      ok: true,
      value: {
        server: '192.0.2.11:443',
        port: 443,
        at: Date.parse('2026-11-25T09:30:00Z'),
        vantage: 'our own line',
        outcome: 'live',
        how: 'TLS handshake',
      },
    });
    expect(readLook({ ...WORDS, server: '192.0.2[.]11' }, NOW)).toMatchObject({ value: { port: null } });
    expect(readLook({ ...WORDS, server: '192.0.2.11', port: '449' }, NOW)).toMatchObject({ value: { port: 449 } });
    expect(readLook({ ...WORDS, outcome: ' DARK ', how: '' }, NOW)).toMatchObject({
      value: { outcome: 'dark', how: '' },
    });
  });

  test.each([
    ['no server', { server: ' ' }, 'no server is named'],
    ['an unknown outcome', { outcome: 'up' }, 'the outcome is not one of c2-live, live'],
    ['a moment day first', { at: '25.11.2026' }, 'not written year first'],
    ['the future', { at: '2026-11-25T12:00:01Z' }, 'in the future'],
    ['the distant past', { at: '2026-10-26T11:59:59Z' }, 'more than 30 days past'],
    ['no vantage', { vantage: ' \u200b ' }, 'the vantage is empty'],
    ['a match of nothing said', { outcome: 'c2-live', how: ' ' }, 'what it matched'],
    ['a port that is none', { port: '70000' }, 'not a number from 1 to 65535'],
    ['port zero', { server: '192.0.2.11', port: '0' }, 'not a number from 1 to 65535'],
    ['two ports', { port: '449' }, 'two different ports, 443 and 449'],
  ])('with %s is refused, and says why', (_, words, reason) => {
    expect(readLook({ ...WORDS, ...words }, NOW)).toMatchObject({
      ok: false,
      problem: expect.stringContaining(reason),
    });
  });

  test('is taken up to the moment and for thirty days', () => {
    expect(readLook({ ...WORDS, at: '2026-11-25T12:00:00Z' }, NOW).ok).toBe(true);
    expect(readLook({ ...WORDS, at: '2026-10-26T12:00:00Z' }, NOW).ok).toBe(true);
  });

  test('never carries anything into the ledger that a screen might obey', () => {
    const read = readLook({ ...WORDS, vantage: 'a\u001b[2Jb', how: 'x\u202ey\nz' }, NOW);
    expect(read).toMatchObject({ value: { vantage: 'a [2Jb', how: 'x y z' } });
  });
});

describe('a file', () => {
  test('gives each bad row back with its line, and takes the others', async () => {
    const lines = await readLooks(
      fileOf(
        [
          '\ufeff# what the night shift saw',
          'at,Server,outcome,vantage,how,more',
          '2026-11-25T09:30Z,192.0.2[.]11:443,live,our own line,"TLS, then HTTP",x',
          '',
          '2026-11-25T09:31Z,192.0.2.12,"up,our own line',
          '2026-11-25T09:32Z,192.0.2.13,up,our own line,',
          '2026-11-25T09:33Z,192.0.2.14,dark,our own line',
        ].join('\r\n'),
      ),
      NOW,
    );
    expect(lines.map(({ line, look }) => [line, look.ok ? look.value.outcome : look.problem])).toEqual([
      [3, 'live'],
      [5, 'a quotation mark that is not closed on its line'],
      [6, expect.stringContaining('the outcome is not one of')],
      [7, 'dark'],
    ]);
    expect(lines[0]?.look).toMatchObject({ value: { server: '192.0.2.11:443', port: 443, how: 'TLS, then HTTP' } });
    expect(lines[1]?.value).toBe('2026-11-25T09:31Z,192.0.2.12,"up,our own line');
  });

  test('without a header, too large or in another encoding is refused as a whole', async () => {
    expect(await problemOf(readLooks(fileOf('192.0.2.11,443\n'), NOW))).toContain(
      'the header line has no column server, at, vantage, outcome',
    );
    expect(await problemOf(readLooks(fileOf(''), NOW))).toContain('server,port,at,vantage,outcome,how');
    expect(await problemOf(readLooks(fileOf('x', 17 * 1024 * 1024), NOW))).toContain('larger than 16 MiB');
    expect(await problemOf(readLooks(fileOf(Buffer.from([0x73, 0xe9, 0x0a, 0xff])), NOW))).toContain('is not UTF-8');
  });

  test('of any content neither crashes nor gives a look that breaks a rule', async () => {
    const cell = fc.oneof(
      fc.constantFrom('192.0.2.11', 'c2.example:443', '', ...LOOK_OUTCOMES, '2026-11-25T09:30Z', '2026-12-01', '"'),
      fc.string({ maxLength: 12 }),
    );
    const row = fc.array(cell, { maxLength: 7 }).map((cells) => cells.join(','));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 6 }), async (rows) => {
        const text = ['server,port,at,vantage,outcome,how', ...rows].join('\n');
        for (const { look } of await readLooks(fileOf(text), NOW)) {
          if (!look.ok) {
            expect(look.problem).not.toBe('');
            continue;
          }
          expect(look.value.at).toBeLessThanOrEqual(NOW);
          expect(look.value.vantage).not.toBe('');
          if (look.value.outcome === 'c2-live') expect(look.value.how).not.toBe('');
        }
      }),
      { numRuns: 500 },
    );
  });
});
