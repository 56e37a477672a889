/**
 * 100,000 cases in a real browser: scrolls, filters, sorts and selects with tracing on, and says which frames were long, and what of
 * them was ours:
 *
 *     npm run trace:cases [FOLDER] [CASES]
 *
 * The trace is kept in the folder, packed, for chrome://tracing or the Performance panel. A machine that does other things as well makes
 * every frame longer: what a task took of the processor itself ("cpu") is told beside what the clock says.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openBrowser } from '../test/support/browser.ts';
import { buildPages } from '../test/support/built-pages.ts';
import { openOwnTestDatabase } from '../test/support/database.ts';
import { serveManyCases } from '../test/support/many-cases.ts';
import { sendTestNotice } from '../test/support/sent-notice.ts';
import { openServed } from '../test/support/served.ts';
import { openWarRoom, signInFirst } from '../test/support/signed-in-browser.ts';
import { openTestWorld } from '../test/support/world.ts';

const FOLDER = process.argv[2] ?? join(tmpdir(), 'dismantle-trace');
const CASES = Number(process.argv[3] ?? 100_000);
const LONG_MS = 50;
const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'toplevel', 'v8', 'blink.user_timing', '__metadata']; // prettier-ignore

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  /** The same of the processor's time. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string; readonly data?: { readonly url?: string } };
}

/** What the page's own thread was busy with, by the events of a trace that say so. */
const KINDS: readonly (readonly [kind: string, names: RegExp])[] = [
  ['script', /^(?:FunctionCall|EvaluateScript|v8\.run|v8\.compile|RunMicrotasks|V8\.GC\w*|MinorGC|MajorGC)$/],
  ['layout', /^(?:Layout|UpdateLayoutTree|RecalculateStyles|HitTest|IntersectionObserverController::computeIntersections)$/],
  ['paint', /^(?:Paint|PrePaint|Layerize|Commit|CompositeLayers|UpdateLayer|PaintImage)$/],
]; // prettier-ignore

interface Task {
  readonly ms: number;
  readonly cpuMs: number;
  /** It has shown something. */
  readonly isFrame: boolean;
  /** Milliseconds of the processor. */
  readonly by: Readonly<Record<string, number>>;
}

await buildPages();
const database = await openOwnTestDatabase();
const world = await openTestWorld(database);
await sendTestNotice(database, world);
const served = await openServed(database, { worlds: [world] });
const ada = await signInFirst(world, served);
const many = await serveManyCases(served.url, 'lab', CASES);
const browser = await openBrowser();
try {
  const { page, context, complaints } = await openWarRoom(browser, many.origin, ada);
  context.setDefaultTimeout(120_000);
  const said = page.locator('.page-head');
  const all = CASES.toLocaleString('en');
  await page.goto(`${many.origin}/app/lab/cases`);
  await said.getByText(`${all} cases`, { exact: true }).waitFor();
  // Reading is over: what is traced is what somebody waits for.
  await page.waitForTimeout(1500);
  const raw = join(tmpdir(), `dismantle-trace-${process.pid}.json`);
  await browser.startTracing(page, { path: raw, screenshots: false, categories: CATEGORIES });
  const begun = performance.now();
  await page.evaluate('performance.mark("scroll")');
  await page.locator('.case-grid').hover();
  for (let turn = 0; turn < 40; turn++) {
    await page.mouse.wheel(0, turn % 2 === 0 ? 1200 : 40_000);
    await page.waitForTimeout(30);
  }
  await page.keyboard.press('End');
  await page.locator(`[role=row][aria-rowindex="${CASES + 1}"] .c-host`).waitFor();
  await page.keyboard.press('Home');
  await page.locator('[role=row][aria-rowindex="2"] .c-host').waitFor();
  await page.evaluate('performance.mark("filter")');
  await page.keyboard.press('/');
  await page.keyboard.type('provider 42 state:notified -country:BR', { delay: 40 });
  await page.keyboard.press('Enter');
  await said.locator('[role=status]', { hasText: ` of ${all} cases` }).waitFor();
  await page.evaluate('performance.mark("sort")');
  await page.getByRole('columnheader', { name: 'Host' }).getByRole('button').click();
  await page.locator('[role=columnheader][aria-sort=ascending]', { hasText: 'Host' }).waitFor();
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await said.getByText(`${all} cases`, { exact: true }).waitFor();
  await page.evaluate('performance.mark("select")');
  await page.keyboard.press('Control+a');
  await page.getByText(`${all} selected`).waitFor();
  const took = performance.now() - begun;
  await browser.stopTracing();
  tell(raw, took, complaints);
} finally {
  await browser.close();
  await many.close();
  await served.close();
  await world.store.close();
  await database.close();
}

