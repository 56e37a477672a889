import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 *   node scripts/guarded.ts --report FILE [--grace SECONDS] [--limit SECONDS] -- COMMAND...
 *
 * Runs the tests so that they end. A runner that has written its whole JSON report and has not ended when the grace is
 * over is ended with all of its process group, after saying what runs still; the report then decides the exit code. At
 * the limit it is ended whatever it does.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    report: { type: 'string' },
    grace: { type: 'string', default: '60' },
    limit: { type: 'string', default: '2700' },
  },
});
const { report } = values;
const [program, ...parameters] = positionals;
if (report === undefined || program === undefined) throw new Error('--report FILE -- COMMAND...');
const [graceMs, limitMs] = [Number(values.grace) * 1000, Number(values.limit) * 1000];
const LOOK_MS = 500;
const TERMINATE_MS = 5000;
const EXIT_LIMIT = 124;

rmSync(report, { force: true });
// Outputs of its own, passed on: what is left behind must not hold ours either.
const child = spawn(program, parameters, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
child.stdout.on('data', (chunk: Buffer) => process.stdout.write(chunk));
child.stderr.on('data', (chunk: Buffer) => process.stderr.write(chunk));
child.once('error', (error) => {
  console.error(`GUARD: ${program} cannot be started: ${error.message}`);
  process.exit(1);
});
child.once('close', (code) => process.exit(code ?? 1));
// Its outputs may be held by others for longer than it lives.
child.once('exit', (code) => void setTimeout(() => process.exit(code ?? 1), TERMINATE_MS));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => endGroup(signal));
}

const began = performance.now();
let reportedAt: number | null = null;
let isEnding = false;
setInterval(() => {
  if (isEnding) return;
  const now = performance.now();
  const success = readReport();
  if (success !== null) reportedAt ??= now;
  const seconds = Math.round((now - began) / 1000);
  if (reportedAt !== null && success !== null && now - reportedAt > graceMs) {
    end(`the tests are over and reported, and the runner has not ended ${values.grace} s later`, success ? 0 : 1);
  } else if (now - began > limitMs) {
    end(`the tests have not ended within ${seconds} s`, EXIT_LIMIT);
  }
}, LOOK_MS);

/** Null until the report is there as a whole; then whether all tests in it have passed. */
function readReport(): boolean | null {
  try {
    const read: unknown = JSON.parse(readFileSync(report ?? '', 'utf8'));
    return typeof read === 'object' && read !== null && 'success' in read ? read.success === true : null;
  } catch {
    return null;
  }
}

function end(why: string, code: number): void {
  isEnding = true;
  console.error(`\nGUARD: ${why}. It is ended now. What runs still:`);
  for (const line of left()) console.error(`GUARD:   ${line}`);
  endGroup('SIGTERM');
  setTimeout(() => {
    endGroup('SIGKILL');
    process.exit(code);
  }, TERMINATE_MS);
  // Its own end by our signal says nothing of the tests.
  child.removeAllListeners('close').removeAllListeners('exit');
}

function endGroup(signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // All of them have gone.
  }
}

/** The processes of its group and those that have this checkout in their words: servers in sessions of their own. */
function left(): readonly string[] {
  if (process.platform !== 'linux') return ['(only Linux tells)'];
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return [];
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The name, in brackets, may hold anything; state, parent and group come behind it.
      const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (Number(group) !== child.pid && !words.includes(process.cwd())) return [];
      const outputs = [1, 2].map((file) => readlinkSync(`/proc/${name}/fd/${file}`)).join(' ');
      return [`process ${name}, child of ${parent}, state ${state}, outputs ${outputs}: ${words.slice(0, 200)}`];
    } catch {
      return [];
    }
  });
}
