import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { beginOperation } from '../../../src/flow.ts';
import { createMetrics } from '../../../src/http/metrics.ts';
import { allRoutes } from '../../../src/http/routes.ts';
import { openTestDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { awaitedGrowth } from '../../support/growth.ts';
import { openMembers, openServed } from '../../support/served.ts';
import type { Served } from '../../support/served.ts';
import { openTestWorld } from '../../support/world.ts';
import type { TestWorld } from '../../support/world.ts';

/* Files and mail from outside: what they would run, and how much they would have us do. */

const SVG =
  '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>';
/** What is eight times as long takes eight times as long; a pattern that tries each part with each, 64 times. */
const LONGER = 8;
const MOST_TIMES = 32;

let database: TestDatabase;
let world: TestWorld;
let served: Served;
let token: string;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  const members = await openMembers(world, database.directory);
  served = await openServed(database, {
    worlds: [world],
    environment: { DISMANTLE_ORGANISATION_NAME: 'Example CERT', DISMANTLE_ORGANISATION_EMAIL: 'desk@cert.example' },
  });
  ({ token } = await members.person('Ben Example', ['analyst']));
  await beginOperation(world, { name: 'lab', drill: true, malware: 'Examplebot', aliases: [] });
});

afterAll(async () => {
  await served?.close();
  await database?.close();
});

const LISTED = z.array(z.looseObject({ sha256: z.string() }));

async function feed(body: Uint8Array | string, name: string): Promise<{ status: number; text: string }> {
  const answer = await served.ask(`/api/v1/operations/lab/imports?file=${name}`, {
    method: 'POST',
    token,
    body,
    headers: { 'content-type': 'application/octet-stream' },
  });
  return { status: answer.status, text: await answer.text() };
}

async function mail(...lines: readonly string[]): Promise<number> {
  const answer = await served.ask('/api/v1/mail', {
    method: 'POST',
    token,
    body: lines.join('\r\n'),
    headers: { 'content-type': 'message/rfc822' },
  });
  await answer.text();
  return answer.status;
}

describe('what was sent in is never given back as a page', () => {
  test(
    'CVE-2024-25674 (MISP: a logo of any type), CVE-2024-22876 (TheHive: HTML as an attachment), CVE-2022-25802 (Request ' +
      'Tracker: an attachment under a type of its sender’s choice): an SVG, as a feed and in a mail, comes out as JSON or not at all',
    async () => {
      expect((await feed(SVG, 'logo.svg')).status).toBeLessThan(500);
      const part = (type: string, name: string): string[] => [
        '--b', `Content-Type: ${type}; name="${name}"`, `Content-Disposition: inline; filename="${name}"`, '', SVG,
      ]; // prettier-ignore
      const status = await mail(
        'From: a@host.example', `Subject: <script>alert(3)</script>`, 'Content-Type: multipart/mixed; boundary=b', '',
        '--b', 'Content-Type: text/html', '', `${SVG}<a href="javascript:alert(4)">here</a>`,
        ...part('image/svg+xml', 'x.svg'), ...part('text/html', '<img src=x onerror=alert(5)>.html'), '--b--', '',
      ); // prettier-ignore
      expect(status).toBe(200);
      const [listed] = LISTED.parse(await (await served.ask('/api/v1/mail', { token })).json());
      const mailId = listed?.sha256 ?? '';
      const parameters: Readonly<Record<string, string>> = { operation: 'lab', mail: mailId };
      for (const { method, path, isPage, access, responses } of allRoutes(createMetrics('0'))) {
        if (method !== 'get' || path.endsWith('/events')) continue;
        const at = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? 'x'));
        const answer = await served.ask(at, access.kind === 'open' ? {} : { token });
        const text = await answer.text();
        expect(answer.headers.get('x-content-type-options'), path).toBe('nosniff');
        const policy = answer.headers.get('content-security-policy') ?? '';
        expect(policy, path).toContain("default-src 'none'");
        expect(policy, path).not.toMatch(/unsafe|\*|data: *(?:;|$).*script/);
        const type = answer.headers.get('content-type') ?? '';
        // The icon is ours, from the program's own files.
        if (path === '/static/icon.svg') continue;
        expect(type, path).not.toMatch(/svg|xml/);
        if (type.startsWith('text/html')) {
          expect([isPage, path.startsWith('/door')], `${path}: ${JSON.stringify(responses)}`).toContain(true);
          expect(text, path).not.toContain('alert(');
        }
      }
      // What is shown of the mail is its words, with neither tags nor where a link leads that runs something.
      const shown = await served.ask(`/api/v1/mail/${mailId}`, { token });
      expect(shown.headers.get('content-type')).toBe('application/json');
      const { message } = z.looseObject({ message: z.looseObject({ text: z.string() }) }).parse(await shown.json());
      expect(message.text).toContain('here');
      expect(message.text).not.toMatch(/<svg|<script|javascript:/i);
    },
  );
});

