/** Chance that a seed gives: the same for the same seed, on every machine. For simulations, never for secrets. */
export interface SeededRandom {
  /** From 0 up to and without 1. */
  uniform(): number;
  /** Of the standard normal distribution. */
  normal(): number;
  exponential(mean: number): number;
}

/** The generator sfc32 (C. Doty-Humphrey), as PractRand tests it. */
export function seededRandom(seed: number): SeededRandom {
  let [a, b, c, counter] = [0, seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0, 1];
  const uniform = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // So that seeds that are alike do not begin alike.
  for (let index = 0; index < 12; index += 1) uniform();
  return {
    uniform,
    // Box and Muller's transform; 1 - u is never 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    exponential: (mean) => -mean * Math.log(1 - uniform()),
  };
}
