import { problem, ProblemError } from '../../domain/problem.ts';
import { originOf } from '../../ledger/checkpoint.ts';
import {
  introductionBody,
  KEY_INTRODUCED_KIND,
  KEY_ROTATED_KIND,
  lostRotationBody,
  rotationBody,
} from '../../ledger/key-chain.ts';
import { formatVerifierKey } from '../../ledger/note.ts';
import type { Signer, VerifierKey } from '../../ledger/note.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { openLedgerKey } from './ledger-key.ts';
import { dropNewKey, newKeyIds, prepareKey } from './seed-files.ts';

type KeyWorld = Pick<World, 'store' | 'clock' | 'random' | 'actor'>;

/** Opens the key that the ledger names, as this transaction sees it. */
export async function openKeyOf(
  transaction: ReadTransaction,
  dataDirectory: string,
  random: World['random'],
): Promise<Signer> {
  const { organisation } = await transaction.ledgerReader().head();
  const { current } = await transaction.keyChain();
  return openLedgerKey(dataDirectory, originOf(organisation), random, current);
}

/** Has the ledger name its key, unless it does already. */
export async function introduceKey(world: KeyWorld, dataDirectory: string): Promise<void> {
  const isNamed = await world.store.read(async (transaction) => (await transaction.keyChain()).current !== null);
  if (isNamed) return;
  await world.store.write(async (transaction) => {
    await transaction.lockLedger();
    if ((await transaction.keyChain()).current !== null) return;
    const signer = await openKeyOf(transaction, dataDirectory, world.random);
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: KEY_INTRODUCED_KIND,
      subject: signer.keyId,
      body: introductionBody(signer),
    });
  });
}

export interface RotationRequest {
  readonly reason: string;
  /** The old key is gone: nobody signs for the new one. */
  readonly lost: boolean;
}

export interface Rotated {
  readonly previousKey: string;
  readonly verifierKey: string;
  readonly lost: boolean;
}

/**
 * Puts a new key in the place of the one in force. The new seed is on disk before the ledger names its key, and gets
 * its place after: a crash before the entry leaves a seed that nothing names, a crash after it is settled when the key
 * is opened next.
 */
export async function rotateKey(world: KeyWorld, dataDirectory: string, request: RotationRequest): Promise<Rotated> {
  const { random, store } = world;
  // Looked at before anything is written, so that a refusal leaves nothing behind.
  const before = await store.read((transaction) => previousKey(transaction, dataDirectory, random, request));
  const next = await prepareKey(dataDirectory, before.name, random);
  const previous = await store.write(async (transaction) => {
    await transaction.lockLedger();
    const found = await previousKey(transaction, dataDirectory, random, request);
    if (formatVerifierKey(found) !== formatVerifierKey(before)) {
      await dropNewKey(dataDirectory, next.keyId);
      throw problem(
        'refused',
        'the key was rotated by somebody else at this moment',
        'Look with: dismantle audit --json',
      );
    }
    await dropLeftovers(dataDirectory, next, found);
    const { entries } = await transaction.ledgerReader().head();
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: KEY_ROTATED_KIND,
      subject: next.keyId,
      body:
        'privateKey' in found
          ? rotationBody(found, next, entries, request.reason)
          : lostRotationBody(found, next, request.reason),
    });
    return found;
  });
  // Opening settles the rotation in the same way, whether or not something came between.
  await openLedgerKey(dataDirectory, next.name, random, next);
  return { previousKey: formatVerifierKey(previous), verifierKey: formatVerifierKey(next), lost: request.lost };
}

/** The key to be replaced: able to sign, or with `lost` only named by the ledger. */
async function previousKey(
  transaction: ReadTransaction,
  dataDirectory: string,
  random: World['random'],
  { lost }: RotationRequest,
): Promise<Signer | VerifierKey> {
  const { current } = await transaction.keyChain();
  if (current === null) {
    throw problem(
      'refused',
      'the ledger names no key yet, so there is none to replace',
      'The first export or audit of the ledger names one',
    );
  }
  if (!lost) return openKeyOf(transaction, dataDirectory, random);
  const isHere = await openKeyOf(transaction, dataDirectory, random).then(
    () => true,
    (error: unknown) => {
      if (error instanceof ProblemError) return false;
      throw error;
    },
  );
  if (!isHere) return current;
  throw problem(
    'refused',
    'the key that the ledger names is here, so it is not lost',
    'Leave --lost out: the old key then signs for the new one, and whoever knows it can follow',
  );
}

/** Seeds of rotations that never came into the ledger. The ledger is locked, so none of them still may. */
async function dropLeftovers(dataDirectory: string, next: VerifierKey, current: VerifierKey): Promise<void> {
  for (const keyId of await newKeyIds(dataDirectory)) {
    if (keyId !== next.keyId && keyId !== current.keyId) await dropNewKey(dataDirectory, keyId);
  }
}
