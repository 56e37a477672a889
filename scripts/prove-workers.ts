import { parseArgs } from 'node:util';
import { proveWorkers } from '../test/support/worker-proof.ts';

/**
 * Two and four workers over one PostgreSQL: jobs a second; then SIGKILL of workers at random and immediate stops of PostgreSQL,
 * after which nothing is lost and nothing doubled. `npm run prove:workers -- --kills 200 --stops 20`; the seed is printed.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    stops: { type: 'string', default: '20' },
    workers: { type: 'string', default: '2,4' },
    operations: { type: 'string', default: '20' },
    notices: { type: 'string', default: '50' },
    small: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const report = (text: string): void => void process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
report(`seed ${values.seed}`);
const workers = values.workers.split(',').map(Number);
// The blows are shared out: so many in all.
const share = (text: string): number => Math.ceil(Number(text) / workers.length);
const figures = await proveWorkers({
  workers,
  kills: share(values.kills),
  stops: share(values.stops),
  sending: { operations: Number(values.operations), notices: Number(values.notices) },
  small: Number(values.small),
  seed: Number(values.seed),
  report,
});
for (const { findings, jobsPerSecond, ...rest } of figures) {
  report(JSON.stringify({ jobsPerSecond: Number(jobsPerSecond.toFixed(1)), ...rest }));
  for (const finding of findings) report(`WRONG: ${finding}`);
}
process.exitCode = figures.every(({ findings }) => findings.length === 0) ? 0 : 1;
