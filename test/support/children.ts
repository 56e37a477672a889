import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/**
 * Passes on what a child says on standard error. Were it given ours, the pipe of a test worker would stay
 * open for as long as the child lives, and the runner waits for that pipe to end, without limit.
 */
export function passOnErrors(child: ChildProcess): void {
  child.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
}

/** Ends those that still run and waits until they have; empties the list. */
export async function endAll(children: ChildProcess[]): Promise<void> {
  for (const child of children.splice(0)) {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
}
