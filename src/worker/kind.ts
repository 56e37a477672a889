import type { App } from '../app.ts';
import type { Instant } from '../domain/instant.ts';
import type { Operation } from '../domain/operation.ts';
import type { World } from '../ports/world.ts';

/*
 * What a worker can do. A kind is a value; the table of them is kinds.ts.
 */

export interface WorkKind {
  /** Lower-case words with dashes: what --kinds and the table of work call it. */
  readonly name: string;
  /** What it is about: an operation (by id), the organisation (''), or whatever those who ask for it say. */
  readonly about: 'operation' | 'organisation' | 'other';
  /** What keeps this machine from it, in words that a person can act on; null: nothing. Such work is left to others. */
  cannot(app: App, world: World): string | null;
  /** What is to be done of it again and again, by subject; null: only what somebody asks for. */
  readonly subjects: ((world: World) => Promise<readonly string[]>) | null;
  /** How long after one time the next is due, unless the work says otherwise. */
  readonly periodMs: number;
  /** The ledger's growth makes it due before that, but not sooner than this after the last time; null: it does not. */
  readonly newsMs: number | null;
  /** It goes on for long and waits most of the time, so that it takes nobody's turn. */
  readonly isLong: boolean;
  /** How long one that is under way may go on after the worker was told to stop: what rolls back deserves a moment. */
  readonly graceMs: number;
  /** Opens what it works with, once a worker, at the first job. */
  open(app: App, world: World): Promise<DoWork>;
}

/** Does it once. Must bear repetition: whoever dies in the midst of it is followed by somebody who begins anew. */
export type DoWork = (world: World, job: WorkJob) => Promise<WorkResult>;

export interface WorkJob {
  readonly subject: string;
  /** The operation that the subject names; null where it is about none. */
  readonly operation: Operation | null;
  /** What is due now, and no waiting for more. */
  readonly once: boolean;
  /** Says something before it is done. */
  readonly say: (words: string) => void;
}

/** It failed, and says itself when it is due again. */
export class DueLater extends Error {
  readonly nextAt: Instant;

  constructor(words: string, nextAt: Instant) {
    super(words);
    this.name = 'DueLater';
    this.nextAt = nextAt;
  }
}

export interface WorkResult {
  /** What came of it, in a line; null: nothing that anybody has to know. */
  readonly said: string | null;
  /** When it is due again; null: after its period. */
  readonly nextAt: Instant | null;
}
