import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/domain/address.ts';
import { isDrillAddress, reservedAddressReason } from '../../src/domain/ground.ts';

/** What git has, or would have: tracked files and new ones that are not ignored. */
const FILES = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && file !== 'package-lock.json');

const SOURCES = FILES.filter((file) => file.startsWith('src/') && file.endsWith('.ts') && !file.endsWith('.test.ts'));

function linesMatching(files: readonly string[], pattern: RegExp): string[] {
  return files.flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

/** Text that runs in a browser, and reaches nothing but the site that it came from (connect-src 'self'). */
const BROWSER_TEXT = 'src/http/sign-in-scripts.ts';

describe('the sources', () => {
  test('there are sources to look at', () => {
    expect(SOURCES.length).toBeGreaterThan(100);
  });

  test('take time, chance and ids from ports, outside of adapters and the terminal (rule 8)', () => {
    const files = SOURCES.filter(
      (file) => !file.startsWith('src/adapters/') && !file.startsWith('src/cli/') && file !== BROWSER_TEXT,
    );
    const banned = /Date\.now\(|new Date\(\)|Math\.random\(|randomUUID|randomBytes|performance\.now\(|process\.hrtime/;
    expect(linesMatching(files, banned)).toEqual([]);
  });

  test('leave time and chance in SQL to the ports as well (rule 8)', () => {
    const files = [
      ...SOURCES.filter((file) => file.startsWith('src/adapters/postgres/')),
      ...FILES.filter((file) => file.startsWith('migrations/')),
    ];
    const banned =
      /(?<!performance\.)\bnow\(\)|current_timestamp|gen_random_uuid|uuidv[47]\(|random\(\)|\bserial\b|generated .* as identity/i;
    expect(linesMatching(files, banned)).toEqual([]);
  });

  test('never print past the terminal that a face was given', () => {
    expect(linesMatching(SOURCES, /\bconsole\.(log|error|warn|info)\(/)).toEqual([]);
  });

  test('never start a program or a connection except in the adapters that exist for it', () => {
    const files = SOURCES.filter(
      (file) =>
        !file.startsWith('src/adapters/embedded-postgres/') &&
        !file.startsWith('src/adapters/postgres/') &&
        !file.startsWith('src/adapters/pg-boss/') &&
        !file.startsWith('src/adapters/http-server/') &&
        file !== BROWSER_TEXT &&
        // Has the desktop open a link to this machine; reaches nothing itself.
        file !== 'src/adapters/system/open-link.ts' &&
        !file.startsWith('src/adapters/guarded-http/') &&
        !file.startsWith('src/adapters/probe/') &&
        !file.startsWith('src/adapters/imap/') &&
        !file.startsWith('src/adapters/mailauth/') &&
        !file.startsWith('src/adapters/rdap/') &&
        !file.startsWith('src/adapters/ssh-keygen/') &&
        !file.startsWith('src/adapters/smtp/') &&
        !file.startsWith('src/adapters/timestamp/'),
    );
    expect(
      linesMatching(
        files,
        /from '(node:)?(net|http|https|http2|tls|dns|dns\/promises|dgram|child_process|inspector|worker_threads)'|\bfetch\(/,
      ),
    ).toEqual([]);
  });
});

describe('what is committed', () => {
  test('holds documentation, lab and reserved addresses only', () => {
    const found: string[] = [];
    for (const file of FILES) {
      if (/\.(png|ico)$/.test(file)) continue;
      // "section 4.2.1.3" is no address; what is malformed on purpose is none either.
      for (const [text] of readFileSync(file, 'utf8').matchAll(
        /(?<![\d.]|[Ss]ections? |[Ss]ections [\d.]+ and |§ ?)\d{1,3}(\.\d{1,3}){3}(?![\d.]*\d)/g,
      )) {
        const parsed = parseAddress(text);
        if (!parsed.ok || isDrillAddress(parsed.value) || reservedAddressReason(parsed.value) !== null) continue;
        found.push(`${file}: ${text}`);
      }
    }
    expect(found).toEqual([]);
  });

  test('has what is run marked as a program: npx does not see to it for a clone that it knows by its path', () => {
    const modes = execFileSync('git', ['ls-files', '--stage', 'bin/dismantle.js', '.ci/run'], { encoding: 'utf8' });
    expect(modes.match(/^100755 /gm)).toHaveLength(2);
  });

  test('names no registry host and no path of a builder’s machine', () => {
    const host = ['registry', 'npmjs', 'org'].join('.');
    const lock = readFileSync('package-lock.json', 'utf8');
    expect(lock.includes(host) || lock.includes('"resolved"')).toBe(false);
    const paths = ['work/main', 'root/.'].map((path) => `/${path}`);
    const named = linesMatching(FILES, /\/(work|root)\/|npmjs/).filter((line) =>
      [host, ...paths].some((text) => line.includes(text)),
    );
    expect(named.filter((line) => !line.startsWith('test/security/sources.test.ts:'))).toEqual([]);
  });
});
