import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { AuditProgram } from '../../ports/evidence.ts';

const PROGRAM = new URL('../../../bin/dismantle-audit.js', import.meta.url);
/** Our own sources, or what was built of them: whichever this file is of. */
const LEDGER = new URL('../../ledger/', import.meta.url);

/** Tells Node, up to 22.6, that the files beside are modules. */
const MANIFEST = '{ "type": "module" }\n';

/** The auditing program with src/ledger as plain JavaScript, which Node runs from version 20.12 on with nothing else. */
export function createAuditProgram(): AuditProgram {
  return {
    async files() {
      const isBuilt = import.meta.url.endsWith('.js');
      const ending = isBuilt ? '.js' : '.ts';
      const names = (await readdir(LEDGER)).filter((name) => name.endsWith(ending) && !name.includes('.test.')).sort();
      const files = [
        { name: 'dismantle-audit.js', text: await readFile(PROGRAM, 'utf8') },
        { name: 'package.json', text: MANIFEST },
      ];
      const plain = isBuilt ? (text: string): string => text : typeStripper();
      const add = async (url: URL, name: string): Promise<void> => {
        files.push({ name, text: plain(await readFile(fileURLToPath(url), 'utf8')) });
      };
      await add(new URL(`bundle-files${ending}`, import.meta.url), 'bundle-files.js');
      for (const name of names) await add(new URL(name, LEDGER), `ledger/${name.replace(/\.ts$/, '.js')}`);
      return files;
    },
  };
}

function typeStripper(): (text: string) => string {
  // Asked for by name, so that an older Node, which runs what was built, still loads this file.
  const { stripTypeScriptTypes }: { stripTypeScriptTypes?: (text: string) => string } = createRequire(import.meta.url)(
    'node:module',
  );
  if (stripTypeScriptTypes === undefined)
    throw new Error('this Node cannot turn the sources into JavaScript; run npm run build');
  return (text) =>
    quietly(() => stripTypeScriptTypes(text))
      .replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'")
      // What was a type leaves blanks behind, so that lines and columns stay.
      .replaceAll(/[ \t]+$/gm, '');
}

/** Node announces once that the function may change; whoever makes a bundle has no use for that. */
function quietly<Value>(work: () => Value): Value {
  // Put back as it was found; it is never called from here.
  // oxlint-disable-next-line typescript/unbound-method
  const emitWarning = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
