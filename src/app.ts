import { homedir, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { readAuthorityFile } from './adapters/authority-file/read-authority.ts';
import { isBundle, openBundle } from './adapters/bundle/bundle-files.ts';
import { readCsirts } from './adapters/csirts/read-csirts.ts';
import { openDoorKey } from './adapters/door-key/door-secret.ts';
import { openEmbeddedPostgres } from './adapters/embedded-postgres/embedded-postgres.ts';
import type { EmbeddedPostgres } from './adapters/embedded-postgres/embedded-postgres.ts';
import { createInputFiles } from './adapters/files/input-files.ts';
import { makeFolder, readBytes, writeWholeFile } from './adapters/files/write-file.ts';
import { openIpLocations } from './adapters/ip-location-db/ip-locations.ts';
import { createMailFiles } from './adapters/mail-in/mail-files.ts';
import { readMessage } from './adapters/mail-in/read-message.ts';
import { keepLastCheckpoint, readLastCheckpoint } from './adapters/ledger-key/last-checkpoint.ts';
import { introduceKey, openKeyOf, rotateKey } from './adapters/ledger-key/rotate-key.ts';
import type { Rotated, RotationRequest } from './adapters/ledger-key/rotate-key.ts';
import { createSwitchboard } from './adapters/outgoing/switchboard.ts';
import { createOutputFolder } from './adapters/output/output-folder.ts';
import { parseExamples, readExamples } from './adapters/playbook/read-examples.ts';
import { prepareExternalDatabase, prepareOwnCluster } from './adapters/postgres/bootstrap.ts';
import { APP_ROLE, withClient } from './adapters/postgres/connect.ts';
import type { DatabaseAccess } from './adapters/postgres/connect.ts';
import { DEFAULT_ORGANISATION, migrate } from './adapters/postgres/migrate.ts';
import { openPostgresStore, openPostgresStores } from './adapters/postgres/postgres-store.ts';
import type { PostgresStores } from './adapters/postgres/postgres-store.ts';
import { makeAgentKey } from './adapters/probe/agent-key.ts';
import { vantagesOf } from './adapters/probe/vantages-of.ts';
import { readProviderBook } from './adapters/provider-book/read-provider-book.ts';
import { createRdapRegistry } from './adapters/rdap/rdap-registry.ts';
import { readSettings } from './adapters/settings/read-settings.ts';
import { createSshSigning } from './adapters/ssh-keygen/ssh-signing.ts';
import { systemClock } from './adapters/system/system-clock.ts';
import { systemPause } from './adapters/system/system-pause.ts';
import { openLink } from './adapters/system/open-link.ts';
import { systemRandom } from './adapters/system/system-random.ts';
import type { GuardedHttpOptions } from './adapters/guarded-http/guarded-http.ts';
import { systemTicks } from './adapters/system/system-ticks.ts';
import { createIds } from './adapters/system/time-sorted-ids.ts';
import { readOwnList } from './adapters/warning-lists/read-own-list.ts';
import { readTorExits } from './adapters/warning-lists/read-tor-exits.ts';
import { readWarningLists } from './adapters/warning-lists/read-warning-lists.ts';
import type { AuthorityWords } from './domain/authority-words.ts';
import type { Operation, Sender } from './domain/operation.ts';
import type { MethodExample } from './domain/method-example.ts';
import type { MethodTable } from './domain/method-table.ts';
import { problem, ProblemError } from './domain/problem.ts';
import type { Result } from './domain/result.ts';
import type { Vantage } from './domain/vantage.ts';
import type { WarningList } from './domain/warning-list.ts';
import type { GivenLists, MailSources, Sources } from './flow.ts';
import type { Door } from './flow/door.ts';
import type { Fetching } from './flow/sources.ts';
import type { Scenario } from './domain/scenario.ts';
import type { ExerciseParts } from './exercise/play.ts';
import type { Signer } from './ledger/note.ts';
import type { Clock } from './ports/clock.ts';
import type { AuditProgram, BundleWriter } from './ports/evidence.ts';
import type { DocumentWriters, ReportWriters } from './ports/documents.ts';
import type { Fetcher } from './ports/fetcher.ts';
import type { IdentityProvider } from './ports/identity-provider.ts';
import type { Jobs } from './ports/jobs.ts';
import type { InputFile } from './ports/input-files.ts';
import type { Answering, Listening } from './ports/listening.ts';
import type { MailComposer } from './ports/mail-composer.ts';
import type { MailFinding, PublishedKeys } from './ports/mail-keys.ts';
import type { MailTransport } from './ports/mail-transport.ts';
import type { Mailbox, MailFiles } from './ports/mailbox.ts';
import type { TrafficKind } from './ports/outgoing.ts';
import type { Prober } from './ports/prober.ts';
import type { Pause } from './ports/pause.ts';
import type { Progress } from './ports/progress.ts';
import type { Registry } from './ports/registry.ts';
import type { Signing } from './ports/signing.ts';
import type { Settings, SettingsInForce } from './ports/settings.ts';
import type { ReadTransaction, Store } from './ports/store.ts';
import type { Timestamp } from './ports/timestamp.ts';
import type { World } from './ports/world.ts';
import type { BuiltPages } from './ports/pages.ts';
import type { WorldMap } from './ports/world-map.ts';
import type { SendSetup } from './steps/send/send-setup.ts';
import { checkMethodTable } from './policy/method-table/check-method-table.ts';
import type { FindingCode } from './policy/method-table/check-method-table.ts';
import { probeScope } from './policy/probing/scope.ts';
import { prepareWording } from './policy/replies/prepared-wording.ts';
import type { DoorSetup } from './steps/notify/draft-notices.ts';
import { englishOf, prepareNoticeTexts } from './steps/notify/notice-texts.ts';
import type { NoticeTexts } from './steps/notify/notice-texts.ts';
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
  /** Reads what the steps consult. */
  openSources(): Promise<Sources>;
  /** The method table in that file, or the one in force; with its file and the notice texts that its rows may name. */
  openMethodTable(file: string | null): Promise<MethodTableFile>;
  /** A method table that somebody hands in; `called` is its name in messages. Nothing of it is kept. */
  readMethodTable(called: string, bytes: Uint8Array): Promise<Pick<MethodTableFile, 'table' | 'templates'>>;
  /** The source of the method table in force, as it is read now. */
  openMethodSource(): Promise<Uint8Array>;
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
  openNoticeSources(): Promise<NoticeSources>;
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
  openExercise(): Promise<OpenExercise>;
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

export interface OpenExercise {
  readonly parts: ExerciseParts;
  /** A further store over its database, for whoever looks on. */
  openOnlooker(): Store;
  /** Has the exercise's ledger name its key, which is made by its own chance. */
  introduceLedgerKey(world: World): Promise<void>;
  openLedgerKey(transaction: ReadTransaction, world: World): Promise<Signer>;
  /** Removes the database and the key. */
  close(): Promise<void>;
}

export interface VantageWork {
  readonly name: string;
  readonly keyFile: string;
  readonly report: (text: string) => void;
  /** Takes jobs over HTTPS; null: over standard input. */
  readonly listen: VantageListening | null;
}

export interface VantageListening {
  readonly host: string;
  readonly port: number;
  readonly certificateFile: string;
  readonly tlsKeyFile: string;
  /** Certificates of those that jobs are taken from. At least one of the two is given. */
  readonly clientsFile: string | null;
  readonly tokenFile: string | null;
  /** Called with the port that was taken. */
  readonly listening: (port: number) => void;
}

export interface OpenMail {
  readonly transport: MailTransport | null;
  readonly composer: MailComposer;
  /** mail.from, or organisation.email; null where neither is set. */
  readonly envelopeFrom: string | null;
}

export interface MethodTableFile {
  readonly file: string;
  readonly table: MethodTable;
  readonly templates: readonly string[];
}

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
const MIB = 1024 * 1024;

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
  const closers: (() => Promise<void>)[] = [];

  const inputFiles = createInputFiles({
    spoolDirectory: join(dataDirectory, 'tmp'),
    stdin: () => process.stdin,
    signal,
  });
  closers.push(() => inputFiles.close());

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
    closers.push(() => stores.close());
    return stores;
  }

  function worldOf(store: Store, actor: string): World {
    return {
      clock: systemClock,
      random: systemRandom,
      ids: createIds(systemClock, systemRandom),
      store,
      outgoing: createSwitchboard(options.offline ? ALL_OFF : settings.traffic),
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
    closers.push(() => postgres.close());
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
    closers.push(() => jobs.close());
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
    closers.push(() => transport.close());
    return { transport, composer, envelopeFrom };
  }

  function openFetcher(traffic: TrafficKind): Promise<Fetcher> {
    const { totalSeconds, idleSeconds, megabytes, unpackedMegabytes } = settings.fetch;
    return openGuarded(traffic, {
      times: { totalMs: totalSeconds * 1000, idleMs: idleSeconds * 1000 },
      sizes: { bytes: megabytes * MIB, unpackedBytes: unpackedMegabytes * MIB },
    });
  }

  async function openGuarded(
    traffic: TrafficKind,
    limits: Pick<GuardedHttpOptions, 'times' | 'sizes'>,
  ): Promise<Fetcher> {
    // Loaded where it is needed: most commands fetch nothing.
    const { createGuardedHttp } = await import('./adapters/guarded-http/guarded-http.ts');
    const { readAuthorities } = await import('./adapters/mail/read-keys.ts');
    const { allow, credentials, caFile } = settings.fetch;
    return createGuardedHttp({
      outgoing: createSwitchboard(options.offline ? ALL_OFF : settings.traffic),
      traffic,
      clock: systemClock,
      allow,
      credentials,
      extraCa: caFile === null ? null : await readAuthorities('fetch.caFile', caFile),
      ...limits,
    });
  }

  async function openIdentityProvider(): Promise<IdentityProvider | null> {
    const { issuer, clientId, clientSecretFile, name, claims } = settings.oidc;
    if (issuer === null) return null;
    if (clientId === null) {
      throw problem('settings', 'oidc.issuer is set and oidc.clientId is not', 'Name what we are registered as there');
    }
    const { createOpenIdProvider } = await import('./adapters/oidc/openid-provider.ts');
    const { readClientSecret } = await import('./adapters/oidc/read-client-secret.ts');
    return createOpenIdProvider({
      issuer,
      clientId,
      clientSecret: clientSecretFile === null ? null : await readClientSecret(clientSecretFile),
      name: name ?? new URL(issuer).host,
      claims,
      // Somebody waits before a browser.
      fetcher: await openGuarded('fetch', {
        times: { totalMs: 10_000, idleMs: 5_000 },
        sizes: { bytes: MIB, unpackedBytes: MIB },
      }),
      ticks: systemTicks,
      signal,
    });
  }

  async function openDoorSetup(): Promise<DoorSetup | null> {
    const { publicUrl } = settings.http;
    if (publicUrl === null) return null;
    const { days, keyFile } = settings.door;
    return { publicUrl, days, key: await openDoorKey(dataDirectory, keyFile, systemRandom) };
  }

  async function openNoticeSources(): Promise<NoticeSources> {
    const found = await readNoticeTexts(settings.notices.texts);
    const texts = unwrap(prepareNoticeTexts(found.files));
    assertLanguages(settings.notices.languages, texts);
    const { readPlaybook, renderMail } = await drafting();
    const table = unwrap(await readPlaybook(settings.playbook ?? DEFAULT_PLAYBOOK));
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

  /** Nothing of the user's settings but a playbook: our own texts, and of his those that we have none of, which it may name. */
  async function openExerciseSources(): Promise<Pick<ExerciseParts, 'methodTable' | 'notices'>> {
    const { files } = await readNoticeTexts(settings.notices.texts);
    const ours = new Set(files.filter(({ origin }) => origin === 'ours').map(({ name }) => name));
    const texts = unwrap(prepareNoticeTexts(files.filter(({ origin, name }) => origin === 'ours' || !ours.has(name))));
    const { readPlaybook, renderMail } = await drafting();
    const table = unwrap(await readPlaybook(settings.playbook ?? DEFAULT_PLAYBOOK));
    return {
      methodTable: safeTable(table, templatesOf(texts)),
      notices: { drafting: { texts, program: `dismantle/${version}` }, renderer: { render: renderMail } },
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
          outgoing: createSwitchboard(options.offline ? ALL_OFF : settings.traffic),
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
        ca: imap.caFile === null ? null : await textOf('mail.imap.caFile', imap.caFile),
        memory: createUidMemory(
          join(dataDirectory, 'mail'),
          `${imap.user}@${imap.host}:${imap.port ?? imap.security}/${imap.folder}`,
        ),
        report: (text) => progress.step(text),
      });
    },
    openSigning: (keyFile) =>
      createSshSigning({ keyFile, environment, signal, announce: (text) => progress.beforeQuestion?.(text) }),
    async openSources() {
      progress.step('reading what the steps consult');
      const [locator, { methodTable, notices, withoutEffect }] = await Promise.all([
        openIpLocations({ cacheDirectory: join(dataDirectory, 'cache'), report: (text) => progress.step(text) }),
        openNoticeSources(),
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
    async openMethodTable(named) {
      const file = named ?? settings.playbook ?? DEFAULT_PLAYBOOK;
      const texts = unwrap(prepareNoticeTexts((await readNoticeTexts(settings.notices.texts)).files));
      const { readPlaybook } = await drafting();
      return { file, table: unwrap(await readPlaybook(file)), templates: templatesOf(texts) };
    },
    async readMethodTable(called, bytes) {
      const texts = unwrap(prepareNoticeTexts((await readNoticeTexts(settings.notices.texts)).files));
      const { parsePlaybook } = await drafting();
      return { table: unwrap(await parsePlaybook(called, bytes)), templates: templatesOf(texts) };
    },
    async openMethodSource() {
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
        outgoing: createSwitchboard(options.offline ? ALL_OFF : settings.traffic),
        clock: systemClock,
        random: systemRandom,
        environment,
      });
      for (const prober of probers) closers.push(() => prober.close());
      return probers;
    },
    async runVantage(work) {
      const [{ openDirectProber }, { runAgent }, { readAgentKey }] = await Promise.all([
        import('./adapters/probe/open-probers.ts'),
        import('./adapters/probe/agent.ts'),
        import('./adapters/probe/agent-key.ts'),
      ]);
      const outgoing = createSwitchboard(options.offline ? ALL_OFF : settings.traffic);
      outgoing.assertAllowed('probe');
      const world = { settings: settings.probe, guard: probeScope, outgoing, clock: systemClock };
      const looking = {
        name: work.name,
        report: work.report,
        key: await readAgentKey(work.keyFile),
        proberWith: (limits: Parameters<typeof openDirectProber>[2]) => openDirectProber(world, work.name, limits),
        signal,
      };
      if (work.listen !== null) {
        const [{ listenAsAgent }, { readToken }] = await Promise.all([
          import('./adapters/probe/agent-server.ts'),
          import('./adapters/probe/agent-token.ts'),
        ]);
        const { host, port, certificateFile, tlsKeyFile, clientsFile, tokenFile, listening } = work.listen;
        return listenAsAgent({
          ...looking,
          host,
          port,
          certificate: await textOf('--tls-cert', certificateFile),
          tlsKey: await textOf('--tls-key', tlsKeyFile),
          clients: clientsFile === null ? null : await textOf('--clients', clientsFile),
          token: tokenFile === null ? null : await readToken('--token-file', tokenFile),
          clock: systemClock,
          listening,
        });
      }
      try {
        return await runAgent({ ...looking, input: process.stdin, output: process.stdout });
      } finally {
        // Whoever waits for more input would keep the process.
        process.stdin.destroy();
      }
    },
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
    openFetcher,
    async openFetching() {
      const { removalsPercent: percent, removalsCount: count } = settings.fetch;
      return {
        fetcher: await openFetcher('fetch'),
        receive: (name) => inputFiles.receive(name),
        removals: { percent, count },
      };
    },
    openIdentityProvider,
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
    async openExercise() {
      const [{ openExerciseDatabase }, { createMailComposer }] = await Promise.all([
        import('./adapters/postgres/exercise-database.ts'),
        import('./adapters/mail/mail-composer.ts'),
      ]);
      const { methodTable, notices } = await openExerciseSources();
      const postgres = await ownPostgres();
      progress.step('making a database for the exercise');
      const database = await openExerciseDatabase(postgres.connection);
      const access: DatabaseAccess = { ...database.access, whyGone: () => postgres.whyGone() };
      const keys = await mkdtemp(join(tmpdir(), 'dismantle-exercise-'));
      let isOpen = true;
      const close = async (): Promise<void> => {
        if (!isOpen) return;
        isOpen = false;
        await database.drop();
        await rm(keys, { recursive: true, force: true });
      };
      closers.push(close);
      return {
        parts: {
          methodTable,
          notices,
          composer: createMailComposer({ dkim: null, smime: null }),
          reader: { read: readMessage },
          wording: prepareWording(await readReplyWording(OWN_REPLY_WORDING)),
          openStore: (random) => openPostgresStore(access, DEFAULT_ORGANISATION, random),
          createIds,
          organisationId: DEFAULT_ORGANISATION,
          progress,
          signal,
        },
        openOnlooker: () => openPostgresStore(access, DEFAULT_ORGANISATION, systemRandom),
        introduceLedgerKey: (world) => introduceKey(world, keys),
        openLedgerKey: (transaction, world) => openKeyOf(transaction, keys, world.random),
        close,
      };
    },
    async backUp(target) {
      if (settings.database.url !== null) {
        throw problem(
          'refused',
          'the database is that of DATABASE_URL, whose backups are made where it runs',
          'See docs/deploy.md: pg_dump or a base backup, and the folder keys of the data directory',
        );
      }
      const [{ copyCluster, WalGone }, { layoutOf }] = await Promise.all([
        import('./adapters/embedded-postgres/backup.ts'),
        import('./adapters/embedded-postgres/layout.ts'),
      ]);
      // As every command: a cluster that an interrupted start left half made is none to copy.
      await openStores();
      const { connection } = await ownPostgres();
      const draft = `${resolve(target)}.partial-${process.pid}`;
      try {
        await mkdir(draft, { recursive: false, mode: 0o700 });
        if (await isThere(target)) throw problem('input', `${target} is there already`, 'Name a folder that is not');
        // The checkpoint before the database, which then continues it; keys once more after it, which may have come meanwhile.
        await copyFolders(dataDirectory, draft, ['keys', 'mail', 'dismantle.yaml']);
        const checkpoint = await readLastCheckpoint(draft);
        progress.step('copying the database');
        await withClient(connection, (session) =>
          copyCluster(layoutOf(join(dataDirectory, 'postgres')).cluster, layoutOf(join(draft, 'postgres')).cluster, {
            async begin() {
              const row = await session.row<{ segment: string }>(
                `select pg_walfile_name(pg_backup_start('dismantle backup', true)) as segment`,
              );
              return row?.segment ?? '';
            },
            async end() {
              const row = await session.row<{ label: string }>('select labelfile as label from pg_backup_stop(false)');
              return row?.label ?? '';
            },
          }),
        );
        await copyFolders(dataDirectory, draft, ['keys']);
        if (checkpoint !== null) await keepLastCheckpoint(draft, checkpoint);
        else await rm(join(draft, 'keys', 'last-checkpoint'), { force: true });
        await rename(draft, resolve(target));
        return { checkpoint };
      } catch (cause) {
        await rm(draft, { recursive: true, force: true });
        if (cause instanceof WalGone)
          throw problem(
            'database',
            'too much was written while it was copied',
            'Try again when less is going on',
            cause,
          );
        throw cause;
      }
    },
    async close() {
      for (const closer of closers.toReversed()) await closer();
    },
  };
}

