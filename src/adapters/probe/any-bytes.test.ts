import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { openLab } from '../../../test/support/lab-servers.ts';
import { lookAt, seenOf, targetAt, testProber } from '../../../test/support/probing.ts';
import { createHttpAnswer, MAX_BODY_BYTES } from './http-answer.ts';

const lab = await openLab();
afterAll(() => lab.close());

/** Pieces that lead further in than chance would. */
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 30 }).map((text) => Buffer.from(text)),
  fc
    .constantFrom(
      'HTTP/1.1 200 OK\r\n', 'HTTP/1.0 404\n', 'Content-Length: 5\r\n', 'Content-Length: -1\r\n', '\u00c4\u00b0'.repeat(100) + ': x\r\n', 'X: ' + '\u00f0\u009f\u0098\u0080'.repeat(3000) + '\r\n', 'Transfer-Encoding: chunked\r\n', '\r\n', '\n\n', '5\r\nabcde\r\n',
      '0\r\n\r\n', 'ffffffff\r\n', 'Location: //x\u0000\ud800\u202e\r\n', '<title>', '</title>', '\u0000', '\ufeff', 'HTTP/1.1 100 Continue\r\n\r\n',
      '\u0016\u0003\u0001\u0000\u0005', '\u0015\u0003\u0003\u0000\u0002\u0002\u0028', '\u0016\u0003\u0003\u0000\u0004\u0002\u0000\u0000\u0000', 'x'.repeat(70_000),
    )
    .map((text) => Buffer.from(text, 'latin1')),
); // prettier-ignore
const bytes = fc.array(piece, { maxLength: 12 }).map((pieces) => Buffer.concat(pieces));

test('whatever bytes a server sends, a look ends in time with a row that is well-formed', async () => {
  const limits = { connectTimeoutMs: 5000, exchangeTimeoutMs: 300 };
  const prober = testProber({ limits });
  const server = await lab.server({ does: 'close' });
  const then = fc.constantFrom('close', 'reset', 'hang');
  await fc.assert(
    fc.asyncProperty(bytes, then, async (said, end) => {
      server.become({ does: 'say', bytes: said, after: end });
      // Throws for what is not well-formed; a hanging look would not end at all.
      const taken = await lookAt(prober, targetAt(server));
      const { tcp, tls, http } = seenOf(taken);
      expect(tls?.outcome).not.toBe('handshake');
      if (tcp.outcome === 'connected') expect(http).not.toBeNull();
    }),
    { numRuns: 60, timeout: 60_000 },
  );
});

test('an answer is read the same however it is cut into packets, and within its bounds', () => {
  fc.assert(
    fc.property(bytes, fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 40 }), (said, cuts) => {
      const whole = createHttpAnswer();
      whole.take(said);
      whole.end();
      const cut = createHttpAnswer();
      let at = 0;
      for (const size of cuts) cut.take(said.subarray(at, (at += size)));
      cut.take(said.subarray(at));
      cut.end();
      const facts = ({ head, body, bodyTruncated, isHttp }: typeof whole): unknown => [
        head,
        Buffer.from(body).toString('hex'),
        bodyTruncated,
        isHttp,
      ];
      expect(facts(cut)).toEqual(facts(whole));
      expect(whole.body.length).toBeLessThanOrEqual(MAX_BODY_BYTES);
      expect(whole.head?.headers.length ?? 0).toBeLessThanOrEqual(100);
    }),
    { numRuns: 500 },
  );
});
