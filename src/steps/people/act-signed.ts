import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { hasRole, personNamed } from '../../domain/person.ts';
import type { PersonRecord } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import { wasNewest } from '../../ledger/ledger-tips.ts';
import { MAX_SIGNING_MS, SIGNED_KINDS, statementText, verifyRecord } from '../../ledger/signed-act.ts';
import type { LedgerTip, SignatureRecord } from '../../ledger/signed-act.ts';
import type { SignedAct, Signing } from '../../ports/signing.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

/**
 * Records an act that a person signs. It is prepared, shown to the person's key outside of any transaction, and prepared
 * once more under the lock: what has changed meanwhile was not signed, and is refused.
 */
export function actSigned(
  world: World,
  signing: Signing,
  request: SignedAct,
): Promise<{ person: PersonRecord; subject: string }> {
  return actSignedBy(world, signing, request, async (transaction) => {
    const person = personNamed(await transaction.people(), request.name);
    assertRole(person, request.act);
    return person;
  });
}

/** The same for a signer who is found in another way: the first person vouches for itself. */
export async function actSignedBy(
  world: World,
  signing: Signing,
  request: SignedAct,
  signer: (transaction: ReadTransaction) => Promise<PersonRecord>,
): Promise<{ person: PersonRecord; subject: string }> {
  const { act, lock } = request;
  const first = await world.store.read(async (transaction) => {
    const [person, tip] = await Promise.all([signer(transaction), transaction.ledgerTip()]);
    return { person, tip, ...(await request.prepare(transaction, person)) };
  });
  const asked = world.clock.now();
  // After a clock that ran ahead has been set back, the ledger goes on at its last moment: so does what is signed for it.
  const at = isoInstant(Math.max(asked, first.tip?.recordedAt ?? asked));
  const { person, subject, terms, tip } = first;
  const nonce = world.ids.uuid();
  // Over what the ledger holds: it is for this one alone, and whoever wrote its past anew would have to sign once more for everybody.
  const statement = statementText({ act, subject, person: person.person, at, nonce, terms, after: tip });
  const signed: SignatureRecord = { ...(await signing.sign(statement, person.keys)), statement };
  const isHers = ({ keys }: PersonRecord): boolean => keys.some(({ publicKey }) => publicKey === signed.publicKey);
  const verified = isHers(person) ? verifyRecord(signed) : { ok: false, reason: 'it was made by another key' };
  if (!verified.ok) throw problem('refused', `${person.name}'s signature was not taken: ${verified.reason}`);
  if (Math.abs(world.clock.now() - asked) > MAX_SIGNING_MS) {
    throw problem('refused', 'the signature took more than an hour; nothing was recorded', 'Look again, and sign anew');
  }
  await world.store.write(async (transaction) => {
    // Of two first people at once the second has to see the first, even where the ledger was empty for both.
    if (lock === null) await transaction.lockLedger();
    else await transaction.lockOperationAhead(lock);
    const again = await signer(transaction);
    const prepared = await request.prepare(transaction, again);
    const isTheSame =
      isHers(again) && prepared.subject === subject && canonicalJson(prepared.terms) === canonicalJson(terms);
    if (!isTheSame) {
      throw problem('refused', 'it changed while you were signing; nothing was recorded', 'Look again, and sign anew');
    }
    // From here on nobody else writes, for another operation neither: what is found newest now stands before this act.
    if (lock !== null) await transaction.lockLedger();
    const recordedAt = world.clock.now();
    await assertInTime(transaction, tip, Date.parse(at), recordedAt);
    await transaction.append({
      actor: world.actor,
      recordedAt,
      kind: act,
      subject,
      body: { ...terms, schema: 1, person: person.person, signed: { ...signed } },
    });
    await request.also?.(transaction, again);
  });
  return { person, subject };
}

/** What an audit would not take is not recorded: where clocks are apart, an entry says that it stood here before. */
async function assertInTime(
  transaction: ReadTransaction,
  tip: LedgerTip | null,
  signedAt: Instant,
  now: Instant,
): Promise<void> {
  const [next] = await transaction.entryHeads(tip?.sequence ?? 0, 1);
  const newest = await transaction.ledgerTime();
  const aside = Math.abs(Math.max(now, newest ?? now) - signedAt);
  if (aside <= MAX_SIGNING_MS && wasNewest(next === undefined ? null : Date.parse(next.recordedAt), signedAt)) return;
  throw problem(
    'refused',
    'by their clocks, the machines that write into this ledger are too far apart for this signature; nothing was recorded',
    'Set their clocks, and sign anew',
  );
}

/** Refuses whose roles do not allow the act. */
export function assertRole(person: PersonRecord, act: string): void {
  const roles = SIGNED_KINDS[act];
  if (roles === undefined) throw new Error(`${act} is no act that is signed`);
  if (hasRole(person, roles)) return;
  throw problem(
    'refused',
    `${person.name} is ${person.roles.join(', ')}; this needs ${roles.join(' or ')}`,
    'See who may: dismantle person list',
  );
}
