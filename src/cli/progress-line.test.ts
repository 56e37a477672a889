import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createProgressLine } from './progress-line.ts';
import { createTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function listen(errIsTerminal: boolean): { terminal: Terminal; lines: string[] } {
  const lines: string[] = [];
  const plain = createTerminal(process);
  return {
    terminal: { ...plain, errIsTerminal, err: (text) => lines.push(text), status: (line) => lines.push(line) },
    lines,
  };
}

test('says nothing of what is done within two seconds', () => {
  const { terminal, lines } = listen(false);
  const progress = createProgressLine(terminal);
  progress.step('reading', 5);
  vi.advanceTimersByTime(1900);
  progress.step('reading', 10);
  progress.end();
  vi.advanceTimersByTime(10_000);
  expect(lines.filter(Boolean)).toEqual([]);
});

test('says what goes on after two seconds even when the step itself says nothing more', () => {
  const { terminal, lines } = listen(false);
  const progress = createProgressLine(terminal);
  progress.step('opening the database');
  vi.advanceTimersByTime(30_000);
  expect(lines).toEqual(['opening the database …\n']);
  progress.step('reading', 0);
  progress.step('reading', 5000, 20_000);
  vi.advanceTimersByTime(2000);
  progress.step('reading', 9000, 20_000);
  vi.advanceTimersByTime(2000);
  progress.end();
  expect(lines.filter(Boolean)).toEqual([
    'opening the database …\n',
    'reading …\n',
    'reading 5,000 of 20,000 …\n',
    'reading 9,000 of 20,000 …\n',
  ]);
});

test('redraws on a terminal, ten times a second at most, and takes the line away at the end', () => {
  const { terminal, lines } = listen(true);
  const progress = createProgressLine(terminal);
  vi.advanceTimersByTime(100);
  for (let done = 1; done <= 1000; done++) progress.step('reading', done);
  vi.advanceTimersByTime(100);
  progress.end();
  expect(lines).toEqual(['reading 1 …', 'reading 1,000 …', '']);
});

test('lets no control character of a file name through', () => {
  const { terminal, lines } = listen(true);
  const progress = createProgressLine(terminal);
  progress.step('reading \u001b[2J.csv');
  vi.advanceTimersByTime(200);
  progress.end();
  expect(lines[0]).toBe('reading \ufffd[2J.csv …');
});
