import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuthorityWords } from '../../src/domain/authority-words.ts';
import {
  addAuthority,
  authorityDocument,
  coverage,
  endAuthority,
  listAuthorities,
  serveAuthority,
  showAuthority,
  unsealAuthority,
} from '../../src/flow/authorities.ts';
import type { AuthorityStanding } from '../../src/flow/authorities.ts';
import { lintNotices, run } from '../../src/flow.ts';
import type { Sources } from '../../src/flow.ts';
import { DOCUMENT, ORDER_WORDS } from '../support/authorities.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import type { Enrolled } from '../support/deconfliction.ts';
import { auditOf } from '../support/ledger.ts';
import { enrol } from '../support/ssh-keys.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* Orders against the real store: what counsel signs, what a run decides by it, what a notice says of it. */

const START = Date.UTC(2026, 10, 23, 12);
const DAY_MS = 86_400_000;
const COVERED = '192.0.2.11';
const OUTSIDE = '198.51.100.7';

let database: TestDatabase;
const worlds: TestWorld[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  for (const world of worlds) await world.store.close();
  await database?.close();
});

interface Lab {
  readonly world: TestWorld;
  readonly sources: Sources;
  readonly ada: Enrolled;
  readonly bo: Enrolled;
  /** A run without new files: decides and drafts anew. */
  readonly go: () => Promise<void>;
  readonly add: (change?: Partial<AuthorityWords>) => Promise<AuthorityStanding>;
  /** The method, the authority and the state of a server's case. */
  readonly decided: (host: string) => Promise<{ method: string; authority: string | null; state: string } | null>;
  /** Drafts in force, with their texts. */
  readonly drafts: () => Promise<
    readonly { method: string; missing: readonly string[]; text: string; authority: string | null }[]
  >;
}

async function openLab(): Promise<Lab> {
  const world = await openTestWorld(database);
  worlds.push(world);
  const sources = await openTestSources(database);
  const feed = `host,seen\n${COVERED},2026-11-22\n${OUTSIDE},2026-11-22\n`;
  await run(world, sources, drill([await openTestFile(database, feed)], { attest: 'Cy Example', reason: 'seen' }));
  const ada = await enrol(world, database.directory, 'Ada Example', ['admin', 'analyst', 'approver']);
  const bo = await enrol(world, database.directory, 'Bo Example', ['counsel'], ada);
  const speaker = { person: bo.name, reason: 'order of 20 November' };
  return {
    world,
    sources,
    ada,
    bo,
    go: async () => {
      await run(world, sources, drill([]));
    },
    add: (change = {}) => addAuthority(world, bo.key.signing, 'lab', { ...ORDER_WORDS, ...change }, DOCUMENT, speaker),
    decided: (host) =>
      asOwner(world, async (session) =>
        session.row(
          `select c.method, a.reference as authority, c.state from case_file c
           join server s on s.server_id = c.server_id left join authority a on a.authority_id = c.authority_id
           where s.host = $1`,
          [host],
        ),
      ),
    async drafts() {
      const records = await world.store.read(async (transaction) => {
        const operation = await transaction.findOperation('lab');
        return transaction.noticeRecords(operation?.id ?? '');
      });
      return Promise.all(
        records
          .filter(({ state }) => state === 'drafted')
          .map(async ({ method, missing, messageSha256, authorityId }) => {
            const message = await world.store.read((transaction) => transaction.noticeMessage(messageSha256));
            return { method, missing, authority: authorityId, text: decoded(message) };
          }),
      );
    },
  };
}

/** The words of a message, its folding undone. */
function decoded(message: Uint8Array | null): string {
  return Buffer.from(message ?? [])
    .toString('utf8')
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/\s+/g, ' ');
}

function asOwner<Value>(world: TestWorld, work: Parameters<typeof inTransactionAs<Value>>[2]): Promise<Value> {
  return inTransactionAs(database.access.owner, world.organisationId, work);
}

const by = ({ name }: Enrolled) => ({ person: name, reason: 'a test' });

/** Ledger, signatures and projections hold. */
async function assertWhole({ world }: Lab): Promise<void> {
  expect(await auditOf(world.store)).toMatchObject({ ok: true, findings: [] });
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
}

