import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readAuthorityFile } from './adapters/authority-file/read-authority.ts';
import { isBundle, openBundle } from './adapters/bundle/bundle-files.ts';
import { readCsirts } from './adapters/csirts/read-csirts.ts';
import { openDoorKey } from './adapters/door-key/door-secret.ts';
import { openEmbeddedPostgres } from './adapters/embedded-postgres/embedded-postgres.ts';
import type { EmbeddedPostgres } from './adapters/embedded-postgres/embedded-postgres.ts';
import { createInputFiles } from './adapters/files/input-files.ts';
import { isThere } from './adapters/files/is-there.ts';
import { readTextOf } from './adapters/files/read-text.ts';
import { makeFolder, readBytes, writeWholeFile } from './adapters/files/write-file.ts';
import { openIpLocations } from './adapters/ip-location-db/ip-locations.ts';
import { keepLastCheckpoint, readLastCheckpoint } from './adapters/ledger-key/last-checkpoint.ts';
import { introduceKey, openKeyOf, rotateKey } from './adapters/ledger-key/rotate-key.ts';
import type { Rotated, RotationRequest } from './adapters/ledger-key/rotate-key.ts';
import { createMailFiles } from './adapters/mail-in/mail-files.ts';
import { readMessage } from './adapters/mail-in/read-message.ts';
import { createSwitchboard } from './adapters/outgoing/switchboard.ts';
import { createOutputFolder } from './adapters/output/output-folder.ts';
import { parseExamples, readExamples } from './adapters/playbook/read-examples.ts';
import { prepareExternalDatabase, prepareOwnCluster } from './adapters/postgres/bootstrap.ts';
import { APP_ROLE } from './adapters/postgres/connect.ts';
import type { DatabaseAccess } from './adapters/postgres/connect.ts';
import { DEFAULT_ORGANISATION, migrate } from './adapters/postgres/migrate.ts';
import { openPostgresStores } from './adapters/postgres/postgres-store.ts';
import type { PostgresStores } from './adapters/postgres/postgres-store.ts';
import { makeAgentKey } from './adapters/probe/agent-key.ts';
import { vantagesOf } from './adapters/probe/vantages-of.ts';
import { readProviderBook } from './adapters/provider-book/read-provider-book.ts';
import { createRdapRegistry } from './adapters/rdap/rdap-registry.ts';
import { defaultDataDirectory } from './adapters/settings/data-directory.ts';
import { readSettings } from './adapters/settings/read-settings.ts';
import { createSshSigning } from './adapters/ssh-keygen/ssh-signing.ts';
import { Closers } from './adapters/system/closers.ts';
import { openLink } from './adapters/system/open-link.ts';
import { systemClock } from './adapters/system/system-clock.ts';
import { systemPause } from './adapters/system/system-pause.ts';
import { systemRandom } from './adapters/system/system-random.ts';
import { systemTicks } from './adapters/system/system-ticks.ts';
import { createIds } from './adapters/system/time-sorted-ids.ts';
import { readGivenLists } from './adapters/warning-lists/read-given-lists.ts';
import { backUp } from './app/back-up.ts';
import { drafting, templatesOf } from './app/drafting.ts';
import { openFetcher, openIdentityProvider } from './app/fetching.ts';
import { exercisePlaybooks } from './app/exercise-playbooks.ts';
import type { ExercisePlaybook } from './app/exercise-playbooks.ts';
import { openExercise, openExerciseSources } from './app/open-exercise.ts';
import type { OpenExercise } from './app/open-exercise.ts';
import { runVantage } from './app/run-vantage.ts';
import type { VantageWork } from './app/run-vantage.ts';
import type { AuthorityWords } from './domain/authority-words.ts';
import type { MethodExample } from './domain/method-example.ts';
import type { MethodTable } from './domain/method-table.ts';
import { isSenderSet, NO_MAILBOX, NO_ORGANISATION } from './domain/operation.ts';
import type { Operation, Sender } from './domain/operation.ts';
import { problem } from './domain/problem.ts';
import type { Problem } from './domain/problem.ts';
import { unwrap } from './domain/result.ts';
import type { Scenario } from './domain/scenario.ts';
import type { Vantage } from './domain/vantage.ts';
import type { GivenLists, MailSources, Sources } from './flow.ts';
import type { Door } from './flow/door.ts';
import type { ApprovedTable } from './flow/proposed-tables.ts';
import type { Fetching } from './flow/sources.ts';
import type { Signer } from './ledger/note.ts';
import { safeTable } from './policy/method-table/safe-table.ts';
import { probeScope } from './policy/probing/scope.ts';
import { prepareWording } from './policy/replies/prepared-wording.ts';
import type { Clock } from './ports/clock.ts';
import type { DocumentWriters, ReportWriters } from './ports/documents.ts';
import type { AuditProgram, BundleWriter } from './ports/evidence.ts';
import type { Fetcher } from './ports/fetcher.ts';
import type { IdentityProvider } from './ports/identity-provider.ts';
import type { InputFile } from './ports/input-files.ts';
import type { Jobs } from './ports/jobs.ts';
import type { Answering, Listening } from './ports/listening.ts';
import type { MailComposer } from './ports/mail-composer.ts';
import type { MailFinding, PublishedKeys } from './ports/mail-keys.ts';
import type { MailTransport } from './ports/mail-transport.ts';
import type { Mailbox, MailFiles } from './ports/mailbox.ts';
import type { Outgoing, TrafficKind } from './ports/outgoing.ts';
import type { BuiltPages } from './ports/pages.ts';
import type { Pause } from './ports/pause.ts';
import type { Prober } from './ports/prober.ts';
import type { Progress } from './ports/progress.ts';
import type { Registry } from './ports/registry.ts';
import type { Settings, SettingsInForce } from './ports/settings.ts';
import type { Signing } from './ports/signing.ts';
import type { ReadTransaction, Store } from './ports/store.ts';
import type { Timestamp } from './ports/timestamp.ts';
import type { WorldMap } from './ports/world-map.ts';
import type { World } from './ports/world.ts';
import { assertLanguages } from './steps/notify/assert-languages.ts';
import type { DoorSetup } from './steps/notify/draft-notices.ts';
import { prepareNoticeTexts } from './steps/notify/notice-texts.ts';
import type { SendSetup } from './steps/send/send-setup.ts';
import { copyNoticeTexts, readNoticeTexts, unknownTexts } from './texts/notices/read-notice-texts.ts';
import type { FoundText } from './texts/notices/read-notice-texts.ts';
import { OWN_REPLY_WORDING, readReplyWording } from './texts/replies/read-reply-wording.ts';

