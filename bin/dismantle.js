#!/usr/bin/env node
// The launcher: plain JavaScript that any Node of the last years can read. It finds a Node that is new enough (the one
// that npm installed beside us, if need be) and starts the program: in a clone the sources, or what
// `npm ci` made of just them; dist/ where it was installed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { currentBundle } from './bundle.js';

const here = dirname(dirname(fileURLToPath(import.meta.url)));
const isInstalled = here.split(sep).includes('node_modules');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major > 22 || (major === 22 && minor >= 18)) {
  // Node refuses to strip types below node_modules, so an installed package runs what was built.
  const sources = isInstalled ? join(here, 'dist', 'cli', 'main.js') : join(here, 'src', 'cli', 'main.ts');
  const main = (isInstalled ? null : currentBundle(here)) ?? sources;
  process.argv[1] = main;
  // What was compiled once need not be compiled again: a start takes half as long. Not in the folder for everybody's
  // temporary files, where somebody else might lay something down for us. Where it cannot be written, nothing is lost.
  if (process.env.NODE_COMPILE_CACHE === undefined) {
    try {
      nodeModule.enableCompileCache(cacheFolder());
    } catch {
      // A user without a home.
    }
  }
  await import(main);
} else {
  const node = ownNode();
  if (node === null || process.env.DISMANTLE_REEXECUTED === '1') {
    process.stderr.write(
      `dismantle: needs Node 22.18 or newer; this is ${process.versions.node} and none came with npm for ` +
        `${process.platform}-${process.arch}\n  Install a newer Node, or run npm install again without --omit=optional\n`,
    );
    process.exitCode = 1;
  } else {
    const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
      stdio: 'inherit',
      env: { ...process.env, DISMANTLE_REEXECUTED: '1' },
    });
    // Whoever signals this process means the program; it takes a Ctrl-C that the terminal sent to both for one.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
    });
  }
}

function cacheFolder() {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  const usual = process.platform === 'win32' && local ? local : join(homedir(), '.cache');
  return join(xdg?.startsWith('/') ? xdg : usual, 'dismantle', 'compiled');
}

function ownNode() {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  try {
    const folder = dirname(nodeModule.createRequire(import.meta.url).resolve(`${name}/package.json`));
    const path = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}
