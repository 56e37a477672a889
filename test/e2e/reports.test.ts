import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';

/* What people read, as they ask for it. Nothing has been sent and nobody has looked: the papers say so. */

let here: Installation;

const at = (name: string): string => join(here.folder, name);
const reportShape = z.object({
  operation: z.string(),
  total: z.object({ identified: z.number(), disabled: z.number() }),
  servers: z.array(z.object({ host: z.string() })),
});
const authorityShape = z.object({
  servers: z.array(z.object({ outcome: z.string(), reasons: z.array(z.string()) })),
  notReached: z.array(z.unknown()),
});

beforeAll(async () => {
  here = createInstallation();
  const feed = here.write('feed.csv', 'host,port\n192.0.2.11,443\n198.51.100.7,443\n');
  const providers = ['--providers', 'examples/first-look/providers.yaml'];
  await here.done(['run', feed, '--operation', 'lab', '--drill', ...providers, '--attest', 'A', '--reason', 'x']);
  for (const name of ['ada', 'bo']) execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  await here.done(['person', 'add', 'Ada', '--role', 'admin', '--key', at('ada.pub'), '--sign-with', at('ada')]);
  const add = ['person', 'add', 'Bo', '--role', 'counsel', '--key', at('bo.pub'), '--as', 'Ada', '--sign-with'];
  await here.done([...add, at('ada')]);
  here.write('order.pdf', '%PDF-1.4 an order');
  const order =
    '--kind court-order --court Example --docket 1:26-cv-1 --jurisdiction US --issued 2026-01-01 --expires 2099-01-01 --standing'.split(
      ' ',
    );
  const bo = ['--as', 'Bo', '--reason', 'a test', '--key', at('bo')];
  await here.done(['authority', 'add', ...order, '--document', at('order.pdf'), ...bo]);
});

afterAll(() => here?.close());

describe('dismantle report', () => {
  test('shows the headline and what it does not claim on a terminal, hosts defanged', async () => {
    const said = await here.done(['report']);
    expect(said).toContain('0 of 2 disabled · 0.0 %');
    expect(said).toContain('What this report does not claim');
    expect(said).toContain('Single vantage');
    expect(said).toContain('192.0.2[.]11');
    expect(said).not.toMatch(/192\.0\.2\.11|\u001b/);
  });

  test('gives programs the figures, by --json as by --format json', async () => {
    const report = await here.json(reportShape, ['report']);
    expect(report).toMatchObject({ operation: 'lab', total: { identified: 2, disabled: 0 } });
    expect(report.servers.map(({ host }) => host).toSorted()).toEqual(['192.0.2.11', '198.51.100.7']);
    const written: unknown = JSON.parse(await here.done(['report', '--format', 'json']));
    expect(reportShape.parse(written).total).toEqual(report.total);
  });

  test('goes into a file whose ending says the format', async () => {
    const starts = { pdf: '%PDF-', docx: 'PK', html: '<!doctype html>', md: '# DRILL: Operation lab', txt: 'DRILL:' };
    for (const [ending, start] of Object.entries(starts)) {
      const file = at(`report.${ending}`);
      expect(await here.done(['report', '--out', file])).toBe(`Written: ${file}\n`);
      expect(readFileSync(file).subarray(0, start.length).toString()).toBe(start);
    }
  });

  test('refuses what cannot be, before anything is opened', async () => {
    expect(await here.run(['report', '--format', 'pdf'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--out report.pdf'),
    });
    expect(await here.run(['report', '--json', '--format', 'md'])).toMatchObject({ code: 2 });
    expect((await here.run(['report', '--as-of', '2999-01-01'])).stderr).toContain('has not been yet');
    expect((await here.run(['report', '--as-of', '1999-01-01'])).code).toBe(1);
  });
});

describe('dismantle authority report', () => {
  test('tells what was ordered, served, done, and what was not and why', async () => {
    const said = await here.done(['authority', 'report', 'court-order-1']);
    for (const part of [
      'Status report on court-order-1',
      'What was ordered',
      'No service is on record',
      'What was not done, and why',
      'Decision support, not legal advice.',
    ])
      // prettier-ignore
      expect(said).toContain(part);
    const report = await here.json(authorityShape, ['authority', 'report', 'court-order-1']);
    expect(report.servers.length + report.notReached.length).toBe(2);
    for (const { outcome, reasons } of report.servers) {
      expect(outcome).toBe('not-done');
      expect(reasons.join()).toContain('no notice has left: no service of this instrument is on record');
    }
    const file = at('status.docx');
    await here.done(['authority', 'report', 'court-order-1', '--out', file]);
    expect(readFileSync(file).subarray(0, 2).toString()).toBe('PK');
  });

  test('names the authorities that there are where it knows none of that name', async () => {
    expect((await here.run(['authority', 'report', 'nope'])).stderr).toContain('court-order-1');
  });
});

describe('dismantle transparency', () => {
  test('tells a year in text, HTML, CSV and JSON; of a drill there is nothing to tell', async () => {
    const ask = ['transparency', '--year', '2026'];
    expect(await here.done(ask)).toContain('No server was taken back as wrong in the year');
    const yearShape = z.object({ year: z.literal(2026), operations: z.array(z.unknown()).length(0) });
    expect(await here.json(yearShape, ask)).toMatchObject({ operations: [] });
    expect(await here.done([...ask, '--format', 'csv'])).toContain('total,servers_taken_back,,0\r\n');
    await here.done([...ask, '--out', at('year.html')]);
    const page = readFileSync(at('year.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/);
    expect(page.indexOf('What went wrong')).toBeLessThan(page.indexOf('What became of the servers'));
    expect(page).not.toMatch(/192\.0\.2|198\.51\.100|\blab\b(?!el)/);
  });

  test('refuses what is no year, one that has not begun, and two formats', async () => {
    expect(await here.run(['transparency'])).toMatchObject({ code: 2 });
    expect(await here.run(['transparency', '--year', '26'])).toMatchObject({ code: 2 });
    expect((await here.run(['transparency', '--year', '2099'])).stderr).toContain('2099 had not begun');
    expect(await here.run(['transparency', '--year', '2026', '--json', '--format', 'csv'])).toMatchObject({ code: 2 });
  });
});
