import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation } from '../support/cli.ts';

const installation = createInstallation();
const { run, done, json } = installation;
afterAll(() => installation.close());

const FEED = ['run', 'examples/first-look/feed.csv', '--operation', 'first-look', '--drill', '--providers', 'examples/first-look/providers.yaml', '--attest', 'Your Name', '--reason', 'x']; // prettier-ignore
const dueShape = z.object({
  operation: z.string(),
  at: z.string(),
  steps: z.array(
    z.object({
      kind: z.string(),
      about: z.string(),
      dueAt: z.string(),
      automatic: z.boolean(),
      overdueSeconds: z.int().min(0),
      harm: z.object({ reasons: z.array(z.string()) }),
    }),
  ),
});

beforeAll(async () => {
  await done(FEED);
});

describe('due', () => {
  test('holds every identified server against the target of three hours, and says what harm is made of', async () => {
    const { steps, at } = await json(dueShape, ['due']);
    expect(steps.length).toBeGreaterThan(5);
    for (const { kind, automatic, dueAt, overdueSeconds, harm } of steps) {
      expect([kind, automatic, overdueSeconds]).toEqual(['identified', false, 0]);
      const leftMs = Date.parse(dueAt) - Date.parse(at);
      expect(leftMs).toBeGreaterThan(2.9 * 3_600_000);
      expect(leftMs).toBeLessThanOrEqual(3 * 3_600_000);
      expect(harm.reasons).toHaveLength(3);
    }
    const said = await done(['due', '--operation', 'first-look']);
    expect(said).toMatch(/^Operation first-look, \d{4}-\d\d-\d\d \d\d:\d\d UTC\n/);
    expect(said).toMatch(/in 2 h 59 min {2}notice {2}192\.0\.2\[\.\]\d+/);
    expect(said).toContain('harm: in none of the newest configurations; reported online;');
    expect(said).not.toMatch(/192\.0\.2\.\d+/);
  });

  test('heeds another target', async () => {
    const { steps, at } = await json(dueShape, ['due'], { env: { DISMANTLE_CLOCK_TARGET_HOURS: '1' } });
    expect(Date.parse(steps[0]?.dueAt ?? '') - Date.parse(at)).toBeLessThanOrEqual(3_600_000);
  });
});

describe('duty', () => {
  const hours = (count: number): string => new Date(Date.now() + count * 3_600_000).toISOString();

  test('keeps the roster, which the hand-over shows', async () => {
    await done(['duty', 'set', 'Ada Example', '--from', hours(-1), '--until', hours(7), '--as', 'Bo Example']);
    await done(['duty', 'set', 'Bo Example', '--from', hours(7), '--until', hours(15), '--as', 'Bo Example']);
    const roster = await json(z.array(z.object({ person: z.string(), setBy: z.string() })), ['duty', 'list']);
    expect(roster).toEqual([
      { person: 'Ada Example', setBy: 'Bo Example' },
      { person: 'Bo Example', setBy: 'Bo Example' },
    ]);
    const page = await done(['handover']);
    expect(page).toMatch(/On duty {4}Ada Example until /);
    expect(page).toMatch(/Next {7}Bo Example from /);
    expect(page).toContain('Armed      no: nothing but corrections leaves');
    expect(page).toContain('Open contests: none');
    expect(page).toContain('Retractions running: none');
    expect(page).toMatch(/Due next: \d+/);
    expect(page.split('\n').length).toBeLessThan(60);
    expect(await json(z.object({ onDuty: z.array(z.object({ person: z.string() })) }), ['handover'])).toMatchObject({
      onDuty: [{ person: 'Ada Example' }],
    });
  });

  test('refuses a shift that ends before it begins, or is no moment', async () => {
    const set = ['duty', 'set', 'Ada', '--as', 'Bo'];
    const wrong = await run([...set, '--from', '2026-11-24', '--until', '2026-11-23']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('is not after')]);
    const odd = await run([...set, '--from', '24/11/26', '--until', '2026-11-25']);
    expect(odd.code).toBe(2);
  });
});

describe('retract', () => {
  test('is refused to whoever is not on record, and says how to be', async () => {
    const refused = await run(['retract', '192.0.2.11', '--as', 'Ada Example', '--reason', 'not a controller']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('Ada Example is not on record here');
    expect(refused.stderr).toContain('dismantle person add');
  });
});
