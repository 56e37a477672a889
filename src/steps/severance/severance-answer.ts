import { isoInstant } from '../../domain/instant.ts';
import type { LookOutcome } from '../../domain/look.ts';
import type { Operation } from '../../domain/operation.ts';
import type { SeveredFigure } from '../../domain/report.ts';
import type { HostType, ServerKind } from '../../domain/server.ts';
import type {
  SeveranceConfiguration,
  SeveranceFacts,
  SeveranceServer,
  SeveranceSetup,
} from '../../domain/severance.ts';
import {
  collectedAt,
  fallbacksInUse,
  inCirculation,
  isAlive,
  isFallback,
  isUnresolved,
  newestFirst,
} from '../../policy/severance/circulation.ts';
import { remainingServers } from '../../policy/severance/hanging.ts';
import { liveNotInLatest, severed } from '../../policy/severance/severed.ts';
import { silencing } from '../../policy/severance/silencing.ts';
import type { GivenLiveness } from './read-liveness.ts';

/** What is asked besides. */
export interface SeveranceQuestion extends SeveranceSetup {
  /** How many of the newest configurations count as recent. */
  readonly newest: number;
  /** Up to how many servers to take down next are looked for. */
  readonly upTo: number;
}

/** On whose word servers are taken for alive. */
export type LivenessBasis =
  | { readonly kind: 'own-verdicts' }
  | {
      readonly kind: 'given-list';
      readonly isOurMeasurement: false;
      readonly file: string;
      readonly rows: number;
      /** Servers of the list that the operation does not track. */
      readonly notTracked: number;
      readonly rejected: GivenLiveness['rejected'];
    };

export interface NamedConfiguration {
  readonly configurationId: string;
  readonly version: string;
  readonly tag: string;
  readonly collectedAt: string | null;
}

export interface ReachingConfiguration extends NamedConfiguration {
  /** Servers that it lists, and how many of them are alive, fallbacks among both. */
  readonly servers: number;
  readonly live: number;
  readonly liveFallbacks: number;
}

export interface ShownServer {
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  readonly country: string | null;
  readonly provider: string | null;
  readonly verdict: LookOutcome | null;
}

/** The whole answer of `dismantle severance`; its keys are what --json prints. */
export interface SeveranceAnswer {
  readonly operation: string;
  readonly asOf: string;
  readonly liveness: LivenessBasis;
  readonly severed: SeveredFigure;
  /** The newest first. */
  readonly reaching: readonly ReachingConfiguration[];
  readonly remaining: readonly (ShownServer & {
    readonly isFallback: boolean;
    readonly configurations: number;
    readonly only: number;
    readonly share: number;
    readonly newest: { readonly version: string; readonly tag: string } | null;
  })[];
  readonly liveNotInLatest: {
    readonly newest: number;
    readonly configurations: readonly NamedConfiguration[];
    readonly servers: readonly ShownServer[];
  };
  readonly fallbacks: {
    readonly total: number;
    readonly alive: number;
    readonly unresolved: number;
    readonly notAlive: number;
    readonly servers: readonly (ShownServer & { readonly stands: 'alive' | 'unresolved' | 'not-alive' })[];
  };
  readonly next: NextServers;
}

export interface NextServers {
  readonly reaching: number;
  readonly beyondReach: number;
  readonly servers: number;
  readonly steps: readonly {
    readonly k: number;
    readonly servers: readonly ShownServer[];
    readonly silenced: number;
    readonly atMost: number;
    readonly isExact: boolean;
  }[];
}

/** The facts with a list of liveness in place of our verdicts: whom it does not name, nobody has looked at. */
export function withGivenLiveness(facts: SeveranceFacts, { outcomes }: GivenLiveness): SeveranceFacts {
  return {
    ...facts,
    servers: facts.servers.map((server) => ({
      ...server,
      verdict: outcomes.get(server.serverId) ?? null,
      confirmedAt: null,
    })),
    // A list has no past.
    changes: [],
  };
}

export function severanceAnswer(
  operation: Operation,
  given: SeveranceFacts,
  liveness: GivenLiveness | null,
  question: SeveranceQuestion,
): SeveranceAnswer {
  const facts = liveness === null ? given : withGivenLiveness(given, liveness);
  const figure = severed(facts, question);
  return {
    operation: operation.name,
    asOf: isoInstant(question.asOf),
    liveness: basisOf(facts, liveness),
    severed: liveness === null ? figure : { ...figure, since: null },
    reaching: reachingConfigurations(facts),
    remaining: remainingServers(facts).map(({ server, ...hanging }) => ({ ...shown(server), ...hanging })),
    liveNotInLatest: {
      newest: question.newest,
      configurations: newestFirst(inCirculation(facts)).slice(0, question.newest).map(named),
      servers: liveNotInLatest(facts, question.newest).map(shown),
    },
    fallbacks: fallbackCounts(facts),
    next: nextServers(facts, question.upTo),
  };
}

export function basisOf(facts: SeveranceFacts, liveness: GivenLiveness | null): LivenessBasis {
  if (liveness === null) return { kind: 'own-verdicts' };
  const tracked = new Set(facts.servers.map(({ serverId }) => serverId));
  return {
    kind: 'given-list',
    isOurMeasurement: false,
    file: liveness.file,
    rows: liveness.rows,
    notTracked: [...liveness.outcomes.keys()].filter((serverId) => !tracked.has(serverId)).length,
    rejected: liveness.rejected,
  };
}

function nextServers(facts: SeveranceFacts, upTo: number): NextServers {
  const found = silencing(facts, upTo);
  return { ...found, steps: found.steps.map((step) => ({ ...step, servers: step.servers.map(shown) })) };
}

function reachingConfigurations(facts: SeveranceFacts): readonly ReachingConfiguration[] {
  return newestFirst(inCirculation(facts)).flatMap((configuration) => {
    const living = configuration.lists
      .flatMap((index) => facts.servers[index] ?? [])
      .filter(({ verdict }) => isAlive(verdict));
    if (living.length === 0) return [];
    const liveFallbacks = living.filter(isFallback).length;
    return [{ ...named(configuration), servers: configuration.lists.length, live: living.length, liveFallbacks }];
  });
}

function fallbackCounts(facts: SeveranceFacts): SeveranceAnswer['fallbacks'] {
  const servers = fallbacksInUse(facts)
    .flatMap((index) => facts.servers[index] ?? [])
    .map((server) => ({ ...shown(server), stands: standing(server.verdict) }));
  const count = (stands: string): number => servers.filter((one) => one.stands === stands).length;
  return {
    total: servers.length,
    alive: count('alive'),
    unresolved: count('unresolved'),
    notAlive: count('not-alive'),
    servers,
  };
}

function standing(verdict: LookOutcome | null): 'alive' | 'unresolved' | 'not-alive' {
  if (isAlive(verdict)) return 'alive';
  return isUnresolved(verdict) ? 'unresolved' : 'not-alive';
}

export function named(configuration: SeveranceConfiguration): NamedConfiguration {
  const { configurationId, version, tag } = configuration;
  const collected = collectedAt(configuration);
  return { configurationId, version, tag, collectedAt: collected === null ? null : isoInstant(collected) };
}

export function shown(server: SeveranceServer): ShownServer {
  const { serverId, hostType, host, kind, country, provider, verdict } = server;
  return { serverId, hostType, host, kind, country, provider, verdict };
}
