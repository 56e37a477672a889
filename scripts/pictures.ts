import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBrowser } from '../test/support/browser.ts';

/** Takes the README's pictures from the running product: October 2020, played to its end, in the war room. */
const data = mkdtempSync(join(tmpdir(), 'dismantle-pictures-'));
const playing = spawn(
  process.execPath,
  ['bin/dismantle.js', 'exercise', 'trickbot-2020', '--open', '--data-dir', data],
  {
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
let said = '';
const link = await new Promise<string>((resolve, reject) => {
  playing.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    const found = /http:\/\/localhost:\d+\/visit#\S+/.exec(said)?.[0];
    if (found !== undefined) resolve(found);
  });
  playing.on('exit', (code) => reject(new Error(`the exercise ended with ${code}`)));
});
const browser = await openBrowser();
try {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 });
  const page = await context.newPage();
  await page.goto(link);
  await page.getByText('It has ended').waitFor({ timeout: 900_000 });
  await page.getByRole('heading', { level: 1, name: /disabled/ }).waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(500);
    await page.screenshot({ path: `docs/war-room-${colorScheme}.png` });
  }
} finally {
  await browser.close();
  playing.kill('SIGINT');
  await new Promise((resolve) => playing.on('exit', resolve));
  rmSync(data, { recursive: true, force: true });
}
