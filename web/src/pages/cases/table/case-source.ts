import { ServiceProblem } from '../../../api.ts';
import type { Beneath } from './case-list.ts';
import type { Now } from './row.ts';
import type { Answer, CaseWork } from './worker-talk.ts';

type Waiting = { readonly resolve: (value: never) => void; readonly reject: (error: Error) => void };

export interface Place {
  readonly filter: string | null;
  readonly offset: number;
  readonly active: number;
  readonly selected: ReadonlySet<number>;
}

/** A long list is not read anew all the time: at most this part of the time goes into it. */
const READING_PART = 5;

/** The page's end of the worker. It stays while the page is away, so that coming back is at once. */
export class CaseSource {
  readonly operation: string;
  /** Where somebody was, for when they come back. */
  place: Place = { filter: null, offset: 0, active: 0, selected: new Set() };
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #loading: Promise<Beneath> | null = null;
  #next: Promise<Beneath> | null = null;
  #restUntil = 0;
  #readListener: (read: number) => void = () => undefined;

  constructor(operation: string) {
    this.operation = operation;
    this.#worker = new Worker(new URL('./cases-worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.#take(data));
    this.#worker.addEventListener('error', () => this.#fail());
  }

  /** Told how many have been read, while they are. */
  onRead(listener: (read: number) => void): void {
    this.#readListener = listener;
  }

  call<Name extends keyof CaseWork>(name: Name, ...args: Parameters<CaseWork[Name]>): Promise<ReturnType<CaseWork[Name]>> {
    const call = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
      this.#worker.postMessage({ call, name, args });
    });
  } // prettier-ignore

  /** Reads all anew. Whoever asks while it is read gets the next reading, which begins after it and a rest. */
  load(now: Now): Promise<Beneath> {
    if (this.#loading === null) return this.#begin(now);
    this.#next ??= this.#loading.then(
      () => this.#begin(now),
      () => this.#begin(now),
    );
    return this.#next;
  }

  close(): void {
    this.#worker.terminate();
  }

  #begin(now: Now): Promise<Beneath> {
    this.#next = null;
    const loading = this.#read(now).finally(() => {
      if (this.#loading === loading) this.#loading = null;
    });
    this.#loading = loading;
    return loading;
  }

  async #read(now: Now): Promise<Beneath> {
    const rest = this.#restUntil - performance.now();
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    const from = performance.now();
    try {
      return await this.call('load', this.operation, now);
    } finally {
      this.#restUntil = performance.now() + (performance.now() - from) * READING_PART;
    }
  }

  #take(answer: Answer): void {
    if ('read' in answer) {
      this.#readListener(answer.read);
      return;
    }
    const waiting = this.#waiting.get(answer.call);
    this.#waiting.delete(answer.call);
    if ('error' in answer) waiting?.reject(new ServiceProblem(answer.status, answer.error, answer.hint));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the value is of the call that is answered
    else waiting?.resolve(answer.value as never);
  }

  #fail(): void {
    for (const { reject } of this.#waiting.values())
      reject(new Error('The list of cases broke down. Reload the page.'));
    this.#waiting.clear();
  }
}

let current: CaseSource | null = null;

/** Of one operation at a time. */
export function sourceOf(operation: string): CaseSource {
  if (current?.operation !== operation) {
    current?.close();
    current = new CaseSource(operation);
  }
  return current;
}