describe('heavy input', () => {
  test(
    'CVE-2018-18898 (Request Tracker: addresses in a mail that a pattern ran away on), CVE-2014-9472 (Request Tracker: a ' +
      'mail that kept the gateway busy): a mail is taken in within moments, whatever stands in its header',
    async () => {
      // What does not fit comes last: a pattern that runs away has tried everything by then.
      const run = (piece: string, length: number): string => `${piece.repeat(Math.floor(length / piece.length))}!`;
      for (const piece of ['a', '(', '(a', '"', '\\"', 'a.', '. ', 'a@', '<', ',', ';:', '=?x?q?', '\t ', 'a <a', '((\\)', '" "']) {
        for (const field of ['From', 'To', 'Return-Path', 'References', 'Subject', 'Content-Type', 'Date']) {
          const fields = ['From: a@host.example', `${field}: ${run(piece, 60_000)}`].slice(field === 'From' ? 1 : 0);
          expect(await mail(...fields, '', 'x'), `${field}: ${piece}`).toBeLessThan(500);
        }
        const long = (times: number): readonly string[] =>
          ['From', 'To', 'Return-Path', 'References', 'Subject', 'Content-Type', 'Date'].map((field) => `${field}: ${run(piece, 6000 * times)}`);
        expect(await awaitedGrowth(LONGER, long, (fields) => mail(...fields, '', 'x')), piece).toBeLessThan(MOST_TIMES);
      }
    },
    120_000,
  ); // prettier-ignore

  test('the same class, in feeds: no line of a feed keeps us longer than its length', async () => {
    const pieces = ['a', 'a.', 'a-', '1.', ':', '[', 'http://', 'a@', '\\', '(', '%2e', 'xn--', '0x', '/', '"', ',', ' ', '\u0660'];
    const lineOf = (piece: string, length: number): string => piece.repeat(Math.floor(length / piece.length));
    for (const [index, piece] of pieces.entries()) {
      const take = async (line: string): Promise<void> => {
        const answer = await feed(`host,port,last_seen\n${line},443,${line}\n${line}!\n# ${index}\n`, `f${index}.csv`);
        expect(answer.status, piece).toBeLessThan(500);
      };
      // As long as a host may be written, as a row, and as nothing that is read.
      await take(lineOf(piece, 2000));
      await take(lineOf(piece, 60_000));
      expect(await awaitedGrowth(LONGER, (times) => lineOf(piece, 50_000 * times), take), piece).toBeLessThan(MOST_TIMES);
    }
  }, 120_000); // prettier-ignore

  test('bombs: what is packed is not unpacked over HTTP, called what it may; src/adapters/files/packed-files.test.ts has those in files', async () => {
    const packed = gzipSync('198.51.100.7:443\n');
    for (const name of ['feed.txt', 'feed.txt.gz', 'feed.json']) {
      const { status, text } = await feed(packed, name);
      expect(status, name).toBeLessThan(500);
      expect(text, name).not.toMatch(/"accepted":[1-9]|198\.51\.100\.7/);
    }
    expect((await feed('198.51.100.7:443\n', 'feed.txt')).text).toContain('"accepted":1');
  }); // prettier-ignore
});
