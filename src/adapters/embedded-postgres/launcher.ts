import { chownSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import type { Binaries } from './binaries.ts';
import type { Layout } from './layout.ts';
import { runProgram } from './run-program.ts';

/** As whom PostgreSQL runs: it refuses to be root. */
export interface Launcher {
  /** What goes before the program on the command line; each of them becomes the program (execve), so pids stay true. */
  readonly prefix: readonly string[];
  /** To whom a cluster must belong; null where what this process makes is right already. */
  readonly owner: { readonly uid: number; readonly gid: number } | null;
}

const DIRECT: Launcher = { prefix: [], owner: null };

/** The traditional ids of nobody; where it is numbered otherwise, these are simply unused. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/**
 * Decides as whom PostgreSQL runs here:
 *
 * - an ordinary user: as that user;
 * - root in a directory of another user (or with a cluster of another user's): as that user, so that it stays theirs;
 * - root otherwise: in a user namespace where root appears as an ordinary user. For files it is still root, so that
 *   it works below directories that only root may enter;
 * - where namespaces are refused (containers, mostly): as nobody, keeping the right to pass over file permissions.
 *   That right is no more than the program has itself, being root.
 */
export async function chooseLauncher(
  layout: Layout,
  binaries: Binaries,
  environment: Record<string, string>,
): Promise<Result<Launcher>> {
  const works = (launcher: Launcher) => mayWork(launcher, layout, binaries, environment);
  const firstThatWorks = async (launchers: readonly Launcher[]): Promise<Result<Launcher>> => {
    for (const launcher of launchers) if (await works(launcher)) return success(launcher);
    return refused(layout);
  };
  const uid = process.geteuid?.();
  if (uid === undefined) return success(DIRECT);
  if (uid !== 0) {
    // initdb looks its user up by name; containers like to run under a number that has none.
    if (hasName()) return success(DIRECT);
    const named = inNamespace();
    return success(named !== null && (await works(named)) ? named : DIRECT);
  }
  const owner = statSync(layout.cluster, { throwIfNoEntry: false }) ?? statSync(layout.folder);
  if (owner.uid !== 0) {
    return firstThatWorks(as({ uid: owner.uid, gid: owner.gid }));
  }
  const namespace = inNamespace();
  if (namespace !== null && (await works(namespace))) return success(namespace);
  return firstThatWorks(as(NOBODY));
}

/** A program and its parameters, as the launcher runs it. */
export function commandLine(
  launcher: Launcher,
  program: string,
  parameters: readonly string[],
): { readonly file: string; readonly parameters: readonly string[] } {
  const [file, ...prefix] = launcher.prefix;
  return file === undefined ? { file: program, parameters } : { file, parameters: [...prefix, program, ...parameters] };
}

/** Hands a path over to the launcher's user. */
export function handOver(launcher: Launcher, path: string): void {
  if (launcher.owner !== null) chownSync(path, launcher.owner.uid, launcher.owner.gid);
}

/**
 * The ways to be another user that keeps the right to pass over file permissions, the better first. PostgreSQL asks by
 * access(2) whether it may run its own program, and the kernel answers that without a user's capabilities unless
 * no_setuid_fixup is set; below a directory that only root may enter it would otherwise find itself missing. Setting it
 * needs a right that not every container has.
 */
function as(owner: { uid: number; gid: number }): readonly Launcher[] {
  const identity = [
    'setpriv',
    `--reuid=${owner.uid}`,
    `--regid=${owner.gid}`,
    '--clear-groups',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
  ];
  return [
    { prefix: [...identity, '--securebits=+no_setuid_fixup'], owner },
    { prefix: identity, owner },
  ];
}

function inNamespace(): Launcher | null {
  const ids = ordinaryIds();
  if (ids === null) return null;
  return { prefix: ['unshare', '--user', `--map-user=${ids.uid}`, `--map-group=${ids.gid}`], owner: null };
}

/** An ordinary user whom this machine knows by name, for the same reason: initdb asks for it. */
function ordinaryIds(): { uid: number; gid: number } | null {
  try {
    for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
      const [name = '', , uid = '', gid = ''] = line.split(':');
      if (name !== '' && /^[1-9]\d*$/.test(uid) && /^\d+$/.test(gid)) return { uid: Number(uid), gid: Number(gid) };
    }
    return null;
  } catch {
    return null;
  }
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

/** Tries it: may the launched user run the server's binary and write into our folder? */
async function mayWork(
  launcher: Launcher,
  layout: Layout,
  binaries: Binaries,
  environment: Record<string, string>,
): Promise<boolean> {
  const attempt = ['-c', 'test -x "$1" && test -w "$2" && test -x "$2"', 'sh', binaries.postgres, layout.folder];
  const { file, parameters } = commandLine(launcher, 'sh', attempt);
  const { PATH = '' } = environment;
  return (await runProgram(file, parameters, { PATH })).code === 0;
}

function refused(layout: Layout): Result<Launcher> {
  return failure({
    code: 'database',
    message:
      'PostgreSQL refuses to run as root, and this machine offers neither user namespaces (unshare) nor setpriv to ' +
      `run it below ${layout.folder} as somebody else`,
    hint: 'Run as an ordinary user who owns the --data-dir, install util-linux, or set DATABASE_URL.',
  });
}
