import { keptFor } from '../domain/kept-for.ts';
import type { Operation } from '../domain/operation.ts';
import { assertGoesOn } from '../domain/problem.ts';
import { runAgain, takeMail } from '../flow.ts';
import { approvedTable, approvedTableHash } from '../flow/proposed-tables.ts';
import { publish, takeContributions } from '../flow/collections.ts';
import type { Published } from '../flow/collections.ts';
import { sendDue } from '../flow/sending.ts';
import { pollDue, sourcesAtWork } from '../flow/sources.ts';
import { removalsHeldWords } from '../flow/sources.ts';
import type { Polled } from '../flow/sources.ts';
import type { SendSetup, SendSummary } from '../flow/sending.ts';
import { watchWhereOn } from '../flow/watch.ts';
import type { WatchEvent } from '../flow/watch.ts';
import { tellDue, webhooksAtWork } from '../flow/webhooks.ts';
import type { World } from '../ports/world.ts';
import { DueLater } from './kind.ts';
import type { WorkKind } from './kind.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Everything that a worker can do. A further kind is a further line here, and nothing else. */
export const WORK_KINDS: readonly WorkKind[] = [
  runKind(),
  sendKind(),
  watchKind(),
  mailKind(),
  publishKind(),
  fetchKind(),
  webhooksKind(),
];

/** Lists, the method table and texts are read anew after so long: somebody may have edited them. */
const SOURCES_MS = MINUTE;

/** From what is there to drafted notices, again and again: evidence ages, and lists are renewed. */
function runKind(): WorkKind {
  return {
    name: 'run',
    about: 'operation',
    cannot: ({ settings }) =>
      settings.warninglists === null && settings.torExits.length === 0 && settings.protect.length === 0
        ? 'no lists are set (warninglists, torExits, protect): what is protected would not be known here'
        : null,
    subjects: openOperations,
    periodMs: 15 * MINUTE,
    newsMs: null,
    isLong: false,
    graceMs: 8 * SECOND,
    open(app) {
      const sources = keptFor(SOURCES_MS, app.ticks, approvedIn, async (world: World) =>
        app.openSources(await approvedTable(world)),
      );
      return Promise.resolve(async (world, { operation }) => {
        if (operation === null || isClosed(operation)) return NOTHING;
        await runAgain(world, await sources(world), operation.name);
        return NOTHING;
      });
    },
  };
}

/** What may leave. Most of what makes something due is an entry of the ledger; the rest has its time. */
function sendKind(): WorkKind {
  return {
    name: 'send',
    about: 'operation',
    cannot({ settings }, { outgoing }) {
      if (!outgoing.switches().send) return 'traffic.send is off here';
      if (settings.mail.smtp.host === null) return 'mail.smtp.host is not set here';
      const { name, email } = settings.organisation;
      return name === null || email === null ? 'organisation.name or .email is not set here' : null;
    },
    // Corrections leave though an operation is closed.
    subjects: (world) => world.store.read((transaction) => transaction.operationsWithNotices()),
    periodMs: 30 * SECOND,
    newsMs: 2 * SECOND,
    isLong: false,
    graceMs: 0,
    open(app) {
      let opened: Promise<SendSetup> | null = null;
      const sources = keptFor(SOURCES_MS, app.ticks, approvedIn, async (world: World) => {
        const { methodTable, notices } = await app.openNoticeSources(await approvedTable(world));
        return { methodTable, notices, clock: app.settings.clock, verify: app.settings.verify };
      });
      return Promise.resolve(async (world, { operation }) => {
        if (operation === null) return NOTHING;
        opened ??= app.openSending(operation);
        opened.catch(() => (opened = null));
        const summary = await sendDue(world, { ...(await opened), operation }, await sources(world), false);
        const now = world.clock.now();
        const { nextAt } = summary;
        return {
          said: sentWords(summary),
          // What is due at a time leaves at it; what should have gone already is kept by more than time.
          nextAt: nextAt === null || nextAt <= now ? null : Math.min(nextAt, now + 30 * SECOND),
        };
      });
    },
  };
}

function sentWords({ queued, sent, briefed, retried, nextContact, failed }: SendSummary): string | null {
  const words = [
    [queued, 'queued'],
    [sent, 'sent'],
    [briefed, 'briefed'],
    [retried, 'to be tried again'],
    [nextContact, 'go to the next contact'],
    [failed, 'need a person: dismantle outgoing'],
  ].flatMap(([count, what]) => (count === 0 ? [] : [`${count} ${what}`]));
  return words.length === 0 ? null : words.join(', ');
}

