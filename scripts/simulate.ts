import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { planOf } from '../src/exercise/simulation/small-scenario.ts';
import { readPlanFile } from './simulate/plan-file.ts';
import type { SeedReport, SeedRequest } from './simulate/play-seed.ts';
import type { FromWorker, ToWorker } from './simulate/worker.ts';

/**
 * Simulations from seeds, docs/simulation.md: `npm run simulate -- --seeds 100`. Exit code 1 where a rule was broken.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: '2' },
    twice: { type: 'boolean', default: false },
    story: { type: 'boolean', default: false },
    'no-shrink': { type: 'boolean', default: false },
    replay: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

const [seeds, from, workers] = [values.seeds, values.from, values.workers].map(Number);
if (
  seeds === undefined ||
  from === undefined ||
  workers === undefined ||
  [seeds, from, workers].some((each) => !(each >= 1))
)
  throw new Error('--seeds, --from and --workers are whole numbers from 1');

const requests: SeedRequest[] = [];
if (values.replay === undefined) {
  for (let seed = from; seed < from + seeds; seed++) {
    // One in ten is always played twice: the same seed gives the same history.
    requests.push(request(planOf(seed), values.twice || seed % 10 === 0));
  }
} else requests.push(request(await readPlanFile(values.replay), values.twice));

const folder = await mkdtemp(join(tmpdir(), 'dismantle-simulate-'));
const began = performance.now();
const reports: SeedReport[] = [];
try {
  const waiting = requests.values();
  await Promise.all(Array.from({ length: Math.min(workers, requests.length) }, () => work(waiting)));
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 500 });
}
const failed = reports.filter(({ breaches }) => breaches.length > 0);
if (values.json) {
  process.stdout.write(`${JSON.stringify({ seeds: reports.length, failed: failed.length, reports }, null, 2)}\n`);
} else {
  const cpuMs = reports.reduce((sum, report) => sum + report.cpuMs, 0) / Math.max(1, reports.length);
  print(`${Math.round((performance.now() - began) / 1000)} s, ${Math.round(cpuMs)} ms of processor time a seed`);
  print(`${reports.length} seeds, ${failed.length} failed`);
}
if (failed.length > 0 || reports.length < requests.length) process.exitCode = 1;

function request(plan: SeedRequest['plan'], isTwice: boolean): SeedRequest {
  return { plan, isTwice, shrinks: !values['no-shrink'], tells: values.story };
}

/** One process that plays seeds until none waits. */
function work(waiting: Iterator<SeedRequest>): Promise<void> {
  const child = fork(fileURLToPath(new URL('simulate/worker.ts', import.meta.url)), [folder]);
  return new Promise((resolve, reject) => {
    child.on('message', (message: FromWorker) => {
      if (message !== 'ready') {
        reports.push(message.report);
        if (!values.json) show(message.report);
      }
      const next = waiting.next();
      child.send(next.done === true ? 'stop' : ({ play: next.value } satisfies ToWorker));
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a worker ended with code ${code ?? 'none'}`)),
    );
  });
}

function show({ seed, breaches, entries, noticesSent, faults, cpuMs, smallest, story }: SeedReport): void {
  const sign = breaches.length === 0 ? 'ok  ' : 'FAIL';
  print(`${sign} seed ${seed}: ${faults} faults, ${entries} entries, ${noticesSent} notices sent, ${cpuMs} ms`);
  for (const { rule, what } of breaches) print(`     ${rule}: ${what}`);
  if (smallest !== null) print(`     smallest: ${JSON.stringify(smallest)}`);
  for (const line of story) print(`     ${line}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
