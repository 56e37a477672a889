import type { ServerResponse } from 'node:http';
import { TimeStampReq } from 'pkijs';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NO_OPENSSL, openTimeStampingAuthority } from '../../../test/support/time-stamping-authority.ts';
import type { TimeStampingAuthority } from '../../../test/support/time-stamping-authority.ts';
import { createSwitchboard } from '../outgoing/switchboard.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemRandom } from '../system/system-random.ts';
import { requestTimestamp } from './request-timestamp.ts';
import { encodeQuery, nonceFrom, readAnswer } from './tsp-messages.ts';

/** Each byte takes some milliseconds, and there are thousands. */
const STRIDE = process.env['DISMANTLE_FULL'] === '1' ? 1 : 11;

const ALL_OFF = { lookup: false, fetch: false, timestamp: false, probe: false, send: false };
const BYTES = Buffer.from('dismantle/default\n12\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n');

const world = {
  outgoing: createSwitchboard({ ...ALL_OFF, timestamp: true }),
  random: systemRandom,
  clock: systemClock,
  signal: new AbortController().signal,
};

/** The query as the authority got it. */
const queryIn = (query: Uint8Array): TimeStampReq => TimeStampReq.fromBER(query);
const encoded = (query: TimeStampReq): Uint8Array => new Uint8Array(query.toSchema().toBER());

