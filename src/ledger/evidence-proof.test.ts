import { array, assert, asyncProperty, boolean, constantFrom, integer, nat } from 'fast-check';
import { expect, test } from 'vitest';
import { auditFile } from './audit-file.ts';
import { entryPaths, rowParts, rowsOf } from './build-evidence-proof.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject } from './canonical.ts';
import { originOf, signCheckpoint } from './checkpoint.ts';
import { EVIDENCE_PROOF_FORMAT, EVIDENCE_PROOF_START, formatEvidenceProof } from './evidence-proof.ts';
import type { EvidenceProof, ProvedItem } from './evidence-proof.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { createSigner, formatVerifierKey, privateKeyFromSeed } from './note.ts';
import { PROOF_START } from './proof.ts';
import { reportText } from './report-text.ts';
import { verifyEvidenceProof } from './verify-evidence-proof.ts';

const SIGNER = createSigner(originOf('CERT Example'), privateKeyFromSeed(Buffer.alloc(32, 1)));
const DRAFT = { recordedAt: '2026-11-23T23:00:00.000Z', actor: 'Ada', subject: 'x' };
const PERSONAL = 'a device';

async function ledgerOf(
  count: number,
  chunkSize: number,
): Promise<{ ledger: MemoryLedger; signed: EvidenceProof['signed'] }> {
  const ledger = new MemoryLedger('CERT Example');
  ledger.append({ ...DRAFT, kind: 'operation.opened', body: { schema: 1, name: 'lab' } }, Buffer.alloc(32, 3));
  const rows = Array.from({ length: count }, (_, index) =>
    canonicalJson({ type: 'sighting', line: index + 1, label: index % 7 === 3 ? PERSONAL : '' }),
  );
  ledger.appendBatch({ ...DRAFT, kind: 'import.recorded', body: { schema: 1 } }, rows, Buffer.alloc(32, 1), chunkSize);
  ledger.append({ ...DRAFT, kind: 'notice.drafted', body: { schema: 1 } }, Buffer.alloc(32, 2));
  const { entries: size, root } = await ledger.head();
  const checkpoint = signCheckpoint({ origin: SIGNER.name, size, root }, SIGNER);
  return { ledger, signed: { checkpoint, rotations: [], verifierKey: formatVerifierKey(SIGNER) } };
}

async function openItem(
  ledger: MemoryLedger,
  sequence: number,
  places: readonly number[] | 'all',
  isWithheld = (_row: string): boolean => false,
): Promise<ProvedItem[]> {
  const kept = await ledger.entry(sequence);
  const path = (await entryPaths(ledger, [sequence], 3)).get(sequence);
  if (kept === null || kept.content === 'erased' || path === undefined) throw new Error('there is no such entry');
  const body: JsonObject = JSON.parse(kept.content.body);
  const open = {
    state: 'open' as const,
    body,
    entry: kept.entry,
    path,
    salt: Buffer.from(kept.content.salt).toString('hex'),
  };
  const summary = rowsOf(body);
  if (summary === null) return [{ ...open, runs: [] }];
  const items: ProvedItem[] = [];
  for await (const { runs } of rowParts(summary, (range) => ledger.rows(sequence, range), places, isWithheld))
    items.push({ ...open, runs });
  return items;
}

function proofOf(proofs: readonly ProvedItem[], signed: EvidenceProof['signed']): string {
  return formatEvidenceProof({ format: EVIDENCE_PROOF_FORMAT, organisation: 'CERT Example', proofs, signed });
}

test('any rows of any batch are proved, those that are kept back are not in it', async () => {
  const sizes = integer({ min: 1, max: 300 });
  await assert(
    asyncProperty(
      sizes,
      constantFrom(1, 4, 64, 512),
      array(nat(299), { maxLength: 20 }),
      boolean(),
      boolean(),
      async (count, chunkSize, wanted, isAll, isPersonal) => {
        const { ledger, signed } = await ledgerOf(count, chunkSize);
        const places = isAll
          ? ('all' as const)
          : [...new Set(wanted.filter((index) => index < count))].sort((left, right) => left - right);
        const isWithheld = (row: string): boolean => isPersonal && row.includes(PERSONAL);
        const items = await openItem(ledger, 2, places, isWithheld);
        const told: number[] = [];
        for (const item of items) {
          const report = verifyEvidenceProof(proofOf([item], signed), { knownKey: formatVerifierKey(SIGNER) });
          expect(report.findings).toEqual([]);
          told.push(...report.facts.map(({ index, row }) => (expect(row['line']).toBe(index + 1), index)));
        }
        const all = Array.from({ length: count }, (_, index) => index);
        const expected = (places === 'all' ? all : places).filter((index) => !isPersonal || index % 7 !== 3);
        expect(told).toEqual(expected);
      },
    ),
    { numRuns: 25 },
  );
});

test('each byte of a proof that is changed or left out is found', async () => {
  const { ledger, signed } = await ledgerOf(20, 8);
  const items = [...(await openItem(ledger, 1, [])), ...(await openItem(ledger, 2, [3, 9]))];
  const [third] = await openItem(ledger, 3, []);
  if (third?.state !== 'open') throw new Error('it is open');
  const paths = await entryPaths(ledger, [3], 3);
  const hidden = { state: 'hidden' as const, hash: third.entry.hash, path: paths.get(3) ?? [], sequence: 3 };
  const withheld = { state: 'withheld' as const, entry: third.entry, path: third.path };
  for (const last of [hidden, withheld]) {
    const text = proofOf([...items, last], signed);
    expect(verifyEvidenceProof(text)).toMatchObject({ ok: true, findings: [] });
    for (let at = 0; at < text.length; at += 3) {
      const changed = `${text.slice(0, at)}${text[at] === 'a' ? 'b' : 'a'}${text.slice(at + 1)}`;
      if (verifyEvidenceProof(changed).ok || verifyEvidenceProof(text.slice(0, at) + text.slice(at + 1)).ok) {
        // Withheld or erased: which of the two, the bundle's list says, and its erasures.
        expect(text.slice(0, at)).toMatch(/"state":"[a-z]*$/);
      }
    }
  }
});

test('runs that are no subtree, overlap or claim too much are refused', async () => {
  const { ledger, signed } = await ledgerOf(20, 8);
  const [item] = await openItem(ledger, 2, 'all');
  if (item?.state !== 'open') throw new Error('it is open');
  const [first, second] = item.runs;
  if (first === undefined || second === undefined) throw new Error('there are runs');
  for (const runs of [
    [{ ...first, index: 4 }],
    [{ ...first, span: 16 }],
    [{ ...first, rows: first.rows.slice(1) }],
    [{ ...first, span: 1 }],
    [second, first],
    [first, first],
  ]) {
    expect(verifyEvidenceProof(proofOf([{ ...item, runs }], signed)).ok).toBe(false);
  }
});

test('it is told apart from the older proof, and audited as a file', async () => {
  expect(EVIDENCE_PROOF_START).toHaveLength(PROOF_START.length);
  const { ledger, signed } = await ledgerOf(5, 8);
  const text = proofOf([...(await openItem(ledger, 1, [])), ...(await openItem(ledger, 2, [2]))], signed);
  const audited = await auditFile(
    (async function* one() {
      yield await Promise.resolve(Buffer.from(text));
    })(),
  );
  expect(audited).toMatchObject({ what: 'proof', report: { ok: true } });
  expect(reportText(audited, true)).toMatchObject({
    lead: 'The proof holds:',
    rest: expect.stringContaining('2 entries with 1 row of'),
  });
});
