import type { Instant } from '../domain/instant.ts';

/** Something that happens at a moment of the exercise. */
export interface Appointment {
  readonly at: Instant;
  /** What it is, for stories: "feed tracker publishes". */
  readonly what: string;
  readonly happen: () => Promise<void> | void;
}

/** What is to come, by its moment; of one moment in the order in which it was entered. A binary heap. */
export class Agenda {
  private readonly heap: (Appointment & { readonly order: number })[] = [];
  private entered = 0;

  get size(): number {
    return this.heap.length;
  }

  /** When the next one is; null where nothing is to come. */
  get nextAt(): Instant | null {
    return this.heap[0]?.at ?? null;
  }

  add(at: Instant, what: string, happen: Appointment['happen']): void {
    const { heap } = this;
    heap.push({ at: Math.ceil(at), what, happen, order: this.entered++ });
    let index = heap.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.isBefore(index, parent)) break;
      this.swap(index, parent);
      index = parent;
    }
  }

  take(): Appointment | null {
    const { heap } = this;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined) return null;
    if (heap.length === 0) return first;
    heap[0] = last;
    for (let index = 0; ;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let least = index;
      if (left < heap.length && this.isBefore(left, least)) least = left;
      if (right < heap.length && this.isBefore(right, least)) least = right;
      if (least === index) return first;
      this.swap(index, least);
      index = least;
    }
  }

  private isBefore(one: number, other: number): boolean {
    const [a, b] = [this.heap[one], this.heap[other]];
    if (a === undefined || b === undefined) return false;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  private swap(one: number, other: number): void {
    const [a, b] = [this.heap[one], this.heap[other]];
    if (a === undefined || b === undefined) return;
    this.heap[one] = b;
    this.heap[other] = a;
  }
}
