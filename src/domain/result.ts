import { ProblemError } from './problem.ts';
import type { Problem } from './problem.ts';

/** An expected outcome: a value, or the problem that a person has to hear of. Exceptions are for bugs. */
export type Result<Value, Failure = Problem> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: Failure };

export const success = <Value>(value: Value): { readonly ok: true; readonly value: Value } => ({ ok: true, value });

export const failure = <Failure>(problem: Failure): { readonly ok: false; readonly problem: Failure } => ({
  ok: false,
  problem,
});

/** The value; throws the problem where there is none. */
export function unwrap<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new ProblemError(result.problem);
  return result.value;
}
