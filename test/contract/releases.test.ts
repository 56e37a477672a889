import { afterAll, beforeAll, expect, test } from 'vitest';
import { clear, release, releaseOf } from '../../src/flow/approvals.ts';
import { openApprovalLab } from '../support/approvals.ts';
import type { ApprovalLab } from '../support/approvals.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import type { Enrolled } from '../support/deconfliction.ts';

const HELD = '192.0.2.11';

let database: TestDatabase;
const labs: ApprovalLab[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  for (const { world } of labs) await world.store.close();
  await database?.close();
});

async function heldLab(): Promise<
  ApprovalLab & {
    readonly heldBy: () => Promise<readonly string[]>;
    readonly say: (person: Enrolled, server?: string) => Promise<number>;
  }
> {
  const lab = await openApprovalLab(database, {
    hosts: [HELD],
    sources: { warningLists: { sinkholes: [`${HELD}/32`] } },
  });
  labs.push(lab);
  const { world } = lab;
  return {
    ...lab,
    heldBy: () =>
      world.store.read(async (transaction) => {
        const operation = await transaction.findOperation('lab');
        for await (const page of transaction.servers(operation?.id ?? '')) {
          const found = page.find(({ host }) => host === HELD);
          if (found !== undefined) return found.heldBy;
        }
        return [];
      }),
    say: async (person, server = HELD) =>
      (await release(world, person.key.signing, 'lab', server, { person: person.name, reason: 'its operator agrees' }))
        .people,
  };
}

test('a server that a list holds goes on once two different people have let it go, and not before', async () => {
  const { world, bo, cy, ada, go, heldBy, say } = await heldLab();
  expect(await heldBy()).toEqual(['sinkholes']);
  await expect(say(ada)).rejects.toThrow('this needs approver or counsel');
  const standing = () => releaseOf(world, 'lab', HELD);
  expect(await standing()).toMatchObject({ holding: [{ list: 'sinkholes' }], hands: { refused: null, given: [], missing: null } }); // prettier-ignore
  expect(await say(bo)).toBe(1);
  await expect(say(bo)).rejects.toThrow('has released');
  // Whoever looks is told before they press anything.
  const { hands } = await standing();
  expect(hands).toMatchObject({ needed: 2, given: [bo.name], roles: ['approver', 'counsel'], mayNot: [] });
  expect(hands.mayGive).toContain(cy.name);
  expect([...hands.mayGive, ...hands.given]).not.toContain(ada.name);
  await go();
  expect(await heldBy()).toEqual(['sinkholes']);
  expect(await say(cy)).toBe(2);
  expect(await standing()).toMatchObject({ holding: [], hands: { refused: 'no list holds it' } });
  await go();
  expect(await heldBy()).toEqual([]);
  expect(await auditOf(world.store)).toMatchObject({ ok: true, findings: [] });
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
});

test('nobody releases what no list holds, or what is not there', async () => {
  const { bo, go, say } = await heldLab();
  await go(['192.0.2.12']);
  await expect(say(bo, '192.0.2.12')).rejects.toThrow('no list holds');
  await expect(say(bo, '192.0.2.99')).rejects.toThrow('has no server');
});

test('a mailbox on record is cleared by name, again when it has to be, and no other', async () => {
  const lab = await openApprovalLab(database, { hosts: [HELD] });
  labs.push(lab);
  const { world, ada, look } = lab;
  const say = (mailbox: string, provider = 'Prairie Hosting') =>
    clear(world, ada.key.signing, provider, mailbox, { person: ada.name, reason: 'called them' });
  await expect(say('other@hosting.example')).rejects.toThrow('has no such mailbox on record');
  await expect(say('abuse@prairie-hosting.example', 'Nobody')).rejects.toThrow('there is no provider');
  expect((await look()).facts.contacts[0]?.clearedAt).toBeNull();
  await say('ABUSE@prairie-hosting.example');
  const first = (await look()).facts.contacts[0]?.clearedAt ?? 0;
  expect(first).toBeGreaterThan(0);
  await say('abuse@prairie-hosting.example');
  expect((await look()).facts.contacts[0]?.clearedAt).toBeGreaterThan(first);
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
});
