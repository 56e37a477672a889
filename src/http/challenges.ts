/*
 * What authenticators are asked to sign so that nobody can answer twice. In memory, as what waits for a signature is: each
 * process takes the answers to its own questions.
 */

const GOOD_FOR_MS = 5 * 60_000;
const MOST = 10_000;
const BYTES = 32;

interface Challenge {
  readonly purpose: string;
  readonly until: number;
}

export class Challenges {
  readonly #open = new Map<string, Challenge>();
  readonly #now: () => number;
  readonly #chance: (bytes: number) => Uint8Array;

  /** @param now milliseconds that never go back */
  constructor(now: () => number, chance: (bytes: number) => Uint8Array) {
    this.#now = now;
    this.#chance = chance;
  }

  /** A new one, as base64url. Where too many are open, the oldest is forgotten. */
  make(purpose: string): string {
    const text = Buffer.from(this.#chance(BYTES)).toString('base64url');
    this.#open.set(text, { purpose, until: this.#now() + GOOD_FOR_MS });
    if (this.#open.size > MOST) {
      const [oldest] = this.#open.keys();
      if (oldest !== undefined) this.#open.delete(oldest);
    }
    return text;
  }

  /** The challenge that an answer says it is for, once; null for one that was not made here for this, or too long ago. */
  take(purpose: string, clientDataJSON: string): string | null {
    const text = challengeIn(clientDataJSON);
    const found = text === null ? undefined : this.#open.get(text);
    if (text === null || found === undefined) return null;
    this.#open.delete(text);
    return found.purpose === purpose && found.until > this.#now() ? text : null;
  }
}

/** What an answer says of itself: which question it is held against, and no more. */
function challengeIn(clientDataJSON: string): string | null {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'));
    if (typeof data !== 'object' || data === null || !('challenge' in data)) return null;
    return typeof data.challenge === 'string' && data.challenge !== '' ? data.challenge : null;
  } catch {
    return null;
  }
}
