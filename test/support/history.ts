import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  addPerson,
  arm,
  attest,
  correctProvider,
  disarm,
  mergeProviders,
  parseImportOptions,
  preferProvider,
  removePerson,
  run,
  setKind,
  splitProvider,
  unattest,
} from '../../src/flow.ts';
import type { RunRequest, RunSummary } from '../../src/flow.ts';
import {
  acceptCandidates,
  addFingerprints,
  dismissCandidates,
  importCandidates,
  takeFingerprintBack,
} from '../../src/flow/candidates.ts';
import { addAuthority, endAuthority, serveAuthority, unsealAuthority } from '../../src/flow/authorities.ts';
import { closeOperation, reopenOperation, startProbing, stopProbing } from '../../src/flow/watch.ts';
import { DOCUMENT, ORDER_WORDS } from './authorities.ts';
import type { TestDatabase } from './database.ts';
import { openDeconfliction } from '../../src/flow/deconflict.ts';
import { handIn, publish, takeContributions } from '../../src/flow/collections.ts';
import { circulate } from '../../src/flow/severance.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import { answer, answerHandsOffOne, ask, lift, sayHandsOff, sayLook, skip } from './deconfliction.ts';
import type { Enrolled } from './deconfliction.ts';
import { beWatched } from './history-of-verdicts.ts';
import { correspond } from './history-of-mail.ts';
import { changeTables } from './history-of-method-tables.ts';
import { fetchFeeds } from './history-of-sources.ts';
import { tellDesks } from './history-of-webhooks.ts';
import { createLabRegistry } from './lab-registry.ts';
import { seededKey } from './seeded-key.ts';
import { drill, labLocator, openTestFile, openTestSources, seededRandom } from './world.ts';
import type { TestWorld } from './world.ts';

const HEADER = 'first_seen_utc,dst_ip,dst_port,c2_status,last_online,malware';

const ALPHA = [
  HEADER,
  '2026-11-20 07:30:05,192.0.2.11,443,online,2026-11-23,Examplebot',
  '2026-11-20 07:30:05,192.0.2.11,443,online,2026-11-23,Examplebot',
  '2026-11-19 07:30:05,192.0.2.11,449,offline,2026-11-21,Examplebot',
  '2026-11-20 07:44:11,192.0.2.130,449,online,,Examplebot',
  ',198.51.100.7,443,online,2026-11-22,',
  '2026-11-20 10:05:17,203.0.113.5,447,online,2026-11-23,"Example, bot"',
  '2026-11-20 10:05:17,198.18.7.9,447,online,2026-11-23,Examplebot',
  '2026-11-20 20:15:42,2001:db8:1000::c2,443,online,2026-11-23,Examplebot',
  '2026-11-20 21:30:00,gate.examplebot.example,443,online,2026-11-23,Examplebot',
  '2026-11-20 22:10:00,010.1.1.1,443,online,2026-11-23,Examplebot',
  '2026-11-20 22:13:00,203.0.113.61,99999,online,2026-11-23,Examplebot',
].join('\n');

const BETA = [
  HEADER,
  '2026-11-18 00:00:00,192.0.2.11,443,online,2026-11-22,Examplebot',
  '2026-11-20 10:05:17,203.0.113.5,8443,online,2026-11-24,Examplebot',
  '2026-11-20 10:05:17,198.18.9.1,443,online,2026-11-23,Examplebot',
  ',198.18.7.9,,,,',
].join('\n');

const CONFIGURATIONS = [
  'version,gtag,collected_at,server',
  '1000001,lab1,2026-11-01T10:00:00+01:00,198.18.9.1:443',
  '1000001,lab1,2026-11-01T10:00:00+01:00,198.18.9.2:449',
  '1000002,lab2,2026-11-05,198.18.9.2:449',
  '1000002,lab2,2026-11-05,127.0.0.1:1',
].join('\n');

const LAB = { '198.18.7.': { asn: 64510, holder: 'Lab Seven' }, '198.18.9.': { asn: 64511, holder: 'Lab Nine' } };

/**
 * What an operation lives through, by the flow alone: imports by groups and without one, a file again, a late
 * attestation, a list that holds what was drafted and lets it go again, a provider that changes its name and contact, a
 * server that moves, a notice withdrawn for good. Returns the last run's summary.
 */
