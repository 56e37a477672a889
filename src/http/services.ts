import type { App } from '../app.ts';
import type { Sources } from '../flow.ts';
import type { Principal } from '../domain/access.ts';
import type { Door } from '../flow/door.ts';
import type { Clock } from '../ports/clock.ts';
import type { IdentityProvider } from '../ports/identity-provider.ts';
import type { Store } from '../ports/store.ts';
import type { Challenges } from './challenges.ts';
import type { LiveViews } from './live-view.ts';
import type { Streams } from './streams.ts';
import type { SigningDesk } from './signing-desk.ts';
import type { World } from '../ports/world.ts';

/** An exercise while somebody looks on. */
export interface ShownExercise {
  state(): {
    readonly scenario: string;
    readonly title: string;
    readonly about: string;
    readonly seed: number;
    readonly strategy: string;
    /** ISO 8601 UTC, of the exercise's own clock. */
    readonly begins: string;
    readonly now: string;
    readonly ends: string;
    /** Null: as fast as it goes. */
    readonly minutesPerSecond: number | null;
    readonly isPaused: boolean;
    readonly isOver: boolean;
  };
  /** What is left out stays as it is. */
  pace(wish: { readonly minutesPerSecond?: number | null; readonly isPaused?: boolean }): void;
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
  visit(secret: string): { readonly operation: string; readonly cookie: string } | null;
  /** Whose word signs people in beside their passkeys; null where the settings name nobody. */
  readonly identityProvider: IdentityProvider | null;
  /** Rejects where the database does not answer. */
  assertDatabase(): Promise<void>;
  /** False while the service stops: no new work is begun. */
  isStaying(): boolean;
}
