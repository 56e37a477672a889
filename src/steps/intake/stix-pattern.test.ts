import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { growth } from '../../../test/support/growth.ts';
import { serversOfPattern } from './stix-pattern.ts';

/** Observables with their ports, or the reason. */
function read(pattern: string): readonly string[] | string {
  const servers = serversOfPattern(pattern);
  return servers.ok ? servers.value.map(({ observable, port }) => `${observable} ${port}`.trim()) : servers.problem;
}

describe('serversOfPattern', () => {
  test.each<readonly [string, readonly string[]]>([
    ["[ipv4-addr:value = '203.0.113.7']", ['203.0.113.7']],
    ["[ipv6-addr:value == '2001:db8::7']", ['2001:db8::7']],
    ["[ domain-name:value='c2.example' ]", ['c2.example']],
    ["[url:value = 'http://c2.example/gate?a=\\'b\\\\c\\'']", ["http://c2.example/gate?a='b\\c'"]],
    ["[ipv4-addr:value = '203.0.113.0/24']", ['203.0.113.0/24']],
    ["[ipv4-addr:value IN ('203.0.113.7', '203.0.113.8')]", ['203.0.113.7', '203.0.113.8']],
    ["[ipv4-addr:value = '203.0.113.7' OR domain-name:value = 'c2.example']", ['203.0.113.7', 'c2.example']],
    ["[ipv4-addr:value = '203.0.113.7'] OR [domain-name:value = 'c2.example']", ['203.0.113.7', 'c2.example']],
    ["([ipv4-addr:value = '203.0.113.7'] OR ([domain-name:value = 'c2.example']))", ['203.0.113.7', 'c2.example']],
    ["[(ipv4-addr:value = '203.0.113.7' or ipv4-addr:value = '203.0.113.7')]", ['203.0.113.7']],
    ["[network-traffic:dst_ref.value = '203.0.113.7']", ['203.0.113.7']],
    ["[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 443]", ['203.0.113.7 443']],
    ["[network-traffic:dst_port = '443' AND network-traffic:dst_ref.'value' = 'c2.example']", ['c2.example 443']],
    ["[ipv4-addr:value = '203.0.113.7' AND network-traffic:dst_port = 443]", ['203.0.113.7 443']],
    [
      "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.7' " +
        "AND network-traffic:dst_port = 443 AND network-traffic:protocols[*] = 'tcp']",
      ['203.0.113.7 443'],
    ],
    [
      "[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 443 OR " +
        "network-traffic:dst_ref.value = '203.0.113.8' AND network-traffic:dst_port = 80]",
      ['203.0.113.7 443', '203.0.113.8 80'],
    ],
    [
      "[network-traffic:dst_ref.value IN ('203.0.113.7','203.0.113.8') AND network-traffic:dst_port IN (80, 443)]",
      ['203.0.113.7 80', '203.0.113.7 443', '203.0.113.8 80', '203.0.113.8 443'],
    ],
    [
      "[network-traffic:dst_ref.value = '203.0.113.7' AND (network-traffic:dst_port = 80 OR network-traffic:dst_port = 443)]",
      ['203.0.113.7 80', '203.0.113.7 443'],
    ],
    ["[ipv4-addr:value = '203.0.113.7'] WITHIN 300 SECONDS REPEATS 5 TIMES", ['203.0.113.7']],
    ["[ipv4-addr:value = '203.0.113.7'] START t'2021-01-17T07:30:05Z' STOP t'2021-01-18T00:00:00.5Z'", ['203.0.113.7']],
    ["[ipv4-addr:value /* the old one */ = '203.0.113.7' // found in 2021\n]", ['203.0.113.7']],
  ])('%s names %j', (pattern, servers) => {
    expect(read(pattern)).toEqual(servers);
  });

  test.each([
    ["[domain-name:value MATCHES '^c2']", 'MATCHES is not a server: only = and IN name one'],
    ["[domain-name:value LIKE '%.example']", 'LIKE is not a server'],
    ["[ipv4-addr:value ISSUBSET '203.0.113.0/24']", 'ISSUBSET is not a server'],
    ["[ipv4-addr:value ISSUPERSET '203.0.113.7']", 'ISSUPERSET is not a server'],
    ["[ipv4-addr:value != '203.0.113.7']", '!= is not a server'],
    ["[ipv4-addr:value NOT = '203.0.113.7']", 'NOT is not a server'],
    ["[ipv4-addr:value NOT IN ('203.0.113.7')]", 'NOT is not a server'],
    ["[NOT ipv4-addr:value = '203.0.113.7']", 'NOT is not a server'],
    ['[EXISTS ipv4-addr:value]', 'EXISTS is not a server'],
    ["[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port > 1024]", '> is not a server'],
    ["[file:hashes.'SHA-256' = 'ab']", "file:hashes.'SHA-256' is not a server"],
    ["[ipv4-addr:value = '203.0.113.7' AND file:name = 'a.exe']", 'file:name is not a server'],
    ["[ipv4-addr:value = '203.0.113.7' OR file:name = 'a.exe']", 'file:name is not a server'],
    ["[ipv4-addr:value = '203.0.113.7'] OR [file:name = 'a.exe']", 'file:name is not a server'],
    ["[network-traffic:src_ref.value = '203.0.113.7']", 'network-traffic:src_ref.value is not a server'],
    ["[network-traffic:'dst_ref.value' = '203.0.113.7']", "network-traffic:'dst_ref.value' is not a server"],
    ["[domain-name:value = 'c2.example' AND domain-name:resolves_to_refs[*].value = '203.0.113.7']", 'is not a server'],
    ["[network-traffic:dst_ref.type = 'mac-addr' AND network-traffic:dst_port = 443]", 'is not a server'],
    ["[domain-name:value = 'c2.example' AND ipv4-addr:value = '203.0.113.7']", 'AND asks for several servers at once'],
    ["[domain-name:value = 'c2.example'] AND [ipv4-addr:value = '203.0.113.7']", 'AND asks for several observations'],
    [
      "[domain-name:value = 'c2.example'] FOLLOWEDBY [ipv4-addr:value = '203.0.113.7']",
      'FOLLOWEDBY asks for a sequence',
    ],
    ['[network-traffic:dst_port = 443]', 'names no server'],
    ["[network-traffic:dst_port = 443 OR ipv4-addr:value = '203.0.113.7']", 'OR joins a server with something'],
    ["[network-traffic:dst_ref.type = 'ipv4-addr']", 'names no server'],
    ['[ipv4-addr:value = 5]', 'with something else than text'],
    [
      "[network-traffic:dst_ref.value = 'a.example' AND network-traffic:dst_port = true]",
      'something else than a number',
    ],
    [
      "[(ipv4-addr:value = '203.0.113.7' AND network-traffic:dst_port = 80) AND network-traffic:dst_port = 443]",
      'several ports',
    ],
    ['[ipv4-addr:value IN ()]', 'an empty list names no server'],
  ])('%s is refused whole: %s', (pattern, reason) => {
    expect(read(pattern)).toContain(reason);
  });

  test.each([
    '',
    '[]',
    '[',
    "ipv4-addr:value = '203.0.113.7'",
    "[ipv4-addr:value = '203.0.113.7'",
    "[ipv4-addr:value = '203.0.113.7']]",
    "[ipv4-addr:value = '203.0.113.7'] [ipv4-addr:value = '203.0.113.8']",
    "[ipv4-addr:value = '203.0.113.7' AND]",
    "[ipv4-addr:value = '203.0.113.7] ",
    '[ipv4-addr:value = "203.0.113.7"]',
    "[ipv4-addr = '203.0.113.7']",
    "[ipv4-addr: = '203.0.113.7']",
    "[ipv4-addr:value '203.0.113.7']",
    "[ipv4-addr:value IN '203.0.113.7']",
    "[ipv4-addr:value IN ('203.0.113.7' '203.0.113.8')]",
    "[ipv4-addr:value = '203.0.113.7'] WITHIN SECONDS",
    "[ipv4-addr:value = '203.0.113.7'] REPEATS 5",
    "[ipv4-addr:value = '203.0.113.7'] START 5 STOP 6",
    "[url:value = 'a\\b']",
    "[ipv4-addr:value[x] = '203.0.113.7']",
    "[AND:value = '203.0.113.7']",
    "[ipv4-addr:value = '203.0.113.7' ; ]",
  ])('%j is no STIX pattern', (pattern) => {
    expect(read(pattern)).toMatch(/^not a STIX pattern: /);
  });

  test('a pattern nested deeper than a person writes is refused', () => {
    const nested = (depth: number): string =>
      `[${'('.repeat(depth)}ipv4-addr:value = '203.0.113.7'${')'.repeat(depth)}]`;
    expect(read(nested(99))).toEqual(['203.0.113.7']);
    expect(read(nested(100))).toBe('the pattern is nested too deeply');
    expect(read('('.repeat(100_000))).toBe('the pattern is nested too deeply');
  });

  test('lists that multiply to more than memory should hold are refused', () => {
    const list = (count: number, entry: (index: number) => string): string =>
      `(${Array.from({ length: count }, (_, index) => entry(index)).join(',')})`;
    const pattern = (count: number): string =>
      `network-traffic:dst_ref.value IN ${list(count, (index) => `'c${index}.example'`)} ` +
      `AND network-traffic:dst_port IN ${list(100, (index) => `${index + 1}`)}`;
    expect(read(`[${pattern(100)}]`)).toHaveLength(10_000);
    expect(read(`[${pattern(101)}]`)).toContain('more than 10000 servers');
    expect(read(`[${Array.from({ length: 50 }, () => pattern(100)).join(' OR ')}]`)).toContain(
      'more than 10000 servers',
    );
  });

  test.each([' ', "'", "\\'", "'a'", "'\\", '/*', '//\n', '(', 'a', '9', "a:b = 'c' OR ", 'NOT ', '='])(
    'takes no longer than its length for a pattern of %j',
    (part) => {
      const make = (times: number): string => part.repeat((30_000 * times) / part.length);
      const read = (text: string): void => {
        serversOfPattern(`[${text}`);
        serversOfPattern(`['${text}\\`);
      };
      expect(growth(8, make, read)).toBeLessThan(24);
    },
  );

  test('any value comes back as it was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (value) => {
        const escaped = value.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
        expect(serversOfPattern(`[url:value = '${escaped}']`)).toEqual({
          ok: true,
          value: [{ observable: value, port: '' }],
        });
      }),
      { numRuns: 300 },
    );
  });

  test('any text is read or refused with a sentence', () => {
    const unit = fc.constantFrom(
      '[', ']', '(', ')', ' ', "'", '=', ',', ':', '.', '*', '\\', '1', 'ipv4-addr', 'value', "'203.0.113.7'", "t'x'",
      ' AND ', ' OR ', ' NOT ', ' IN ', ' FOLLOWEDBY ', ' WITHIN ', 'network-traffic:dst_port', "ipv4-addr:value = 'a'",
    ); // prettier-ignore
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit, maxLength: 20 }), fc.string({ unit: 'binary' })), (pattern) => {
        const servers = serversOfPattern(pattern);
        if (servers.ok) expect(servers.value.length).toBeGreaterThan(0);
        else expect(servers.problem).not.toBe('');
      }),
      { numRuns: 5000 },
    );
  });
});