export async function liveThrough(database: TestDatabase, world: TestWorld): Promise<RunSummary> {
  const alpha = await openTestFile(database, ALPHA);
  const beta = await openTestFile(database, BETA);
  const gamma = await openTestFile(database, 'hxxp://gate.examplebot[.]example:8080/a?b=c\n198.18.9.1:443\n1.2.3\n');
  const first = await openTestSources(database, { locator: labLocator(LAB) });
  await run(world, first, unnamed(drill([alpha], { group: 'alpha' })));
  await run(world, first, unnamed(drill([beta, gamma], { group: 'beta' })));
  await run(
    world,
    first,
    unnamed(drill([alpha, beta], { group: 'alpha', attest: 'A. Analyst', reason: 'seen in the lab' })),
  );
  await run(world, first, unnamed(drill([gamma], { attest: 'Änne', reason: 'seen, too' })));
  const sandbox = { group: 'sandbox', source: 'our sandbox', reliability: 'B', tlp: 'amber', snapshot: true };
  await run(world, first, unnamed(drill([await openTestFile(database, CONFIGURATIONS)], sandbox)));
  await run(world, first, unnamed(drill([await openTestFile(database, '198.18.9.2:449\n198.18.9.3')], sandbox)));
  for (const to of ['retired', 'in-circulation', 'retired'] as const) {
    await circulate(world, 'lab', '1000001', { as: 'Ada', reason: 'in the lab', to });
  }

  const held = await openTestSources(database, {
    locator: labLocator(LAB),
    warningLists: { sinkholes: ['203.0.113.5/32', '192.0.2.130/32'], akamai: ['192.0.2.11'] },
  });
  await run(world, held, unnamed(drill([])));
  const cleared = await openTestSources(database, {
    locator: labLocator(LAB),
    warningLists: { sinkholes: ['203.0.113.5/32'] },
  });
  await run(world, cleared, unnamed(drill([])));

  await speak(world);
  await lookUp(database, world);
  await sign(world);
  await seeElsewhere(database, world);
  await correspond(database, world, { name: 'Ada', key: seededKey('Ada') });
  await beWatched(world, { name: 'Ada', key: seededKey('Ada') });

  await publish(world, 'lab', 'CERT Example');
  await contribute(world);
  await fetchFeeds(world, { name: 'Ada', key: seededKey('Ada') });
  await tellDesks(world, 'Ada');
  const counsel = { name: 'Ben Example', key: seededKey('Ben') };
  await changeTables(world, { name: 'Ada', key: seededKey('Ada') }, counsel);

  const moved = await openTestSources(database, {
    locator: labLocator({ ...LAB, '198.18.7.': { asn: 64511, holder: 'Lab Nine renamed' } }),
    warningLists: { sinkholes: ['203.0.113.5/32'] },
    book: await changedBook(database),
  });
  await leaveWork(world);
  return run(world, moved, {
    ...drill([]),
    operation: { name: 'lab', drill: true, malware: 'Examplebot' },
  });
}

/** A partner hands in what it has seen. */
async function contribute(world: TestWorld): Promise<void> {
  const operation = await world.store.read((transaction) => transaction.findOperation('lab'));
  const id = 'indicator--00000000-0000-4000-8000-000000000001';
  const seen = { type: 'indicator', id, pattern_type: 'stix', pattern: "[ipv4-addr:value = '198.18.9.1']" };
  await handIn(world, { operationId: operation?.id ?? '', partner: 'cert-example', objects: [seen] });
  await takeContributions(world, 'lab');
}