describe.skipIf(NO_OPENSSL !== null)(
  `with a real authority${NO_OPENSSL === null ? '' : ` (skipped: ${NO_OPENSSL})`}`,
  () => {
    let authority: TimeStampingAuthority;

    beforeAll(async () => {
      authority = await openTimeStampingAuthority();
    });
    beforeEach(() => {
      authority.answerWith(null);
    });
    afterAll(() => authority.close());

    test('a token is one that openssl verifies, of these bytes and no others', async () => {
      const { genTime, response, token } = await requestTimestamp(world, authority.url, BYTES);
      expect(authority.verify(response, BYTES)).toContain('Verification: OK');
      expect(authority.verify(token, BYTES, 'token')).toContain('Verification: OK');
      expect(authority.verify(response, Buffer.from('other bytes'))).toContain('Verification: FAILED');
      expect(Math.abs(genTime - Date.now())).toBeLessThan(60_000);
      expect(Buffer.from(response).includes(Buffer.from(token))).toBe(true);
    });

    test('is never asked while the switch is off', async () => {
      const before = authority.queries();
      const off = { ...world, outgoing: createSwitchboard(ALL_OFF) };
      await expect(requestTimestamp(off, authority.url, BYTES)).rejects.toMatchObject({
        problem: { code: 'switched-off', hint: expect.stringContaining('traffic.timestamp') },
      });
      expect(authority.queries()).toBe(before);
    });

    type Answer = (query: Uint8Array, response: ServerResponse) => void;
    const signs = (change: (query: TimeStampReq) => Uint8Array | TimeStampReq): Answer => {
      return (query, response) => {
        const changed = change(queryIn(query));
        response.end(authority.reply(changed instanceof TimeStampReq ? encoded(changed) : changed));
      };
    };
    const changes = (change: (answer: Buffer) => Uint8Array): Answer => {
      return (query, response) => {
        response.end(change(Buffer.from(authority.reply(query))));
      };
    };

    test.each<[says: string, answer: Answer, reason: RegExp]>([
      [
        'signs other bytes',
        signs((query) =>
          encodeQuery(Buffer.from('other'), query.nonce?.valueBlock.valueHexView ?? nonceFrom(systemRandom)),
        ),
        /of other bytes/,
      ],
      ['plays an old answer back', signs(() => encodeQuery(BYTES, nonceFrom(systemRandom))), /answers another request/],
      [
        'leaves the nonce out',
        signs((query) => new TimeStampReq({ ...withoutNonce(query) })),
        /answers another request/,
      ],
      [
        'leaves its certificate out',
        signs((query) => {
          query.certReq = false;
          return query;
        }),
        /signature does not verify/,
      ],
      [
        'refuses',
        signs((query) => {
          query.reqPolicy = '1.3.6.1.4.1.32473.2';
          return query;
        }),
        /it refuses, with the status 2: .+/,
      ],
      [
        'has its signature changed',
        changes((answer) => flipped(answer, answer.length - 9)),
        /signature does not verify/,
      ],
      ['has a byte put behind', changes((answer) => Buffer.concat([answer, Buffer.of(0)])), /no token/],
      ['is cut short', changes((answer) => answer.subarray(0, -20)), /no TimeStampResp/],
      ['sends garbage', (_query, response) => response.end('no time today'), /no TimeStampResp/],
      ['sends nothing', (_query, response) => response.end(), /no TimeStampResp/],
      ['sends zeros', (_query, response) => response.end(Buffer.alloc(2000)), /no TimeStampResp/],
      ['fails', (_query, response) => response.writeHead(503).end('busy'), /status 503/],
      [
        'sends elsewhere',
        (_query, response) => response.writeHead(302, { location: `${authority.url}/elsewhere` }).end(),
        /status 302, and redirects are not followed/,
      ],
      ['sends too much', (_query, response) => response.end(Buffer.alloc(200 * 1024)), /longer than 64 KiB/],
      ['never stops sending', (_query, response) => endless(response), /longer than 64 KiB/],
      ['hangs up', (_query, response) => response.destroy(), /gave no time-stamp/],
      [
        'hangs up in the middle',
        (_query, response) => {
          response.writeHead(200, { 'content-length': 1000 });
          response.write('half', () => response.destroy());
        },
        /gave no time-stamp/,
      ],
    ])('one that %s is refused, in words', async (_says, answer, reason) => {
      authority.answerWith(answer);
      const before = authority.queries();
      const refused = requestTimestamp(world, authority.url, BYTES);
      await expect(refused).rejects.toMatchObject({
        problem: { code: 'input', message: expect.stringMatching(reason), hint: expect.any(String) },
      });
      expect(authority.queries()).toBe(before + 1);
    });

    test('an answer with a byte changed is refused or still says the very same, and nothing breaks on it', async () => {
      const nonce = nonceFrom(systemRandom);
      const answer = Buffer.from(authority.reply(encodeQuery(BYTES, nonce)));
      const asked = { bytes: BYTES, nonce, now: Date.now() };
      const right = await readAnswer(answer, asked);
      if (!right.ok) throw new Error(right.problem);
      let refused = 0;
      for (let offset = 0; offset < answer.length; offset += STRIDE) {
        // What the certificates say besides their key is left to whoever decides whether to trust them.
        const read = await readAnswer(flipped(answer, offset), asked);
        if (read.ok) expect(read.value.genTime, `byte ${offset}`).toBe(right.value.genTime);
        else refused += 1;
      }
      expect(refused).toBeGreaterThan(500 / STRIDE);
    });

    test.each([
      ['never begins to answer', (): void => undefined],
      ['sends one byte and no more', (_query: Uint8Array, response: ServerResponse): unknown => response.write('0')],
    ])('one that %s is left after the time that was given', async (_says, answer) => {
      authority.answerWith(answer);
      await expect(requestTimestamp(world, authority.url, BYTES, 300)).rejects.toMatchObject({
        problem: { code: 'input', message: expect.stringContaining('no whole answer within 0.3 s') },
      });
    });

    test('a clock that is an hour away is told, ours or theirs', async () => {
      const clock = { now: () => Date.now() - 3_600_000 };
      await expect(requestTimestamp({ ...world, clock }, authority.url, BYTES)).rejects.toMatchObject({
        problem: { message: expect.stringMatching(/token says .+, and this machine's clock /) },
      });
    });

    test('Ctrl-C is heard while it answers', async () => {
      const interruption = new AbortController();
      authority.answerWith(() => interruption.abort());
      await expect(
        requestTimestamp({ ...world, signal: interruption.signal }, authority.url, BYTES),
      ).rejects.toMatchObject({ problem: { code: 'interrupted' } });
    });

    function endless(response: ServerResponse): void {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(16 * 1024)));
      };
      response.on('drain', more);
      more();
    }
  },
);

test.each([
  '',
  'tsa.example',
  'ftp://tsa.example/',
  'file:///etc/passwd',
  'http://me:secret@tsa.example/',
  'https://tsa.example/#x',
])('"%s" is wrong usage: only http and https, and no password for the ledger to keep', async (url) => {
  await expect(requestTimestamp(world, url, BYTES)).rejects.toMatchObject({ problem: { code: 'usage' } });
});

test('where nobody listens, the problem names whom it asked', async () => {
  await expect(requestTimestamp(world, 'http://127.0.0.1:1/tsr', BYTES)).rejects.toMatchObject({
    problem: { code: 'input', message: expect.stringContaining('http://127.0.0.1:1/tsr') },
  });
});

function withoutNonce({ version, messageImprint, certReq }: TimeStampReq): object {
  return { version, messageImprint, certReq };
}

function flipped(bytes: Buffer, index: number): Buffer {
  const changed = Buffer.from(bytes);
  changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
  return changed;
}
