import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { CLOCK_DEFAULTS } from '../../src/domain/clock.ts';
import { collectionId } from '../../src/domain/collection.ts';
import type { CollectionFilter, NewVersion } from '../../src/domain/collection.ts';
import { stableId } from '../../src/domain/giving-ids.ts';
import { erase, setKind, parseImportOptions, run } from '../../src/flow.ts';
import { publish, publishAfterErasure } from '../../src/flow/collections.ts';
import { retract } from '../../src/flow/clock.ts';
import { give, parseRecipient } from '../../src/flow/giving.ts';
import type { ApprovalLab } from '../support/approvals.ts';
import {
  addPartner,
  COLLECTED,
  EVERYTHING,
  LATEST,
  objectsIn,
  openCollectionLab,
  recipientsWithCollections,
  servedObject,
} from '../support/collections.ts';
import type { ServedObject } from '../support/collections.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import type { WriteTransaction } from '../../src/ports/store.ts';
import { auditOf } from '../support/ledger.ts';
import { lift, sayHandsOff } from '../support/deconfliction.ts';
import { runs } from '../support/runs.ts';
import { stixValidator } from '../support/stix-schemas.ts';
import { drill, openTestFile, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* What each recipient can fetch, version after version, through the real store. */

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database?.close());

const ORGANISATION = 'CERT Example';
const [FIRST, SECOND] = COLLECTED;

function published(lab: ApprovalLab) {
  return publish(lab.world, 'lab', ORGANISATION);
}

async function givenIds(lab: ApprovalLab, to: string): Promise<readonly string[]> {
  const giving = await give(lab.world, 'lab', {
    to: parseRecipient(to),
    format: 'stix',
    ceiling: null,
    live: false,
    organisation: ORGANISATION,
  });
  const bundle = z
    .object({ objects: z.array(servedObject) })
    .parse(JSON.parse([...(giving.files[0]?.pieces() ?? [])].join('')));
  return bundle.objects.map(({ id }) => id);
}

/** Whatever an object says of an address. */
function speaking(objects: readonly ServedObject[], host: string): readonly ServedObject[] {
  return objects.filter((object) => JSON.stringify(object).includes(`${host}:`) || object['value'] === host);
}

function entriesOf(world: TestWorld, kind: string): Promise<readonly { body: { collections: unknown[] } }[]> {
  return inTransactionAs(database.superuser, world.organisationId, (session) =>
    session.rows(
      `select b.body::jsonb as body from ledger_entry e join ledger_body b using (organisation_id, sequence)
       where e.organisation_id = $1 and e.kind = $2 order by sequence`,
      [world.organisationId, kind],
    ),
  );
}

