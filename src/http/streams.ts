import { HttpProblem } from './problem.ts';

/*
 * Answers that are written as they are read. Each holds a transaction meanwhile, so there are few at once, and whoever does not read what
 * is written is cut.
 */

const MOST_AT_ONCE = 4;
const MOST_EACH = 2;
const STALLED_MS = 30_000;

export class Streams {
  readonly #open: string[] = [];

  /** What `produce` writes, as a body; `owner` is whose it is: a credential. */
  body(
    owner: string,
    produce: (write: (chunk: Uint8Array) => Promise<void>) => Promise<void>,
  ): ReadableStream<Uint8Array> {
    if (this.#open.length >= MOST_AT_ONCE || this.#open.filter((each) => each === owner).length >= MOST_EACH) {
      throw new HttpProblem(503, 'too many lists are being read just now', { 'retry-after': '10' });
    }
    this.#open.push(owner);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const told = produce((chunk) => within(STALLED_MS, writer.write(chunk))).finally(() => {
      this.#open.splice(this.#open.indexOf(owner), 1);
    });
    // What broke off is not whole, and must not be taken for it.
    told.then(
      () => writer.close().catch(() => undefined),
      (error: unknown) => writer.abort(error).catch(() => undefined),
    );
    return readable;
  }
}

async function within<Value>(ms: number, work: Promise<Value>): Promise<Value> {
  const { promise: stalled, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error('nobody reads what is written')), ms);
  try {
    return await Promise.race([work, stalled]);
  } finally {
    clearTimeout(timer);
  }
}
