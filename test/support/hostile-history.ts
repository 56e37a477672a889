import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGuardedHttp } from '../../src/adapters/guarded-http/guarded-http.ts';
import { createMailComposer } from '../../src/adapters/mail/mail-composer.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { installJobs, openJobs } from '../../src/adapters/pg-boss/pg-boss-jobs.ts';
import { APP_ROLE } from '../../src/adapters/postgres/connect.ts';
import { createSmtpTransport } from '../../src/adapters/smtp/smtp-transport.ts';
import { CLOCK_DEFAULTS } from '../../src/domain/clock.ts';
import { contributionsId } from '../../src/domain/collection.ts';
import { memoryFile } from '../../src/domain/memory-file.ts';
import { QUORUM } from '../../src/domain/verdict.ts';
import { WATCH_DEFAULTS } from '../../src/domain/watch.ts';
import {
  arm, attest, beginOperation, correctProvider, findOperation, mergeProviders, parseImportOptions, preferProvider, removePerson, run, setKind,
} from '../../src/flow.ts'; // prettier-ignore
import type { Sources } from '../../src/flow.ts';
import { issueToken, setPartner } from '../../src/flow/access.ts';
import { approve, clear, reject, release, review } from '../../src/flow/approvals.ts';
import { assign } from '../../src/flow/assignments.ts';
import { addAuthority, endAuthority, serveAuthority } from '../../src/flow/authorities.ts';
import {
  addFingerprints,
  dismissCandidates,
  importCandidates,
  takeFingerprintBack,
} from '../../src/flow/candidates.ts';
import { retract } from '../../src/flow/clock.ts';
import { publish, takeContributions } from '../../src/flow/collections.ts';
import {
  answerDeconfliction, askForDeconfliction, handsOff, openDeconfliction, skipDeconfliction,
} from '../../src/flow/deconflict.ts'; // prettier-ignore
import { closeDoor, dismissFind, doorFinds } from '../../src/flow/door.ts';

import { rejectTable } from '../../src/flow/proposed-tables.ts';
import { circulate } from '../../src/flow/severance.ts';
import { addPasskey } from '../../src/flow/sign-in.ts';
import { addSource, pollSource } from '../../src/flow/sources.ts';
import {
  approveBriefings,
  approveHold,
  planStrike,
  releaseStrike,
  writeStrikeBriefings,
} from '../../src/flow/strike.ts';
import { accept, settle, verdictOf } from '../../src/flow/verify.ts';
import { closeOperation, lookNow, startProbing, stopProbing } from '../../src/flow/watch.ts';
import { setWebhook, testWebhook } from '../../src/flow/webhooks.ts';
import type { NoticeView } from '../../src/ports/views.ts';
import { sendBriefings } from '../../src/steps/send/send-briefings.ts';
import { sendDue } from '../../src/steps/send/send-due.ts';
import type { SendSetup } from '../../src/steps/send/send-setup.ts';
import { DOCUMENT, ORDER_WORDS } from './authorities.ts';
import { selfSigned } from './certificates.ts';
import type { TestDatabase } from './database.ts';
import { sayLook } from './deconfliction.ts';
import { DOOR_SECRET, PUBLIC_URL, doorSetup } from './doors.ts';
import { proposeOurs } from './history-of-method-tables.ts';
import { HOSTILE_CONTROLS, HOSTILE_HOST, HOSTILE_LINES, HOSTILE_TEXTS, hostile, markOf } from './hostile-text.ts';
import { openLab } from './lab-servers.ts';
import { openOddWeb } from './odd-web.ts';
import { makePasskey } from './passkeys.ts';
import { testProber } from './probing.ts';
import { openRegistryLaboratory, sendJson } from './registry-laboratory.ts';
import { rawReply } from './replies.ts';
import { GATES, tellingCustomers } from './sending.ts';
import { openSmtpLaboratory } from './smtp-laboratory.ts';
import type { ReceivedMail } from './smtp-laboratory.ts';
import { TAXII } from './taxii.ts';
import type { WarRoom } from './war-room.ts';
import { RATES } from './watching.ts';
import { labLocator, openTestSources } from './world.ts';
import type { TestWorld } from './world.ts';

/*
 * A drill in which everything that anybody outside can write is written by somebody who means ill, through the ways in that the
 * product has: feeds, registries, mail, the door, TAXII, servers that are looked at, mail servers, sources, webhooks; and what our own
 * people write down of what they were told.
 */

export const HOSTILE_PROVIDER = hostile('provider.name', 200);
const SECOND_PROVIDER = hostile('second provider', 200);
const MALWARE = hostile('operation.malware', 80);
/** A name that every normaliser lets through. */
const NAME = `${markOf('sighting.host')}.example`;
/** As long as a name can be, nearly (253): a page has to find room for it. */
export const LONG_NAME = [...['a', 'b', 'c'].map((letter) => letter.repeat(63)), NAME].join('.');
const DAY_MS = 86_400_000;
const wild = (field: string, most: number): string => hostile(field, most, HOSTILE_TEXTS);
const yaml = (value: unknown): string => JSON.stringify(value);