/*
 * The only place that builds adapters and hands them in.
 */

/** What a face knows before anything is open: options of the command line, the environment, Ctrl-C. */
export interface AppOptions {
  /** From --data-dir; null takes DISMANTLE_DATA_DIR or the XDG default. */
  readonly dataDirectory: string | null;
  /** From --config. */
  readonly configFile: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** From --offline: every kind of traffic stays off, whatever the settings say. */
  readonly offline: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Options that go before the settings. */
  readonly overrides: Partial<
    Pick<Settings, 'providers' | 'csirts' | 'warninglists' | 'torExits' | 'protect' | 'playbook' | 'out'>
  > & {
    /** From --texts. */
    readonly noticeTexts?: string;
  };
}

export interface App {
  readonly dataDirectory: string;
  readonly inForce: SettingsInForce;
  readonly settings: Settings;
  readonly version: string;
  readonly clock: Clock;
  readonly pause: Pause;
  /** Milliseconds that never go back, from an arbitrary moment on. */
  readonly ticks: () => number;
  /** Chance of this machine's own: what a service draws is nothing of an exercise's seed. */
  readonly chance: Pick<World, 'random' | 'ids'>;
  /** A UUID that nothing follows from: for the number of a request. */
  readonly uuid: () => string;
  /** Has the desktop open a link in a browser; where there is no desktop, nothing happens. */
  readonly openLink: (link: string) => void;
  /** Listens over HTTP; a port of 0 takes any that is free. */
  readonly listen: (answer: Answering, host: string, port: number) => Promise<Listening>;
  /** Who gives commands on this machine, as the ledger names it. */
  readonly localActor: string;
  openFiles(names: readonly string[]): Promise<readonly InputFile[]>;
  /** Opens the database: starts our own PostgreSQL where there is no other, and brings the schema up to date. */
  openWorld(): Promise<World>;
  /** The same for a service, which works for every organisation of the database. */
  openOrganisations(): Promise<Organisations>;
  /** What receiving mail needs. */
  openMailSources(): Promise<MailSources>;
  /** Messages in files, folders and standard input. */
  mailFiles(): MailFiles;
  /** The mailbox of the settings; a `settings` problem where none is set. */
  openMailbox(world: World): Promise<Mailbox>;
  /** Asks a person for signatures, with the key of --key or the one on record that an agent or ~/.ssh holds. */
  openSigning(keyFile: string | null): Signing;
  /** Opens the queue of jobs in the same database; the world must be open. */
  openJobs(): Promise<Jobs>;
  /** What sending works with; the world must be open. */
  openSending(operation: Operation): Promise<SendSetup>;
  /** Whether there is a database here that a command has made, or one of the settings: without one nothing was approved. */
  hasDatabase(): Promise<boolean>;
  /** Reads what the steps consult; an approved method table goes before that of the settings, and one of --playbook before both. */
  openSources(approved: ApprovedTable | null): Promise<Sources>;
  /** The method table in that file, or the one in force; with its file and the notice texts that its rows may name. */
  openMethodTable(file: string | null, approved: ApprovedTable | null): Promise<MethodTableFile>;
  /** A method table that somebody hands in; `called` is its name in messages. Nothing of it is kept. */
  readMethodTable(called: string, bytes: Uint8Array): Promise<Pick<MethodTableFile, 'table' | 'templates'>>;
  /** The same of one that is to be used: refused with a finding that does harm, as a run would. */
  readSafeTable(called: string, bytes: Uint8Array): Promise<MethodTable>;
  /** The source of the method table in force, as it is read now. */
  openMethodSource(approved: ApprovedTable | null): Promise<Uint8Array>;
  /** Counsel's own examples for a method table. */
  openExamples(file: string): Promise<readonly MethodExample[]>;
  /** The text of those that come with the program: cases of counsel's for the table that comes with it. */
  openOwnExamples(): Promise<string>;
  /** Examples that somebody hands in; `called` is their name in messages. */
  readExamples(called: string, text: string): readonly MethodExample[];
  /** An instrument that counsel has written down in a file. */
  openAuthorityFile(file: string): Promise<Partial<AuthorityWords>>;
  /** What writes papers for people. */
  openDocumentWriters(): Promise<DocumentWriters>;
  /** A ZIP to be written, and the program that checks what is in it. */
  openEvidence(): Promise<{ readonly writer: BundleWriter; readonly program: AuditProgram }>;
  /** What reports are written with. */
  openReportWriters(): Promise<ReportWriters>;
  /** The shapes of countries, for the maps of reports. */
  openWorldMap(): Promise<WorldMap>;
  /** The pages for people, as they were built; null where nobody has built them. */
  openPages(): Promise<BuiltPages | null>;
  /** The warning lists alone, without a database; null where nobody has given one. */
  openWarningLists(): Promise<GivenLists | null>;
  /** Reads what notices are made of and judged by, without the location data that openSources prepares. */
  openNoticeSources(approved: ApprovedTable | null): Promise<NoticeSources>;
  /** What doors are opened and told with; null where http.publicUrl is not set. */
  openDoor(): Promise<Door | null>;
  /** Has the ledger name the key that signs it, unless it does already; the key is made on first use. */
  introduceLedgerKey(world: World): Promise<void>;
  /** The key that the ledger names. Never a new one in its place: a lost key is a problem that says what to do. */
  openLedgerKey(transaction: ReadTransaction): Promise<Signer>;
  rotateLedgerKey(world: World, request: RotationRequest): Promise<Rotated>;
  /** Asks a time-stamping authority; the switch for this kind of traffic must be on. */
  requestTimestamp(world: World, url: string, bytes: Uint8Array): Promise<Timestamp>;
  /** The newest checkpoint that was signed here; null where none was. The ledger must continue it. */
  lastCheckpoint(): Promise<string | null>;
  keepCheckpoint(checkpoint: string): Promise<void>;
  /** One prober for each vantage of the settings; each asks traffic.probe at each look. */
  openProbers(): Promise<readonly Prober[]>;
  /** From where servers are looked at, by the settings. */
  vantages(): readonly Vantage[];
  /** Runs this machine as a vantage until standard input ends, or the signal: jobs in, signed looks out. Needs no database. */
  runVantage(work: VantageWork): Promise<{ readonly looks: number }>;
  /**
   * HTTP with places that a person has named: `fetch.*` of the settings say how. Each connection asks the switch of this
   * kind of traffic.
   */
  openFetcher(traffic: TrafficKind): Promise<Fetcher>;
  /** What sources are read with. */
  openFetching(): Promise<Fetching>;
  /** Who signs people in beside passkeys, by oidc.* of the settings; null where they name nobody. */
  openIdentityProvider(): Promise<IdentityProvider | null>;
  /** Mail out. No transport where mail.smtp.host is not set, traffic.send is off, or --offline was given. */
  openMail(): Promise<OpenMail>;
  /** What has to be published for receivers to verify our mail. */
  publishedKeys(): Promise<PublishedKeys>;
  /** Looks at the settings of mail and their files, without a connection. */
  checkMail(): Promise<readonly MailFinding[]>;
  /** Scenarios that come with the program. */
  scenarios(): Promise<readonly string[]>;
  openScenario(named: string): Promise<Scenario>;
  /** What an exercise is played with: the product's own parts over a database of its own, in our own PostgreSQL. */
  openExercise(playbook: ExercisePlaybook | null): Promise<OpenExercise>;
  /** Method tables that an exercise can be played with, the usual one first. What cannot be read is told, and left out. */
  exercisePlaybooks(leftOut: (file: string, why: Problem) => void): Promise<readonly ExercisePlaybook[]>;
  /**
   * Copies the data directory of our own PostgreSQL into a folder that is not there yet, while it is in use: what a new data
   * directory can begin with. Gives the bytes that the ledger's last checkpoint in it has, null where none was signed.
   */
  backUp(target: string): Promise<{ readonly checkpoint: string | null }>;
  /** Closes what was opened, whether it worked or not. */
  close(): Promise<void>;
}

