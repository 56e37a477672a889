import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { correctProvider, erase, explain, mergeProviders, run, setKind, splitProvider } from '../../src/flow.ts';
import type { RunSummary } from '../../src/flow.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { madeUpPublicAddress } from '../support/indicators.ts';
import { createLabRegistry } from '../support/lab-registry.ts';
import { drill, labLocator, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestSources, TestWorld } from '../support/world.ts';

/* What people say of providers and kinds, and who is written to because of it. */

let database: TestDatabase;
let world: TestWorld;

const ADA = { person: 'Ada', reason: 'fourteen notices ignored' };
const LOCATOR = labLocator({
  '198.18.7.': { asn: 64_510, holder: 'Lab Seven' },
  '198.18.9.': { asn: 64_511, holder: 'Lab Nine' },
});

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database?.close());
beforeEach(async () => {
  world = await openTestWorld(database);
});

async function book(name: string, text: string): Promise<string> {
  const path = join(database.directory, name);
  await writeFile(path, text);
  return path;
}

const twoDesks = (first = 'Seven Hosting'): string => `
providers:
  - {name: ${first}, asns: 64510, contact: abuse@seven.example, country: US, type: hosting}
  - {name: Nine Hosting, asns: 64511, contact: abuse@nine.example, country: US, type: hosting}
`;

async function go(choice: TestSources, text = ''): Promise<RunSummary> {
  const sources = await openTestSources(database, { locator: LOCATOR, ...choice });
  const files = text === '' ? [] : [await openTestFile(database, text)];
  return run(world, sources, drill(files, { attest: 'Bo', reason: 'test' }));
}

const recipients = ({ notices }: RunSummary): readonly string[] => notices.map(({ to }) => String(to)).sort();

test('a correction holds with the book at hand, without it, and under the name that the book gives the desk later', async () => {
  const named = await book('a.yaml', twoDesks());
  expect(recipients(await go({ book: named }, '198.18.7.1:443\n198.18.9.1:443\n'))).toEqual([
    'abuse@nine.example',
    'abuse@seven.example',
  ]);
  await correctProvider(world, 'as64510', { trust: 'bulletproof' }, ADA);
  expect(recipients(await go({ book: null }))).toEqual(['abuse@nine.example']);
  expect(recipients(await go({ book: named }))).toEqual(['abuse@nine.example']);
  await correctProvider(world, 'Seven Hosting', { trust: null }, ADA);
  expect(recipients(await go({ book: named }))).toEqual(['abuse@nine.example', 'abuse@seven.example']);
});

test('a word on an AS outlives the book that comes to know its holder', async () => {
  await go({ book: null }, '198.18.7.1:443\n');
  await correctProvider(world, 'as64510', { trust: 'bulletproof' }, ADA);
  expect(recipients(await go({ book: await book('b.yaml', twoDesks()) }))).toEqual([]);
});

test('a word on an organisation outlives a network of it that names another desk', async () => {
  const real = async (network: string, mailbox: string): Promise<RunSummary> => {
    const registry = createLabRegistry(network);
    const answer = await registry.network({ version: 4, text: `${network}.7`, number: 0 }, world.signal);
    if (answer.outcome !== 'answered') throw new Error(answer.reason);
    const abuse = answer.registration.abuse.map((contact) => ({ ...contact, email: mailbox }));
    const sources = await openTestSources(database, {
      locator: labLocator({ '': { asn: 64_505, holder: 'Lease Example Ltd' } }),
      registry: createLabRegistry(network, { abuse }),
      book: null,
    });
    const files = [await openTestFile(database, `${network}.7:443\n`)];
    return run(world, sources, {
      ...drill(files, { attest: 'Bo', reason: 'test' }),
      operation: { name: 'real', drill: false, malware: null },
    });
  };
  const [one, two] = [madeUpPublicAddress(), madeUpPublicAddress()].map((address) => address.replace(/\.\d+$/, ''));
  expect(recipients(await real(one ?? '', 'abuse@lease.example'))).toEqual(['abuse@lease.example']);
  await correctProvider(world, 'org:ripe:ORG-LE1', { trust: 'bulletproof' }, ADA);
  expect(recipients(await real(two ?? '', 'other@lease.example'))).toEqual([]);
});

