import { createHash } from 'node:crypto';
import { z } from 'zod';
import { makePasskey } from './passkeys.ts';
import type { TestPasskey } from './passkeys.ts';
import type { Served } from './served.ts';

/** What a browser does with a passkey, over real HTTP: it keeps the cookie, and says where requests come from. */
export class PasskeyBrowser {
  cookie: string | null = null;
  readonly #served: Pick<Served, 'ask'>;

  constructor(served: Pick<Served, 'ask'>) {
    this.#served = served;
  }

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const answer = await this.#served.ask(path, {
      method,
      headers: {
        'sec-fetch-site': 'same-origin',
        ...(this.cookie === null ? {} : { cookie: this.cookie }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const set = answer.headers.get('set-cookie');
    if (set !== null) this.cookie = set.startsWith(`${cookieName(set)}=;`) ? null : (set.split(';')[0] ?? null);
    return answer;
  }

  async json<Shape extends z.ZodType>(
    shape: Shape,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<z.infer<Shape>> {
    const answer = await this.ask(method, path, body);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${answer.status} ${text}`);
    return shape.parse(JSON.parse(text));
  }

  async signIn(passkey: TestPasskey, organisationId: string): Promise<Response> {
    const { challenge } = await this.json(z.object({ challenge: z.string() }), 'POST', '/api/v1/sign-in/challenge', {});
    return this.ask('POST', '/api/v1/sign-in', {
      credentialId: passkey.personKey.credentialId,
      userHandle: handleOf(organisationId),
      answer: passkey.answer(challenge),
    });
  }

  /** An act that is signed: asked for, shown, signed by the passkey, done. */
  async act(passkey: TestPasskey, path: string, body: unknown): Promise<Response> {
    const begun = await this.ask('POST', path, body);
    if (begun.status !== 202) return begun;
    const { id, statement } = WAITING.parse(await begun.json());
    const signature = await passkey.signing.sign(statement, []);
    return this.ask('POST', `/api/v1/signatures/${id}`, signature);
  }
}

export const WAITING = z.object({ id: z.string(), statement: z.string() });

export const sitePasskey = (served: Pick<Served, 'origin'>, algorithm: 'es256' | 'ed25519' = 'es256'): TestPasskey =>
  makePasskey({ origin: served.origin, algorithm });

export const spkiOf = ({ spki }: TestPasskey): string => spki.toString('base64url');

function cookieName(set: string): string {
  return set.split('=')[0] ?? '';
}

function handleOf(organisationId: string): string {
  const half = createHash('sha256').update('x').digest().subarray(0, 16);
  return Buffer.concat([Buffer.from(organisationId.replaceAll('-', ''), 'hex'), half]).toString('base64url');
}