/** A watch is let go of after so long, so that a machine that has joined gets its share. */
const WATCH_TURN_MS = 15 * MINUTE;

function watchKind(): WorkKind {
  return {
    name: 'watch',
    about: 'operation',
    cannot(app, { outgoing }) {
      if (!outgoing.switches().probe) return 'traffic.probe is off here';
      return app.vantages().length === 0 ? 'there is no vantage here: probe.here.enabled, probe.vantages' : null;
    },
    subjects: (world) =>
      world.store.read(async (transaction) => {
        const open = new Set((await transaction.operations()).filter((each) => !isClosed(each)).map(({ id }) => id));
        const on = (await transaction.probings(null)).filter(({ stoppedAt }) => stoppedAt === null);
        return [...new Set(on.map(({ operationId }) => operationId))].filter((id) => open.has(id));
      }),
    periodMs: MINUTE,
    newsMs: null,
    isLong: true,
    graceMs: 0,
    async open(app) {
      const { probe, verify, watch: settings } = app.settings;
      const sources = {
        probers: await app.openProbers(),
        watch: settings,
        rates: { ...probe.rate, concurrency: probe.concurrency },
        pause: app.pause,
        quorum: verify,
      };
      return async (world, { operation, once, say }) => {
        if (operation === null) return NOTHING;
        const turn = new AbortController();
        const ended = new AbortController();
        void app.pause(WATCH_TURN_MS, ended.signal).then(() => turn.abort());
        try {
          const signal = AbortSignal.any([world.signal, turn.signal]);
          const watched = await watchWhereOn({ ...world, signal }, sources, operation.name, {
            once,
            tell({ event }) {
              const words = watchWords(event);
              if (words !== null) say(words);
            },
          });
          // Switched off meanwhile, or somebody watches by hand: there is nothing to do here until that changes.
          if (watched === null) return NOTHING;
          return { said: null, nextAt: watched.end === 'interrupted' ? world.clock.now() : null };
        } finally {
          ended.abort();
        }
      };
    },
  };
}

function watchWords(event: WatchEvent): string | null {
  if (event.kind === 'watching') return null;
  if (event.kind === 'vantage')
    return event.message === null
      ? `the vantage ${event.vantage} works again`
      : `the vantage ${event.vantage} fails: ${event.message}`;
  if (event.kind === 'confirmed-dark') return `${event.host} is confirmed dark`;
  return event.kind === 'returned' ? `${event.host} is back` : `${event.host} is ${event.to}`;
}

function mailKind(): WorkKind {
  return {
    name: 'mail',
    about: 'organisation',
    cannot({ settings }, { outgoing }) {
      const { host, user } = settings.mail.imap;
      if (!outgoing.switches().fetch) return 'traffic.fetch is off here';
      return host === null || user === null ? 'mail.imap.host and .user are not set here' : null;
    },
    subjects: () => Promise.resolve(['']),
    periodMs: MINUTE,
    newsMs: null,
    isLong: false,
    graceMs: 0,
    async open(app) {
      const sources = await app.openMailSources();
      return async (world) => {
        const mailbox = await app.openMailbox(world);
        let taken = 0;
        for (let more = true; more;) {
          assertGoesOn(world.signal);
          ({ more } = await mailbox.takeNew(async (message) => {
            assertGoesOn(world.signal);
            await takeMail(world, sources, message);
            taken += 1;
          }));
        }
        return { said: taken === 0 ? null : `${taken} messages taken in`, nextAt: null };
      };
    },
  };
}

/** How many sources a worker reads at once: each may hold a page of 64 MiB. */
const FETCHES_AT_ONCE = 4;

/** What sources list: each at its own interval, and later where it fails. */
function fetchKind(): WorkKind {
  return {
    name: 'fetch',
    about: 'other',
    cannot: (_app, { outgoing }) => (outgoing.switches().fetch ? null : 'traffic.fetch is off here'),
    subjects: sourcesAtWork,
    periodMs: MINUTE,
    newsMs: null,
    // Slow servers take nobody's turn.
    isLong: true,
    graceMs: 2 * SECOND,
    async open(app) {
      const fetching = await app.openFetching();
      let underWay = 0;
      return async (world, { subject, once }) => {
        // What one machine has no room for another may take.
        if (underWay >= FETCHES_AT_ONCE && !once) return { said: null, nextAt: world.clock.now() + 5 * SECOND };
        underWay += 1;
        try {
          const { polled, nextAt } = await pollDue(world, fetching, subject);
          if (polled === null) return { said: null, nextAt };
          if (polled.problem !== null) throw new DueLater(`${polled.source}: ${polled.problem}`, polled.nextAt);
          return { said: fetchedWords(polled), nextAt };
        } finally {
          underWay -= 1;
        }
      };
    },
  };
}

