import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createInstallation, runProgram } from '../support/cli.ts';

const installation = createInstallation();
const { folder, run, done, json, write } = installation;
afterAll(() => installation.close());

const lints = z.array(
  z.object({
    reference: z.string().nullable(),
    file: z.string(),
    findings: z.array(z.object({ rule: z.string(), severity: z.string(), what: z.string() })),
  }),
);
const FEED = ['run', 'examples/first-look/feed.csv', '--operation', 'first-look', '--drill', '--providers', 'examples/first-look/providers.yaml', '--attest', 'Your Name', '--reason', 'x']; // prettier-ignore
const env = {
  DISMANTLE_ORGANISATION_NAME: 'Example CERT',
  DISMANTLE_ORGANISATION_EMAIL: 'desk@cert.example',
  DISMANTLE_ORGANISATION_PHONE: '+1 555 0100',
  DISMANTLE_NOTICES_LANGUAGES: '{"DE":"de"}',
};
const outbox = (): string => join(folder, 'data', 'out', 'first-look', 'outbox');

beforeAll(async () => {
  await done(FEED, { env });
});

describe('notices lint', () => {
  test('finds nothing wrong with what was drafted, and names what is missing', async () => {
    const all = await json(lints, ['notices', 'lint'], { env });
    expect(all).toHaveLength(7);
    const found = all.flatMap(({ findings }) => findings);
    expect(found.filter(({ severity }) => severity !== 'missing')).toEqual([]);
    expect(new Set(found.map(({ what }) => what))).toContain('no-deconfliction');
    const said = await done(['notices', 'lint', '--operation', 'first-look'], { env });
    expect(said).toContain(': 7 of 7 notices\n');
    expect(said).toMatch(/\n7 notices: 0 errors, 0 warnings, \d+ statements missing\n$/);
    const [first] = all;
    expect(await json(lints, ['notices', 'lint', first?.reference?.toLowerCase() ?? ''], { env })).toEqual([first]);
  });

  test('says when a draft is no longer what would be drafted', async () => {
    const said = await done(['notices', 'lint'], { env: { ...env, DISMANTLE_ORGANISATION_PHONE: '+1 555 0199' } });
    expect(said.match(/\[notice-stale\]/g)).toHaveLength(7);
  });

  test('judges a message file without a database, and fails on an error', async () => {
    const [name = ''] = readdirSync(outbox());
    const message = readFileSync(join(outbox(), name), 'utf8');
    expect(await runProgram(['notices', 'lint', join(outbox(), name)])).toMatchObject({ code: 0 });
    const bad = write('bad.eml', message.replace('report-type=feedback-report', 'report-type=other'));
    const { code, stdout } = await runProgram(['notices', 'lint', bad]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/error {2}content-type: report-type is other {2}\[mail-structure\]\n.*RFC 6522/);
    expect(await runProgram(['notices', 'lint', join(folder, 'nowhere.eml')])).toMatchObject({ code: 1 });
  });

  test('says which reference there is none of', async () => {
    const { code, stderr } = await run(['notices', 'lint', 'DSM-NOTHING'], { env });
    expect([code, stderr]).toEqual([1, expect.stringContaining('no draft with the reference "DSM-NOTHING"')]);
  });
});

describe('notice texts of one’s own', () => {
  test('are written to begin with, changed, and used by the next run', async () => {
    const texts = join(folder, 'texts');
    await done(['notices', 'texts', '--copy', texts]);
    const words = join(texts, 'en', 'part-closing.txt');
    writeFileSync(words, readFileSync(words, 'utf8').replace('HOW TO ANSWER', 'HOW TO REPLY TO US'));
    write('texts/en/abuse-notce.txt', 'Subject: x\n\ny\n');
    const { code, stderr } = await run([...FEED, '--texts', texts], { env });
    expect([code, stderr]).toEqual([0, expect.stringContaining('names "abuse-notce"')]);
    const messages = readdirSync(outbox()).map((name) => readFileSync(join(outbox(), name), 'utf8'));
    expect(messages.filter((text) => text.includes('HOW TO REPLY TO US'))).toHaveLength(7);
    expect(messages.some((text) => /^Content-Language: de, en\r$/m.test(text))).toBe(true);
    const listed = await json(z.array(z.object({ name: z.string(), origin: z.string() })), [
      'notices',
      'texts',
      '--texts',
      texts,
    ]);
    expect(listed.filter(({ name }) => name === 'abuse-notice').map(({ origin }) => origin)).toEqual([
      'yours',
      'yours',
    ]);
  });

  test('are refused with file and line where they are wrong, before anything is done', async () => {
    const texts = join(folder, 'broken');
    const file = write('broken/de/abuse-notice.txt', 'Subject: x\n\nfine\n{{wrong}}\n');
    const { code, stderr } = await run([...FEED, '--texts', texts], { env });
    expect([code, stderr]).toEqual([1, expect.stringContaining(`${file}: line 4: nothing is called {{wrong}}`)]);
  });

  test('have to exist in the languages that are asked for', async () => {
    const { code, stderr } = await run(FEED, { env: { ...env, DISMANTLE_NOTICES_LANGUAGES: '{"CH":["de","fr"]}' } });
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('notices.languages: CH: there is no notice text in "fr"'),
    ]);
  });
});