describe('publishing', () => {
  test('fills the collections of the community, of each country and of each provider with what is given them', async () => {
    const lab = await openCollectionLab(database);
    const result = await published(lab);
    const recipients = await recipientsWithCollections(lab.world);
    expect(recipients).toEqual([
      'community',
      'country:CO',
      'country:DE',
      'country:NL',
      'provider:drill:book:Andes Nube',
      'provider:drill:book:Polder Offshore',
      'provider:drill:book:Prairie Hosting',
    ]);
    expect(result).toMatchObject({ collections: 7, revoked: 0, hidden: 0, unchanged: false });
    for (const recipient of recipients) {
      const objects = await objectsIn(lab.world, recipient);
      expect(objects.map(({ id }) => id)).toEqual(await givenIds(lab, recipient));
    }
    const judge = stixValidator();
    for (const object of await objectsIn(lab.world, 'community')) expect(judge(object)).toBe('');
  });

  test('says what a collection is for, and that a drill is one', async () => {
    const lab = await openCollectionLab(database);
    await published(lab);
    const collections = await lab.world.store.read((transaction) => transaction.collections(null));
    expect(collections.every(({ drill: isDrill, operation }) => isDrill && operation === 'lab')).toBe(true);
    expect(collections.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['Community', 'National CSIRT of DE', 'Provider Prairie Hosting']),
    );
  });

  test('adds each version after all before it, a microsecond apart, and records what it added', async () => {
    const lab = await openCollectionLab(database);
    await published(lab);
    const [community] = await lab.world.store.read((transaction) => transaction.collections(null));
    const rows = await lab.world.store.read((transaction) =>
      transaction.collectionObjects(community?.id ?? '', EVERYTHING, 10_000),
    );
    expect(rows.every(({ dateAdded }) => /^2026-11-23T12:\d\d:\d\d\.\d{6}Z$/.test(dateAdded))).toBe(true);
    expect(new Set(rows.map(({ dateAdded }) => dateAdded)).size).toBe(rows.length);
    expect(rows.map(({ dateAdded }) => dateAdded)).toEqual(rows.map(({ dateAdded }) => dateAdded).toSorted());
    const [entry] = await entriesOf(lab.world, 'collections.published');
    const text = rows.map(({ object }) => `${object}\n`).join('');
    expect(entry?.body.collections[0]).toEqual({
      recipient: 'community',
      added: rows.length,
      revoked: 0,
      hidden: 0,
      sha256: createHash('sha256').update(text).digest('hex'),
    });
  });

  test('stores nothing again: neither at once, nor when something else was recorded meanwhile', async () => {
    const lab = await openCollectionLab(database);
    await published(lab);
    const before = await objectsIn(lab.world, 'community', EVERYTHING);
    expect(await published(lab)).toEqual({ collections: 0, added: 0, revoked: 0, hidden: 0, unchanged: true });
    // What a source says once more moves `modified` of all that is given, and tells nobody anything.
    await lab.go();
    await sayHandsOff(lab.world, lab.ada, '203.0.113.9', lab.world.clock.now() + 600_000);
    await lift(lab.world, lab.ada, '203.0.113.9');
    expect(await published(lab)).toEqual({ collections: 0, added: 0, revoked: 0, hidden: 0, unchanged: false });
    expect(await published(lab)).toMatchObject({ unchanged: true });
    expect(await objectsIn(lab.world, 'community', EVERYTHING)).toEqual(before);
    expect(await entriesOf(lab.world, 'collections.published')).toHaveLength(1);
  });

  test('adds what has changed and nothing else, as a later version', async () => {
    const lab = await openCollectionLab(database);
    await published(lab);
    const before = await objectsIn(lab.world, 'community');
    const file = await openTestFile(database, `server,last_seen,evidence\n${FIRST}:443,2026-11-23,sandbox-run\n`);
    await run(lab.world, lab.sources, {
      ...drill([file]),
      options: parseImportOptions({ group: 'three', source: 'feed three' }),
    });
    await published(lab);
    const everything = await objectsIn(lab.world, 'community', EVERYTHING);
    const added = everything.slice(before.length);
    expect(added.map(({ type }) => type)).toEqual(['infrastructure']);
    const [later] = added;
    const earlier = before.find(({ id }) => id === later?.id);
    expect(earlier?.modified && later?.modified && later.modified > earlier.modified).toBe(true);
    expect(later).toMatchObject({ name: `${FIRST}:443`, last_seen: '2026-11-23T00:00:00.000Z' });
    const newest = await objectsIn(lab.world, 'community');
    expect(newest).toHaveLength(before.length);
    expect(newest.at(-1)).toEqual(later);
  });

  test('what is retracted is revoked under its id wherever it was, and nothing else of it is shown', async () => {
    const lab = await openCollectionLab(database);
    await published(lab);
    const before = speaking(await objectsIn(lab.world, 'country:DE'), FIRST);
    await retract(lab.world, lab.bo.key.signing, { ...lab.sources, clock: CLOCK_DEFAULTS }, 'lab', {
      name: lab.bo.name,
      target: FIRST,
      reason: 'a resolver',
    });
    expect(await published(lab)).toMatchObject({ collections: 3 });
    for (const recipient of ['community', 'country:DE', 'provider:drill:book:Prairie Hosting']) {
      const everything = await objectsIn(lab.world, recipient, EVERYTHING);
      const left = speaking(everything, FIRST);
      expect(left.map(({ type, revoked }) => [type, revoked])).toEqual([
        ['infrastructure', true],
        ['indicator', true],
      ]);
      expect(left[0]).toMatchObject({ labels: expect.arrayContaining(['state:retracted']) });
      for (const object of left) {
        const was = before.find(({ id }) => id === object.id);
        expect(String(object.modified) > String(was?.modified)).toBe(true);
      }
      expect(speaking(everything, SECOND).length).toBeGreaterThan(recipient === 'community' ? 2 : 1);
    }
    expect(await published(lab)).toMatchObject({ unchanged: true });
  });

  test('what has to be left alone is revoked; when it may be told again, it has a new id, and all that speaks of it', async () => {
    const lab = await openCollectionLab(database);
    await published(lab);
    const before = await objectsIn(lab.world, 'community');
    await sayHandsOff(lab.world, lab.ada, FIRST, lab.world.clock.now() + 3_600_000);
    await published(lab);
    const during = await objectsIn(lab.world, 'community', EVERYTHING);
    expect(speaking(during, FIRST).every(({ revoked }) => revoked === true)).toBe(true);
    expect(during.some(({ value }) => value === FIRST)).toBe(false);

    await lift(lab.world, lab.ada, FIRST);
    await published(lab);
    const after = await objectsIn(lab.world, 'community');
    const again = speaking(after, FIRST).filter(({ revoked }) => revoked !== true);
    expect(again.map(({ type }) => type)).toEqual(['infrastructure', 'indicator', 'ipv4-addr']);
    const old = new Set(before.map(({ id }) => id));
    expect(again.filter(({ id }) => old.has(id)).map(({ type }) => type)).toEqual(['ipv4-addr']);
    // Nothing that stands leans on anything that was revoked.
    const revoked = new Set(after.filter((object) => object.revoked === true).map(({ id }) => id));
    for (const object of after) {
      if (object.revoked === true) continue;
      const refs = Object.entries(object).flatMap(([name, value]) => (name.endsWith('_ref') ? [String(value)] : []));
      expect(refs.filter((ref) => revoked.has(ref))).toEqual([]);
    }
    const judge = stixValidator();
    for (const object of after) expect(judge(object)).toBe('');
  });

  test('what one recipient may not have any more changes its id for those who still may', async () => {
    const lab = await openCollectionLab(database);
    await published(lab);
    const idIn = (objects: readonly ServedObject[]) =>
      speaking(objects, FIRST).filter(({ type }) => type === 'infrastructure');
    const [before] = idIn(await objectsIn(lab.world, 'country:DE'));
    // A device's address is for its country's CSIRT and for nobody else who had it.
    await setKind(lab.world, 'lab', FIRST, { kind: 'iot-device', person: 'Ada Example', reason: 'a camera' });
    await published(lab);
    const community = idIn(await objectsIn(lab.world, 'community'));
    expect(community).toMatchObject([{ id: before?.id, revoked: true }]);
    const country = idIn(await objectsIn(lab.world, 'country:DE'));
    expect(country).toHaveLength(2);
    expect(country[0]).toMatchObject({ id: before?.id, revoked: true });
    expect(country[1]).not.toHaveProperty('revoked');
    expect(country[1]?.id).not.toBe(before?.id);
    // A server that comes back for all has that id for all.
    await setKind(lab.world, 'lab', FIRST, { kind: null, person: 'Ada Example', reason: 'no camera' });
    await published(lab);
    expect(idIn(await objectsIn(lab.world, 'community')).at(-1)?.id).toBe(country[1]?.id);
  });

  test('several at once publish each version once', async () => {
    const lab = await openCollectionLab(database);
    const results = await Promise.all([published(lab), published(lab), published(lab)]);
    expect(results.filter(({ added }) => added > 0)).toHaveLength(1);
    const objects = await objectsIn(lab.world, 'community', EVERYTHING);
    expect(new Set(objects.map(({ id }) => id)).size).toBe(objects.length);
  });

  test('a run that is stopped leaves the collections as they were', async () => {
    const lab = await openCollectionLab(database);
    await published(lab);
    const before = await objectsIn(lab.world, 'community', EVERYTHING);
    await sayHandsOff(lab.world, lab.ada, FIRST, lab.world.clock.now() + 3_600_000);
    const interrupted = {
      ...lab.world,
      get signal() {
        return AbortSignal.abort();
      },
    };
    await expect(publish(interrupted, 'lab', ORGANISATION)).rejects.toThrow();
    expect(await objectsIn(lab.world, 'community', EVERYTHING)).toEqual(before);
  });
});

