import { ProblemError } from './problem.ts';
import type { Problem } from './problem.ts';

/** The key that the ledger names is lost, unreadable, or another one lies in its place. Its problem names files of this machine. */
export class KeyNotHere extends ProblemError {
  constructor(problem: Problem, cause?: unknown) {
    super(problem, cause);
    this.name = 'KeyNotHere';
  }
}