export const HOSTILE_BOOK = `providers:
  - { name: ${yaml(HOSTILE_PROVIDER)}, prefixes: [198.18.40.0/24], contact: "${markOf('provider.contact')}@one.example", checked: 2026-11-20, country: DE, type: hosting, trust: cooperative }
  - { name: ${yaml(SECOND_PROVIDER)}, prefixes: [198.18.41.0/24], contact: abuse@two.example, checked: 2026-11-20, country: DE, type: hosting, trust: cooperative }
  - { name: ${yaml(hostile('third provider', 200))}, domains: [${NAME}], contact: abuse@three.example, checked: 2026-11-20, country: DE, type: registrar, trust: cooperative }
  - { name: ${yaml(hostile('fourth provider', 200))}, prefixes: [127.66.0.0/16], contact: abuse@four.example, checked: 2026-11-20, country: DE, type: hosting, trust: cooperative }
`; // prettier-ignore

/** Settings of a service over it. */
export async function hostileEnvironment(database: TestDatabase): Promise<Record<string, string>> {
  const file = join(database.directory, 'hostile-door-secret');
  await writeFile(file, `${DOOR_SECRET}\n`);
  return {
    DISMANTLE_HTTP_PUBLIC_URL: PUBLIC_URL,
    DISMANTLE_DOOR_KEY_FILE: file,
    DISMANTLE_FETCH_ALLOW: '["127.0.0.1"]',
    DISMANTLE_TRAFFIC_FETCH: 'true',
    DISMANTLE_ORGANISATION_NAME: hostile('our own name', 120),
  };
}

/** What became of it, for whoever looks at it afterwards. */
export interface HostileHistory {
  readonly operation: string;
  /** A second one, closed. */
  readonly other: string;
  readonly sources: Sources;
  /** Of the notice that went through everything. */
  readonly notice: NoticeView;
  readonly doorToken: string;
  /** A server that was looked at, and answered with what it likes. */
  readonly looked: string;
  /** One of the feed's servers. */
  readonly fed: string;
  readonly authority: string;
  /** What our mail server was given. */
  readonly sent: readonly ReceivedMail[];
}

type Person = Awaited<ReturnType<WarRoom['members']['person']>>;

interface Scene {
  readonly database: TestDatabase;
  readonly room: WarRoom;
  /** The room's world, from which all may leave. Everything in it is on loopback. */
  readonly world: TestWorld;
  readonly sources: Sources;
  readonly ana: Person;
  readonly bo: Person;
  readonly cy: Person;
  readonly dee: Person;
}

export async function liveThroughHostility(database: TestDatabase, room: WarRoom): Promise<HostileHistory> {
  const ana = await room.members.person('Ana Example', ['analyst', 'duty']);
  const bo = await room.members.person('Bo Example', ['approver']);
  const cy = await room.members.person('Cy Example', ['approver']);
  const dee = await room.members.person('Dee Example', ['counsel']);
  const traffic = { lookup: true, fetch: true, timestamp: false, probe: true, send: true };
  const world = { ...room.world, outgoing: createSwitchboard(traffic) };
  const registries = await openRegistries();
  const scene = { database, room, world, sources: await sourcesOf(database, registries.registry), ana, bo, cy, dee };
  await feeds(scene);
  await registries.close();
  await configurations(scene);
  const looked = await looks(scene);
  await speak(scene);
  const authority = await orders(scene);
  const { notice, sent } = await correspond(scene);
  const doorToken = await atTheDoor(scene, notice);
  await mail(scene, notice);
  await partners(scene);
  await sourcesAndHooks(scene);
  await fingerprints(scene);
  await signIn(scene);
  await tables(scene);
  await afterwards(scene);
  await beginOperation(world, { name: 'over', drill: true, malware: MALWARE });
  await closeOperation(world, 'over', { person: room.members.admin.name, reason: hostile('operation.closing', 900) });
  return { operation: 'lab', other: 'over', sources: scene.sources, notice, doorToken, looked, fed: '198.18.40.7', authority, sent }; // prettier-ignore
}