describe('a partner', () => {
  async function seenBy(world: TestWorld, partner: string | null, table: string): Promise<number> {
    return inTransactionAs(database.access.app, world.organisationId, async (session) => {
      await session.run('set local role dismantle_partner');
      if (partner !== null) await session.run(`select set_config('dismantle.partner', $1, true)`, [partner]);
      const row = await session.row<{ n: number }>(`select count(*)::int as n from ${table}`);
      return row?.n ?? -1;
    });
  }

  test('sees what is for the community and for itself; whoever is none sees nothing (PostgreSQL holds that)', async () => {
    const lab = await openCollectionLab(database);
    await published(lab);
    const sizes = new Map<string, number>();
    for (const recipient of await recipientsWithCollections(lab.world)) {
      sizes.set(recipient, (await objectsIn(lab.world, recipient)).length);
    }
    await addPartner(database, lab.world, 'cert-de', ['country:DE']);
    await addPartner(database, lab.world, 'elsewhere', ['country:FR']);
    await addPartner(database, lab.world, 'gone', ['country:DE']);
    await inTransactionAs(database.access.app, lab.world.organisationId, (session) =>
      session.run(`update partner set removed_at = '2026-11-22' where partner = 'gone'`),
    );
    const community = sizes.get('community') ?? 0;
    expect(await seenBy(lab.world, 'cert-de', 'collection')).toBe(2);
    expect(await seenBy(lab.world, 'cert-de', 'collection_object')).toBe(community + (sizes.get('country:DE') ?? 0));
    expect(await seenBy(lab.world, 'elsewhere', 'collection')).toBe(1);
    expect(await seenBy(lab.world, 'elsewhere', 'collection_object')).toBe(community);
    for (const nobody of ['gone', 'nobody', '', null]) {
      expect(await seenBy(lab.world, nobody, 'collection')).toBe(0);
      expect(await seenBy(lab.world, nobody, 'collection_object')).toBe(0);
    }
    const neighbour = await openTestWorld(database);
    await addPartner(database, neighbour, 'cert-de', ['country:DE']);
    expect(await seenBy(neighbour, 'cert-de', 'collection_object')).toBe(0);
    for (const table of ['server', 'sighting', 'operation', 'ledger_body', 'collection_basis']) {
      await expect(seenBy(lab.world, 'cert-de', table)).rejects.toMatchObject({ code: '42501' });
    }
  });

  test('nobody changes what a stored version says, or adds one before those that are there', async () => {
    const lab = await openCollectionLab(database);
    await published(lab);
    const asApp = (sql: string) =>
      inTransactionAs(database.access.app, lab.world.organisationId, (session) => session.run(sql));
    for (const column of ['object', 'date_added', 'version', 'content_hash']) {
      await expect(asApp(`update collection_object set ${column} = ${column}`)).rejects.toMatchObject({
        code: '42501',
      });
    }
    await expect(asApp('delete from collection_object')).rejects.toMatchObject({ code: '42501' });
    await expect(
      asApp(`insert into collection_object
             select organisation_id, collection_id, date_added - interval '1 day', stix_id, stix_type, base_id, 9, version, revoked,
                    content_hash, object, false, false, true
             from collection_object limit 1`),
    ).rejects.toThrow('an object is added after those that are there');
  });
});

