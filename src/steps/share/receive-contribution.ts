import { createHash } from 'node:crypto';
import type { ContributedObject, Contribution } from '../../domain/contribution.ts';
import { stableId } from '../../domain/giving-ids.ts';
import { isoInstant } from '../../domain/instant.ts';
import { problem } from '../../domain/problem.ts';
import type { World } from '../../ports/world.ts';

/** What may wait of one partner: whoever hands in more than is taken in waits as well. */
const MOST_WAITING = 100;

/** STIX objects as they were sent; each has a type and an id. */
export interface HandedIn {
  readonly operationId: string;
  readonly partner: string;
  readonly objects: readonly (Readonly<Record<string, unknown>> & { readonly id: string })[];
}

/** Keeps what a partner hands in until intake has had its turn; nothing follows from it before. */
export async function receiveContribution(world: World, handedIn: HandedIn): Promise<Contribution> {
  const { operationId, partner } = handedIn;
  const content = `{"objects": [\n${handedIn.objects.map((object) => JSON.stringify(object)).join(',\n')}\n]}\n`;
  const sha256 = createHash('sha256').update(content).digest('hex');
  const id = stableId('contribution', world.ids.uuid());
  return world.store.write(async (transaction) => {
    if ((await transaction.waitingOf(partner)) >= MOST_WAITING) {
      throw problem('refused', `${MOST_WAITING} contributions of yours wait to be taken in`, 'Hand in more later');
    }
    const receivedAt = world.clock.now();
    const objects = handedIn.objects.map((object): ContributedObject => {
      return { id: object.id, version: versionOf(object) ?? isoInstant(receivedAt) };
    });
    const contribution: Contribution = { id, operationId, partner, receivedAt, objects, refusals: null };
    await transaction.keepContribution({ ...contribution, content, sha256 });
    await transaction.append({
      actor: world.actor,
      recordedAt: receivedAt,
      kind: 'contribution.received',
      subject: id,
      body: { schema: 1, operation: operationId, partner, objects: objects.length, sha256 },
    });
    return contribution;
  });
}

function versionOf(object: Readonly<Record<string, unknown>>): string | null {
  const { modified, created } = object;
  const word = typeof modified === 'string' ? modified : created;
  return typeof word === 'string' && /^[\d:.TZ+-]{1,40}$/.test(word) ? word : null;
}
