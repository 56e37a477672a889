import { auditExport } from './audit.ts';
import type { AuditOptions, AuditReport } from './audit.ts';
import { EVIDENCE_PROOF_START } from './evidence-proof.ts';
import { MAX_PROOF_BYTES, PROOF_START } from './proof.ts';
import { verifyEvidenceProof } from './verify-evidence-proof.ts';
import { verifyProof } from './verify-proof.ts';
import type { ProofReport } from './verify-proof.ts';

/** What an audited file was taken for, and what is to say of it. */
export type FileReport =
  { readonly what: 'ledger'; readonly report: AuditReport } | { readonly what: 'proof'; readonly report: ProofReport };

/** Audits an export of a ledger, or a proof of single rows or entries: the first bytes tell which. */
export async function auditFile(chunks: AsyncIterable<Uint8Array>, options: AuditOptions = {}): Promise<FileReport> {
  const iterator = chunks[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < PROOF_START.length) {
      const { done, value } = await iterator.next();
      if (done === true) break;
      read.push(value);
      length += value.length;
    }
    const rest = restOf(read, iterator);
    const start = Buffer.concat(read).toString('latin1', 0, PROOF_START.length);
    if (start !== PROOF_START && start !== EVIDENCE_PROOF_START) {
      return { what: 'ledger', report: await auditExport(rest, options) };
    }
    return { what: 'proof', report: await auditProof(rest, options) };
  } finally {
    // Whoever stops early lets the source go, as leaving a loop over it would.
    await iterator.return?.();
  }
}

async function* restOf(read: readonly Uint8Array[], iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* read;
  for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
}

async function auditProof(chunks: AsyncIterable<Uint8Array>, options: AuditOptions): Promise<ProofReport> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    pieces.push(chunk);
    length += chunk.length;
    if (length > MAX_PROOF_BYTES) return refused('line-too-long', `the proof is longer than ${MAX_PROOF_BYTES} bytes`);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(pieces));
    return text.startsWith(PROOF_START) ? verifyProof(text, options) : evidenceReport(text, options);
  } catch (error) {
    if (error instanceof TypeError) return refused('not-utf8', 'the proof is not UTF-8');
    throw error;
  }
}

/** What is to say of it, without the document itself. */
function evidenceReport(text: string, options: AuditOptions): ProofReport {
  const { proof: _proof, ...report } = verifyEvidenceProof(text, options);
  return report;
}

function refused(kind: 'not-utf8' | 'line-too-long', message: string): ProofReport {
  const nothing = { organisation: null, verifierKey: null, entries: null, root: null, facts: [], items: [] };
  return { ok: false, ...nothing, findings: [{ line: null, sequence: null, kind, message }], moreFindings: 0 };
}