/** People come and go, vouch with their keys, and arm the operation. */
async function sign(world: TestWorld): Promise<void> {
  const [ada, ben] = [seededKey('Ada'), seededKey('Ben')];
  const words = { person: 'Ada', reason: 'in the lab' };
  await addPerson(world, ada.signing, {
    name: 'Ada',
    roles: ['admin', 'analyst'],
    publicKey: ada.publicLine,
    by: null,
  });
  const second = { name: 'Ben Example', publicKey: ben.publicLine, by: 'ADA' };
  await addPerson(world, ada.signing, { ...second, roles: ['approver'] });
  await removePerson(world, ada.signing, 'ben example', words);
  await addPerson(world, ada.signing, { ...second, roles: ['approver', 'counsel'] });
  await attest(world, 'lab', '198.18.9.1', { ...words, evidence: null, seen: null }, ada.signing);
  await switchProbing(world, { name: 'Ada', key: ada });
  const until = world.clock.now() + 3_600_000;
  await arm(world, ada.signing, 'lab', { ...words, until });
  await disarm(world, 'lab', words);
  await arm(world, ada.signing, 'lab', { ...words, until });
  await askOthers(world, { name: 'Ada', key: ada }, { name: 'Ben Example', key: ben });
  await order(world, { name: 'Ben Example', key: ben });
}

/** Looking is switched on and off; the operation is closed, opened again, and may be looked at from then on. */
async function switchProbing(world: TestWorld, { name: person, key: { signing } }: Enrolled): Promise<void> {
  const words = { person, reason: 'in the lab' };
  await startProbing(world, signing, 'lab', words);
  await stopProbing(world, 'lab', words);
  await startProbing(world, signing, 'lab', words);
  await closeOperation(world, 'lab', words);
  await reopenOperation(world, 'lab', words);
  await startProbing(world, signing, 'lab', words);
}

/** Orders over some of the servers: one under seal until it is unsealed, served, and ended; one that stays. */
async function order(world: TestWorld, { name: person, key: { signing } }: Enrolled): Promise<void> {
  const words = { person, reason: 'in the lab' };
  await addAuthority(world, signing, 'lab', { ...ORDER_WORDS, sealed: true }, DOCUMENT, words);
  await addAuthority(
    world,
    signing,
    'lab',
    { ...ORDER_WORDS, addresses: ['198.18.9.3'], bond: 'none' },
    DOCUMENT,
    words,
  );
  await unsealAuthority(world, signing, 'lab', 'court-order-1', { ...words, at: null });
  const service = { provider: null, method: 'by hand', proof: 'file 1', servedAt: world.clock.now(), ...words };
  await serveAuthority(world, signing, 'lab', 'court-order-1', service);
  await endAuthority(world, signing, 'lab', 'court-order-1', { ...words, at: null });
}

/** Others at work on the same servers are asked, answer, are passed over or want servers left alone; people look at servers. */
async function askOthers(world: TestWorld, ada: Enrolled, ben: Enrolled): Promise<void> {
  await openDeconfliction(world, 'lab', ada.name);
  await ask(world, ada, 1, 'law-enforcement');
  await ask(world, ada, 1, 'csirt');
  await answer(world, ada, 1, 'csirt');
  await skip(world, ben, 1, 'sinkhole-operator');
  const until = world.clock.now() + 30 * 86_400_000;
  await answerHandsOffOne(world, ada, 1, { servers: ['198.18.9.1', '198.18.9.3'], until, isRestClear: true });
  await sayHandsOff(world, ada, '192.0.2.11', until);
  await lift(world, ben, '198.18.9.3');
  const ago = (hours: number): string => isoInstant(world.clock.now() - hours * 3_600_000);
  await sayLook(world, ada.name, '192.0.2.11', 'live', ago(3));
  await sayLook(world, ada.name, '192.0.2.11', 'inconclusive', ago(2));
  await sayLook(world, ada.name, '192.0.2.11', 'dark', ago(5));
  await sayLook(world, ada.name, '198.18.9.3', 'dark', ago(5));
}

/** Somebody is at work here, and something waits. No state of an operation: no ledger knows of it. */
async function leaveWork(world: TestWorld): Promise<void> {
  const now = world.clock.now();
  await world.store.write(async (transaction) => {
    await transaction.askFor({ kind: 'run', subject: 'lab' }, now);
    const worker = {
      id: world.ids.uuid(),
      name: 'one',
      version: '1.0.0',
      kinds: ['run'],
      cannot: [],
      busy: [],
      settings: '',
    };
    await transaction.beat({ ...worker, startedAt: now, seenAt: now }, 0);
  });
}

