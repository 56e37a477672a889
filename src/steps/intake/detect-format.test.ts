import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { detectFormat } from './detect-format.ts';

const detect = (text: string): string => {
  const detected = detectFormat(new TextEncoder().encode(text));
  return detected.ok ? detected.value : detected.problem;
};

describe('detectFormat', () => {
  test.each([
    ['ip,port\n203.0.113.7,443', 'csv'],
    ['\uFEFFip;port\r\n203.0.113.7;443', 'csv'],
    ['ip\n203.0.113.7', 'csv'],
    ['# first_seen_utc,dst_ip,dst_port\n"2021-01-17","203.0.113.7","443"', 'csv'],
    ['203.0.113.7,443\n', 'csv'],
    ['# Reference: a report\n\n203.0.113.7:443', 'maltrail'],
    ['# Aliases: examplebot\n203.0.113.7:443', 'maltrail'],
    ['# Copyright (c) Maltrail developers\n203.0.113.7', 'maltrail'],
    ['203.0.113.7:443\n203.0.113.8', 'list'],
    ['[2001:db8::7]:443\n', 'list'],
    ['[2001:db8::7]\n', 'list'],
    ['# a comment, with a comma\n203.0.113.7', 'list'],
    ['\n\nc2[.]example\n', 'list'],
    ['# nothing but a comment', 'list'],
    ['', 'the file is empty'],
    ['{"a": 1}', 'this looks like JSON, which is not read yet'],
    ['{\n  "a": 1\n}', 'this looks like JSON, which is not read yet'],
    ['[{"ip_address": "203.0.113.7"}]', 'this looks like JSON, which is not read yet'],
    ['[\n    {\n        "ip_address": "203.0.113.7"', 'this looks like JSON, which is not read yet'],
    ['[1,2]', 'this looks like JSON, which is not read yet'],
    ['<?xml version="1.0"?>', 'this looks like XML, which is not read yet'],
    ['<srv>203.0.113.7:443</srv>', 'this looks like XML, which is not read yet'],
    ['ip\0port', 'this is a binary file, or text in UTF-16'],
  ])('tells %j', (text, expected) => {
    expect(detect(text)).toBe(expected);
  });

  test('does not mind where the first bytes end', () => {
    const bytes = new TextEncoder().encode('# bücher 🤖\nip,port\n203.0.113.7,443\n');
    for (let end = 24; end <= bytes.length; end++) {
      expect(detectFormat(bytes.subarray(0, end))).toEqual({ ok: true, value: 'csv' });
    }
  });

  const shared = [
    ['trickbot/maltrail-trickbot.txt', 'maltrail'],
    ['feodo/ipblocklist-2021-03-21-reformatted.csv', 'csv'],
    ['trickbot/listed-2019-04-to-2020-10-23.csv', 'csv'],
    ['tor/tor-exit-nodes_2020-10-12.lst', 'list'],
  ] as const;
  for (const [name, expected] of shared) {
    const path = `../shared/data/${name}`;
    const isHere = existsSync(path);
    test.skipIf(!isHere)(`tells the real file ${name}${isHere ? '' : ' (skipped: it is not here)'}`, () => {
      expect(detectFormat(readFileSync(path).subarray(0, 65_536))).toEqual({ ok: true, value: expected });
    });
  }
});
