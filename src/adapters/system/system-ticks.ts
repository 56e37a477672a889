/** Milliseconds that never go back, from an arbitrary moment on: for how long something took. */
export const systemTicks = (): number => performance.now();
