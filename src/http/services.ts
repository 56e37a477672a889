import type { App } from '../app.ts';
import type { Principal } from '../domain/access.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';

/** What routes work with. */
export interface Services {
  readonly app: App;
  readonly clock: Clock;
  /** The organisation's world with the principal as its actor. Never for a partner: see `storeOf(…).readAsPartner`. */
  world(principal: Pick<Principal, 'organisationId' | 'name'>): World;
  readonly storeOf: (organisationId: string) => Store;
  /** Rejects where the database does not answer. */
  assertDatabase(): Promise<void>;
  /** False while the service stops: no new work is begun. */
  isStaying(): boolean;
}
