import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createTerminal, safeLines, safeText } from './terminal.ts';
import type { TerminalStream } from './terminal.ts';

/** Both streams on one screen: `screen()` is what was written to either, in order. */
function openScreen(options: { isTTY: boolean; env?: Record<string, string>; columns?: number }) {
  let written = '';
  const stream = (): TerminalStream => {
    const pass = new PassThrough();
    pass.on('data', (chunk: Buffer) => (written += chunk.toString('utf8')));
    return Object.assign(pass, options.isTTY ? { isTTY: true, columns: options.columns ?? 80 } : {});
  };
  const terminal = createTerminal({ stdout: stream(), stderr: stream(), env: options.env ?? {} });
  return { terminal, screen: () => written };
}

const WIPE = '\r\u001b[2K';

test('takes the status line away before anything else is written', () => {
  const { terminal, screen } = openScreen({ isTTY: true, env: { NO_COLOR: '1' } });
  terminal.status('reading …');
  terminal.status('writing …');
  terminal.out('result\n');
  terminal.out('more\n');
  terminal.status('again');
  terminal.err('warning\n');
  expect(screen()).toBe(`reading …${WIPE}writing …${WIPE}result\nmore\nagain${WIPE}warning\n`);
});

test('cuts the status line at the width, so that it stays one line', () => {
  const { terminal, screen } = openScreen({ isTTY: true, columns: 10, env: { NO_COLOR: '1' } });
  terminal.status('a'.repeat(50));
  expect(screen()).toBe('a'.repeat(9));
});

test('shows no status where there is no terminal', () => {
  const { terminal, screen } = openScreen({ isTTY: false });
  terminal.status('reading …');
  terminal.status('');
  terminal.out('result\n');
  expect(screen()).toBe('result\n');
});

test.each([
  [{ isTTY: true }, '\u001b[1mx\u001b[22m'],
  [{ isTTY: true, env: { NO_COLOR: '' } }, '\u001b[1mx\u001b[22m'],
  [{ isTTY: true, env: { NO_COLOR: '0' } }, 'x'],
  [{ isTTY: true, env: { TERM: 'dumb' } }, 'x'],
  [{ isTTY: false }, 'x'],
])('colours only a terminal that wants it: %j', (options, expected) => {
  expect(openScreen(options).terminal.style.bold('x')).toBe(expected);
});

test('waits until the reader is ready for more', async () => {
  const stdout = new PassThrough({ highWaterMark: 4 });
  const terminal = createTerminal({ stdout, stderr: new PassThrough(), env: {} });
  let done = false;
  const writing = terminal.outBytes(Buffer.from('too much')).then(() => (done = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(done).toBe(false);
  stdout.resume();
  await writing;
});

test('replaces what a terminal would obey', () => {
  expect(safeText('a\u001b[2J\u009b2J\u202eb\nc\r')).toBe('a\ufffd[2J\ufffd2J\ufffdb\ufffdc\ufffd');
  expect(safeLines('a\u001b]0;x\u0007\nb')).toBe('a\ufffd]0;x\ufffd\nb');
  expect(safeText('Ipê – 日本')).toBe('Ipê – 日本');
});