async function post(scene: Scene, path: string, token: string, body: string | Uint8Array<ArrayBuffer>, type: string): Promise<unknown> {
  const answer = await scene.room.served.ask(path, { method: 'POST', token, body, headers: { 'content-type': type } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
} // prettier-ignore

/** A registry of loopback, asked by the real client, that knows drills as one of a simulated internet does. */
async function openRegistries(): Promise<{ registry: NonNullable<Sources['registry']>; close(): Promise<void> }> {
  const laboratory = await openRegistryLaboratory();
  const contact = (field: string, role: string): object => ({
    objectClassName: 'entity',
    handle: hostile(`${field} handle`, 60),
    roles: [role],
    vcardArray: ['vcard', [['version', {}, 'text', '4.0'], ['fn', {}, 'text', wild(field, 400)], ['org', {}, 'text', wild(`${field} org`, 400)], ['email', {}, 'text', `${role}@registered.example`]]],
    remarks: [{ title: hostile('remark title', 90), description: [wild('remark', 400)] }],
  }); // prettier-ignore
  laboratory.answerWith((request, response) => {
    const path = request.url ?? '';
    if (path.includes('autnum')) return sendJson(response, { errorCode: 404, title: wild('error title', 200) }, 404);
    sendJson(response, {
      objectClassName: 'ip network', handle: hostile('network handle', 60), name: wild('network name', 300), startAddress: '198.18.42.0', endAddress: '198.18.42.255',
      ipVersion: 'v4', country: 'DE', status: ['active', wild('network status', 100)], port43: 'whois.apnic.net', parentHandle: hostile('network parent', 60),
      remarks: [{ description: [wild('network remark', 500)] }],
      entities: [{ ...contact('registrant', 'registrant'), entities: [contact('abuse contact', 'abuse')] }, contact('technical contact', 'technical')],
    });
  }); // prettier-ignore
  const { registry } = laboratory.client();
  return { registry: { ...registry, knowsDrills: true }, close: () => laboratory.close() };
}

async function sourcesOf(database: TestDatabase, registry: NonNullable<Sources['registry']>): Promise<Sources> {
  const file = (name: string): string => join(database.directory, name);
  const holder = (asn: number, field: string) => ({ asn, holder: hostile(field, 400) });
  const own = await openTestSources(database, {
    book: file('war-room-book.yaml'),
    playbook: file('war-room.dmn'),
    registry,
    locator: labLocator({
      '198.18.40.': holder(64_500, 'server.holder'),
      '198.18.42.': holder(64_502, 'registered holder'),
      '127.66.': holder(64_501, 'looked holder'),
    }),
    warningLists: { [`a ${markOf('list name')} "'<b>`]: ['198.18.43.0/24'] },
  });
  return { ...own, notices: { ...own.notices, door: doorSetup } };
}

const hostOf = (index: number): string => `198.18.40.${index + 1}`;

/** Two feeds over HTTP: a row for each text of the corpus, in every column that is free; rows that are refused; what was, and is gone. */
async function feeds({ room, sources, world, ana, ...scene }: Scene): Promise<void> {
  await beginOperation(world, { name: 'lab', drill: true, malware: MALWARE, aliases: [hostile('operation.aliases', 80)] }); // prettier-ignore
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const header = 'server,port,last_seen,evidence,malware,reference,name';
  const row = (server: string, port: string | number, label: string, reference: string): string =>
    [server, port, '2026-11-22T10:00Z', 'netflow', quoted(label), quoted(reference), quoted(`${markOf('host name')}.example`)].join(','); // prettier-ignore
  const rows = [
    ...HOSTILE_TEXTS.map(({ text }, index) => row(hostOf(index), 443, `${text} ${markOf('sighting.label')}`, `${text} ${markOf('sighting.reference')}`)),
    row('198.18.41.1', 443, wild('second label', 300), ''),
    row(LONG_NAME, 443, '', ''),
    row('198.18.42.1', 443, wild('third label', 300), ''),
    row('198.18.43.1', 443, wild('held label', 300), ''),
    row(`http://${NAME}:8080/"'><script>owned=1</script>/${markOf('sighting.path')}?{{7*7}}`.replaceAll(' ', '%20').replaceAll('"', '""').replace(/^.*$/, '"$&"'), '', wild('name label', 300), ''),
    ...HOSTILE_TEXTS.map(({ text }) => `${quoted(`${markOf('rejection.value')} ${text}`)},443,,,,,`),
  ]; // prettier-ignore
  for (const [source, more] of [
    ['import.source', ''],
    ['another source', `${row('198.18.40.200', 443, 'Examplebot', '')}\n`],
  ] as const) {
    const query = new URLSearchParams({ file: hostile(`${source} file`, 290), source: hostile(source, 100), group: hostile(`${source} group`, 100), reliability: 'B' }); // prettier-ignore
    const body = `${header}\n${rows.join('\n')}\n${more}`;
    await post({ room, sources, world, ana, ...scene }, `/api/v1/operations/lab/imports?${query.toString()}`, ana.token, body, 'application/octet-stream'); // prettier-ignore
  }
  await goOn({ world, sources });
}

async function goOn({ world, sources }: Pick<Scene, 'world' | 'sources'>): Promise<void> {
  await run(world, sources, { operation: { name: 'lab', drill: true, malware: MALWARE }, files: [], options: parseImportOptions({}) }); // prettier-ignore
}

async function configurations(scene: Scene): Promise<void> {
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const listing = (hosts: readonly string[]): string =>
    ['version,gtag,collected_at,server', ...hosts.map((host) => [quoted(wild('configuration.version', 100)), quoted(wild('configuration.tag', 100)), '2026-11-22', host].join(','))].join('\n'); // prettier-ignore
  const query = new URLSearchParams({ file: 'configurations.csv', source: hostile('snapshot source', 100), group: 'sandbox', snapshot: 'true' }); // prettier-ignore
  const path = `/api/v1/operations/lab/imports?${query.toString()}`;
  await post(scene, path, scene.ana.token, listing(['198.18.40.1:443', '198.18.40.2:443', `http://${NAME}/${markOf('withdrawal.path')}"'<b>`.replaceAll(/["<>]/g, (sign) => (sign === '"' ? '%22' : sign))]), 'application/octet-stream'); // prettier-ignore
  await post(scene, path, scene.ana.token, listing(['198.18.40.1:443']), 'application/octet-stream');
}

/** A server of the laboratory that is looked at by the product's own prober, and has words of its own. */
async function looks(scene: Scene): Promise<string> {
  const { room, world, ana } = scene;
  const lab = await openLab();
  const identity = await selfSigned({ commonName: hostile('certificate subject', 200), names: [`${markOf('certificate name')}.example`, '<img src=x onerror=owned=1>.example'] }); // prettier-ignore
  const printable = (field: string): string => hostile(field, 250).replaceAll(/[^ -~]/g, '?');
  const site = {
    headers: { server: printable('header server'), 'x-powered-by': printable('header'), location: `javascript:owned=1//${markOf('location')}` },
    body: `<html><head><title>${wild('title', 190).replaceAll('<', '&lt;')}</title></head><body>${HOSTILE_LINES.map(({ text }) => text).join('\n')}</body></html>`,
  }; // prettier-ignore
  const server = await lab.server({ does: 'tls', identity, site });
  const operation = { name: 'lab', drill: true, malware: MALWARE };
  for (const group of ['one', 'two']) {
    const file = memoryFile(`${group}.csv`, Buffer.from(`server,last_seen,evidence,malware\n${server.address}:${server.port},2026-11-22T10:00Z,netflow,Examplebot\n# ${group}\n`)); // prettier-ignore
    await run(world, scene.sources, { operation, files: [file], options: parseImportOptions({ source: group, group, reliability: 'B', attest: ana.name, reason: hostile('attestation.reason', 900) }) }); // prettier-ignore
  }
  const admin = room.members.admin;
  const words = { person: admin.name, reason: hostile('probing.reason', 900) };
  await startProbing(world, admin.key.signing, 'lab', words);
  const pause = (milliseconds: number): Promise<void> => sleep(Math.min(milliseconds, 50));
  const prober = testProber({ name: 'here' });
  const watching = { probers: [prober], pause, watch: WATCH_DEFAULTS, rates: RATES, quorum: QUORUM }; // prettier-ignore
  await lookNow(world, watching, 'lab', [server.address], () => undefined);
  server.become({ does: 'tls', identity: await selfSigned({ commonName: hostile('second certificate', 200) }), site });
  await lookNow(world, watching, 'lab', [server.address], () => undefined);
  await stopProbing(world, 'lab', { ...words, reason: hostile('probing.stop_reason', 900) });
  await startProbing(world, admin.key.signing, 'lab', words);
  await room.ask(ana.token, 'POST', '/operations/lab/looks', {
    looks: [{ server: '198.18.40.2', port: '443', at: '2026-11-23T11:00:00Z', vantage: hostile('probe.vantage', 100), outcome: 'live', how: hostile('probe.how', 500) }],
  }); // prettier-ignore
  await settle(world, ana.key.signing, 'lab', server.address, { person: ana.name, as: 're-let', reason: hostile('case_file.settlement', 900) }); // prettier-ignore
  const [other] = (await verdictOf(world, 'lab', server.address, QUORUM)).others;
  await accept(world, 'lab', server.address, { person: ana.name, reason: hostile('acceptance reason', 900), service: other?.service ?? null }); // prettier-ignore
  await lab.close();
  return server.address;
}

/** What our own people write of servers and providers. */
async function speak({ world, ana, bo, dee }: Scene): Promise<void> {
  const words = (field: string) => ({ person: ana.name, reason: hostile(field, 900) });
  await attest(world, 'lab', '198.18.40.3', { ...words('server_attestation.reason'), evidence: null, seen: null }, ana.key.signing); // prettier-ignore
  await setKind(world, 'lab', '198.18.40.4', { ...words('kind_correction.reason'), kind: 'dedicated' });
  const providers = await world.store.read(async (transaction) =>
    transaction.providers((await transaction.findOperation('lab'))?.id ?? ''),
  );
  const keyOf = (name: string): string => providers.find((each) => each.name === name)?.key ?? '';
  const [first, second] = [keyOf(HOSTILE_PROVIDER), keyOf(SECOND_PROVIDER)];
  await correctProvider(world, second, { name: hostile('provider_correction.fields', 200) }, words('provider_correction.reason')); // prettier-ignore
  await preferProvider(world, first, second, words('provider_preference.reason'));
  const registered = providers.find(({ key }) => key !== first && key !== second)?.key ?? '';
  await mergeProviders(world, registered, second, words('provider_merge.reason'));
  await clear(world, dee.key.signing, first, `${markOf('provider.contact')}@one.example`, { person: dee.name, reason: hostile('contact_clearance.reason', 900) }); // prettier-ignore
  await release(world, bo.key.signing, 'lab', '198.18.43.1', { person: bo.name, reason: hostile('server_release.reason', 900) }); // prettier-ignore
  await circulate(world, 'lab', hostile('configuration.version', 100, HOSTILE_TEXTS), { as: ana.name, reason: hostile('circulation reason', 900), to: 'retired' }); // prettier-ignore
}

/** Method tables that somebody proposes: one that waits, one that is rejected. */
async function tables({ world, ana, dee }: Scene): Promise<void> {
  const words = { reason: hostile('method_table.reason', 900) };
  const { sha256 } = await proposeOurs(world, ana, { ...words, name: hostile('method_table.name', 200) });
  const reason = hostile('method_table.settled_reason', 900);
  await rejectTable(world, dee.key.signing, sha256, { person: dee.name, reason });
  await proposeOurs(world, ana, { ...words, name: hostile('another method_table.name', 200) });
}

async function orders({ world, dee, sources }: Scene): Promise<string> {
  const reason = (field: string): string => hostile(field, 900);
  const { reference } = await addAuthority(world, dee.key.signing, 'lab', {
    ...ORDER_WORDS, court: hostile('authority.court', 200), docket: hostile('authority.docket', 200), bond: hostile('authority.bond', 200),
    providers: [HOSTILE_PROVIDER], prefixes: ['198.18.43.0/24'],
  }, { ...DOCUMENT, name: hostile('authority.document_name', 190) }, { person: dee.name, reason: reason('authority reason') }); // prettier-ignore
  const service = { provider: HOSTILE_PROVIDER, method: hostile('authority_service.method', 200), proof: hostile('authority_service.proof', 500), servedAt: world.clock.now() }; // prettier-ignore
  await serveAuthority(world, dee.key.signing, 'lab', reference, { ...service, person: dee.name, reason: reason('service reason') }); // prettier-ignore
  await endAuthority(world, dee.key.signing, 'lab', reference, { person: dee.name, reason: reason('authority.end_reason'), at: null }); // prettier-ignore
  await goOn({ world, sources });
  return reference;
}

/** Parties are asked, a strike is held and let go, notices are approved, rejected, sent over real SMTP; one mail server says what it likes. */
async function correspond({ world, room, sources, ana, bo, cy, dee, database }: Scene): Promise<{ notice: NoticeView; sent: readonly ReceivedMail[] }> {
  await deconflictWith({ world, ana, bo, dee });
  for (let index = 0; index < HOSTILE_TEXTS.length; index++) await sayLook(world, ana.name, hostOf(index), 'c2-live', '2026-11-23T12:00Z');
  for (const host of ['198.18.41.1', '198.18.42.1', NAME]) await sayLook(world, ana.name, host, 'c2-live', '2026-11-23T12:00Z');
  await goOn({ world, sources });
  const notices = await world.store.read(async (transaction) => transaction.notices((await transaction.findOperation('lab'))?.id ?? ''));
  const [first, second] = [HOSTILE_PROVIDER, null].map((name) => notices.find((each) => (name === null ? each.provider !== HOSTILE_PROVIDER && each.to === 'abuse@two.example' : each.provider === name)));
  if (first === undefined || second === undefined) throw new Error(JSON.stringify(notices));
  await strike({ world, sources, bo, cy, dee });
  await reject(world, bo.key.signing, second.reference, 'lab', { person: bo.name, reason: hostile('notice_rejection.reason', 900) });
  const reviewing = { ...sources, gates: GATES };
  for (const { reference, state, to, missing } of notices) {
    if (state !== 'drafted' || reference === second.reference || to === null || missing.length > 0) continue;
    for (const { name, key } of [bo, cy]) await approve(world, key.signing, reviewing, await review(world, reviewing, reference, 'lab'), { person: name, hours: null });
  }
  const admin = room.members.admin;
  await arm(world, admin.key.signing, 'lab', { person: admin.name, reason: hostile('arming.reason', 900), until: world.clock.now() + DAY_MS });
  const smtp = await openSmtpLaboratory({ security: 'none' });
  await installJobs(database.access.owner, APP_ROLE);
  const jobs = await openJobs(database.access.app);
  const limits = { phaseTimeoutMs: 5000, dataTimeoutMs: 5000 };
  const transport = createSmtpTransport({ outgoing: world.outgoing, host: smtp.host, port: smtp.port, security: 'none', login: null, ca: null, connections: 1, limits });
  const setup: SendSetup = {
    operation: await findOperation(world, 'lab'), organisationId: world.organisationId, jobs, transport,
    composer: createMailComposer({ dkim: null, smime: null }), sender: { ...sources.notices.sender, organisation: hostile('sender organisation', 120) }, senderSet: true,
    envelopeFrom: 'bounces@cert.example', limits: GATES, rate: { perProviderPerHour: 100, perDomainPerHour: 100 }, windows: {}, connections: 1,
  };
  await sendBriefings(world, setup);
  // One of them it refuses, with words of its own.
  smtp.planMessages((message) => (message !== 1 ? null : { at: 'rcpt', code: 550, text: `5.1.1 ${hostile('dispatch.response', 300).replaceAll(/[^ -~]/g, '?')}` }));
  await sendDue(world, setup);
  await jobs.close();
  await transport.close();
  const sent = [...smtp.received];
  await smtp.close();
  const after = await world.store.read(async (transaction) => transaction.notices((await transaction.findOperation('lab'))?.id ?? ''));
  const left = after.find(({ state, provider }) => state === 'sent' && provider === HOSTILE_PROVIDER);
  if (left === undefined) throw new Error(JSON.stringify(after.map(({ state, missing, provider }) => ({ state, missing, provider }))));
  return { notice: left, sent };
} // prettier-ignore

async function deconflictWith({ world, ana, bo, dee }: Pick<Scene, 'world' | 'ana' | 'bo' | 'dee'>): Promise<void> {
  await openDeconfliction(world, 'lab', ana.name);
  const asked = { round: '1', at: null, as: ana.name };
  const reason = hostile('deconfliction_party.note', 900);
  for (const partyKind of ['law-enforcement', 'csirt'] as const) {
    const party = hostile(`deconfliction_party.party ${partyKind}`, 120);
    await askForDeconfliction(world, 'lab', { ...asked, party, partyKind, channel: hostile('deconfliction_party.channel', 200) }); // prettier-ignore
    await answerDeconfliction(world, ana.key.signing, 'lab', { ...asked, party, reason, answer: 'clear' }, 24);
  }
  for (const { name, key } of [bo, dee])
    await skipDeconfliction(world, key.signing, 'lab', { round: '1', partyKind: 'sinkhole-operator', as: name, reason: hostile('deconfliction_skip.reason', 900) }); // prettier-ignore
  await handsOff(world, 'lab', '198.18.40.200', { party: hostile('hands_off.party', 120), until: world.clock.now() + 30 * DAY_MS, as: ana.name, reason: hostile('hands_off.note', 900) }); // prettier-ignore
}

async function strike({ world, sources, bo, cy, dee }: Pick<Scene, 'world' | 'sources' | 'bo' | 'cy' | 'dee'>): Promise<void> {
  const methodTable = tellingCustomers(sources, 'may-be');
  const { number } = await planStrike(world, { methodTable }, 'lab', { strategy: 'simultaneous', seed: 7, as: dee.name });
  const words = (field: string) => ({ strike: String(number), reason: hostile(field, 900), until: null });
  await approveHold(world, bo.key.signing, 'lab', { ...words('strike_hold.reason'), person: bo.name });
  await approveHold(world, dee.key.signing, 'lab', { ...words('strike_hold.reason'), person: dee.name });
  await writeStrikeBriefings(world, sources.notices, 'lab', { strike: String(number), as: dee.name });
  await approveBriefings(world, bo.key.signing, 'lab', { ...words('briefing_approval.reason'), person: bo.name });
  await approveBriefings(world, dee.key.signing, 'lab', { ...words('briefing_approval.reason'), person: dee.name });
  await releaseStrike(world, cy.key.signing, 'lab', { ...words('strike.release_reason'), person: cy.name, isHarm: true });
} // prettier-ignore

/** A desk that has the link says everything that can be said, over HTTP. */
async function atTheDoor({ room, world, dee }: Scene, notice: NoticeView): Promise<string> {
  const record = await world.store.read((transaction) => transaction.door(notice.noticeId));
  if (record === null) throw new Error('the notice has no door');
  const token = doorSetup.key.token(notice.noticeId, new Date(record.expiresAt).toISOString());
  const say = async (action: string, field: string, ticket = ''): Promise<void> => {
    const text = action === 'found-more' ? `198.18.200.1:443\n${wild('door_find.lines', 200)}\n` : wild(field, 1500);
    const answer = await room.served.ask('/door/v1/status', { method: 'POST', token, body: JSON.stringify({ action, text: text.toWellFormed().replaceAll('\0', ''), ticket }), headers: { 'content-type': 'application/json' } });
    if (!answer.ok) throw new Error(`${action}: ${answer.status} ${await answer.text()}`);
  };
  await say('received', 'door received', hostile('ticket', 40));
  await say('need-more', 'door question');
  await say('refuse', 'door refusal');
  await say('wrong', 'door contest');
  await say('found-more', 'door find');
  const [find] = await doorFinds(world, 'lab', false);
  await dismissFind(world, find?.findId ?? '', { person: dee.name, reason: hostile('door_find.reason', 900) });
  return token;
} // prettier-ignore

/** Mail of every kind over HTTP: answers, a bounce, one that nobody knows; with attachments, HTML and headers as strangers have them. */
async function mail(scene: Scene, notice: NoticeView): Promise<void> {
  const encoded = (text: string): string => `=?utf-8?B?${Buffer.from(text.toWellFormed()).toString('base64')}?=`;
  const boundary = 'zq-boundary';
  const dispatches = await scene.world.store.read(async (transaction) => transaction.dispatches((await transaction.findOperation('lab'))?.id ?? '')); // prettier-ignore
  const messageId = dispatches.find(({ noticeId, state }) => noticeId === notice.noticeId && state === 'sent')?.messageId ?? notice.messageId; // prettier-ignore
  const message = [
    `From: ${encoded(wild('received_mail.from', 200))} <${markOf('received_mail.from_address')}'+or+1=1@${markOf('received_mail.from_domain')}.example>`,
    `To: desk@cert.example`,
    `Subject: ${encoded(`Re: [${notice.reference}] ${wild('received_mail.subject', 600)}`)}`,
    `Message-ID: <${markOf('received_mail.message_id')}"'@${HOSTILE_HOST}>`,
    `In-Reply-To: <${messageId}> <${markOf('received_mail.in_reply_to')}@${HOSTILE_HOST}>`,
    'Date: Mon, 23 Nov 2026 12:30:00 +0000',
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(`We dispute this: your report is wrong.\n${HOSTILE_TEXTS.map(({ text }) => text.toWellFormed()).join('\n')}\n${markOf('mail body')}\nTicket: ${hostile('ticket', 40)}`).toString('base64').replaceAll(/(.{76})/g, '$1\r\n'),
    `--${boundary}`,
    'Content-Type: text/html; charset=utf-8',
    '',
    `<html><body onload=owned=1>${HOSTILE_LINES.map(({ text }) => text).join('<br>')}</body></html>`,
    `--${boundary}`,
    `Content-Type: image/svg+xml; name="${encoded(hostile('attachment name', 100))}"`,
    `Content-Disposition: attachment; filename="${encoded(hostile('attachment', 150))}"`,
    '',
    '<svg xmlns="http://www.w3.org/2000/svg" onload="owned=1"/>',
    `--${boundary}--`,
    '',
  ].join('\r\n'); // prettier-ignore
  await post(scene, '/api/v1/mail', scene.ana.token, Buffer.from(message), 'message/rfc822');
  for (const each of HOSTILE_CONTROLS) {
    const raw = rawReply({ subject: `${each.text.toWellFormed()} ${markOf('stray subject')}`, text: each.text.toWellFormed(), fields: [`In-Reply-To: <${markOf('received_mail.in_reply_to')}"'@${HOSTILE_HOST}>`] });
    await post(scene, '/api/v1/mail', scene.ana.token, Buffer.from(raw), 'message/rfc822');
  }
  await post(scene, '/api/v1/mail', scene.ana.token, Buffer.from(bounceOf(messageId)), 'message/rfc822');
} // prettier-ignore

/** A delivery status notification (RFC 3464) whose mail server is not kind. */
function bounceOf(messageId: string): string {
  const printable = (field: string): string => hostile(field, 300).replaceAll(/[^ -~]/g, '?');
  return [
    'From: MAILER-DAEMON@mx.one.example',
    'To: bounces@cert.example',
    'Subject: Undelivered Mail Returned to Sender',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="zq-dsn"',
    '',
    '--zq-dsn',
    'Content-Type: text/plain',
    '',
    'It could not be delivered.',
    '--zq-dsn',
    'Content-Type: message/delivery-status',
    '',
    `Reporting-MTA: dns; ${printable('reporting host')}`,
    '',
    `Final-Recipient: rfc822; ${markOf('provider.contact')}@one.example`,
    'Action: failed',
    'Status: 5.1.1',
    `Diagnostic-Code: smtp; 550 5.1.1 ${printable('received_mail.bounce')}`,
    '',
    '--zq-dsn',
    'Content-Type: message/rfc822',
    '',
    `Message-ID: <${messageId}>`,
    'Subject: ours',
    '',
    'x',
    '--zq-dsn--',
    '',
  ].join('\r\n');
}

/** A partner hands in what it has seen over TAXII, and says how it goes with what it was given. */
async function partners({ room, world, ...scene }: Scene): Promise<void> {
  const { admin } = room.members;
  const words = { by: admin.name, reason: hostile('partner reason', 900) };
  await setPartner(world, admin.key.signing, { ...words, partner: 'cert-x', name: hostile('partner.name', 200), recipients: ['country:DE'], mayContribute: true, reliability: 'B', group: hostile('partner.independence_group', 100) });
  const issued = { ...words, holder: { kind: 'partner', partner: 'cert-x' } as const, scopes: ['read', 'write'] as const, expiresAt: world.clock.now() + DAY_MS };
  const { secret } = await issueToken(world, world.organisationId, admin.key.signing, { ...issued, name: hostile('api_token.name', 100) });
  const { id: operationId } = await findOperation(world, 'lab');
  const objects = HOSTILE_LINES.map(({ text }, index) => ({
    type: 'indicator', spec_version: '2.1', id: `indicator--00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, created: '2026-11-22T00:00:00.000Z', modified: '2026-11-22T10:00:00.000Z',
    name: `${markOf('contribution.content')} ${text}`, description: text, labels: [text], external_references: [{ source_name: text, url: `javascript:owned=1//${text}` }],
    indicator_types: ['malicious-activity'], pattern: index % 2 === 0 ? `[ipv4-addr:value = '198.18.40.${index + 1}']` : `[url:value = '${text.replaceAll(/['\\]/g, '')} ${markOf('contribution.refusals')}']`, pattern_type: 'stix', valid_from: '2026-11-22T00:00:00.000Z',
  }));
  await publish(world, 'lab', hostile('published by', 120));
  await post({ room, world, ...scene }, `/taxii2/${operationId}/collections/${contributionsId(operationId)}/objects/`, secret, JSON.stringify({ objects }), TAXII);
  await takeContributions(world, 'lab');
  const { assigned } = await assign(world, 'lab', { partner: 'cert-x', country: null, provider: null, servers: ['198.18.41.1', '198.18.42.1', '198.18.43.1'], person: admin.name, reason: hostile('assignment reason', 900) });
  await post({ room, world, ...scene }, `/api/v1/partner/servers/${assigned[0]?.serverId ?? ''}/answers`, secret, JSON.stringify({ state: 'declined', note: hostile('assignment.note', 900) }), 'application/json');
} // prettier-ignore

/** A source whose server answers with what it likes, and a desk's webhook that does. */
async function sourcesAndHooks({ world, ana, room }: Scene): Promise<void> {
  const web = await openOddWeb();
  const printable = (field: string): string => hostile(field, 250).replaceAll(/[^ -~]/g, '?');
  web.answerWith((request, response) => {
    const path = request.url ?? '';
    if (path.startsWith('/feed')) response.writeHead(200, { etag: `"${printable('source_state.place').replaceAll('"', "'")}"`, 'content-type': 'text/csv' }).end(`server,port,last_seen,malware\n198.18.44.1,443,2026-11-22,"${wild('polled label', 300).replaceAll('"', '""').toWellFormed()}"\n`);
    else response.writeHead(500, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ title: wild('source_state.problem', 200).toWellFormed() }));
  });
  const at = (path: string): string => `http://127.0.0.1:${web.port}${path}`;
  const fetcher = createGuardedHttp({
    outgoing: world.outgoing, traffic: 'fetch', clock: world.clock, allow: ['127.0.0.1'], credentials: {}, extraCa: null,
    times: { totalMs: 10_000, idleMs: 5000 }, sizes: { bytes: 2 ** 23, unpackedBytes: 2 ** 24 },
  });
  const teller = createGuardedHttp({
    outgoing: world.outgoing, traffic: 'send', clock: world.clock, allow: ['127.0.0.1'], credentials: {}, extraCa: null,
    times: { totalMs: 10_000, idleMs: 5000 }, sizes: { bytes: 2 ** 20, unpackedBytes: 2 ** 20 },
  });
  const { receive, removals } = await room.served.app.openFetching();
  const wanted = { collection: null, credential: null, everyMinutes: 60, words: { group: hostile('source.words', 90) }, reason: hostile('source reason', 900), by: ana.name };
  for (const [name, path] of [[hostile('source.name', 100), `/feed?${markOf('source.url')}&"'<script>`], [hostile('broken source', 100), '/broken']] as const) {
    await addSource(world, ana.key.signing, 'lab', { ...wanted, name, kind: 'url', url: at(path) });
    await pollSource(world, { fetcher, receive, removals }, name);
  }
  await addSource(world, ana.key.signing, 'lab', { ...wanted, words: {}, name: 'a taxii', kind: 'taxii', collection: hostile('source.collection', 200), url: at('/broken') });
  await pollSource(world, { fetcher, receive, removals }, 'a taxii');
  const providers = await world.store.read(async (transaction) => transaction.providers((await transaction.findOperation('lab'))?.id ?? ''));
  const provider = providers.find(({ name }) => name === HOSTILE_PROVIDER)?.key ?? '';
  await setWebhook(world, doorSetup.key, { provider, url: at(`/hook?${markOf('webhook.url')}"'<script>`), person: ana.name, reason: hostile('webhook reason', 900) });
  await testWebhook(world, doorSetup.key, () => Promise.resolve(teller), provider);
  await web.close();
} // prettier-ignore

async function fingerprints({ world, ana }: Scene): Promise<void> {
  const words = { source: hostile('fingerprint.source', 100), group: hostile('fingerprint.source_group', 100), seen: '2026-11-20', note: hostile('fingerprint.note', 900) }; // prettier-ignore
  const one = '5a'.repeat(32);
  const header = `server: ${hostile('fingerprint.value', 200)}`;
  await addFingerprints(world, 'lab', { ...words, kind: 'certificate', value: one }, ana.name);
  await addFingerprints(world, 'lab', { ...words, kind: 'http-header', value: header }, ana.name);
  const text = `ip,port,certificate_sha256,timestamp\n198.18.45.1,443,${one},2026-11-22\n198.18.45.2,443,${one},2026-11-22`;
  const scan = { source: hostile('candidate.source', 100), group: hostile('candidate.source_group', 100), as: ana.name, maxHosts: 50 }; // prettier-ignore
  const { offered } = await importCandidates(world, 'lab', memoryFile(hostile('candidate.file', 290), Buffer.from(text)), scan); // prettier-ignore
  await dismissCandidates(world, 'lab', offered.slice(0, 1).map(({ candidateId }) => candidateId), { as: ana.name, reason: hostile('candidate.reason', 900) }); // prettier-ignore
  await takeFingerprintBack(world, 'lab', one, { as: ana.name, reason: hostile('fingerprint.withdrawal', 900) });
}

async function signIn({ world, room }: Scene): Promise<void> {
  const { admin } = room.members;
  const { publicKey, credentialId } = makePasskey({ seed: 'hostile' }).personKey;
  await addPasskey(world, admin.key.signing, { person: admin.name, name: hostile('passkey.name', 60), publicKey, credentialId }); // prettier-ignore
}

/** What ends things: somebody leaves, a door is closed, a case is taken back. */
async function afterwards({ world, sources, dee, room }: Scene): Promise<void> {
  const clock = { methodTable: sources.methodTable, notices: sources.notices, clock: CLOCK_DEFAULTS };
  await retract(world, dee.key.signing, clock, 'lab', { name: dee.name, target: '198.18.40.9', reason: hostile('retraction reason', 900) }); // prettier-ignore
  const third = await world.store.read(async (transaction) => transaction.notices((await transaction.findOperation('lab'))?.id ?? '')); // prettier-ignore
  const other = third.find(({ to }) => to === 'abuse@two.example');
  await closeDoor(world, other?.reference ?? '', 'lab', { person: dee.name, reason: hostile('door.close_reason', 900) }); // prettier-ignore
  const gone = await room.members.person('Gone Example', ['analyst']);
  await removePerson(world, room.members.admin.key.signing, gone.name, { person: room.members.admin.name, reason: hostile('person removal', 900) }); // prettier-ignore
}
