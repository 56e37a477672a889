/** Waits for so many milliseconds; resolves at once when the signal is aborted. What is simulated passes faster. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>;