/** What people say of servers and providers, some of it taken back. */
async function speak(world: TestWorld): Promise<void> {
  const ada = { person: 'Ada', reason: 'seen in the lab' };
  const evidence = { evidence: 'sandbox-run', seen: Date.UTC(2026, 10, 22) } as const;
  await attest(world, 'lab', '198.18.9.3', { ...ada, ...evidence });
  await attest(world, 'lab', '192.0.2[.]130', { ...ada, evidence: null, seen: null });
  await attest(world, 'lab', '198.18.9.1', { ...ada, evidence: null, seen: null });
  await unattest(world, 'lab', '198.18.9.1', ada);
  await setKind(world, 'lab', '198.18.9.3', { ...ada, kind: 'iot-device' });
  await setKind(world, 'lab', '192.0.2.130', { ...ada, kind: 'dedicated' });
  await setKind(world, 'lab', '192.0.2.130', { ...ada, kind: null });
  await correctProvider(world, 'drill:as64511', { trust: 'unresponsive', country: 'NL' }, ada);
  await correctProvider(world, 'drill:as64511', { country: null }, ada);
  await mergeProviders(world, 'drill:as64510', 'drill:as64511', ada);
  await splitProvider(world, 'drill:as64510', ada);
  await mergeProviders(world, 'drill:as64510', 'drill:as64511', ada);
  await preferProvider(world, 'drill:as64511', 'drill:as64510', ada);
}

/** Fingerprints go on file and one of them off again; a scan has seen them on new addresses, of which one is a sighting then. */
async function seeElsewhere(database: TestDatabase, world: TestWorld): Promise<void> {
  const [ada, source] = [{ as: 'Ada', reason: 'in the lab' }, 'Lab X'];
  const [one, two] = ['5a'.repeat(32), '6b'.repeat(32)];
  const words = { source, group: 'lab-x', seen: '2026-11-20', note: 'of a sample' };
  await addFingerprints(world, 'lab', { ...words, kind: 'certificate', value: one }, 'Ada');
  await addFingerprints(world, 'lab', { ...words, kind: 'http-body', value: two, seen: '' }, 'Ada');
  const text = `ip,port,certificate_sha256,timestamp\n198.18.9.77,443,${one},2026-11-22\n198.18.9.78,443,${one},\n198.18.9.79,443,${one},`;
  const scan = { source: 'ScanX', group: 'scan-x', as: 'Ada', maxHosts: 50 };
  const { offered } = await importCandidates(world, 'lab', await openTestFile(database, text), scan);
  const ids = offered.map(({ candidateId }) => candidateId);
  await acceptCandidates(world, 'lab', ids.slice(0, 1), ada);
  await dismissCandidates(world, 'lab', ids.slice(1, 2), ada);
  await takeFingerprintBack(world, 'lab', two, ada);
}

/** A real operation on an address that is nobody's in particular: registries are asked, one of them does not know. */
async function lookUp(database: TestDatabase, world: TestWorld): Promise<void> {
  const [first = 0, second = 0, third = 0] = seededRandom(7).bytes(3);
  const network = `${11 + (first % 80)}.${second}.${third}`;
  const sources = await openTestSources(database, {
    locator: labLocator({ [network]: { asn: 64_505, holder: 'Lab Five' } }),
    registry: createLabRegistry(network),
    book: null,
  });
  await run(world, sources, {
    operation: { name: 'real', drill: false, malware: null },
    files: [await openTestFile(database, `${network}.7:443\n${network}.9:443\n`)],
    // Of held servers no registry is told.
    options: parseImportOptions({ attest: 'Ada', reason: 'seen in the lab' }),
  });
}

/** The botnet's name is stated by the last run only. */
function unnamed(request: RunRequest): RunRequest {
  return { ...request, operation: { ...request.operation, malware: null } };
}

async function changedBook(database: TestDatabase): Promise<string> {
  const book = fileURLToPath(new URL('../../examples/first-look/providers.yaml', import.meta.url));
  const path = join(database.directory, 'changed-providers.yaml');
  const text = await readFile(book, 'utf8');
  await writeFile(
    path,
    text
      .replace('contact: abuse@prairie-hosting.example', 'contact: desk@prairie-hosting.example')
      .replace('name: Nordlicht Rechenzentrum', 'name: Nordlicht Nord'),
  );
  return path;
}