/** The worlds of the organisations that share a database; row-level security keeps them apart. */
export interface Organisations {
  readonly storeOf: (organisationId: string) => Store;
  readonly worldOf: (organisationId: string, actor: string) => World;
  /** The one that the command line works for. */
  readonly first: string;
}

export interface OpenMail {
  readonly transport: MailTransport | null;
  readonly composer: MailComposer;
  /** mail.from, or organisation.email; null where neither is set. */
  readonly envelopeFrom: string | null;
}

export interface MethodTableFile {
  /** Its path; of an approved one what messages call it. */
  readonly file: string;
  readonly from: TableOrigin;
  readonly table: MethodTable;
  readonly templates: readonly string[];
}

/** Whose choice a method table is: people's, the settings', a command's own, or nobody's. */
export type TableOrigin = 'approved' | 'settings' | 'file' | 'default';

/** What notices are made of, and where it comes from. */
export interface NoticeSources extends Pick<Sources, 'methodTable' | 'notices'> {
  readonly files: readonly FoundText[];
  /** Texts of the user's that nothing uses, a sentence each. */
  readonly withoutEffect: readonly string[];
}

export { copyNoticeTexts, isBundle, makeAgentKey, makeFolder, openBundle, readBytes, writeWholeFile };

/** How long our PostgreSQL waits for the next command before it stops. */
const GRACE_MS = 60_000;
const START_TIMEOUT_MS = 120_000;

