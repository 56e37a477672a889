import type { App } from '../app.ts';
import type { Sources } from '../flow.ts';
import type { Principal } from '../domain/access.ts';
import type { Strategy } from '../domain/strike.ts';
import type { Door } from '../flow/door.ts';
import type { Clock } from '../ports/clock.ts';
import type { IdentityProvider } from '../ports/identity-provider.ts';
import type { Store } from '../ports/store.ts';
import type { Challenges } from './challenges.ts';
import type { LiveViews } from './live-view.ts';
import type { Streams } from './streams.ts';
import type { SigningDesk } from './signing-desk.ts';
import type { World } from '../ports/world.ts';

/** Exercises while somebody looks on: one at a time, each in a world of its own. */
export interface ShownExercise {
  state(): {
    /** Counts from 1; 0 while none was chosen yet. Whoever shows anything of another one shows it anew. */
    readonly run: number;
    readonly phase: 'waiting' | 'playing' | 'over';
    /** Whether another was asked for, and is made ready. */
    readonly isBeginning: boolean;
    readonly playbook: { readonly name: string; readonly sha256: string };
    /** Null: as fast as it goes. */
    readonly minutesPerSecond: number | null;
    readonly isPaused: boolean;
    /** Null while none was chosen. */
    readonly exercise: {
      readonly scenario: string;
      readonly title: string;
      readonly about: string;
      readonly seed: number;
      readonly strategy: Strategy;
      /** ISO 8601 UTC, of the exercise's own clock. */
      readonly begins: string;
      readonly now: string;
      readonly ends: string;
    } | null;
  };
  /** What is left out stays as it is. */
  pace(wish: { readonly minutesPerSecond?: number | null; readonly isPaused?: boolean }): void;
  /** What can be played here. */
  scenarios(): readonly OfferedScenario[];
  /** Method tables that it can be played with, the usual one first. */
  playbooks(): readonly { readonly name: string; readonly title: string; readonly sha256: string }[];
  /** What was played here to its end, the newest first. */
  played(): readonly PlayedExercise[];
  /** Ends what is played, and has another one begin; a problem where that is under way already. */
  begin(wish: ExerciseWish): void;
  /** A file of one that was played; null where there is none. */
  file(run: number, name: string): AsyncIterable<Uint8Array> | null;
}

export interface OfferedScenario {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly seed: number;
  readonly strategy: Strategy;
  readonly begins: string;
  readonly ends: string;
}

export interface ExerciseWish {
  readonly scenario: string;
  /** Null: the scenario's own. */
  readonly seed: number | null;
  readonly strategy: Strategy | null;
  readonly minutesPerSecond: number | null;
  /** The name of one of `playbooks`; null: the usual one. */
  readonly playbook: string | null;
}

/** What one came to, to be held beside the others. */
export interface PlayedExercise {
  readonly run: number;
  readonly scenario: string;
  readonly title: string;
  readonly seed: number;
  readonly strategy: Strategy;
  readonly playbook: { readonly name: string; readonly sha256: string };
  readonly ledgerRoot: string;
  readonly identified: number;
  readonly disabled: number;
  readonly percent: number;
  readonly exposureMinutes: number | null;
  readonly isExposureOpen: boolean;
  readonly victimHours: number;
  readonly identifyToDarkMinutes: number | null;
  readonly replacements: number;
  readonly aliveAtEnd: number;
  readonly neverIdentified: number;
  readonly innocentsHit: number;
  readonly lostAt: string | null;
  readonly troubles: number;
  readonly files: readonly string[];
}

/** What routes work with. */
export interface Services {
  readonly app: App;
  readonly clock: Clock;
  /** The organisation's world with the principal as its actor. Never for a partner: see `storeOf(…).readAsPartner`. */
  world(
    principal: Pick<Principal, 'organisationId' | 'name'> & { readonly credential?: Principal['credential'] },
  ): World;
  readonly storeOf: (organisationId: string) => Store;
  /**
   * What the steps consult, read from this installation's files; read anew once they are old. Refuses other organisations: notices
   * of theirs must not carry our name.
   */
  readonly sources: (organisationId: string) => Promise<Sources>;
  readonly live: LiveViews;
  readonly streams: Streams;
  /** The organisation whose installation this is: its keys and settings are here. */
  readonly first: string;
  /** Where acts wait for their signatures. */
  readonly desk: SigningDesk;
  /** What the provider's door works with; null where http.publicUrl is not set, and there are no doors. */
  atDoor(): Promise<{ readonly world: World; readonly door: Door } | null>;
  /** Where people open this in a browser: "https://dismantle.example". Passkeys are good for this site alone. */
  readonly origin: () => string;
  readonly challenges: Challenges;
  /** The exercise that is shown here; null where this is a real installation. */
  readonly exercise: ShownExercise | null;
  /** Begins a visit to an exercise; null where this is none, or that is not its link. */
  visit(secret: string): { readonly operation: string | null; readonly cookie: string } | null;
  /** Whose word signs people in beside their passkeys; null where the settings name nobody. */
  readonly identityProvider: IdentityProvider | null;
  /** Rejects where the database does not answer. */
  assertDatabase(): Promise<void>;
  /** False while the service stops: no new work is begun. */
  isStaying(): boolean;
}
