import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createAuditProgram } from '../../src/adapters/bundle/audit-program.ts';
import { openBundle } from '../../src/adapters/bundle/bundle-files.ts';
import { createZipBundle } from '../../src/adapters/bundle/zip-bundle.ts';
import { findOperation } from '../../src/flow.ts';
import { evidenceServer, writeEvidence } from '../../src/flow/evidence.ts';
import type { EvidenceBundle, Withholdable } from '../../src/flow/evidence.ts';
import { auditBundle } from '../../src/ledger/audit-bundle.ts';
import type { BundleReport } from '../../src/ledger/audit-bundle.ts';
import { SUMS_FILE, SIGNED_FILE, manifestText } from '../../src/ledger/bundle.ts';
import { originOf } from '../../src/ledger/checkpoint.ts';
import { createSigner, privateKeyFromSeed, signNote } from '../../src/ledger/note.ts';
import type { Signer } from '../../src/ledger/note.ts';
import type { World } from '../../src/ports/world.ts';

export interface MadeBundle {
  readonly zip: Buffer;
  readonly told: EvidenceBundle;
  readonly signer: Signer;
}

/** A bundle as the command writes it. `what` is null for the whole operation. */
export async function makeBundle(
  world: World,
  operationName: string,
  what: string | null,
  withhold: readonly Withholdable[] = [],
): Promise<MadeBundle> {
  const operation = await findOperation(world, operationName);
  const writer = createZipBundle();
  const pieces: Uint8Array[] = [];
  const gathered = (async () => {
    for await (const chunk of writer.chunks()) pieces.push(chunk);
  })();
  const { signer, told } = await world.store.read(async (transaction) => {
    const { organisation } = await transaction.ledgerReader().head();
    const ledgerKey = createSigner(originOf(organisation), privateKeyFromSeed(Buffer.alloc(32, 7)));
    const server = what === null ? null : await evidenceServer(transaction, operation, what);
    const request = { operation, server, withhold, now: world.clock.now() };
    return {
      signer: ledgerKey,
      told: await writeEvidence(transaction, ledgerKey, request, writer, createAuditProgram()),
    };
  });
  writer.end();
  await gathered;
  return { zip: Buffer.concat(pieces), told, signer };
}

/** Unpacks with the machine's own unzip, as a court would. */
export function unpack(zip: Buffer, into: string): string {
  const folder = mkdtempSync(join(into, 'bundle-'));
  const file = `${folder}.zip`;
  writeFileSync(file, zip);
  execFileSync('unzip', ['-q', file, '-d', folder]);
  return folder;
}

export async function auditOfBundle(path: string, options = {}): Promise<BundleReport> {
  const bundle = openBundle(path);
  try {
    return await auditBundle(bundle, options);
  } finally {
    bundle.close();
  }
}

/** Runs the program in the bundle with a Node that knows of nothing else. */
export function runAudit(
  folder: string,
  args: readonly string[] = ['.'],
  node = process.execPath,
): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(node, ['audit/dismantle-audit.js', ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: '' },
  });
  return { code: status, stdout, stderr };
}

export function namesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => join(found.parentPath, found.name).slice(folder.length + 1))
    .sort();
}

export function put(folder: string, name: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
}

/** Makes the list of files agree with what is there; signs it where a signer is given, as a forger with the key would. */
export function listAnew(
  folder: string,
  forger: { readonly signer: Signer; readonly organisation: string; readonly size: number } | null,
): void {
  const names = namesIn(folder).filter((name) => name !== SUMS_FILE && name !== SIGNED_FILE);
  names.sort((left, right) => (left < right ? -1 : 1));
  const sums = names.map((name) => `${sha256(readFileSync(join(folder, name)))}  ${name}\n`).join('');
  writeFileSync(join(folder, SUMS_FILE), sums);
  if (forger === null) return;
  const { organisation, signer, size } = forger;
  writeFileSync(
    join(folder, SIGNED_FILE),
    signNote(manifestText(organisation, sha256(Buffer.from(sums)), size), signer),
  );
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