/** Loaded where they are needed: what reads tables and writes mail takes a fifth of a start, and most commands do neither. */
async function drafting() {
  const [{ parsePlaybook, readPlaybook, readPlaybookFile }, { renderMail }] = await Promise.all([
    import('./adapters/playbook/read-playbook.ts'),
    import('./adapters/mail/render-mail.ts'),
  ]);
  return { parsePlaybook, readPlaybook, readPlaybookFile, renderMail };
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** What of these is there; files that are there already are written over. */
async function copyFolders(from: string, to: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const place = join(from, name);
    if (await isThere(place)) await cp(place, join(to, name), { recursive: true, preserveTimestamps: true });
  }
}

async function textOf(key: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw problem('settings', `${key}: ${file} cannot be read`, 'Check the path and that you may read it', cause);
  }
}

/** Null where nobody has given a list; what the program itself knows of is in force all the same. */
async function readGivenLists({
  warninglists,
  torExits,
  protect,
  protectedGround,
}: Settings): Promise<GivenLists | null> {
  if (warninglists === null && torExits.length === 0 && protect.length === 0) return null;
  const lists: WarningList[] = [];
  for (const file of protect) lists.push(unwrap(await readOwnList(file)));
  for (const file of torExits) lists.push(unwrap(await readTorExits(file)));
  if (warninglists !== null) lists.push(...unwrap(await readWarningLists(warninglists)));
  return { lists, effects: protectedGround.effects, staleDays: protectedGround.staleDays };
}