const OWN_EXAMPLES = new URL('../examples/counsel/examples.yaml', import.meta.url);
const DEFAULT_PLAYBOOK = fileURLToPath(new URL('../playbooks/default.dmn', import.meta.url));
const PACKAGE_FILE = new URL('../package.json', import.meta.url);

export async function createApp(options: AppOptions): Promise<App> {
  const { environment, progress, signal } = options;
  const dataDirectory = resolve(
    options.dataDirectory ?? environment['DISMANTLE_DATA_DIR'] ?? defaultDataDirectory(environment),
  );
  const inForce = await readSettings(options.configFile, dataDirectory, environment);
  const { noticeTexts, ...overrides } = options.overrides;
  const settings: Settings = {
    ...inForce.settings,
    ...overrides,
    notices: { ...inForce.settings.notices, ...(noticeTexts === undefined ? {} : { texts: noticeTexts }) },
  };
  const version = await ownVersion();
  const closers = new Closers();

  const inputFiles = createInputFiles({
    spoolDirectory: join(dataDirectory, 'tmp'),
    stdin: () => process.stdin,
    signal,
  });
  closers.add(() => inputFiles.close());

  const ids = createIds(systemClock, systemRandom);
  let pages: Promise<BuiltPages | null> | null = null;
  const localActor = `local user ${userInfo().username}`;
  let opened: DatabaseAccess | null = null;

  async function openStores(): Promise<PostgresStores> {
    progress.step('opening the database');
    const access =
      settings.database.url === null ? await ownDatabase() : await prepareExternalDatabase(settings.database.url);
    opened = { ...access, schema: await migrate(access.owner, undefined, version) };
    const stores = openPostgresStores(opened, systemRandom);
    closers.add(() => stores.close());
    return stores;
  }

  function outgoing(): Outgoing {
    return createSwitchboard(options.offline ? ALL_OFF : settings.traffic);
  }

  function worldOf(store: Store, actor: string): World {
    return {
      clock: systemClock,
      random: systemRandom,
      ids: createIds(systemClock, systemRandom),
      store,
      outgoing: outgoing(),
      output: createOutputFolder(settings.out ?? join(dataDirectory, 'out')),
      progress,
      actor,
      signal,
    };
  }

  async function ownDatabase(): Promise<DatabaseAccess> {
    const postgres = await ownPostgres();
    return { ...(await prepareOwnCluster(postgres.connection)), whyGone: () => postgres.whyGone() };
  }

  async function ownPostgres(): Promise<EmbeddedPostgres> {
    const report = (text: string): void => progress.step(text);
    const postgres = unwrap(
      await openEmbeddedPostgres({ dataDirectory, graceMs: GRACE_MS, startTimeoutMs: START_TIMEOUT_MS, report }),
    );
    closers.add(() => postgres.close());
    return postgres;
  }

  function registryOf(): Registry | null {
    if (options.offline || !settings.traffic.lookup) return null;
    return createRdapRegistry({
      outgoing: createSwitchboard(settings.traffic),
      clock: systemClock,
      random: systemRandom,
      bootstrapFolder: settings.lookup.bootstrap,
      cacheDirectory: join(dataDirectory, 'cache'),
      report: (text) => progress.step(text),
    });
  }

  async function openJobQueue(): Promise<Jobs> {
    if (opened === null) throw new Error('the world has to be opened before its jobs');
    // Loaded where it is needed: only what sends has a queue.
    const { installJobs, openJobs } = await import('./adapters/pg-boss/pg-boss-jobs.ts');
    await installJobs(opened.owner, APP_ROLE);
    const jobs = await openJobs(opened.app);
    closers.add(() => jobs.close());
    return jobs;
  }

  async function openMail(): Promise<OpenMail> {
    // Loaded where it is needed: most commands send nothing.
    const { createMailComposer } = await import('./adapters/mail/mail-composer.ts');
    const { readAuthorities, readMailKeys } = await import('./adapters/mail/read-keys.ts');
    const composer = createMailComposer(await readMailKeys(settings.mail));
    const envelopeFrom = settings.mail.from ?? settings.organisation.email;
    const { smtpOptions } = await import('./adapters/smtp/smtp-options.ts');
    const { caFile } = settings.mail.smtp;
    const ca = caFile === null ? null : await readAuthorities('mail.smtp.caFile', caFile);
    const server = smtpOptions(settings.mail.smtp, ca);
    if (server === null || options.offline || !settings.traffic.send)
      return { transport: null, composer, envelopeFrom };
    const { createSmtpTransport } = await import('./adapters/smtp/smtp-transport.ts');
    const transport = createSmtpTransport({ outgoing: createSwitchboard(settings.traffic), ...server });
    closers.add(() => transport.close());
    return { transport, composer, envelopeFrom };
  }

  async function openDoorSetup(): Promise<DoorSetup | null> {
    const { publicUrl } = settings.http;
    if (publicUrl === null) return null;
    const { days, keyFile } = settings.door;
    return { publicUrl, days, key: await openDoorKey(dataDirectory, keyFile, systemRandom) };
  }

  /** The table that decides here, without what it is checked by. */
  async function tableInForce(approved: ApprovedTable | null): Promise<Omit<MethodTableFile, 'templates'>> {
    const { parsePlaybook, readPlaybook } = await drafting();
    if (approved !== null && overrides.playbook === undefined) {
      const file = approvedName(approved);
      return { file, from: 'approved', table: unwrap(await parsePlaybook(file, approved.bytes)) };
    }
    const file = settings.playbook ?? DEFAULT_PLAYBOOK;
    const from = overrides.playbook !== undefined ? 'file' : settings.playbook === null ? 'default' : 'settings';
    return { file, from, table: unwrap(await readPlaybook(file)) };
  }

  async function openNoticeSources(approved: ApprovedTable | null): Promise<NoticeSources> {
    const found = await readNoticeTexts(settings.notices.texts);
    const texts = unwrap(prepareNoticeTexts(found.files));
    assertLanguages(settings.notices.languages, texts);
    const { renderMail } = await drafting();
    const { table } = await tableInForce(approved);
    const methodTable = safeTable(table, templatesOf(texts));
    const { sender, senderSet } = senderOf(settings);
    return {
      methodTable,
      notices: {
        sender,
        senderSet,
        drafting: { texts, program: `dismantle/${version}`, plan: settings.clock },
        renderer: { render: renderMail },
        languages: settings.notices.languages,
        sourceNaming: settings.notices.nameSources ? 'by-name' : 'by-number',
        door: await openDoorSetup(),
      },
      files: found.files,
      withoutEffect: [
        ...found.withoutEffect,
        ...unknownTexts(found.files, new Set(methodTable.rows.map(({ result }) => result.template))),
      ],
    };
  }

  return {
    dataDirectory,
    inForce,
    settings,
    version,
    clock: systemClock,
    pause: systemPause,
    ticks: systemTicks,
    chance: { random: systemRandom, ids: createIds(systemClock, systemRandom) },
    uuid: () => ids.uuid(),
    openLink,
    async listen(answer, host, port) {
      // Loaded where it is needed: most commands serve nothing.
      const { listen } = await import('./adapters/http-server/listen.ts');
      return listen(answer, host, port);
    },
    localActor,
    openFiles: async (names) => unwrap(await inputFiles.open(names)),
    async openWorld() {
      const store = (await openStores()).of(DEFAULT_ORGANISATION);
      return worldOf(store, localActor);
    },
    async openOrganisations() {
      const stores = await openStores();
      return {
        storeOf: (organisationId) => stores.of(organisationId),
        worldOf: (organisationId, actor) => worldOf(stores.of(organisationId), actor),
        first: DEFAULT_ORGANISATION,
      };
    },
    async openMailSources() {
      // Loaded where it is needed: most commands read no mail.
      const { createMailAuthenticator } = await import('./adapters/mailauth/check-mail.ts');
      return {
        reader: { read: readMessage },
        authenticator: createMailAuthenticator({
          outgoing: outgoing(),
          authservId: settings.mail.authservId,
        }),
        wording: prepareWording(await readReplyWording(settings.mail.replyWordsFile ?? OWN_REPLY_WORDING)),
        ownAddresses: [settings.organisation.email, settings.organisation.contestEmail]
          .filter((address) => address !== null)
          .map((address) => address.toLowerCase()),
      };
    },
    mailFiles: () => createMailFiles(() => process.stdin),
    async openMailbox(world) {
      const { imap } = settings.mail;
      if (imap.host === null || imap.user === null) {
        throw problem(
          'settings',
          `mail.imap.${imap.host === null ? 'host' : 'user'} is not set`,
          'Set mail.imap.host, .user and .passwordFile; or take messages from files: dismantle mail import FILE',
        );
      }
      const { createImapMailbox } = await import('./adapters/imap/imap-mailbox.ts');
      const { createUidMemory } = await import('./adapters/imap/uid-memory.ts');
      return createImapMailbox({
        ...imap,
        host: imap.host,
        user: imap.user,
        outgoing: world.outgoing,
        port: imap.port ?? (imap.security === 'tls' ? 993 : 143),
        password: imap.password ?? '',
        ca: imap.caFile === null ? null : await readTextOf('mail.imap.caFile', imap.caFile),
        memory: createUidMemory(
          join(dataDirectory, 'mail'),
          `${imap.user}@${imap.host}:${imap.port ?? imap.security}/${imap.folder}`,
        ),
        report: (text) => progress.step(text),
      });
    },
    openSigning: (keyFile) =>
      createSshSigning({ keyFile, environment, signal, announce: (text) => progress.beforeQuestion?.(text) }),
    hasDatabase: async () => settings.database.url !== null || isThere(join(dataDirectory, 'postgres')),
    async openSources(approved) {
      progress.step('reading what the steps consult');
      const [locator, { methodTable, notices, withoutEffect }] = await Promise.all([
        openIpLocations({ cacheDirectory: join(dataDirectory, 'cache'), report: (text) => progress.step(text) }),
        openNoticeSources(approved),
      ]);
      return {
        warningLists: await readGivenLists(settings),
        locate: {
          locator,
          book: settings.providers === null ? null : unwrap(await readProviderBook(settings.providers)),
          csirts: settings.csirts === null ? null : unwrap(await readCsirts(settings.csirts)),
        },
        // Kept only where somebody has switched lookups on: without, nobody is asked.
        registry: registryOf(),
        methodTable,
        capacity: settings.organisation.capacity,
        gates: settings.gates,
        notices,
        withoutEffect,
      };
    },
    openNoticeSources,
    async openDoor() {
      const setup = await openDoorSetup();
      if (setup === null) return null;
      const texts = unwrap(prepareNoticeTexts((await readNoticeTexts(settings.notices.texts)).files));
      return { ...setup, texts };
    },
    async openMethodTable(named, approved) {
      const texts = unwrap(prepareNoticeTexts((await readNoticeTexts(settings.notices.texts)).files));
      const templates = templatesOf(texts);
      if (named === null) return { ...(await tableInForce(approved)), templates };
      const { readPlaybook } = await drafting();
      return { file: named, from: 'file', table: unwrap(await readPlaybook(named)), templates };
    },
    async readMethodTable(called, bytes) {
      const texts = unwrap(prepareNoticeTexts((await readNoticeTexts(settings.notices.texts)).files));
      const { parsePlaybook } = await drafting();
      return { table: unwrap(await parsePlaybook(called, bytes)), templates: templatesOf(texts) };
    },
    async readSafeTable(called, bytes) {
      const texts = unwrap(prepareNoticeTexts((await readNoticeTexts(settings.notices.texts)).files));
      const { parsePlaybook } = await drafting();
      return safeTable(unwrap(await parsePlaybook(called, bytes)), templatesOf(texts));
    },
    async openMethodSource(approved) {
      if (approved !== null && overrides.playbook === undefined) return approved.bytes;
      const { readPlaybookFile } = await drafting();
      return unwrap(await readPlaybookFile(settings.playbook ?? DEFAULT_PLAYBOOK));
    },
    openExamples: async (file) => unwrap(await readExamples(file)),
    openOwnExamples: () => readFile(OWN_EXAMPLES, 'utf8'),
    readExamples: (called, text) => unwrap(parseExamples(called, text)),
    openAuthorityFile: async (file) => unwrap(await readAuthorityFile(file)),
    async openDocumentWriters() {
      // Loaded where they are needed: both libraries are large, and most runs write no paper.
      const [{ docxWriter }, { pdfWriter }] = await Promise.all([
        import('./adapters/documents/docx.ts'),
        import('./adapters/documents/pdf.ts'),
      ]);
      return { docx: docxWriter, pdf: pdfWriter };
    },
    async openEvidence() {
      // Loaded where it is needed: most runs write no ZIP.
      const [{ createZipBundle }, { createAuditProgram }] = await Promise.all([
        import('./adapters/bundle/zip-bundle.ts'),
        import('./adapters/bundle/audit-program.ts'),
      ]);
      return { writer: createZipBundle(), program: createAuditProgram() };
    },
    async openReportWriters() {
      const [{ docxWriter }, { pdfWriter }, { htmlWriter }, { markdownWriter }] = await Promise.all([
        import('./adapters/documents/docx.ts'),
        import('./adapters/documents/pdf.ts'),
        import('./adapters/documents/html.ts'),
        import('./adapters/documents/markdown.ts'),
      ]);
      return { docx: docxWriter, pdf: pdfWriter, html: htmlWriter, md: markdownWriter };
    },
    async openWorldMap() {
      const { readWorldMap } = await import('./adapters/charts/world-map.ts');
      return readWorldMap();
    },
    openPages: () =>
      (pages ??= import('./adapters/pages/built-pages.ts').then(({ readBuiltPages }) => readBuiltPages())),
    openWarningLists: () => readGivenLists(settings),
    vantages: () => vantagesOf(settings.probe),
    async openProbers() {
      // Loaded where it is needed: most commands look at nothing.
      const { openProbers } = await import('./adapters/probe/open-probers.ts');
      const probers = await openProbers({
        settings: settings.probe,
        guard: probeScope,
        outgoing: outgoing(),
        clock: systemClock,
        random: systemRandom,
        environment,
      });
      for (const prober of probers) closers.add(() => prober.close());
      return probers;
    },
    runVantage: (work) => runVantage(work, { probe: settings.probe, outgoing: outgoing(), clock: systemClock, signal }),
    openJobs: openJobQueue,
    async openSending(operation) {
      const { sender, senderSet } = senderOf(settings);
      const { rate, windows, smtp } = settings.mail;
      const { transport, composer, envelopeFrom } = await openMail();
      return {
        operation,
        organisationId: DEFAULT_ORGANISATION,
        jobs: await openJobQueue(),
        transport,
        composer,
        sender,
        senderSet,
        envelopeFrom: envelopeFrom ?? sender.email,
        limits: settings.gates,
        rate,
        windows,
        connections: smtp.connections,
      };
    },
    lastCheckpoint: () => readLastCheckpoint(dataDirectory),
    keepCheckpoint: (checkpoint) => keepLastCheckpoint(dataDirectory, checkpoint),
    introduceLedgerKey: (world) => introduceKey(world, dataDirectory),
    openLedgerKey: (transaction) => openKeyOf(transaction, dataDirectory, systemRandom),
    rotateLedgerKey: (world, request) => rotateKey(world, dataDirectory, request),
    async requestTimestamp(world, url, bytes) {
      // Loaded where it is needed: nothing else reads certificates, and most runs ask nobody.
      const { requestTimestamp } = await import('./adapters/timestamp/request-timestamp.ts');
      return requestTimestamp(world, url, bytes);
    },
    openFetcher: (traffic) => openFetcher(traffic, outgoing(), settings.fetch),
    async openFetching() {
      const { removalsPercent: percent, removalsCount: count } = settings.fetch;
      return {
        fetcher: await openFetcher('fetch', outgoing(), settings.fetch),
        receive: (name) => inputFiles.receive(name),
        removals: { percent, count },
      };
    },
    openIdentityProvider: () => openIdentityProvider(settings, outgoing(), signal),
    openMail,
    async publishedKeys() {
      const { readMailKeys } = await import('./adapters/mail/read-keys.ts');
      const { publishedKeys } = await import('./adapters/mail/published-keys.ts');
      return publishedKeys(await readMailKeys(settings.mail));
    },
    async checkMail() {
      const { checkMail } = await import('./adapters/mail/check-mail.ts');
      return checkMail(settings, systemClock.now());
    },
    async scenarios() {
      const { ownScenarios } = await import('./adapters/scenario/read-scenario.ts');
      return ownScenarios();
    },
    async openScenario(named) {
      const { readScenario } = await import('./adapters/scenario/read-scenario.ts');
      return readScenario(named);
    },
    exercisePlaybooks: (leftOut) =>
      exercisePlaybooks({
        leftOut,
        ownFile: DEFAULT_PLAYBOOK,
        named: settings.playbook,
        dataDirectory,
        noticeTexts: settings.notices.texts,
        version,
      }),
    async openExercise(playbook) {
      const file = settings.playbook ?? DEFAULT_PLAYBOOK;
      const sources = playbook?.sources ?? (await openExerciseSources(file, settings.notices.texts, version));
      const exercise = await openExercise({ postgres: await ownPostgres(), sources, progress, signal });
      closers.add(() => exercise.close());
      return exercise;
    },
    async backUp(target) {
      if (settings.database.url !== null) {
        throw problem(
          'refused',
          'the database is that of DATABASE_URL, whose backups are made where it runs',
          'See docs/deploy.md: pg_dump or a base backup, and the folder keys of the data directory',
        );
      }
      // As every command: a cluster that an interrupted start left half made is none to copy.
      await openStores();
      const { connection } = await ownPostgres();
      return backUp({ dataDirectory, target, connection, progress });
    },
    close: () => closers.close(),
  };
}