function tell(raw: string, took: number, complaints: readonly string[]): void {
  const text = readFileSync(raw, 'utf8');
  rmSync(raw);
  const { traceEvents: events }: { traceEvents: readonly TraceEvent[] } = JSON.parse(text);
  mkdirSync(FOLDER, { recursive: true });
  const kept = join(FOLDER, 'cases-trace.json.gz');
  writeFileSync(kept, gzipSync(text, { level: 9 }));
  const own = mainThread(events);
  const tasks = tasksOf(own);
  const frames = tasks.filter(({ isFrame }) => isFrame);
  const long = tasks.filter(({ ms }) => ms > LONG_MS);
  const ours = tasks.filter(({ cpuMs }) => cpuMs > LONG_MS);
  const longest = (pick: (task: Task) => number): number => Math.max(0, ...tasks.map(pick));
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  console.log(`${CASES.toLocaleString('en')} cases, ${(took / 1000).toFixed(1)} s of scrolling, filtering, sorting and selecting; load ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores`);
  console.log(`frames: ${frames.length}, of which ${frames.filter((task) => task.ms > LONG_MS).length} above ${LONG_MS} ms by the clock and ${frames.filter((task) => task.cpuMs > LONG_MS).length} above ${LONG_MS} ms of the processor; tasks: ${tasks.length}`);
  console.log(`tasks above ${LONG_MS} ms by the clock: ${long.length}, the longest ${ms(longest((task) => task.ms))}`);
  console.log(`tasks above ${LONG_MS} ms of the processor: ${ours.length}, the longest ${ms(longest((task) => task.cpuMs))}`);
  for (const [kind] of KINDS) console.log(`  most ${kind} in one task: ${ms(longest(({ by }) => by[kind] ?? 0))} of the processor`);
  for (const task of tasks.toSorted((a, b) => b.cpuMs - a.cpuMs).slice(0, 5))
    console.log(`  ${ms(task.ms).padStart(8)}, cpu ${ms(task.cpuMs)}: ${Object.entries(task.by).map(([kind, each]) => `${kind} ${ms(each)}`).join(', ')}`);
  for (const complaint of complaints) console.log(`the console: ${complaint}`);
  console.log(`kept: ${kept}`);
} // prettier-ignore

/** Events of the thread on which our page runs: the one that called functions of our files. */
function mainThread(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const names = new Map(
    events.filter(({ name }) => name === 'thread_name').map(({ pid, tid, args }) => [`${pid}/${tid}`, args?.name]),
  );
  const calls = new Map<string, number>();
  for (const { name, pid, tid, args } of events) {
    const at = `${pid}/${tid}`;
    if (name === 'FunctionCall' && names.get(at) === 'CrRendererMain' && args?.data?.url?.includes('/static/app/') === true)
      calls.set(at, (calls.get(at) ?? 0) + 1);
  } // prettier-ignore
  const [busiest] = [...calls].toSorted(([, a], [, b]) => b - a);
  if (busiest === undefined) throw new Error('the trace has no page of ours');
  return events.filter(({ pid, tid }) => `${pid}/${tid}` === busiest[0]).toSorted((a, b) => a.ts - b.ts);
}

function tasksOf(events: readonly TraceEvent[]): readonly Task[] {
  // Nested in each other where both are traced: the outer one is the task.
  const isTask = events.some(({ name }) => name === 'ThreadControllerImpl::RunTask') ? 'ThreadControllerImpl::RunTask' : 'RunTask'; // prettier-ignore
  const whole = events.filter(({ name, ph }) => ph === 'X' && name === isTask);
  const tasks: Task[] = [];
  let from = 0;
  for (const { ts, dur = 0, tdur = 0 } of whole) {
    const inside: TraceEvent[] = [];
    while (from < events.length && (events[from]?.ts ?? 0) < ts) from++;
    for (let index = from; index < events.length && (events[index]?.ts ?? 0) < ts + dur; index++) {
      const event = events[index];
      if (event?.ph === 'X') inside.push(event);
    }
    const by = Object.fromEntries(KINDS.flatMap(([kind, names]) => {
      const spent = spentIn(inside.filter(({ name }) => names.test(name)));
      return spent > 0 ? [[kind, spent / 1000]] : [];
    })); // prettier-ignore
    tasks.push({ ms: dur / 1000, cpuMs: tdur / 1000, isFrame: inside.some(({ name }) => name === 'Commit'), by });
  }
  return tasks;
}

/** Microseconds of the processor in any of them: one inside another counts once. */
function spentIn(events: readonly TraceEvent[]): number {
  let spent = 0;
  let until = 0;
  for (const { ts, dur = 0, tdur = 0 } of events) {
    if (ts < until) continue;
    spent += tdur;
    until = ts + dur;
  }
  return spent;
}