function templatesOf(texts: NoticeTexts): readonly string[] {
  return [...englishOf(texts).texts.keys()];
}

/** What is untidy in a table and harms nobody; everything else that the check finds does. */
const TOLERABLE: ReadonlySet<FindingCode> = new Set(['never-decides', 'uncited']);

/** A table with holes would stop a run half-way, and one that breaks a rule would do harm: refused before anything is done. */
function safeTable(table: MethodTable, templates: readonly string[]): MethodTable {
  const harmful = checkMethodTable(table, templates).findings.filter(({ code }) => !TOLERABLE.has(code));
  const [first] = harmful;
  if (first === undefined) return table;
  const { code, rowId, sentence, facts } = first;
  const example = facts === null ? '' : `, for example where ${JSON.stringify(facts)}`;
  const more = harmful.length === 1 ? '' : `\nand ${harmful.length - 1} more findings`;
  throw problem(
    'input',
    `method table "${table.name}" (${code}): ${rowId === null ? '' : `row ${rowId} `}${sentence}${example}${more}`,
    'Correct it; dismantle playbook check FILE lists everything that is wrong',
  );
}

/** A language that nobody has a text in would silently be English. */
function assertLanguages(languages: Settings['notices']['languages'], texts: NoticeTexts): void {
  for (const [country, wanted] of Object.entries(languages)) {
    const unknown = wanted.find((language) => (texts.get(language)?.texts.size ?? 0) === 0);
    if (unknown === undefined) continue;
    throw problem(
      'settings',
      `notices.languages: ${country}: there is no notice text in "${unknown}"`,
      `Known: ${[...texts.keys()].join(', ')}. Texts in another language stand in a folder ${unknown}/ of notices.texts`,
    );
  }
}

