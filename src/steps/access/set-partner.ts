import { parsePartnerKey } from '../../domain/access.ts';
import { speakerOf } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { World } from '../../ports/world.ts';

export interface PartnerWords {
  readonly partner: string;
  readonly name: string;
  /** "country:DE", "provider:KEY"; the community's is every partner's. */
  readonly recipients: readonly string[];
  readonly mayContribute: boolean;
  readonly reliability: string | null;
  readonly group: string | null;
  readonly reason: string;
  /** The admin who signs. */
  readonly by: string;
}

const RELIABILITIES = ['A', 'B', 'C', 'D', 'E', 'F'];
const MAX_RECIPIENTS = 1000;
const MAX_NAME_LENGTH = 200;

/** Makes an organisation a partner, or says anew what it may have: the whole of it, so that nothing is left from before. */
export function partnerAct(words: PartnerWords): SignedAct {
  const partner = parsePartnerKey(words.partner);
  const name = words.name.trim();
  if (name === '' || name.length > MAX_NAME_LENGTH) {
    throw problem('usage', `the name of a partner has 1 to ${MAX_NAME_LENGTH} characters`);
  }
  if (words.recipients.length > MAX_RECIPIENTS) {
    throw problem('usage', `a partner stands for at most ${MAX_RECIPIENTS} countries and providers`);
  }
  if (words.reliability !== null && !RELIABILITIES.includes(words.reliability)) {
    throw problem('usage', `"${words.reliability}" is no reliability`, 'A (completely reliable) to E, F where unknown');
  }
  const { mayContribute, reliability, group, reason } = words;
  return {
    name: words.by,
    act: 'partner.set',
    lock: null,
    async prepare(transaction) {
      const recipients = [...new Set(words.recipients)].toSorted();
      for (const recipient of recipients) {
        const key = /^provider:(.+)$/s.exec(recipient)?.[1];
        if (key === undefined || (await transaction.provider(key)) !== null) continue;
        throw problem('not-found', `there is no provider "${key}"`, 'List them with: dismantle providers');
      }
      return { subject: partner, terms: { name, recipients, mayContribute, reliability, group, reason } };
    },
  };
}

/** From now on the organisation is no partner: its tokens open nothing. Whoever is on record may, without a key. */
export async function removePartner(
  world: World,
  text: string,
  words: { readonly person: string; readonly reason: string },
): Promise<string> {
  const partner = parsePartnerKey(text);
  await world.store.write(async (transaction) => {
    await transaction.lockLedger();
    const found = await transaction.partner(partner);
    if (found === null || found.removedAt !== null) {
      throw problem('not-found', `${partner} is no partner`, 'List them with: dismantle partner list');
    }
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'partner.removed',
      subject: partner,
      body: { schema: 1, reason: words.reason, by: speakerOf(await transaction.people(), words.person) },
    });
  });
  return partner;
}
