import { assertGoesOn } from '../../domain/problem.ts';
import type { Operation } from '../../domain/operation.ts';
import type { DecisionRow } from '../../domain/rows.ts';
import type { World } from '../../ports/world.ts';
import { prepareAuthorities } from '../../policy/authority-coverage.ts';
import { assertInForce } from './assert-in-force.ts';
import { decideCase, underAuthority } from './decide-case.ts';
import type { DecisionRules } from './decide-case.ts';

/** Determines the lawful method for every case that is identified; records what has changed as one batch. */
export async function decideCases(world: World, operation: Operation, rules: DecisionRules): Promise<number> {
  return world.store.write(async (transaction) => {
    await transaction.lockOperationAhead(operation.id);
    const [records] = await Promise.all([
      transaction.authorities().list(operation.id),
      // What comes into force meanwhile is found by the database, behind the entry.
      assertInForce(transaction, rules.playbook),
    ]);
    const batchId = world.ids.uuid();
    const now = world.clock.now();
    const batch = await transaction.openBatch('decide', operation.id, batchId, now);
    const byMethod = new Map<string, number>();
    const authorities = prepareAuthorities(records);
    let seen = 0;
    for await (const page of transaction.casesToDecide(operation.id, now)) {
      assertGoesOn(world.signal);
      const rows: DecisionRow[] = [];
      for (const facts of page) {
        const row = decideCase(underAuthority(facts, authorities, now), rules, now);
        if (row === null) continue;
        rows.push(row);
        byMethod.set(row.method, (byMethod.get(row.method) ?? 0) + 1);
      }
      await batch.add(rows);
      seen += page.length;
      world.progress.step('deciding', seen);
    }
    if (batch.count === 0) return 0;
    await batch.finish({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'decide.recorded',
      subject: batchId,
      body: {
        schema: 1,
        operation: operation.id,
        playbook: rules.playbook,
        capacity: rules.capacity,
        evidenceDays: rules.gates.evidenceDays,
        probeHours: rules.gates.probeHours,
        methods: Object.fromEntries(byMethod),
      },
    });
    return batch.count;
  });
}
