import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isoInstant } from '../../src/domain/instant.ts';
import { Chance } from '../../src/exercise/chance.ts';
import { planOf } from '../../src/exercise/simulation/small-scenario.ts';
import type { SimulationPlan } from '../../src/exercise/simulation/small-scenario.ts';
import type { Fault } from '../../src/exercise/simulation/fault.ts';
import type { EntryDraft, Store, WriteTransaction } from '../../src/ports/store.ts';
import { openLaboratory } from '../../scripts/simulate/laboratory.ts';
import type { Laboratory, PlayOptions } from '../../scripts/simulate/laboratory.ts';

/*
 * That the invariants can fail: the product is played with a part that is broken on purpose, and the rule named for it has to see it.
 */

let laboratory: Laboratory;
beforeAll(async () => {
  laboratory = await openLaboratory(null);
});
afterAll(() => laboratory.close());

const QUIET: SimulationPlan['world'] = {
  ...planOf(14).world,
  hours: 6,
  providers: 2,
  servers: 4,
  devices: 0,
  named: 0,
  handsOff: 0,
  decoys: 0,
  replacementsPerDay: 0,
};

async function brokenRules(
  options: PlayOptions,
  world: Partial<SimulationPlan['world']> = {},
  faults: readonly Fault[] = [],
): Promise<ReadonlySet<string>> {
  const { breaches, noticesSent } = await laboratory.play({ world: { ...QUIET, ...world }, faults }, options);
  expect(noticesSent).toBeGreaterThan(0);
  return new Set(breaches.map(({ rule }) => rule));
}

/** A store that puts something else on record than what it was given. */
function forging(store: Store, forge: (draft: EntryDraft, transaction: WriteTransaction) => EntryDraft): Store {
  return {
    ...store,
    write: (work) =>
      store.write((transaction) =>
        work({ ...transaction, append: (draft) => transaction.append(forge(draft, transaction)) }),
      ),
  };
}

describe('an invariant sees', () => {
  test('nothing, where nothing is broken', async () => {
    expect(await brokenRules({})).toEqual(new Set());
  });

  test('a transport that sends what no intent speaks of (1)', async () => {
    const rules = await brokenRules({
      sabotage: {
        transport: (transport) => ({
          ...transport,
          async deliver(mail) {
            const other = Buffer.from(
              Buffer.from(mail.message)
                .toString('latin1')
                .replace(/^Message-ID: </im, '$&x'),
            );
            await transport.deliver({ ...mail, message: other });
            return transport.deliver(mail);
          },
        }),
      },
    });
    expect(rules).toContain('1 intent first');
  });

  test('gates that take a dark server for a live one (2)', async () => {
    const rules = await brokenRules(
      {
        sabotage: {
          // What the prober tells is not what it saw: the gate for looks lets everything through.
          prober: (prober) => ({
            ...prober,
            async look(target, drill, signal) {
              const taken = await prober.look(target, drill, signal);
              if (!('seen' in taken.result)) return taken;
              const tcp = { outcome: 'connected' as const, ms: 1, error: null };
              return { ...taken, result: { seen: { ...taken.result.seen, tcp } } };
            },
          }),
        },
      },
      {},
      [
        { fault: 'vantage', atMinute: 0, minutes: 400, what: 'says-dark', pick: 0 },
        { fault: 'vantage', atMinute: 0, minutes: 400, what: 'cut-off', pick: 0.9 },
      ],
    );
    expect(rules).toContain('2 evidence');
  });

  test('hands-off words that end before they begin (4)', async () => {
    const rules = await brokenRules(
      {
        sabotage: {
          store: (store) =>
            forging(store, (draft) =>
              draft.kind === 'hands-off.recorded'
                ? { ...draft, body: { ...draft.body, until: isoInstant(draft.recordedAt + 1) } }
                : draft,
            ),
        },
      },
      { handsOff: 2 },
    );
    expect(rules).toContain('4 first do no harm');
  });

  test('a reply that makes a server dark (5)', async () => {
    const rules = await brokenRules({
      sabotage: {
        steps: (store) => ({
          ...store,
          write: (work) =>
            store.write((transaction) =>
              work({
                ...transaction,
                async append(draft) {
                  await transaction.append(draft);
                  if (draft.kind === 'mail.received') await transaction.append(await darkByWord(transaction, draft));
                },
              }),
            ),
        }),
      },
    });
    expect(rules).toContain('5 replies change no verdict');
  });

  test('an approval by somebody who may not approve (6)', async () => {
    const changing = (store: Store, from: string, to: string): Store =>
      forging(store, (draft) => {
        if (draft.kind !== 'person.added' || !draft.subject.includes('approver')) return draft;
        const roles = Array.isArray(draft.body['roles']) ? draft.body['roles'] : [];
        return { ...draft, body: { ...draft.body, roles: roles.map((role) => (role === from ? to : role)) } };
      });
    // It is an analyst who is put on record, and the product takes him for an approver.
    const rules = await brokenRules({
      sabotage: {
        steps: (store) => changing(store, 'approver', 'analyst'),
        store: (store) => changing(store, 'analyst', 'approver'),
      },
    });
    expect(rules).toContain('6 approvals');
  });

  test('chance that comes from elsewhere than the seed (8)', async () => {
    let run = 0;
    const withOtherChance: PlayOptions = {
      parts: (parts) => ({
        ...parts,
        openStore: () => parts.openStore(new Chance(`run ${(run += 1)}`)),
      }),
    };
    const roots = [];
    for (let turn = 0; turn < 2; turn++) {
      const { root } = await laboratory.play({ world: QUIET, faults: [] }, withOtherChance);
      roots.push(root);
    }
    expect(new Set(roots).size).toBe(2);
  });

  test('a store that keeps half of what was taken back (8, the ledger)', async () => {
    const rules = await brokenRules({ sabotage: { store: halfCommitting } }, {}, [
      { fault: 'crash', entry: 'notice.drafted', when: 'before', nth: 1 },
    ]);
    expect(rules).toContain('8 one history');
  });
});

async function darkByWord(transaction: WriteTransaction, { recordedAt, actor, body }: EntryDraft): Promise<EntryDraft> {
  const operation = (await transaction.operations())[0]?.id ?? '';
  let server = '';
  for await (const page of transaction.servers(operation)) server = page[0]?.serverId ?? server;
  const at = isoInstant(recordedAt);
  const verdict = { from: 'live', to: 'dark', finding: 'closed', at, since: at, darkAt: at, lastLiveAt: null };
  return {
    actor,
    recordedAt,
    kind: 'server.verdict-changed',
    subject: server,
    body: { schema: body.schema, operation, case: null, ...verdict },
  };
}

/** Commits although the work threw. */
function halfCommitting(store: Store): Store {
  return {
    ...store,
    async write(work) {
      let thrown: { readonly cause: unknown } | null = null;
      const value = await store.write(async (transaction) => {
        try {
          return await work(transaction);
        } catch (cause) {
          thrown = { cause };
          return null;
        }
      });
      if (thrown !== null || value === null) throw (thrown ?? { cause: null }).cause;
      return value;
    },
  };
}
