import { ProblemError } from '../../domain/problem.ts';
import type { Problem } from '../../domain/problem.ts';

export function unreadable(name: string, reason: string, hint = 'Check the path and that you may read it'): Problem {
  return { code: 'input', message: `${name}: ${reason}`, hint };
}

export function corrupt(name: string, reason: string): Problem {
  return unreadable(name, reason, 'Fetch the file again, whole');
}

/** Whatever went wrong while a file was read, in words that name the file. */
export function fileProblem(name: string, cause: unknown): Problem {
  if (cause instanceof ProblemError) return cause.problem;
  const code = codeOf(cause);
  // zlib's codes: the end is missing, or what is there is wrong.
  if (code === 'Z_BUF_ERROR') return corrupt(name, 'ends in the middle of the packed data');
  if (code.startsWith('Z_')) return corrupt(name, `the packed data is damaged: ${messageOf(cause)}`);
  return unreadable(name, reasonOf(cause));
}

export function isSystemError(cause: unknown): boolean {
  return cause instanceof Error && 'syscall' in cause;
}

export function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

function reasonOf(cause: unknown): string {
  const code = codeOf(cause);
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'you may not read it';
  return messageOf(cause);
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
