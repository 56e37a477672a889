import { KeyNotHere } from '../../domain/key-not-here.ts';
import { ProblemError } from '../../domain/problem.ts';
import { formatVerifierKey } from '../../ledger/note.ts';
import type { Signer, VerifierKey } from '../../ledger/note.ts';
import type { Random } from '../../ports/random.ts';
import { makeKey, readKey, readNewKey, seedPath, takeUpKey } from './seed-files.ts';

/**
 * The key that signs checkpoints. `name` is the ledger's origin, `named` the last key that the ledger names. A key is
 * made only where the ledger has named none: in place of a lost one it would pass for the organisation's own.
 *
 * Settles a rotation that was cut short: its key is named by the ledger, and its file still lies beside.
 */
export async function openLedgerKey(
  dataDirectory: string,
  name: string,
  random: Random,
  named: VerifierKey | null,
): Promise<Signer> {
  if (named === null) return (await readKey(dataDirectory, name)) ?? makeKey(dataDirectory, name, random);
  const found = await keyInForce(dataDirectory, name);
  if (isSame(found, named)) return found;
  const prepared = await problemIn(readNewKey(dataDirectory, name, named.keyId));
  if (isSame(prepared, named)) {
    await takeUpKey(dataDirectory, named.keyId, replacedId(found, named));
    return prepared;
  }
  // Another process may have settled the rotation between the two looks.
  const settled = await keyInForce(dataDirectory, name);
  if (isSame(settled, named)) return settled;
  if (settled instanceof ProblemError) throw new KeyNotHere(settled.problem, settled);
  const path = seedPath(dataDirectory);
  throw new KeyNotHere({
    code: 'database',
    message:
      `the ledger names the key ${formatVerifierKey(named)}, and ${path} ` +
      (settled === null ? 'is missing' : `holds another one, ${formatVerifierKey(settled)}`),
    hint:
      'Restore keys/ledger-ed25519.seed from a backup; only if that key is gone for good: ' +
      'dismantle ledger rotate-key --lost --reason TEXT',
  });
}

/** What the file of the key in force holds; the problem where it holds no key. */
function keyInForce(dataDirectory: string, name: string): Promise<Signer | ProblemError | null> {
  return problemIn(readKey(dataDirectory, name));
}

async function problemIn(reading: Promise<Signer | null>): Promise<Signer | ProblemError | null> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
}

/** Under which id to keep what was in the place of a new key: bytes that are no key have no id of their own. */
function replacedId(found: Signer | ProblemError | null, next: VerifierKey): string | null {
  return found instanceof ProblemError ? `before-${next.keyId}` : (found?.keyId ?? null);
}

function isSame(found: Signer | ProblemError | null, wanted: VerifierKey): found is Signer {
  if (found === null || found instanceof ProblemError) return false;
  return formatVerifierKey(found) === formatVerifierKey(wanted);
}
