import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { prepareLayout } from './layout.ts';
import { chooseSocketDirectory, socketDirectoryName } from './socket-directory.ts';

let base: string;
const uid = process.geteuid?.() ?? 0;

beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'sockets-')));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('the directory for sockets', () => {
  test('is made for its owner alone, and found again', () => {
    const first = chooseSocketDirectory([base], 'ours', uid);
    expect(first).toEqual({ ok: true, value: join(base, 'ours') });
    expect(statSync(join(base, 'ours')).mode & 0o777).toBe(0o700);
    expect(chooseSocketDirectory([base], 'ours', uid)).toEqual(first);
  });

  test('is refused when it is a symbolic link', () => {
    mkdirSync(join(base, 'elsewhere'), { mode: 0o700 });
    symlinkSync(join(base, 'elsewhere'), join(base, 'ours'));
    expect(refusal(chooseSocketDirectory([base], 'ours', uid))).toContain('symbolic link');
  });

  test('is refused when others may enter it', () => {
    mkdirSync(join(base, 'ours'));
    chmodSync(join(base, 'ours'), 0o755);
    expect(refusal(chooseSocketDirectory([base], 'ours', uid))).toContain('others may enter it');
  });

  test('is refused when it belongs to somebody else', () => {
    mkdirSync(join(base, 'ours'), { mode: 0o700 });
    // As another user would see it, below a base of root's such as /tmp.
    const answer = chooseSocketDirectory(
      uid === 0 ? [base] : [tmpdir()],
      uid === 0 ? 'ours' : base.slice(-14),
      uid + 1,
    );
    expect(refusal(answer)).toContain(`belongs to uid ${uid}`);
  });

  test('is not made where others may rename it', () => {
    mkdirSync(join(base, 'shared'));
    chmodSync(join(base, 'shared'), 0o777);
    expect(refusal(chooseSocketDirectory([join(base, 'shared')], 'ours', uid))).toContain('others may rename');
  });

  test('goes to the next base where the first is too long for a socket', () => {
    const long = join(base, 'x'.repeat(100));
    mkdirSync(long, { mode: 0o700 });
    expect(chooseSocketDirectory([long, base], 'ours', uid)).toEqual({ ok: true, value: join(base, 'ours') });
    expect(refusal(chooseSocketDirectory([long], 'ours', uid))).toContain('longer than');
  });

  test('is named after the folder itself: one made anew at the same path has another', () => {
    const names = [1, 2].map(() => {
      const layout = prepareLayout(join(base, 'data'));
      if (!layout.ok) throw new Error(layout.problem.message);
      const name = socketDirectoryName(layout.value, uid);
      rmSync(join(base, 'data'), { recursive: true });
      return name;
    });
    expect(new Set(names).size).toBe(2);
  });
});

function refusal(answer: ReturnType<typeof chooseSocketDirectory>): string {
  return answer.ok ? `accepted ${answer.value}` : answer.problem.message;
}
