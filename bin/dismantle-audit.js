#!/usr/bin/env node
// Audits an exported ledger, a proof, or a bundle of evidence with nothing but this file and the folder ledger/ beside it,
// of the sources, or of dist/ where it was built: no package, no database, no network. Whoever doubts the product can read
// both.
//
// Written so that Node takes it with and without a package.json beside: no import statement, no await outside.
const USAGE = `Usage: dismantle-audit FILE|FOLDER|- [--key KEY] [--checkpoint FILE]

Audits an exported ledger, a proof, or a bundle of evidence, from its bytes alone.

  FILE               the export, the proof or the bundle (ZIP); - reads an export or a proof from standard input
  FOLDER             a bundle that was unpacked
  --key KEY          the verifier key that the organisation has handed over by another way
  --checkpoint FILE  a checkpoint kept elsewhere: the ledger must continue it
  --json             print the whole report as one JSON value

Exit codes:
  0  It is whole.
  1  It is not, or it cannot be read.
  2  The command line is wrong; nothing was read.
`;

const WHOLE = 0;
const NOT_WHOLE = 1;
const WRONG_USAGE = 2;

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`dismantle-audit: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = NOT_WHOLE;
  },
);

async function main(words) {
  const asked = parse(words);
  if (asked === null) {
    process.stderr.write(USAGE);
    return WRONG_USAGE;
  }
  if (asked.help) {
    process.stdout.write(USAGE);
    return WHOLE;
  }
  const { createReadStream, readFileSync } = await import('node:fs');
  const ledger = await importLedger();
  const known = {};
  if (asked.key !== null) known.knownKey = asked.key;
  if (asked.checkpoint !== null) known.knownCheckpoint = readFileSync(asked.checkpoint, 'utf8');
  const isAnchored = asked.key !== null || asked.checkpoint !== null;
  if (asked.file !== '-' && (await isBundle(asked.file))) {
    const { openBundle } = await ledger.bundleFiles();
    const bundle = openBundle(asked.file);
    const report = await ledger.auditBundle(bundle, known);
    bundle.close();
    if (asked.json) process.stdout.write(`${jsonText({ what: 'evidence', ...report })}\n`);
    else process.stdout.write(textOf(ledger.bundleText(report, isAnchored)));
    return report.ok ? WHOLE : NOT_WHOLE;
  }
  const chunks = asked.file === '-' ? process.stdin : createReadStream(asked.file, { highWaterMark: 1024 * 1024 });
  const audited = await ledger.auditFile(chunks, known);
  if (asked.json) {
    process.stdout.write(`${jsonText({ what: audited.what, ...audited.report })}\n`);
  } else {
    process.stdout.write(textOf(ledger.reportText(audited, isAnchored)));
  }
  return audited.report.ok ? WHOLE : NOT_WHOLE;
}

/** A folder, or a file that begins as a ZIP does; a proof and an export begin with a brace. */
async function isBundle(path) {
  const { closeSync, openSync, readSync, statSync } = await import('node:fs');
  if (statSync(path).isDirectory()) return true;
  const file = openSync(path, 'r');
  const first = Buffer.alloc(2);
  readSync(file, first, 0, 2, 0);
  closeSync(file);
  return first.toString('latin1') === 'PK';
}

function textOf({ lead, rest, lines }) {
  return [`${lead}${rest}`, ...lines, ''].join('\n');
}

/** JSON leaves some characters as they are that a terminal might obey (RFC 8259 section 7 writes them as escapes). */
function jsonText(value) {
  return JSON.stringify(value, null, 2).replaceAll(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function parse(words) {
  const asked = { file: null, key: null, checkpoint: null, json: false, help: false };
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (word === '--help' || word === '-h') return { ...asked, help: true };
    if (word === '--json') asked.json = true;
    else if (word === '--key' || word === '--checkpoint') {
      index += 1;
      if (words[index] === undefined) return null;
      asked[word.slice(2)] = words[index];
    } else if (asked.file === null && (word === '-' || !word.startsWith('-'))) asked.file = word;
    else return null;
  }
  return asked.file === null ? null : asked;
}

/** The sources where Node can read them, what was built from them otherwise: Node strips no types below node_modules. */
async function importLedger() {
  const { existsSync, realpathSync } = await import('node:fs');
  const { dirname, join, sep } = await import('node:path');
  const { pathToFileURL } = await import('node:url');
  const here = dirname(realpathSync(process.argv[1]));
  const home = dirname(here);
  const [major, minor] = process.versions.node.split('.').map(Number);
  const stripsTypes = (major > 22 || (major === 22 && minor >= 18)) && !home.split(sep).includes('node_modules');
  const places = [
    // In a bundle of evidence it stands beside.
    [join(here, 'ledger'), here, 'js', true],
    [join(home, 'src', 'ledger'), join(home, 'src', 'adapters', 'bundle'), 'ts', stripsTypes],
    [join(home, 'dist', 'ledger'), join(home, 'dist', 'adapters', 'bundle'), 'js', true],
  ];
  for (const [folder, reader, extension, isReadable] of places) {
    if (!isReadable || !existsSync(join(folder, `audit-file.${extension}`))) continue;
    const module = (name, from = folder) => import(pathToFileURL(join(from, `${name}.${extension}`)).href);
    const { auditFile } = await module('audit-file');
    const { auditBundle } = await module('audit-bundle');
    const { bundleText } = await module('bundle-text');
    const { reportText } = await module('report-text');
    // Only bundles need it: exports and proofs are audited without.
    const bundleFiles = () => module('bundle-files', reader);
    return { auditBundle, auditFile, bundleFiles, bundleText, reportText };
  }
  throw new Error(
    `found nothing to audit with: needs src/ledger/ beside bin/ and Node 22.18 or newer (this is ${process.versions.node}), or dist/ledger/`,
  );
}
