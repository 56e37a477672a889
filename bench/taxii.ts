/*
 * How fast a TAXII page is, and whether that depends on how deep it lies: `node bench/taxii.ts [objects] [requests]`.
 *
 * A collection of a million objects of some 700 bytes, in a PostgreSQL of our own, asked over real HTTP on loopback, a thousand objects
 * a page, at its beginning, in its middle and at its end; by somebody of the organisation and by a partner, under row-level security.
 *
 *   ours     from the request to the last byte of the answer
 *   plain    what one would write in an afternoon: OFFSET and LIMIT, each object read and the answer written as JSON, asked of the
 *            same PostgreSQL in the same run, without HTTP and without row-level security
 *
 * Both have to give the same objects, or nothing is measured. They take turns in rounds; the best of them counts, since others use the
 * machine as well.
 */
import { Client } from 'pg';
import { collectionId } from '../src/domain/collection.ts';
import { setPartner } from '../src/flow/access.ts';
import { openOwnTestDatabase } from '../test/support/database.ts';
import { openMembers, openServed } from '../test/support/served.ts';
import { openTestWorld } from '../test/support/world.ts';

const OBJECTS = Number(process.argv[2] ?? 1_000_000);
const REQUESTS = Number(process.argv[3] ?? 40);
const ROUNDS = 3;
const PAGE = 1000;
const OPERATION = '00000000-0000-7000-8000-00000000000a';
const ID = collectionId(OPERATION, 'community');

const database = await openOwnTestDatabase();
const world = await openTestWorld(database);
const served = await openServed(database, { worlds: [world] });
const plain = new Client(database.superuser);
await plain.connect();
try {
  const members = await openMembers(world, database.directory);
  const said = {
    partner: 'reader',
    name: 'Reader',
    recipients: [],
    mayContribute: false,
    reliability: null,
    group: null,
  };
  await setPartner(world, members.admin.key.signing, { ...said, by: members.admin.name, reason: 'a bench' });
  const member = await members.token({ kind: 'service', roles: ['analyst'] });
  const partner = await members.token({ kind: 'partner', partner: 'reader' });
  await fill();

  const ask = async (query: string, token: string): Promise<string> => {
    const response = await served.ask(`/taxii2/${OPERATION}/collections/${ID}/${query}`, {
      token,
      headers: { accept: 'application/taxii+json;version=2.1' },
    });
    if (response.status !== 200) throw new Error(`${query} is answered by ${response.status}`);
    return response.text();
  };
  const offset = async (from: number): Promise<string> => {
    const { rows } = await plain.query<{ object: string }>(
      `select object from dismantle.collection_object where organisation_id = $4 and collection_id = $1 and is_last and not is_withdrawn
       order by date_added offset $2 limit $3`,
      [ID, from, PAGE, world.organisationId],
    );
    return JSON.stringify({ more: true, objects: rows.map(({ object }): unknown => JSON.parse(object)) });
  };

  console.log(`${OBJECTS} objects, ${PAGE} a page, ${REQUESTS} requests each, best of ${ROUNDS} rounds; milliseconds`);
  for (const [where, from] of [
    ['first page', 0],
    ['in the middle', Math.floor(OBJECTS / 2)],
    ['last page', OBJECTS - PAGE],
  ] as const) {
    const micro = from === 0 ? '2026-11-23T11:00:00Z' : moment(from - 1);
    const query = `objects/?limit=${PAGE}&added_after=${micro}`;
    if (idsOf(await ask(query, member)) !== idsOf(await offset(from))) throw new Error('the pages differ');
    const { ours, theirs, naive } = await rounds({
      ours: [() => ask(query, member), REQUESTS],
      theirs: [() => ask(query, partner), REQUESTS],
      naive: [() => offset(from), Math.ceil(REQUESTS / 4)],
    });
    console.log(`  ${where.padEnd(14)} ours p50 ${ms(ours, 50)} p95 ${ms(ours, 95)}   a partner p95 ${ms(theirs, 95)}`);
    console.log(
      `  ${''.padEnd(14)} OFFSET p50 ${ms(naive, 50)} p95 ${ms(naive, 95)}   ratio ${(at(naive, 50) / at(ours, 50)).toFixed(1)}`,
    );
  }
  for (const [what, query] of [
    ['manifest, in the middle', `manifest/?added_after=${middle()}`],
    ['match[type] of one in a thousand', 'objects/?match[type]=malware'],
    ['match[id] of three', `objects/?match[id]=${[1, 2, 3].map((n) => `indicator--${uuid(n * 1001)}`).join(',')}`],
    ['match[version]=all, last page', `objects/?match[version]=all&added_after=${last()}`],
  ] as const) {
    const { took } = await rounds({ took: [() => ask(query, partner), REQUESTS] });
    console.log(`  ${what.padEnd(34)} p50 ${ms(took, 50)} p95 ${ms(took, 95)}`);
  }
} finally {
  await plain.end();
  await served.close();
  await world.store.close();
  await database.close();
}

