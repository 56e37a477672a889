/*
 * What it costs to decide when to look: `node bench/schedule.ts [servers] [rounds]`, 100,000 servers and 24 rounds where
 * nothing is said, 2.4 million decisions: a day of an hourly watch.
 *
 * Each decision takes the server that is due, says when its next round is (policy/probing/schedule.ts), and puts it back.
 * Measured in processor time, in the same run, alternating:
 *
 *   ours    the decision and the waiting line with its rates (policy/probing/waiting-line.ts)
 *   sorted  the same decision, and what one writes first: an array of all servers that is sorted once a minute of the watch
 *           and read from its beginning
 *
 * Both have to let the same servers go at the same moments before anything is measured.
 */
import os from 'node:os';
import { WATCH_DEFAULTS } from '../src/domain/watch.ts';
import { HOUR_MS, MINUTE_MS, nextRound } from '../src/policy/probing/schedule.ts';
import type { ScheduleFacts } from '../src/policy/probing/schedule.ts';
import { WaitingLine } from '../src/policy/probing/waiting-line.ts';

const [SERVERS = 100_000, ROUNDS = 24] = process.argv.slice(2).map(Number);
const REPEATS = 3;
const PROVIDERS = 2000;
const START = Date.UTC(2026, 10, 23, 12);

interface Scheduled extends ScheduleFacts {
  lastRoundAt: number;
}

function servers(count: number): Scheduled[] {
  return Array.from({ length: count }, (_, index) => ({
    serverId: `00000000-0000-8000-8000-${index.toString(16).padStart(12, '0')}`,
    state: 'notified' as const,
    isProtected: false,
    isHandsOff: false,
    hasTarget: true,
    notifiedAt: START - 30 * HOUR_MS,
    closedAt: null,
    verdict: 'live' as const,
    darkAt: null,
    lastRoundAt: START,
  }));
}

function decide(server: Scheduled): number {
  const next = nextRound(server, WATCH_DEFAULTS);
  if (next.at === null) throw new Error('a watched server has a next round');
  return next.at;
}

/** Calls `gone` for each round in the order in which they are let go. */
function ours(all: readonly Scheduled[], rounds: number, gone: (server: number, at: number) => void): void {
  const unbounded = 1e9;
  const line = new WaitingLine({ perSecond: unbounded, perProviderPerSecond: unbounded, concurrency: 1 });
  for (const [number, server] of all.entries()) line.add(number, number % PROVIDERS, decide(server), HOUR_MS, 2);
  let now = START;
  for (let left = rounds; left > 0;) {
    const number = line.next(now);
    if (number === null) {
      now = line.wakeAt(now);
      continue;
    }
    left -= 1;
    gone(number, now);
    const server = all[number];
    if (server === undefined) throw new Error('nobody has that number');
    server.lastRoundAt = now;
    line.add(number, number % PROVIDERS, decide(server), HOUR_MS, 2);
  }
}

function sorted(all: readonly Scheduled[], rounds: number, gone: (server: number, at: number) => void): void {
  let waiting = all.map((server, number) => ({ server, number, at: decide(server) }));
  let left = rounds;
  for (let minute = START; left > 0; minute += MINUTE_MS) {
    waiting.sort((one, other) => one.at - other.at);
    let place = 0;
    for (; place < waiting.length && left > 0; place++) {
      const entry = waiting[place];
      if (entry === undefined || entry.at >= minute + MINUTE_MS) break;
      left -= 1;
      gone(entry.number, entry.at);
      entry.server.lastRoundAt = entry.at;
      entry.at = decide(entry.server);
    }
    if (place > 0) waiting = [...waiting.slice(place), ...waiting.slice(0, place)];
  }
}

type Way = typeof ours;

function processorMs(way: Way): number {
  const all = servers(SERVERS);
  const before = process.cpuUsage();
  way(all, SERVERS * ROUNDS, () => undefined);
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000;
}

function checkSame(): void {
  const of = (way: Way): string[] => {
    const rounds: string[] = [];
    way(servers(500), 500 * 6, (server, at) => rounds.push(`${at} ${server}`));
    return rounds.toSorted();
  };
  const [one, other] = [of(ours), of(sorted)];
  if (one.join() !== other.join()) throw new Error('the two ways do not let the same servers go at the same moments');
}

const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;

checkSame();
const times = { ours: [] as number[], sorted: [] as number[] };
for (let repeat = 0; repeat < REPEATS; repeat++) {
  times.ours.push(processorMs(ours));
  times.sorted.push(processorMs(sorted));
}
const [mine, theirs] = [median(times.ours), median(times.sorted)];
const decisions = SERVERS * ROUNDS;
console.log(
  `${decisions.toLocaleString('en')} decisions over ${SERVERS.toLocaleString('en')} servers, processor time, median of ${REPEATS}`,
);
console.log(`${os.cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`);
console.log(`ours    ${Math.round(mine)} ms, ${((mine / decisions) * 1e6).toFixed(0)} ns a decision`);
console.log(`sorted  ${Math.round(theirs)} ms, ${((theirs / decisions) * 1e6).toFixed(0)} ns a decision`);
console.log(`ours takes ${(mine / theirs).toFixed(2)} of sorted's processor time`);
