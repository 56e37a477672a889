import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/*
 * OpenID providers on loopback: one that says what a test has it say, true or not, and a real one of other people's making.
 */

export const CLIENT = { id: 'dismantle', secret: 'a secret of the lab' };

/** What is off with the next answers. */
export interface Lies {
  /** Put into the ID token, over what belongs there. */
  claims?: Readonly<Record<string, unknown>>;
  /** Signs with this, under the kid that is published. */
  key?: KeyObject;
  /** "none" leaves the signature off. */
  header?: Readonly<Record<string, unknown>>;
  /** The issuer that the answer at the browser names; null leaves it out. */
  iss?: string | null;
  /** What the place is answered with in place of the truth. */
  broken?: { readonly path: string; readonly status: number; readonly type?: string; readonly body: string };
  /** Does not answer at this path. */
  silent?: string;
}

interface Grant {
  readonly challenge: string | null;
  readonly nonce: string | null;
  readonly redirectUri: string;
  readonly subject: string;
}

export interface LyingProvider {
  readonly issuer: string;
  readonly lies: Lies;
  /** Who is in front of the browser. */
  subject: string;
  /** Paths that were asked, the oldest first. */
  readonly asked: string[];
  /** What a browser is sent back with from this address of the provider: the whole address of ours. */
  back(url: string): Promise<string>;
  close(): Promise<void>;
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export async function openLyingProvider(algorithm: 'RS256' | 'ES256' = 'ES256'): Promise<LyingProvider> {
  const pair =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const grants = new Map<string, Grant>();
  const lies: Lies = {};
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });
  const issuer = `http://127.0.0.1:${await listen(server)}`;
  const provider: LyingProvider = {
    issuer,
    lies,
    subject: 'ben-1190',
    asked,
    async back(url) {
      const answered = await fetch(url, { redirect: 'manual' });
      const location = answered.headers.get('location');
      if (location === null) throw new Error(`the provider answered ${answered.status}: ${await answered.text()}`);
      return location;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer);
    asked.push(url.pathname);
    if (lies.silent === url.pathname) return;
    if (lies.broken?.path === url.pathname) {
      const { status, type = 'application/json', body } = lies.broken;
      response.writeHead(status, { 'content-type': type }).end(body);
      return;
    }
    if (url.pathname === '/.well-known/openid-configuration') return tell(response, 200, metadata());
    if (url.pathname === '/jwks') {
      return tell(response, 200, {
        keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'one', alg: algorithm, use: 'sig' }],
      });
    }
    if (url.pathname === '/authorize') return authorize(url, response);
    if (url.pathname === '/token') return token(request, response);
    return tell(response, 404, { error: 'not_found' });
  }

  function metadata(): object {
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [algorithm],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    };
  }

  function authorize(url: URL, response: ServerResponse): void {
    const code = randomUUID();
    const { searchParams: query } = url;
    const redirectUri = query.get('redirect_uri') ?? '';
    grants.set(code, {
      challenge: query.get('code_challenge'),
      nonce: query.get('nonce'),
      redirectUri,
      subject: provider.subject,
    });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', query.get('state') ?? '');
    if (lies.iss !== null) back.searchParams.set('iss', lies.iss ?? issuer);
    response.writeHead(302, { location: back.href }).end();
  }

  async function token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const given = Buffer.from((request.headers.authorization ?? '').replace('Basic ', ''), 'base64').toString();
    const expected = [CLIENT.id, CLIENT.secret]
      .map((part) => new URLSearchParams({ x: part }).toString().slice(2))
      .join(':');
    if (given !== expected) return tell(response, 401, { error: 'invalid_client' });
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code);
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (grant === undefined || grant.challenge !== verifier || grant.redirectUri !== form.get('redirect_uri'))
      return tell(response, 400, { error: 'invalid_grant' });
    const now = Math.floor(Date.now() / 1000);
    const { nonce, subject } = grant;
    const claims = { iss: issuer, sub: subject, aud: CLIENT.id, iat: now, exp: now + 300, nonce, ...lies.claims };
    const header: Record<string, unknown> = { alg: algorithm, kid: 'one', typ: 'JWT', ...lies.header };
    const signed = `${base64(header)}.${base64(claims)}`;
    const key = lies.key ?? pair.privateKey;
    const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    return tell(response, 200, {
      access_token: 'nothing',
      token_type: 'Bearer',
      expires_in: 300,
      id_token: `${signed}.${header['alg'] === 'none' ? '' : signature}`,
    });
  }

  return provider;
}

function tell(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  return (server.address() as AddressInfo).port;
}
