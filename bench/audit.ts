/**
 * How fast an exported ledger is audited: `node bench/audit.ts [entries]`. Beside it, in the same run, what any reader has
 * to do at least: parse each line and hash it once.
 */
import { createHash, hash, generateKeyPairSync } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditExport } from '../src/ledger/audit.ts';
import { originOf } from '../src/ledger/checkpoint.ts';
import { sealEntry } from '../src/ledger/entry.ts';
import type { SealedEntry } from '../src/ledger/entry.ts';
import { exportLedger } from '../src/ledger/export.ts';
import { leafHashOfDigest, MerkleTree } from '../src/ledger/merkle.ts';
import { createSigner, formatVerifierKey } from '../src/ledger/note.ts';

const ENTRIES = Number(process.argv[2] ?? 200_000);
const ORGANISATION = 'default';
const signer = createSigner(originOf(ORGANISATION), generateKeyPairSync('ed25519').privateKey);

function* entries(): Generator<SealedEntry> {
  let previous: SealedEntry['entry'] | null = null;
  for (let number = 1; number <= ENTRIES; number++) {
    const salt = createHash('sha256').update(String(number)).digest();
    const act =
      number === 1
        ? { kind: 'key.introduced', subject: signer.keyId, body: { schema: 1, verifierKey: formatVerifierKey(signer) } }
        : {
            kind: 'operation.described',
            subject: `operation ${number}`,
            body: { schema: 1, operation: 'lab', malware: `Bot ${number}` },
          };
    const sealed: SealedEntry = sealEntry(
      previous,
      { recordedAt: '2026-11-23T12:00:00.000Z', actor: 'a bench', ...act },
      salt,
    );
    previous = sealed.entry;
    yield sealed;
  }
}

const tree = new MerkleTree();
for (const { entry } of entries()) tree.append(leafHashOfDigest(entry.hash));
const head = { organisation: ORGANISATION, entries: ENTRIES, rows: 0, root: tree.root() };

const folder = await mkdtemp(join(tmpdir(), 'dismantle-bench-'));
const file = join(folder, 'ledger.jsonl');
try {
  const output = await open(file, 'w');
  const reader = {
    head: () => Promise.resolve(head),
    async *entries() {
      await Promise.resolve();
      for (const { entry, body, salt } of entries()) yield [{ entry, content: { body, salt } }];
    },
    async *rows() {},
  };
  for await (const piece of exportLedger(reader, signer)) await output.write(piece);
  await output.close();
  const bytes = (await stat(file)).size;

  const started = performance.now();
  const report = await auditExport(createReadStream(file, { highWaterMark: 1024 * 1024 }));
  const auditMs = performance.now() - started;
  if (!report.ok || report.entries !== ENTRIES) throw new Error(`not whole: ${JSON.stringify(report.findings[0])}`);
  const leastMs = await parseAndHash();
  console.log(`${ENTRIES} entries, ${(bytes / 1e6).toFixed(0)} MB`);
  console.log(
    `  audit                         ${(auditMs / 1000).toFixed(2).padStart(7)} s   ${Math.round(ENTRIES / (auditMs / 1000))} entries/s`,
  );
  console.log(`  parse and hash each line once ${(leastMs / 1000).toFixed(2).padStart(7)} s`);
  console.log(`  ratio                         ${(auditMs / leastMs).toFixed(2).padStart(7)}`);
  console.log(`  peak memory                   ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function parseAndHash(): Promise<number> {
  const started = performance.now();
  let rest = '';
  let hashed = 0;
  const stream: AsyncIterable<string> = createReadStream(file, { highWaterMark: 1024 * 1024, encoding: 'utf8' });
  for await (const piece of stream) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      JSON.parse(line);
      hashed += hash('sha256', line).length;
    }
  }
  if (hashed === 0) throw new Error('nothing was read');
  return performance.now() - started;
}
