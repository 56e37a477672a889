/**
 * How long a switch from one page of the war room to another takes, in a real browser over an exercise that has been played:
 *
 *     node bench/war-room.ts [switches of each page]
 *
 * From the click to the frame in which the page stands there with what it shows, nothing of it waiting any more. The first of each page
 * brings its script; it is told apart.
 */
import { loadavg } from 'node:os';
import { openBrowser } from '../test/support/browser.ts';
import { buildPages } from '../test/support/built-pages.ts';
import { createInstallation } from '../test/support/cli.ts';

const ROUNDS = Number(process.argv[2] ?? 10);
const WANTED_MS = 100;

interface Switched {
  readonly page: string;
  readonly took: number;
}

/**
 * Clicks on each link at the side in turn, looked up anew each time: the side is drawn anew where the page is of no operation.
 * As text: nothing of ours runs in the page but what is sent to it.
 */
const SWITCHES = `(async () => {
  const links = () => [...document.querySelectorAll('.side a.item')];
  const paths = links().map((link) => link.getAttribute('href'));
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const linkTo = async (path) => {
    for (const until = performance.now() + 20000; performance.now() < until; await frame()) {
      const link = links().find((each) => each.getAttribute('href') === path);
      if (link !== undefined) return link;
    }
    throw new Error('there is no link to ' + path);
  };
  const switchTo = async (link) => {
    const page = link.getAttribute('href');
    const before = document.querySelector('main h1');
    const begun = performance.now();
    link.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
    link.click();
    for (;;) {
      const title = document.querySelector('main h1');
      if (title !== null && title !== before && document.querySelector('main .skeleton') === null) break;
      if (performance.now() - begun > 20000) break;
      await frame();
    }
    await frame();
    return { page, took: performance.now() - begun };
  };
  const taken = [];
  for (let round = 0; round <= ROUNDS; round++)
    for (const path of paths) {
      const link = await linkTo(path);
      if (link.getAttribute('aria-current') === 'page') continue;
      taken.push(await switchTo(link));
      await pause(150);
    }
  return taken;
})()`;

await buildPages();
const here = createInstallation();
const browser = await openBrowser();
let playing: ReturnType<typeof here.start> | null = null;
try {
  playing = here.start(['exercise', 'trickbot-2020', '--open'], { env: { CI: 'true' } });
  const link = (await playing.printed(/http:\/\/localhost:\d+\/visit#\S+/)).trim();
  const begun = performance.now();
  await playing.printed(/(\d+) of (\d+) [^\n]*/);
  console.log(`trickbot-2020 has been played in ${Math.round((performance.now() - begun) / 1000)} s`);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(link);
  await page.waitForURL(/\/app\/trickbot-2020$/);
  await page.locator('main h1').waitFor();
  await page.waitForTimeout(2000);
  const taken = await page.evaluate<readonly Switched[]>(SWITCHES.replace('ROUNDS', String(ROUNDS)));
  const pages = Map.groupBy(taken, (each) => each.page);
  const ms = (value: number): string => `${value.toFixed(0)} ms`.padStart(8);
  console.log(
    `load ${loadavg()[0]?.toFixed(1)}; from the click to the frame\n${'page'.padEnd(34)}   first  median     p95`,
  );
  let worst = 0;
  for (const [name, all] of pages) {
    const [first, ...rest] = all.map(({ took }) => took);
    const sorted = rest.toSorted((a, b) => a - b);
    const [median, p95] = [at(sorted, 0.5), at(sorted, 0.95)];
    worst = Math.max(worst, median);
    console.log(`${name.padEnd(34)}${ms(first ?? 0)}${ms(median)}${ms(p95)}`);
  }
  console.log(
    `the slowest page takes ${ms(worst).trim()} (wanted: below ${WANTED_MS} ms on a calm machine; a figure, no bound)`,
  );
} finally {
  playing?.kill('SIGINT');
  await playing?.ended;
  await browser.close();
  await here.close();
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