async function fill(): Promise<void> {
  const began = performance.now();
  await plain.query('alter table dismantle.collection_object disable trigger user');
  await plain.query(
    `insert into dismantle.collection values ($1, $2, $3, 'bench', true, 'community', 'Community', '2026-11-23')`,
    [world.organisationId, ID, OPERATION],
  );
  await plain.query(
    `insert into dismantle.collection_object (organisation_id, collection_id, date_added, stix_id, stix_type, base_id, generation, version,
                                              revoked, content_hash, object, is_first, is_last)
     select $1, $2, timestamptz '2026-11-23 12:00Z' + n * interval '1 microsecond', t.id, t.type, t.id, 0, timestamptz '2026-11-20Z' + n * interval '1 second',
            false, repeat('0', 64),
            json_build_object('type', t.type, 'spec_version', '2.1', 'id', t.id, 'created_by_ref', 'identity--' || t.uuid,
              'created', '2026-11-20T00:00:00.000Z', 'modified', '2026-11-20T00:00:00.000Z', 'name', '198.18.7.9:443',
              'indicator_types', json_build_array('malicious-activity'), 'pattern_type', 'stix', 'pattern_version', '2.1',
              'pattern', '[network-traffic:dst_ref.type = ''ipv4-addr'' AND network-traffic:dst_ref.value = ''198.18.7.9'' AND network-traffic:dst_port = 443]',
              'valid_from', '2026-11-20T00:00:00.000Z', 'labels', json_build_array('state:live', 'kind:dedicated', 'drill'),
              'object_marking_refs', json_build_array('marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb'))::text, true, true
     from generate_series(0, $3::int - 1) n
     cross join lateral (select '00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0') as uuid,
                                case when n % 1000 = 0 then 'malware' else 'indicator' end as type) u
     cross join lateral (select u.type || '--' || u.uuid as id, u.type, u.uuid) t`,
    [world.organisationId, ID, OBJECTS],
  );
  await plain.query('alter table dismantle.collection_object enable trigger user');
  await plain.query('vacuum analyze dismantle.collection_object');
  console.log(`filled in ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

function uuid(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

function moment(n: number): string {
  const iso = new Date(Date.UTC(2026, 10, 23, 12) + Math.floor(n / 1000)).toISOString();
  return `${iso.slice(0, 23)}${String(n % 1000).padStart(3, '0')}Z`;
}

function middle(): string {
  return moment(Math.floor(OBJECTS / 2));
}

function last(): string {
  return moment(OBJECTS - PAGE);
}

function idsOf(text: string): string {
  return (text.match(/"id" ?: ?"[^"]+"/g) ?? []).join('').replaceAll(' ', '');
}

/** Sorted. */
async function times(work: () => Promise<unknown>, requests: number): Promise<readonly number[]> {
  const took: number[] = [];
  for (let request = 0; request < requests; request++) {
    const began = performance.now();
    await work();
    took.push(performance.now() - began);
  }
  return took.toSorted((one, other) => one - other);
}

/** Takes turns, and gives of each the round with the lowest p95. */
async function rounds<Name extends string>(
  works: Readonly<Record<Name, readonly [work: () => Promise<unknown>, requests: number]>>,
): Promise<Readonly<Record<Name, readonly number[]>>> {
  const best = new Map<string, readonly number[]>();
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [name, [work, requests]] of Object.entries<readonly [() => Promise<unknown>, number]>(works)) {
      const took = await times(work, round === 0 ? 3 : requests);
      const known = best.get(name);
      // The first round is for warming up.
      if (round > 0 && (known === undefined || at(took, 95) < at(known, 95))) best.set(name, took);
    }
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each name was set in the rounds
  return Object.fromEntries(best) as Readonly<Record<Name, readonly number[]>>;
}

function at(took: readonly number[], percent: number): number {
  return took[Math.min(took.length - 1, Math.floor((took.length * percent) / 100))] ?? Number.NaN;
}

function ms(took: readonly number[], percent: number): string {
  return at(took, percent).toFixed(1).padStart(7);
}
