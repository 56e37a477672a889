import { createHmac, timingSafeEqual } from 'node:crypto';

/*
 * What is asked so that nobody can answer twice: of authenticators, and of whoever comes back from an identity provider. Nothing is kept of
 * a question: it says itself until when it is good, under a key of this process, so that no flood of questions pushes others' out.
 * Kept is what was answered, which only people on record can do. Each process takes the answers to its own questions.
 */

const GOOD_FOR_MS = 5 * 60_000;
const CHANCE_BYTES = 24;
const UNTIL_BYTES = 8;
const SEAL_BYTES = 32;
const LENGTH = CHANCE_BYTES + UNTIL_BYTES + SEAL_BYTES;

export class Challenges {
  /** Those that were answered, and until when they would have been good. */
  readonly #answered = new Map<string, number>();
  readonly #key: Uint8Array;
  readonly #now: () => number;
  readonly #chance: (bytes: number) => Uint8Array;

  /** @param now milliseconds that never go back */
  constructor(now: () => number, chance: (bytes: number) => Uint8Array) {
    this.#now = now;
    this.#chance = chance;
    this.#key = chance(SEAL_BYTES);
  }

  /** A new one, as base64url. */
  make(purpose: string, goodForMs = GOOD_FOR_MS): string {
    const until = Buffer.alloc(UNTIL_BYTES);
    until.writeDoubleBE(this.#now() + goodForMs);
    const question = Buffer.concat([this.#chance(CHANCE_BYTES), until]);
    return Buffer.concat([question, this.#seal(purpose, question)]).toString('base64url');
  }

  /** Whether this one was made here for this, not too long ago, and was not answered yet. */
  isOpen(purpose: string, text: string): boolean {
    const until = this.#untilOf(purpose, text);
    return until !== null && until > this.#now() && !this.#answered.has(text);
  }

  /** The challenge that an authenticator's answer says it is for; null for one that is not open for this. */
  asked(purpose: string, clientDataJSON: string): string | null {
    const text = challengeIn(clientDataJSON);
    return text !== null && this.isOpen(purpose, text) ? text : null;
  }

  /** Uses an open one up, once its answer was found to be right. False where somebody else was first. */
  answer(purpose: string, text: string): boolean {
    const now = this.#now();
    for (const [each, until] of this.#answered) if (until <= now) this.#answered.delete(each);
    const until = this.#untilOf(purpose, text);
    if (until === null || until <= now || this.#answered.has(text)) return false;
    this.#answered.set(text, until);
    return true;
  }

  /** A secret that follows from a challenge, and that nobody else can tell from it. */
  secretOf(name: string, text: string): string {
    return createHmac('sha256', this.#key).update(`secret ${name}\0${text}`).digest('base64url');
  }

  #untilOf(purpose: string, text: string): number | null {
    const bytes = Buffer.from(text, 'base64url');
    // In its one form: another spelling of it would be another text, and could be answered again.
    if (bytes.length !== LENGTH || bytes.toString('base64url') !== text) return null;
    const question = bytes.subarray(0, CHANCE_BYTES + UNTIL_BYTES);
    if (!timingSafeEqual(this.#seal(purpose, question), bytes.subarray(question.length))) return null;
    return question.readDoubleBE(CHANCE_BYTES);
  }

  #seal(purpose: string, question: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(`challenge ${purpose}\0`).update(question).digest();
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
