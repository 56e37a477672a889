/*
 * How cheap a look is: `node bench/looks.ts`.
 *
 * Looks straight from this machine at servers of another process on loopback, 64 at once, and tells looks a second and the
 * processor time of this process for each. The other process shares the processors: looks a second are those of both together.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { targetAt, testProber } from '../test/support/probing.ts';

const AT_ONCE = 64;
const LOOKS = Number(process.argv[2] ?? 3000);

const place = z.object({ address: z.string(), port: z.number() });
const places = z.object({ tls: place, http: place, closed: place });

const child = fork(fileURLToPath(new URL('support/look-servers.ts', import.meta.url)));
const { tls, http, closed } = await new Promise<z.infer<typeof places>>((resolve) => {
  child.once('message', (message) => resolve(places.parse(message)));
});

const prober = testProber();
const { signal } = new AbortController();
const KINDS = [
  ['closed port', targetAt(closed)],
  ['TLS 1.3 with certificate, and HTTP over it', targetAt(tls)],
  ['TLS refused, then plain HTTP', targetAt(http)],
  ['plain HTTP', targetAt(http, { scheme: 'http' })],
] as const;

for (const [what, target] of KINDS) {
  const round = async (looks: number): Promise<void> => {
    let left = looks;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await prober.look(target, true, signal);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  };
  await round(Math.ceil(LOOKS / 5));
  const cpu = process.cpuUsage();
  const began = performance.now();
  await round(LOOKS);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  console.log(
    `${what.padEnd(45)} ${Math.round(LOOKS / seconds)} looks/s, ${((user + system) / 1000 / LOOKS).toFixed(2)} ms of processor each`,
  );
}
child.disconnect();