describe('an order', () => {
  test('is kept with its document, signed by counsel, and decides the servers that it covers', async () => {
    const lab = await openLab();
    expect(await lab.decided(COVERED)).toMatchObject({ authority: null });
    const before = await lab.decided(COVERED);
    expect(before?.method).not.toBe('court-order');
    const outside = await lab.decided(OUTSIDE);

    const added = await lab.add();
    expect(added).toMatchObject({
      reference: 'court-order-1',
      jurisdictions: ['DE', 'US'],
      person: 'bo example',
      inForce: true,
      servers: 1,
      documentSha256: createHash('sha256').update(DOCUMENT.bytes).digest('hex'),
      documentName: 'order.pdf',
    });
    expect(Buffer.from(await authorityDocument(lab.world, added))).toEqual(DOCUMENT.bytes);

    await lab.go();
    expect(await lab.decided(COVERED)).toMatchObject({ method: 'court-order', authority: 'court-order-1' });
    expect(await lab.decided(OUTSIDE)).toEqual(outside);
    await assertWhole(lab);
  });

  test('is named by its notice, which waits until service on its recipient is on record', async () => {
    const lab = await openLab();
    const added = await lab.add();
    await lab.go();
    const draft = (await lab.drafts()).find(({ method }) => method === 'court-order');
    expect(draft).toMatchObject({
      authority: added.authorityId,
      missing: expect.arrayContaining(['copy of the order, and how it was served']),
      text: expect.stringContaining('District Court of Example, case number 1:26-cv-1'),
    });
    expect(draft?.text).toContain('issued 2026-11-20, in force until 2026-12-04; relied on for DE, US.');

    const words = { method: 'by process server', proof: 'file 12', servedAt: START - DAY_MS, ...by(lab.bo) };
    const serve = (provider: string | null) =>
      serveAuthority(lab.world, lab.bo.key.signing, 'lab', 'COURT-ORDER-1', { ...words, provider });
    await expect(serve('Nobody GmbH')).rejects.toThrow(/no provider "Nobody GmbH"/);
    await serve(null);
    await lab.go();
    const served = (await lab.drafts()).find(({ method }) => method === 'court-order');
    expect(served?.text).toContain(
      'By our records a copy was served on you on 2026-11-22 12:00 UTC (by process server).',
    );
    expect(served?.missing).not.toContain('copy of the order, and how it was served');
    const lints = await lintNotices(lab.world, lab.sources, 'lab', []);
    expect(lints.flatMap(({ findings }) => findings).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(lints.flatMap(({ findings }) => findings).map(({ rule }) => rule)).not.toContain('notice-stale');
    await assertWhole(lab);
  });

  test('that expires or is ended lets its servers fall back, and its notice is withdrawn', async () => {
    const lab = await openLab();
    const before = await lab.decided(COVERED);
    await lab.add();
    await lab.add({ expires: '2026-12-20', docket: '1:26-cv-2' });
    await lab.go();
    // The one that lasts longer is taken, so that the end of the other voids nothing.
    expect(await lab.decided(COVERED)).toMatchObject({ authority: 'court-order-2' });

    await endAuthority(lab.world, lab.bo.key.signing, 'lab', 'court-order-2', { ...by(lab.bo), at: null });
    await lab.go();
    expect(await lab.decided(COVERED)).toMatchObject({ authority: 'court-order-1' });
    expect((await lab.drafts()).filter(({ method }) => method === 'court-order')).toHaveLength(1);

    lab.world.setClock(Date.UTC(2026, 11, 4));
    await lab.go();
    expect(await lab.decided(COVERED)).toMatchObject({ method: before?.method, authority: null });
    expect((await lab.drafts()).map(({ method }) => method)).not.toContain('court-order');
    expect(await listAuthorities(lab.world, 'lab')).toMatchObject([
      { inForce: false, notInForce: ['expired 2026-12-04 00:00 UTC'], servers: 0 },
      { inForce: false, notInForce: [expect.stringMatching(/^ended 2026-11-23/)], endReason: 'a test' },
    ]);
    await assertWhole(lab);
  });

  test('under seal decides, and nobody is told of it before the seal falls', async () => {
    const lab = await openLab();
    await lab.add({ sealed: true });
    await lab.go();
    const sealed = (await lab.drafts()).find(({ method }) => method === 'court-order');
    expect(sealed?.missing).toContain('the end of the seal on the order, before which nobody is told of it');
    for (const secret of ['District Court', '1:26-cv-1', 'court-order-1']) expect(sealed?.text).not.toContain(secret);

    await unsealAuthority(lab.world, lab.bo.key.signing, 'lab', 'court-order-1', { ...by(lab.bo), at: null });
    await lab.go();
    const told = (await lab.drafts()).find(({ method }) => method === 'court-order');
    expect(told?.text).toContain('District Court of Example, case number 1:26-cv-1');
    expect(told?.missing.join()).not.toContain('seal');
    await assertWhole(lab);
  });

  test('that is standing covers servers that are brought up later, and each still lacks what it lacks', async () => {
    const lab = await openLab();
    await lab.add({ kind: 'standing-order', prefixes: [], standing: true });
    const later = await openTestFile(database, 'host\n192.0.2.77\n');
    await run(lab.world, lab.sources, drill([later], { attest: 'Cy Example', reason: 'seen' }));
    expect(await lab.decided('192.0.2.77')).toMatchObject({ authority: 'standing-order-1' });
    const missing = await asOwner(lab.world, (session) =>
      session.row<{ missing: string[] }>(
        `select c.missing from case_file c join server s on s.server_id = c.server_id where s.host = '192.0.2.77'`,
      ),
    );
    expect(missing?.missing).toEqual(expect.arrayContaining(['no-deconfliction', 'no-fresh-probe']));
    await assertWhole(lab);
  });
});

test('a monitor’s instruction ends with its order, in the database as well', async () => {
  const lab = await openLab();
  const order = await lab.add({ reference: 'TRO', prefixes: ['203.0.113.0/24'] });
  const instruction = await lab.add({
    reference: 'letter',
    kind: 'monitor-instruction',
    parent: 'TRO',
    court: null,
    docket: null,
  });
  const inForce = async (authority: AuthorityStanding) =>
    (
      await asOwner(lab.world, (session) =>
        session.row<{ holds: boolean }>('select authority_in_force($1, $2) as holds', [
          authority.authorityId,
          '2026-11-25T00:00:00Z',
        ]),
      )
    )?.holds;
  await lab.go();
  expect(await lab.decided(COVERED)).toMatchObject({ method: 'court-order', authority: 'letter' });
  // It names the order that it stands on.
  expect((await lab.drafts()).find(({ method }) => method === 'court-order')?.text).toContain('case number 1:26-cv-1');
  expect([await inForce(order), await inForce(instruction)]).toEqual([true, true]);
  await endAuthority(lab.world, lab.bo.key.signing, 'lab', 'TRO', { ...by(lab.bo), at: null });
  expect([await inForce(order), await inForce(instruction)]).toEqual([false, false]);
  await lab.go();
  expect(await lab.decided(COVERED)).toMatchObject({ authority: null });
  await assertWhole(lab);
});

describe('what is refused', () => {
  test('whoever is not counsel, a reference twice, an order that is not there, a document that is empty', async () => {
    const lab = await openLab();
    const as = (person: Enrolled, words: Partial<AuthorityWords> = {}, document = DOCUMENT) =>
      addAuthority(lab.world, person.key.signing, 'lab', { ...ORDER_WORDS, ...words }, document, by(person));
    await expect(as(lab.ada)).rejects.toThrow(/this needs counsel/);
    await expect(as(lab.bo, {}, { name: 'order.pdf', bytes: Buffer.alloc(0) })).rejects.toThrow(/order\.pdf is empty/);
    await expect(as(lab.bo, { kind: 'monitor-instruction', parent: 'x' })).rejects.toThrow(/no authority x/);
    await expect(as(lab.bo, { addresses: ['192.0.2'] })).rejects.toThrow(/192\.0\.2/);
    expect(await listAuthorities(lab.world, 'lab')).toEqual([]);
    await as(lab.bo, { reference: 'TRO' });
    await expect(as(lab.bo, { reference: 'tro' })).rejects.toThrow(/TRO is on record already/);
    await expect(as(lab.bo, { kind: 'monitor-instruction', parent: 'TRO' })).resolves.toMatchObject({ inForce: true });
    await expect(showAuthority(lab.world, 'lab', 'TRO-2')).rejects.toThrow(/no authority TRO-2/);
    await assertWhole(lab);
  });

  test('service in time to come or before there was an order, an end of what is over, a seal that is not there', async () => {
    const lab = await openLab();
    await lab.add();
    const words = { provider: null, method: 'by hand', proof: 'file 12', ...by(lab.bo) };
    const { signing } = lab.bo.key;
    await expect(
      serveAuthority(lab.world, signing, 'lab', 'court-order-1', { ...words, servedAt: START + DAY_MS }),
    ).rejects.toThrow(/has not come/);
    await expect(
      serveAuthority(lab.world, signing, 'lab', 'court-order-1', { ...words, servedAt: START - 9 * DAY_MS }),
    ).rejects.toThrow(/was issued only on/);
    await expect(
      unsealAuthority(lab.world, signing, 'lab', 'court-order-1', { ...by(lab.bo), at: null }),
    ).rejects.toThrow(/not under seal/);
    await endAuthority(lab.world, signing, 'lab', 'court-order-1', { ...by(lab.bo), at: null });
    await expect(endAuthority(lab.world, signing, 'lab', 'court-order-1', { ...by(lab.bo), at: null })).rejects.toThrow(
      /is over by then/,
    );
    await assertWhole(lab);
  });

  test('a copy of the document that somebody changed in the database', async () => {
    const lab = await openLab();
    const added = await lab.add();
    await inTransactionAs(database.superuser, lab.world.organisationId, (session) =>
      session.run(
        `update dismantle.notice_message set message = 'another' where sha256 = $1 and organisation_id = $2`,
        [added.documentSha256, lab.world.organisationId],
      ),
    );
    await expect(authorityDocument(lab.world, added)).rejects.toThrow(/not the one that was signed for/);
    expect(await lab.world.store.read((transaction) => transaction.damagedMessages())).toEqual(['court-order-1']);
  });
});

test('coverage says of every server which authority covers it, and why the others do not', async () => {
  const lab = await openLab();
  await lab.add();
  await lab.add({ jurisdictions: ['US'], docket: '1:26-cv-2', standing: true });
  const servers = await coverage(lab.world, 'lab');
  expect(servers).toMatchObject([
    {
      server: { host: COVERED },
      liveness: 'unknown',
      fact: 'court-order',
      authority: 'court-order-1',
      by: '192.0.2.0/24',
    },
    { server: { host: OUTSIDE }, fact: 'none', authority: null, by: null },
  ]);
  expect(servers.at(1)?.others).toEqual([
    {
      authority: 'court-order-1',
      reasons: ['its scope does not name the server', 'it is for DE, US, not for NL'],
    },
    { authority: 'court-order-2', reasons: [expect.stringMatching(/^it is for US, not for/)] },
  ]);
});

test('a replay of the ledger gives the same authorities', async () => {
  const lab = await openLab();
  await lab.add({ sealed: true, providers: ['Hosting Example'], standing: true });
  const signing = lab.bo.key.signing;
  await unsealAuthority(lab.world, signing, 'lab', 'court-order-1', { ...by(lab.bo), at: null });
  const words = { provider: null, method: 'by hand', proof: 'file 12', servedAt: START, ...by(lab.bo) };
  await serveAuthority(lab.world, signing, 'lab', 'court-order-1', words);
  await endAuthority(lab.world, signing, 'lab', 'court-order-1', { ...by(lab.bo), at: START + DAY_MS });
  const before = await listAuthorities(lab.world, 'lab');
  expect(before).toMatchObject([{ sealed: true, inForce: true, services: [{ method: 'by hand' }] }]);
  await assertWhole(lab);
  // Whoever changes the tables and not the ledger is found out.
  await inTransactionAs(database.superuser, lab.world.organisationId, (session) =>
    session.run(`update dismantle.authority set ends_at = null where organisation_id = $1`, [lab.world.organisationId]),
  );
  expect(await lab.world.store.write((transaction) => transaction.stateDifferences())).toEqual([
    expect.stringContaining('authority'),
  ]);
});