function fetchedWords({ source, imports, leftOut, hasMore, removalsHeld }: Polled): string | null {
  const accepted = imports.reduce((sum, each) => sum + (each.duplicate ? 0 : each.accepted), 0);
  const rejected = imports.reduce((sum, each) => sum + (each.duplicate ? 0 : each.rejected), 0);
  const words = [
    ...(accepted + rejected === 0 ? [] : [`${accepted} rows accepted, ${rejected} rejected`]),
    ...(leftOut.length === 0 ? [] : [`left out: ${leftOut.join('; ')}`]),
    ...(hasMore ? ['there is more'] : []),
    ...(removalsHeld === null || accepted + rejected === 0 ? [] : [removalsHeldWords(source, removalsHeld)]),
  ];
  return words.length === 0 ? null : `${source}: ${words.join('; ')}`;
}

/** Providers' desks are told that there is something about a notice, each at its own pace. */
function webhooksKind(): WorkKind {
  return {
    name: 'webhooks',
    about: 'other',
    cannot({ settings }, { outgoing }) {
      if (!outgoing.switches().send) return 'traffic.send is off here';
      return settings.http.publicUrl === null ? 'http.publicUrl is not set here' : null;
    },
    subjects: webhooksAtWork,
    periodMs: MINUTE,
    newsMs: 5 * SECOND,
    // Slow desks take nobody's turn.
    isLong: true,
    graceMs: 2 * SECOND,
    async open(app) {
      const telling = {
        keys: await app.openDoor().then((door) => door?.key ?? null),
        fetcher: await app.openFetcher('send'),
      };
      return async (world, { subject }) => {
        const told = await tellDue(world, telling, subject);
        if (told === null) return NOTHING;
        const { provider, delivered, failed, retried, problem, givenUp } = told;
        const soon = world.clock.now() + MINUTE;
        const nextAt = Math.min(told.nextAt ?? soon, soon);
        if (givenUp !== null)
          throw new DueLater(`${provider} was not told: ${givenUp}: dismantle webhook list`, nextAt);
        if (problem !== null && retried > 0) throw new DueLater(`${provider}: ${problem}`, nextAt);
        const words = [
          ...(delivered === 0 ? [] : [`${delivered} told`]),
          ...(failed === 0 ? [] : [`${failed} given up: dismantle webhook list`]),
        ];
        return { said: words.length === 0 ? null : `${provider}: ${words.join(', ')}`, nextAt };
      };
    },
  };
}

/**
 * What partners have handed in is taken in, and the collections are brought to what their recipients may have: so a retraction reaches
 * whoever asks within a minute.
 */
function publishKind(): WorkKind {
  return {
    name: 'publish',
    about: 'operation',
    cannot: () => null,
    // A retraction is published though an operation is closed.
    subjects: (world) => world.store.read(async (transaction) => (await transaction.operations()).map(({ id }) => id)),
    periodMs: MINUTE,
    newsMs: 5 * SECOND,
    isLong: false,
    graceMs: 8 * SECOND,
    open: ({ settings }) =>
      Promise.resolve(async (world, { operation }) => {
        if (operation === null) return NOTHING;
        // First, whatever partners hand in: a retraction waits for nobody.
        const published = await publish(world, operation.name, settings.organisation.name);
        const taken = isClosed(operation) ? [] : await takeContributions(world, operation.name);
        return { said: publishedWords(taken.length, published), nextAt: null };
      }),
  };
}

function publishedWords(contributions: number, { added, revoked }: Published): string | null {
  const words = [
    ...(contributions === 0 ? [] : [`${contributions} contributions taken in`]),
    ...(added === 0 ? [] : [`${added} versions published, ${revoked} of them revocations`]),
  ];
  return words.length === 0 ? null : words.join('; ');
}

const NOTHING = { said: null, nextAt: null };

function isClosed({ closedAt }: Operation): boolean {
  return (closedAt ?? null) !== null;
}

async function openOperations(world: World): Promise<readonly string[]> {
  const operations = await world.store.read((transaction) => transaction.operations());
  return operations.filter((each) => !isClosed(each)).map(({ id }) => id);
}

/** A table that has come into force counts at once. */
function approvedIn({ store }: World): Promise<string | null> {
  return approvedTableHash(store);
}
