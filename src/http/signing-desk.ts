import type { Principal } from '../domain/access.ts';
import type { Instant } from '../domain/instant.ts';
import { isoInstant } from '../domain/instant.ts';
import type { PersonKey } from '../domain/person.ts';
import type { PasskeySignature, Signature } from '../ledger/signed-act.ts';
import type { Signing } from '../ports/signing.ts';
import { HttpProblem, notHere } from './problem.ts';

/*
 *     an act is asked for ─► its statement is shown ─► the person signs it elsewhere ─► the signature comes back ─► it is done
 *
 * The key never comes here. What waits for a signature waits in this process, for a quarter of an hour: longer than that a
 * statement is not worth signing, and after a restart it is asked for anew.
 */

/** A statement that waits for its signature. */
export interface WaitingSignature {
  readonly id: string;
  /** Exactly these bytes (UTF-8) are to be signed: `ssh-keygen -Y sign -n dismantle`, or by a passkey as their SHA-256. */
  readonly statement: string;
  /** With one of these keys of the person. */
  readonly keys: readonly PersonKey[];
  readonly expiresAt: string;
}

export type Begun =
  { readonly done: false; readonly waiting: WaitingSignature } | { readonly done: true; readonly value: unknown };

/** A signature as it is sent: of either kind of key. */
export type GivenSignature =
  | PasskeySignature
  | { readonly scheme?: 'ssh' | undefined; readonly publicKey?: string | undefined; readonly signature: string };

interface Pending {
  readonly owner: string;
  readonly shown: WaitingSignature;
  readonly sign: (signature: Signature) => void;
  readonly giveUp: (reason: Error) => void;
  readonly outcome: Promise<unknown>;
  readonly until: Instant;
}

/** Whoever signs: only they are shown what waits for them, and only their signature is taken. */
type Signer = Pick<Principal, 'organisationId' | 'person'>;

const WAITS_MS = 15 * 60_000;
const MOST_EACH = 20;

export class SigningDesk {
  readonly #pending = new Map<string, Pending>();
  readonly #now: () => Instant;
  readonly #id: () => string;

  constructor(now: () => Instant, id: () => string) {
    this.#now = now;
    this.#id = id;
  }

  /** Begins an act; answers with what is to be signed, or with its outcome where nothing had to be. */
  async begin(principal: Signer, act: (signing: Signing) => Promise<unknown>): Promise<Begun> {
    this.#forget();
    const owner = ownerOf(principal);
    const mine = [...this.#pending.values()].filter((pending) => pending.owner === owner);
    if (mine.length >= MOST_EACH) {
      throw new HttpProblem(429, `${MOST_EACH} statements of yours wait already`, { 'retry-after': '60' });
    }
    let shown: ((waiting: WaitingSignature) => void) | null = null;
    const asked = new Promise<WaitingSignature>((resolve) => (shown = resolve));
    const signed = Promise.withResolvers<Signature>();
    const id = this.#id();
    const until = this.#now() + WAITS_MS;
    const outcome = act({
      sign: (statement, keys) => {
        shown?.({ id, statement, keys, expiresAt: isoInstant(until) });
        return signed.promise;
      },
    });
    // Nobody may be there to hear of it: whoever asked went away, or let it expire.
    outcome.catch(() => undefined);
    signed.promise.catch(() => undefined);
    const first = await Promise.race([
      asked.then((waiting) => ({ done: false as const, waiting })),
      outcome.then((value) => ({ done: true as const, value })),
    ]);
    if (!first.done) {
      const { resolve: sign, reject: giveUp } = signed;
      this.#pending.set(id, { owner, shown: first.waiting, sign, giveUp, outcome, until });
    }
    return first;
  }

  /** Carries the act out with the signature; whatever comes of it, the statement is used up. */
  async finish(principal: Signer, id: string, given: GivenSignature): Promise<unknown> {
    const pending = this.#mine(principal, id);
    const signature = withKey(given, pending.shown.keys);
    this.#pending.delete(id);
    pending.sign(signature);
    return pending.outcome;
  }

  cancel(principal: Signer, id: string): void {
    const pending = this.#mine(principal, id);
    this.#pending.delete(id);
    pending.giveUp(new HttpProblem(409, 'it was cancelled'));
  }

  waiting(principal: Signer): readonly WaitingSignature[] {
    this.#forget();
    const owner = ownerOf(principal);
    return [...this.#pending.values()].filter((pending) => pending.owner === owner).map(({ shown }) => shown);
  }

  #mine(principal: Signer, id: string): Pending {
    this.#forget();
    const pending = this.#pending.get(id);
    if (pending === undefined || pending.owner !== ownerOf(principal)) throw notHere();
    return pending;
  }

  #forget(): void {
    const now = this.#now();
    for (const [id, { until, giveUp }] of this.#pending) {
      if (until > now) continue;
      this.#pending.delete(id);
      giveUp(new HttpProblem(409, 'nobody signed it in time'));
    }
  }
}

/** An SSH signature that comes without its key is taken for one by the SSH key on record: any other is refused when it is verified. */
function withKey(given: GivenSignature, keys: readonly PersonKey[]): Signature {
  if (given.scheme === 'webauthn') return given;
  const publicKey = given.publicKey ?? keys.find((key) => key.publicKey.startsWith('ssh-'))?.publicKey;
  if (publicKey === undefined) throw new HttpProblem(409, 'you have no SSH key on record; sign with a passkey');
  return { scheme: 'ssh', publicKey, signature: given.signature };
}

function ownerOf({ organisationId, person }: Signer): string {
  if (person === null) throw new HttpProblem(403, 'only a person signs; this token is not for one');
  return `${organisationId} ${person}`;
}
