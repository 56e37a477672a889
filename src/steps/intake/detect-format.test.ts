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
    ['203.0.113.7 ; the first, the last\n203.0.113.8', 'list'],
    ['# ip, port and domain\n203.0.113.7\nc2.example', 'list'],
    ['version,gtag,collected_at,server\n1000002,tmt2,2017-11-24,203.0.113.7:443', 'botconf'],
    ['first_seen_utc,dst_ip,dst_port,c2_status,last_online,malware\n', 'feodo-csv'],
    ['', 'the file is empty'],
    ['{"a": 1}', 'this is JSON, but of no kind that is read'],
    ['{\n  "a": 1\n}', 'this is JSON, but of no kind that is read'],
    ['[{"ip_address": "203.0.113.7"}]', 'feodo-json'],
    ['[\n    {\n        "ip_address": "203.0.113.7"', 'feodo-json'],
    ['[1,2]', 'this is JSON, but of no kind that is read'],
    ['<?xml version="1.0"?>', 'this is XML, but no list of controllers (<ver>, <gtag>, <srv>)'],
    ['<srv>203.0.113.7:443</srv>', 'botconf'],
    ['a program\0 and its bytes', 'this is a binary file'],
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
    ['feodo/ipblocklist-2021-03-21-reformatted.csv', 'feodo-csv'],
    ['trickbot/configs-1000002-to-1000200.csv', 'botconf'],
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