function unwrap<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new ProblemError(result.problem);
  return result.value;
}

const ALL_OFF: Readonly<Record<TrafficKind, boolean>> = {
  lookup: false,
  fetch: false,
  timestamp: false,
  probe: false,
  send: false,
};

/** The XDG base directory specification's place for an application's data; on Windows the local application data. */
function defaultDataDirectory(environment: AppOptions['environment']): string {
  if (process.platform === 'win32') {
    return join(environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'dismantle');
  }
  const xdg = environment['XDG_DATA_HOME'];
  // The specification says that relative paths there are to be ignored.
  return join(xdg?.startsWith('/') === true ? xdg : join(homedir(), '.local', 'share'), 'dismantle');
}

/** Until the settings say who we are, drafts carry a name that cannot be mistaken for one, and say that it is missing. */
function senderOf({ organisation, mail, http }: Settings): { sender: Sender; senderSet: boolean } {
  const email = organisation.email ?? 'not-set@organisation.invalid';
  return {
    sender: {
      organisation: organisation.name ?? '(organisation not set)',
      email,
      contestEmail: organisation.contestEmail ?? email,
      phone: organisation.phone,
      capacity: organisation.capacity,
      website: organisation.website,
      dkimDomain: mail.dkim.keyFile === null ? null : mail.dkim.domain,
      signsWithSmime: mail.smime.keyFile !== null && mail.smime.certificateFile !== null,
      keysAt: http.publicUrl === null ? null : `${http.publicUrl}/api/v1/keys`,
    },
    senderSet: organisation.name !== null && organisation.email !== null,
  };
}

async function ownVersion(): Promise<string> {
  const manifest: { readonly version: string } = JSON.parse(await readFile(PACKAGE_FILE, 'utf8'));
  return manifest.version;
}