describe('after an erasure', () => {
  const [, , HANDS_OFF, GONE] = COLLECTED;

  /** Four servers that partners were told of, one of them revoked since; of all but one the imports are then erased. */
  async function erased(): Promise<{ lab: ApprovalLab; before: readonly ServedObject[] }> {
    const lab = await openCollectionLab(database);
    await published(lab);
    for (const group of ['three', 'four']) {
      const file = await openTestFile(database, `server,last_seen,evidence,malware\n${SECOND}:443,2026-11-23,sandbox-run,Examplebot\n# ${group}\n`);
      await run(lab.world, lab.sources, { ...drill([file]), options: parseImportOptions({ group, source: `feed ${group}` }) });
    }
    await published(lab);
    await sayHandsOff(lab.world, lab.ada, HANDS_OFF, lab.world.clock.now() + 86_400_000);
    const before = await objectsIn(lab.world, 'community');
    await published(lab);
    const operation = await lab.world.store.read((transaction) => transaction.findOperation('lab'));
    const imports = await lab.world.store.read((transaction) => transaction.imports(operation?.id ?? ''));
    const first = imports.filter(({ source }) => source === 'feed one' || source === 'feed two');
    await erase(lab.world, { sequences: first.map(({ sequence }) => sequence) }, 'request of the data subject');
    return { lab, before };
  } // prettier-ignore

  const storedText = (world: TestWorld): Promise<readonly { text: string }[]> =>
    inTransactionAs(database.superuser, world.organisationId, (session) =>
      session.rows('select row_to_json(o)::text as text from collection_object o where organisation_id = $1', [world.organisationId]),
    ); // prettier-ignore

  test('a recipient is told to drop what is gone, and nothing else of it is kept or shown; the rest stays', async () => {
    const { lab, before } = await erased();
    expect(JSON.stringify(await storedText(lab.world))).toContain(FIRST);
    await published(lab);
    const everything = await objectsIn(lab.world, 'community', EVERYTHING);
    const stored = JSON.stringify(await storedText(lab.world));
    const validate = stixValidator();
    for (const host of [FIRST, HANDS_OFF, GONE]) {
      const was = speaking(before, host);
      expect(was.map(({ type }) => type)).toEqual(expect.arrayContaining(['infrastructure', 'indicator', 'ipv4-addr']));
      expect(stored).not.toContain(host);
      for (const { id, type, modified } of was) {
        const now = everything.filter((object) => object.id === id);
        // An observable cannot be revoked, and its id is a hash of the address: it is gone.
        if (type === 'ipv4-addr') expect([now, stored.includes(id)]).toEqual([[], false]);
        else {
          expect(now).toMatchObject([{ id, type, revoked: true }]);
          expect(String(now[0]?.modified) > String(modified)).toBe(true);
          expect(Object.keys(now[0] ?? {})).not.toEqual(expect.arrayContaining(['labels', 'extensions']));
        }
      }
    }
    const revoked = everything.filter((object) => object.revoked === true);
    expect(new Set(revoked.map(({ type }) => type))).toEqual(new Set(['infrastructure', 'indicator', 'relationship']));
    for (const object of everything) expect(validate(object), JSON.stringify(object)).toBe('');
    // Nothing refers to what is called by a hash of itself, but what stands.
    const standing = new Set(everything.map(({ id }) => id));
    for (const object of revoked)
      for (const [name, value] of Object.entries(object)) if (name.endsWith('_ref')) expect(standing.has(String(value)), name).toBe(true);
    expect(speaking(everything, SECOND).filter((object) => object.revoked !== true).length).toBeGreaterThan(2);
    // Of what stands the newest version is there, and none that could hold what is gone.
    expect(new Set(everything.map(({ id }) => id)).size).toBe(everything.length);
    expect(await objectsIn(lab.world, 'community', { ...EVERYTHING, versions: { last: false, first: true, all: false, at: [] } })).toHaveLength(everything.length);
    // Nor does the ledger commit to a text that nobody has: a hash of an address under what is known is soon guessed at.
    const entry = (await entriesOf(lab.world, 'collections.published')).at(-1);
    const told = z.array(z.looseObject({ recipient: z.string(), added: z.int(), sha256: z.string() })).parse(entry?.body.collections);
    const community = told.find(({ recipient }) => recipient === 'community');
    const operation = await lab.world.store.read((transaction) => transaction.findOperation('lab'));
    const rows = await lab.world.store.read((transaction) =>
      transaction.collectionObjects(collectionId(operation?.id ?? '', 'community'), EVERYTHING, 10_000),
    );
    const texts = rows.slice(-(community?.added ?? 0)).map(({ object }) => `${object}\n`);
    expect(createHash('sha256').update(texts.join('')).digest('hex')).toBe(community?.sha256);
    expect(await published(lab)).toMatchObject({ unchanged: true });
    expect((await auditOf(lab.world.store)).findings).toEqual([]);
  }); // prettier-ignore

  test('every organisation and every later publication is as ever', async () => {
    const { lab } = await erased();
    const neighbour = await openCollectionLab(database);
    await published(neighbour);
    const theirs = await storedText(neighbour.world);
    await publishAfterErasure(lab.world, ORGANISATION);
    expect(await storedText(neighbour.world)).toEqual(theirs);
    expect(JSON.stringify(await storedText(lab.world))).not.toContain(GONE);
    // What is said of one of them anew has a new id, as after every revocation.
    const revoked = (await objectsIn(lab.world, 'community')).filter((object) => object.revoked === true);
    await lab.go([FIRST]);
    await published(lab);
    const again = speaking(await objectsIn(lab.world, 'community'), FIRST).filter(({ type }) => type !== 'ipv4-addr');
    expect(again.length).toBeGreaterThan(1);
    expect(again.filter(({ id }) => revoked.some((each) => each.id === id))).toEqual([]);
  });

  test('nobody has anything forgotten for which nothing was erased, or another text put in its place', async () => {
    const lab = await openCollectionLab(database);
    await published(lab);
    const operation = (await lab.world.store.read((transaction) => transaction.findOperation('lab')))?.id ?? '';
    const forget = (world: TestWorld, id: string, bare: Parameters<WriteTransaction['forgetVersions']>[1] = []) =>
      world.store.write((transaction) => transaction.forgetVersions(id, bare));
    await expect(forget(lab.world, operation)).rejects.toThrow('nothing was erased');
    const after = await erased();
    const own = (await after.lab.world.store.read((transaction) => transaction.findOperation('lab')))?.id ?? '';
    const [object] = (await objectsIn(after.lab.world, 'community')).filter(({ type }) => type === 'infrastructure');
    const [standing] = (await objectsIn(after.lab.world, 'community')).filter(({ type, revoked }) => type === 'infrastructure' && revoked !== true);
    const collection = collectionId(own, 'community');
    for (const text of [
      { ...object, revoked: true },
      { type: 'infrastructure', id: object?.id, revoked: true, name: 'another' },
      { type: 'infrastructure', id: standing?.id, revoked: true, name: 'erased' },
    ]) {
      const bare = [{ collectionId: collection, stixId: text.id ?? '', object: JSON.stringify(text) }];
      await expect(forget(after.lab.world, own, bare)).rejects.toThrow('says more than that it is revoked');
    }
    await published(after.lab);
    await expect(forget(after.lab.world, own)).rejects.toThrow('nothing was erased');
  }); // prettier-ignore
});

