const LEAST_MS = 4;
const MOST_REPEATS = 65_536;
const TRIES = 5;

/**
 * How many times as long work takes over what is `factor` times as large: about 1 where the size does not matter, `factor` where each part is
 * looked at once, its square where each part is held against each. It is the same on a fast machine and a slow one, and on one
 * on which much else runs: what counts is the processor's time, in the shortest of several tries of either, each repeated until it can be measured.
 */
export function growth<Input>(factor: number, make: (times: number) => Input, work: (input: Input) => unknown): number {
  const small = make(1);
  const large = make(factor);
  let repeats = 1;
  while (took(small, repeats, work) < LEAST_MS && repeats < MOST_REPEATS) repeats *= 2;
  let [least, most] = [Infinity, Infinity];
  for (let tries = 0; tries < TRIES; tries++) {
    least = Math.min(least, took(small, repeats, work));
    most = Math.min(most, took(large, repeats, work));
  }
  return most / least;
}

function took<Input>(input: Input, repeats: number, work: (input: Input) => unknown): number {
  const began = processor();
  for (let at = 0; at < repeats; at++) work(input);
  return processor() - began;
}

/** What this process has had of the processor, in milliseconds. */
function processor(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The same for work that is waited for, as one request is: long enough by itself to be measured. */
export async function awaitedGrowth<Input>(
  factor: number,
  make: (times: number) => Input,
  work: (input: Input) => Promise<unknown>,
): Promise<number> {
  const inputs = [make(1), make(factor)] as const;
  let [least, most] = [Infinity, Infinity];
  const tookOnce = async (input: Input): Promise<number> => {
    const began = processor();
    await work(input);
    return Math.max(processor() - began, LEAST_MS);
  };
  for (let tries = 0; tries < TRIES; tries++) {
    least = Math.min(least, await tookOnce(inputs[0]));
    most = Math.min(most, await tookOnce(inputs[1]));
  }
  return most / least;
}