test('a word that no server is located under any more is told', async () => {
  await go({ book: await book('c.yaml', twoDesks()) }, '198.18.7.1:443\n');
  await correctProvider(world, 'Seven Hosting', { trust: 'unresponsive' }, ADA);
  const { idleCorrections } = await go({ book: await book('d.yaml', twoDesks('Seven Hosting Ltd')) });
  expect(idleCorrections).toEqual([{ key: 'drill:book:Seven Hosting', trust: 'unresponsive' }]);
});

test('what is merged is written to once, with all servers, until it is split again', async () => {
  const desks = { book: await book('e.yaml', twoDesks()) };
  await go(desks, '198.18.7.1:443\n198.18.9.1:443\n');
  await mergeProviders(world, 'Seven Hosting', 'Nine Hosting', ADA);
  const merged = await go(desks);
  expect(merged.notices).toMatchObject([{ to: 'abuse@nine.example', items: 2 }]);
  await correctProvider(world, 'Seven Hosting', { trust: 'bulletproof' }, ADA);
  expect(recipients(await go(desks))).toEqual([]);
  await correctProvider(world, 'Seven Hosting', { trust: null }, ADA);
  await splitProvider(world, 'Seven Hosting', ADA);
  expect(recipients(await go(desks))).toEqual(['abuse@nine.example', 'abuse@seven.example']);
});

test.each([
  ['itself', 'Seven Hosting', 'Seven Hosting', 'into itself'],
  ['a part of another', 'Nine Hosting', 'Seven Hosting', 'is itself a part of'],
])('a provider is not merged into %s', async (_, from, into, reason) => {
  await go({ book: await book('f.yaml', twoDesks()) }, '198.18.7.1:443\n198.18.9.1:443\n');
  await mergeProviders(world, 'Seven Hosting', 'Nine Hosting', ADA);
  await expect(mergeProviders(world, from, into, ADA)).rejects.toThrow(reason);
});

test('a bulletproof one is not merged into one that is written to', async () => {
  const desks = { book: await book('g.yaml', twoDesks()) };
  await go(desks, '198.18.7.1:443\n198.18.9.1:443\n');
  await correctProvider(world, 'Seven Hosting', { trust: 'bulletproof' }, ADA);
  await go(desks);
  await expect(mergeProviders(world, 'Seven Hosting', 'Nine Hosting', ADA)).rejects.toThrow('bulletproof');
});

test('what a person said of a server stands when one of two imports that name it is erased', async () => {
  await go({ book: null }, '198.18.7.1:443\n');
  await setKind(world, 'lab', '198.18.7.1', { ...ADA, kind: 'compromised-host' });
  await go({ book: null }, '198.18.7.1:443\n198.18.7.2:443\n');
  const [first] = await world.store.read(async (transaction) =>
    transaction.imports((await transaction.findOperation('lab'))?.id ?? ''),
  );
  await erase(world, { sequences: [first?.sequence ?? 0] }, 'a test');
  await go({ book: null });
  const { server } = await explain(world, await openTestSources(database), 'lab', '198.18.7.1');
  expect(server.kind).toBe('compromised-host');
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
});

test('a run without any change adds no entry; on the next day drafts are dated anew, and nothing else', async () => {
  const desks = { book: await book('h.yaml', twoDesks()) };
  await go(desks, '198.18.7.1:443\n\n198.18.9.1:443\n');
  const { ledger } = await go(desks);
  expect((await go(desks)).ledger).toEqual(ledger);
  world.setClock(world.clock.now() + 86_400_000);
  const later = await go(desks);
  // Two drafts, of whose deadlines more than half had passed.
  expect(later.ledger.entries).toBe(ledger.entries + later.notices.length);
  expect((await go(desks)).ledger).toEqual(later.ledger);
});