function approvedName({ number, sha256 }: ApprovedTable): string {
  return `approved table ${number} (${sha256.slice(0, 12)})`;
}

const ALL_OFF: Readonly<Record<TrafficKind, boolean>> = {
  lookup: false,
  fetch: false,
  timestamp: false,
  probe: false,
  send: false,
};

/** Until the settings say who we are, drafts say that it is missing, and what to set. */
function senderOf({ organisation, mail, http }: Settings): { sender: Sender; senderSet: boolean } {
  const email = organisation.email ?? NO_MAILBOX;
  const sender: Sender = {
    organisation: organisation.name ?? NO_ORGANISATION,
    email,
    contestEmail: organisation.contestEmail ?? email,
    phone: organisation.phone,
    capacity: organisation.capacity,
    website: organisation.website,
    dkimDomain: mail.dkim.keyFile === null ? null : mail.dkim.domain,
    signsWithSmime: mail.smime.keyFile !== null && mail.smime.certificateFile !== null,
    keysAt: http.publicUrl === null ? null : `${http.publicUrl}/api/v1/keys`,
  };
  return { sender, senderSet: isSenderSet(sender) };
}

async function ownVersion(): Promise<string> {
  const manifest: { readonly version: string } = JSON.parse(await readFile(PACKAGE_FILE, 'utf8'));
  return manifest.version;
}
