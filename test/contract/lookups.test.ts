import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { explain, parseImportOptions, preferProvider, run } from '../../src/flow.ts';
import type { RunSummary } from '../../src/flow.ts';
import type { ServerView } from '../../src/ports/views.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { madeUpPublicAddress } from '../support/indicators.ts';
import { openRegistryLaboratory } from '../support/registry-laboratory.ts';
import type { RegistryLaboratory } from '../support/registry-laboratory.ts';
import { labLocator, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/*
 * Registries asked in the middle of a run: a real operation on made-up public addresses, the real client, a real HTTPS
 * server on loopback, the real store.
 */

let database: TestDatabase;
let laboratory: RegistryLaboratory;
let world: TestWorld;

beforeAll(async () => {
  [database, laboratory] = await Promise.all([openTestDatabase(), openRegistryLaboratory()]);
});
afterAll(async () => {
  await laboratory?.close();
  await database?.close();
});
beforeEach(async () => {
  world = await openTestWorld(database);
});

const ASN = 64_505;

function entity(
  handle: string,
  roles: readonly string[],
  name: string,
  email: string | null,
  below: readonly object[] = [],
): object {
  const card = [
    ['version', {}, 'text', '4.0'],
    ['fn', {}, 'text', name],
    ...(email === null ? [] : [['email', {}, 'text', email]]),
  ];
  return {
    objectClassName: 'entity',
    handle,
    roles,
    vcardArray: ['vcard', card],
    entities: below,
    events: [{ eventAction: 'last changed', eventDate: '2020-01-01T00:00:00Z' }],
  };
}

/** A registry that knows the /24 of an address, and the AS of the lab. */
function answerFor(host: string, changes: { readonly contact?: string | null } = {}): void {
  const network = host.split('.').slice(0, 3).join('.');
  const { contact = 'abuse@lease.example' } = changes;
  laboratory.answerWith((request, response) => {
    const isAutnum = request.url?.startsWith('/autnum/') === true;
    const holder = isAutnum
      ? entity('ORG-OR1', ['registrant'], 'Origin Example', null, [
          entity('AB2', ['abuse'], 'Desk', 'abuse@origin.example'),
        ])
      : entity(
          'ORG-LE1',
          ['registrant'],
          'Lease Example',
          null,
          contact === null ? [] : [entity('AB1', ['abuse'], 'Desk', contact)],
        );
    const common = {
      rdapConformance: ['rdap_level_0'],
      port43: 'whois.ripe.net',
      country: 'NL',
      entities: [holder],
      status: ['active'],
    };
    const body = isAutnum
      ? {
          ...common,
          objectClassName: 'autnum',
          handle: `AS${ASN}`,
          startAutnum: ASN,
          endAutnum: ASN,
          name: 'ORIGIN-AS',
        }
      : {
          ...common,
          objectClassName: 'ip network',
          handle: `${network}.0 - ${network}.255`,
          startAddress: `${network}.0`,
          endAddress: `${network}.255`,
          ipVersion: 'v4',
          name: 'LEASE-NET',
        };
    response.writeHead(200, { 'content-type': 'application/rdap+json' }).end(JSON.stringify(body));
  });
}

async function runOn(host: string, more: { readonly file?: string } = {}): Promise<RunSummary> {
  const network = host.split('.').slice(0, 3).join('.');
  const bootstrapFolder = laboratory.bootstrap('world', {
    ipv4: [[[`${host.split('.')[0]}.0.0.0/8`], [laboratory.base('ripe')]]],
    ipv6: [],
    asn: [[[`${ASN}-${ASN}`], [laboratory.base('ripe')]]],
  });
  const client = laboratory.client({ bootstrapFolder, clock: world.clock });
  const sources = await openTestSources(database, {
    locator: labLocator({ [network]: { asn: ASN, holder: 'Origin Example' } }),
    registry: client.registry,
    book: null,
  });
  return run(world, sources, {
    operation: { name: 'real', drill: false, malware: 'Examplebot' },
    files: [await openTestFile(database, more.file ?? `${host}:443\n`)],
    options: parseImportOptions({ attest: 'Ada', reason: 'test' }),
  });
}

async function serverOf(host: string): Promise<ServerView> {
  const { server } = await explain(world, await openTestSources(database, { book: null }), 'real', host);
  return server;
}

describe('a server that the book does not know', () => {
  test('is looked up: network and AS, raw answers kept, contacts scored with source and date', async () => {
    const host = madeUpPublicAddress();
    answerFor(host);
    const { lookups, notices } = await runOn(host);
    expect(lookups).toMatchObject({ asked: 2, answered: 2, reasons: [] });
    const server = await serverOf(host);
    expect(server).toMatchObject({
      provider: 'Origin Example',
      otherProvider: 'Lease Example',
      network: { handle: expect.stringContaining(' - '), registrant: 'Lease Example', country: 'NL' },
    });
    const provider = await world.store.read((transaction) => transaction.provider(server.providerKey ?? ''));
    expect(provider?.contacts).toMatchObject([
      {
        mailbox: 'abuse@origin.example',
        source: 'rdap-autnum',
        where: expect.stringContaining(`/autnum/${ASN}`),
        changedLately: false,
      },
    ]);
    expect(provider?.contacts?.[0]?.reasons.length).toBeGreaterThan(0);
    expect(notices).toMatchObject([{ to: 'abuse@origin.example' }]);
    expect(notices[0]?.missing).toContain('whom-to-ask-first');
  });

  test('is asked about once a day, neighbours included', async () => {
    const host = madeUpPublicAddress();
    const neighbour = `${host.split('.').slice(0, 3).join('.')}.${(Number(host.split('.')[3]) % 200) + 7}`;
    answerFor(host);
    expect((await runOn(host)).lookups.asked).toBe(2);
    const asked = laboratory.requests.length;
    expect((await runOn(host, { file: `${neighbour}:443\n` })).lookups.asked).toBe(0);
    expect(laboratory.requests.length).toBe(asked);
    world.setClock(world.clock.now() + 25 * 3_600_000);
    expect((await runOn(host, { file: `${host}:444\n` })).lookups.asked).toBe(2);
  });

  test('is asked of the one that a person chose', async () => {
    const host = madeUpPublicAddress();
    answerFor(host);
    await runOn(host);
    const { providerKey, otherProviderKey } = await serverOf(host);
    await preferProvider(world, otherProviderKey ?? '', providerKey ?? '', {
      person: 'Ada',
      reason: 'they hold the contract',
    });
    const { notices } = await runOn(host, { file: `${host}:445\n` });
    expect(notices).toMatchObject([{ to: 'abuse@lease.example' }]);
    expect(notices[0]?.missing).not.toContain('whom-to-ask-first');
  });

  test('keeps what was answered when the registry fails later', async () => {
    const host = madeUpPublicAddress();
    answerFor(host);
    await runOn(host);
    world.setClock(world.clock.now() + 25 * 3_600_000);
    laboratory.answerWith((_request, response) => response.writeHead(500).end('broken'));
    const { lookups } = await runOn(host, { file: `${host}:446\n` });
    expect(lookups).toMatchObject({ asked: 2, failed: 2 });
    expect(lookups.reasons.length).toBeGreaterThan(0);
    expect(await serverOf(host)).toMatchObject({ provider: 'Origin Example', otherProvider: 'Lease Example' });
  });
});

test('what a registry answered is committed to by the ledger, byte by byte', async () => {
  const host = madeUpPublicAddress();
  answerFor(host);
  await runOn(host);
  const rows = await world.store.write((transaction) =>
    transaction.executeSql(
      `select body, sha256, encode(sha256(convert_to(body, 'UTF8')), 'hex') as actual, url from registration`,
      [],
    ),
  );
  expect(rows.rows).toHaveLength(2);
  for (const row of rows.rows) expect(row['sha256']).toBe(row['actual']);
});

test('nobody is asked in a drill, nor about what the book knows', async () => {
  laboratory.answerWith((_request, response) => response.writeHead(500).end());
  const sources = await openTestSources(database, { registry: laboratory.client().registry });
  const { lookups } = await run(world, sources, {
    operation: { name: 'lab', drill: true, malware: null },
    files: [await openTestFile(database, '192.0.2.11:443\n198.18.3.3:443\n')],
    options: parseImportOptions({}),
  });
  expect(lookups.asked).toBe(0);
  expect(laboratory.requests).toEqual([]);
});