describe('a page', () => {
  const IDS = Array.from({ length: 6 }, (_, index) => `indicator--${stableId('page', index)}`);
  const TYPES = ['indicator', 'infrastructure', 'sighting'];
  const MOMENT = Date.UTC(2026, 10, 23, 12);

  interface Model {
    readonly dateAdded: string;
    readonly id: string;
    readonly type: string;
    readonly version: number;
    readonly isFirst: boolean;
    isLast: boolean;
  }

  test('holds what a filter asks for, in the order of adding, whatever the filter (TAXII 2.1 sections 3.3 and 3.4)', async () => {
    const world = await openTestWorld(database);
    const id = collectionId('00000000-0000-7000-8000-00000000000a', 'community');
    const model: Model[] = [];
    await world.store.write(async (transaction) => {
      await transaction.openCollection(
        {
          id,
          operationId: '00000000-0000-7000-8000-00000000000a',
          operation: 'lab',
          drill: true,
          recipient: 'community',
          title: 'Community',
        },
        MOMENT,
      );
      for (let round = 0; round < 4; round++) {
        const versions = IDS.map((stixId, index): NewVersion => ({
          stixId,
          stixType: TYPES[index % 3] ?? '',
          baseId: stixId,
          generation: 0,
          version: MOMENT + round * 1000,
          revoked: false,
          contentHash: createHash('sha256').update(`${stixId} ${round}`).digest('hex'),
          object: JSON.stringify({ id: stixId, round }),
          isFirst: round === 0,
        })).filter((_, index) => (index + round) % 3 !== 1 || round === 0);
        const first = await transaction.addVersions(id, MOMENT, versions);
        expect(first).toBe(`2026-11-23T12:00:00.${String(model.length).padStart(6, '0')}Z`);
        for (const { stixId, stixType, version } of versions) {
          for (const earlier of model) if (earlier.id === stixId) earlier.isLast = false;
          const dateAdded = `2026-11-23T12:00:00.${String(model.length).padStart(6, '0')}Z`;
          model.push({
            dateAdded,
            id: stixId,
            type: stixType,
            version: version ?? 0,
            isFirst: round === 0,
            isLast: true,
          });
        }
      }
    });
    const filters = fc.record({
      addedAfter: fc.option(fc.constantFrom(...model.map(({ dateAdded }) => dateAdded))),
      ids: fc.option(fc.uniqueArray(fc.constantFrom(...IDS, 'indicator--none'), { minLength: 1 })),
      types: fc.option(fc.uniqueArray(fc.constantFrom(...TYPES, 'malware'), { minLength: 1 })),
      versions: fc
        .record({
          last: fc.boolean(),
          first: fc.boolean(),
          all: fc.boolean(),
          at: fc.uniqueArray(
            fc.constantFrom(0, 1, 2, 3, 9).map((round) => new Date(MOMENT + round * 1000).toISOString()),
          ),
        })
        .filter(({ last, first, all, at }) =>
          all ? !last && !first && at.length === 0 : last || first || at.length > 0,
        ),
    });
    await fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: 30 }), async (filter: CollectionFilter, limit) => {
        const { addedAfter, ids, types, versions } = filter;
        const expected = model
          .filter((row) => addedAfter === null || row.dateAdded > addedAfter)
          .filter((row) => ids === null || ids.includes(row.id))
          .filter((row) => types === null || types.includes(row.type))
          .filter(
            (row) =>
              versions.all ||
              (versions.last && row.isLast) ||
              (versions.first && row.isFirst) ||
              versions.at.includes(new Date(row.version).toISOString()),
          )
          .slice(0, limit);
        const [objects, manifest] = await world.store.read(async (transaction) => [
          await transaction.collectionObjects(id, filter, limit),
          await transaction.collectionManifest(id, filter, limit),
        ]);
        expect(objects.map(({ dateAdded }) => dateAdded)).toEqual(expected.map(({ dateAdded }) => dateAdded));
        expect(manifest).toEqual(
          expected.map((row) => ({
            dateAdded: row.dateAdded,
            id: row.id,
            version: new Date(row.version).toISOString(),
          })),
        );
      }),
      { numRuns: runs(500, 100) },
    );
  });

  test('an object without a version of its own goes by the moment of its being added (section 3.4.1)', async () => {
    const lab = await openCollectionLab(database);
    await published(lab);
    const [community] = await lab.world.store.read((transaction) => transaction.collections(null));
    const manifest = await lab.world.store.read((transaction) =>
      transaction.collectionManifest(community?.id ?? '', LATEST, 1000),
    );
    const address = manifest.find(({ id }) => id.startsWith('ipv4-addr--'));
    expect(address?.version.replace(/(\.\d{3})Z$/, '$1000Z')).toBe(address?.dateAdded);
    const marking = manifest.find(({ id }) => id.startsWith('marking-definition--'));
    expect(marking?.version).toBe('2022-10-01T00:00:00.000Z');
  });
});
