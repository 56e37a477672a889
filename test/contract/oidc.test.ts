import { generateKeyPairSync } from 'node:crypto';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { removePerson } from '../../src/flow.ts';
import { linkIdentity, signInWithIdentity, unlinkIdentity } from '../../src/flow/sign-in.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { CLIENT, openLyingProvider } from '../support/openid.ts';
import type { LyingProvider } from '../support/openid.ts';
import { PasskeyBrowser } from '../support/passkey-browser.ts';
import { RATE_LIMITS, openMembers, openServed } from '../support/served.ts';
import type { Members, Served } from '../support/served.ts';
import { enrol } from '../support/ssh-keys.ts';
import type { TestKey } from '../support/ssh-keys.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* People come in by the word of an OpenID provider on loopback, over real HTTP; and whatever is off with that word lets nobody in. */

const REFUSED = 'That did not work.';
const STATEMENT = z.object({
  id: z.string(),
  statement: z.string(),
  keys: z.array(z.object({ publicKey: z.string(), fingerprint: z.string(), credentialId: z.string().nullable() })),
});
const URL_SHAPE = z.object({ url: z.string() });

let database: TestDatabase;
let world: TestWorld;
let provider: LyingProvider;
let served: Served;
let ada: Members['admin'];
let ben: { readonly name: string; readonly key: TestKey };

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(async () => {
  await served?.close();
  await provider?.close();
  await database?.close();
});

/** Ben, an approver with an SSH key, has said as whom the provider knows him. */
beforeEach(async () => {
  await served?.close();
  await provider?.close();
  await world?.store.close();
  world = await openTestWorld(database);
  provider = await openLyingProvider();
  served = await serveWith(provider);
  ({ admin: ada } = await openMembers(world, database.directory));
  ben = await enrol(world, database.directory, 'Ben Example', ['approver'], ada);
  await link(ben, 'ben-1190');
});

async function serveWith(
  { issuer }: Pick<LyingProvider, 'issuer'>,
  more: Readonly<Record<string, string>> = {},
  limits?: typeof RATE_LIMITS,
): Promise<Served> {
  const secretFile = join(database.directory, `oidc-${world.ids.uuid()}`);
  await writeFile(secretFile, `${CLIENT.secret}\n`, { mode: 0o600 });
  return openServed(database, {
    worlds: [world],
    ...(limits === undefined ? {} : { limits }),
    environment: {
      DISMANTLE_OIDC_ISSUER: issuer,
      DISMANTLE_OIDC_CLIENT_ID: CLIENT.id,
      DISMANTLE_OIDC_CLIENT_SECRET_FILE: secretFile,
      DISMANTLE_OIDC_NAME: 'Example <SSO>',
      DISMANTLE_TRAFFIC_FETCH: 'true',
      DISMANTLE_FETCH_ALLOW: '["127.0.0.1"]',
      ...more,
    },
  });
}

const link = ({ name, key }: typeof ben, subject: string): Promise<unknown> =>
  linkIdentity(world, key.signing, { person: name, issuer: provider.issuer, subject });

/** What a browser does that has cookies for us and follows where the provider sends it. */
class Traveller extends PasskeyBrowser {
  /** The cookie of the journey, beside the session's. */
  journey: string | null = null;

  override async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const cookies = [this.cookie, this.journey].filter((cookie) => cookie !== null).join('; ');
    const session = this.cookie;
    const answer = await super.ask(method, path, body, cookies === '' ? headers : { cookie: cookies, ...headers });
    this.cookie = session;
    for (const set of answer.headers.getSetCookie()) {
      const [pair = ''] = set.split(';');
      const [name = '', value = ''] = pair.split('=');
      const kept = value === '' ? null : pair;
      if (name.endsWith('-oidc')) this.journey = kept;
      else this.cookie = kept;
    }
    return answer;
  }

  async setOff(path = '/api/v1/sign-in/oidc'): Promise<string> {
    return (await this.json(URL_SHAPE, 'POST', path, {})).url;
  }

  /** Comes back to us, from there. */
  comeBack(to: string): Promise<Response> {
    const { pathname, search } = new URL(to);
    return this.ask('GET', `${pathname}${search}`, undefined, { 'sec-fetch-site': 'cross-site' });
  }

  async signInThere(): Promise<Response> {
    return this.comeBack(await provider.back(await this.setOff()));
  }
}

async function expectRefused(answer: Response, traveller: Traveller): Promise<void> {
  expect(await answer.text()).toContain(REFUSED);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('content-type')).toContain('text/html');
  expect(traveller.cookie).toBeNull();
  expect(traveller.journey).toBeNull();
  expect((await traveller.ask('GET', '/api/v1/me')).status).toBe(401);
  expect(await world.store.read((transaction) => transaction.sessions(null))).toEqual([]);
}

const reasons = (): readonly unknown[] => served.log.flatMap(({ fault }) => (fault === undefined ? [] : [fault]));

describe('whoever has linked an account', () => {
  test.each(['ES256', 'RS256'] as const)('is signed in by the provider’s word, signed with %s', async (algorithm) => {
    await provider.close();
    provider = await openLyingProvider(algorithm);
    await served.close();
    served = await serveWith(provider);
    await link(ben, 'ben-1190');
    const traveller = new Traveller(served);
    const there = new URL(await traveller.setOff());
    expect(Object.fromEntries(there.searchParams)).toEqual({
      client_id: CLIENT.id,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: `${served.origin}/sign-in/callback`,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
    });
    const answer = await traveller.comeBack(await provider.back(there.href));
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/account']);
    expect(traveller.journey).toBeNull();
    expect(await (await traveller.ask('GET', '/api/v1/me')).json()).toMatchObject({
      name: 'Ben Example',
      roles: ['approver'],
    });
    expect(await world.store.read((transaction) => transaction.sessions('ben example'))).toMatchObject([
      { method: 'oidc', endedAt: null },
    ]);
    expect((await auditOf(world.store)).findings).toEqual([]);
    expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  });

  test('signs nothing by it: what is signed waits for a key', async () => {
    const traveller = new Traveller(served);
    await traveller.signInThere();
    const asked = await traveller.ask('POST', '/api/v1/identities/removal', {
      of: 'Ben Example',
      issuer: provider.issuer,
      account: 'ben-1190',
      reason: 'to see',
    });
    expect(asked.status).toBe(202);
    expect((await world.store.read((transaction) => transaction.identities()))[0]).toMatchObject({ unlinkedAt: null });
  });

  test('finds the provider on the page, its name escaped; without one, nothing of it is there', async () => {
    const page = await (await served.ask('/sign-in')).text();
    expect(page).toContain('Sign in with Example &lt;SSO&gt;');
    const bare = await openServed(database, { worlds: [world] });
    try {
      expect(await (await bare.ask('/sign-in')).text()).not.toContain('id="oidc"');
      const traveller = new Traveller(bare);
      expect((await traveller.ask('POST', '/api/v1/sign-in/oidc', {})).status).toBe(404);
      expect((await traveller.ask('GET', '/sign-in/callback?code=x')).status).toBe(404);
    } finally {
      await bare.close();
    }
  });

  test('is out once it is taken off, and so is everybody who came in by it', async () => {
    const traveller = new Traveller(served);
    await traveller.signInThere();
    const words = { issuer: provider.issuer, subject: 'ben-1190', reason: 'left' };
    await unlinkIdentity(world, ada.key.signing, { ...words, of: 'Ben Example', person: ada.name });
    expect((await traveller.ask('GET', '/api/v1/me')).status).toBe(401);
    const again = new Traveller(served);
    expect((await again.signInThere()).status).toBe(401);
    // From then on somebody else may say that it is theirs.
    const cleo = await enrol(world, database.directory, 'Cleo Example', ['analyst'], ada);
    await link(cleo, 'ben-1190');
    expect((await again.signInThere()).status).toBe(303);
    expect(await (await again.ask('GET', '/api/v1/me')).json()).toMatchObject({ name: 'Cleo Example' });
    expect((await auditOf(world.store)).findings).toEqual([]);
  });

  test.each([
    ['who has just been taken off', (unlink: () => Promise<unknown>, session: () => Promise<unknown>) => unlink().then(session)],
    ['who is being taken off at that very moment', async (unlink: () => Promise<unknown>, session: () => Promise<unknown>, midway: (then: () => void) => void) => {
      let begun: Promise<unknown> = Promise.resolve(null);
      midway(() => {
        begun = session();
      });
      await unlink();
      return begun;
    }],
  ])('begins no session %s', async (_what, race) => {
    const words = { issuer: provider.issuer, subject: 'ben-1190', reason: 'left' };
    let then = (): void => undefined;
    const slow: TestWorld = {
      ...world,
      store: {
        ...world.store,
        write: (work) =>
          world.store.write(async (transaction) => {
            const value = await work(transaction);
            then();
            await new Promise((resolve) => setTimeout(resolve, 500));
            return value;
          }),
      },
    };
    const unlink = () => unlinkIdentity(slow, ada.key.signing, { ...words, of: 'Ben Example', person: ada.name });
    // He has been found to be who he is, and only then does the one or the other begin to write.
    let goOn = (): void => undefined;
    const found = new Promise<void>((resolve) => (goOn = resolve));
    let held: Promise<unknown> = Promise.resolve();
    const late: TestWorld = {
      ...world,
      store: {
        ...world.store,
        write: async (work) => {
          goOn();
          await held;
          return world.store.write(work);
        },
      },
    };
    const signIn = () => signInWithIdentity(late, world.organisationId, { issuer: provider.issuer, subject: 'ben-1190' }, 'a browser');
    let release = (): void => undefined;
    held = new Promise<void>((resolve) => (release = resolve));
    const session = signIn();
    await found;
    const outcome = await race(unlink, () => { release(); return session; }, (midway) => (then = midway));
    expect(outcome).toBeNull();
    const open = await world.store.read((transaction) => transaction.sessions('ben example'));
    expect(open.filter(({ endedAt }) => endedAt === null)).toEqual([]);
  }); // prettier-ignore

  test('whose session has begun first loses it', async () => {
    const identity = { issuer: provider.issuer, subject: 'ben-1190' };
    expect(await signInWithIdentity(world, world.organisationId, identity, 'a browser')).not.toBeNull();
    await unlinkIdentity(world, ada.key.signing, { ...identity, reason: 'left', of: 'Ben Example', person: ada.name });
    expect(await world.store.read((transaction) => transaction.sessions('ben example'))).toMatchObject([{ endedAt: expect.any(String) }]);
  }); // prettier-ignore

  test('is out with the record, and not back in with it', async () => {
    await removePerson(world, ada.key.signing, 'Ben Example', { person: ada.name, reason: 'left' });
    const traveller = new Traveller(served);
    await expectRefused(await traveller.signInThere(), traveller);
    await enrol(world, database.directory, 'Ben Example', ['approver'], ada);
    const again = new Traveller(served);
    await expectRefused(await again.signInThere(), again);
    expect((await auditOf(world.store)).findings).toEqual([]);
    expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
  });
});

describe('nobody is let in', () => {
  const later = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

  test.each<[string, () => Readonly<Record<string, unknown>>]>([
    ['another nonce', () => ({ nonce: 'of another browser' })],
    ['no nonce', () => ({ nonce: undefined })],
    ['another audience', () => ({ aud: 'another' })],
    ['a second audience, for which it was issued', () => ({ aud: [CLIENT.id, 'another'], azp: 'another' })],
    ['another issuer', () => ({ iss: 'https://sso.example' })],
    ['an expiry that is past', () => ({ exp: later(-3600), iat: later(-7200) })],
    ['a beginning that is to come', () => ({ nbf: later(3600) })],
    ['no subject', () => ({ sub: undefined })],
    ['an empty subject', () => ({ sub: '' })],
    ['a subject that is no text', () => ({ sub: 1190 })],
    ['a subject that nobody has linked', () => ({ sub: 'eve-1' })],
    ['a mail address of somebody who has', () => ({ sub: 'eve-1', email: 'ben-1190', email_verified: true })],
  ])('by an ID token with %s', async (_what, claims) => {
    provider.lies.claims = claims();
    const traveller = new Traveller(served);
    await expectRefused(await traveller.signInThere(), traveller);
    expect(reasons()).toEqual([expect.any(String)]);
  });

  test('by an ID token that is not signed, or by another key', async () => {
    provider.lies.header = { alg: 'none' };
    const one = new Traveller(served);
    await expectRefused(await one.signInThere(), one);
    delete provider.lies.header;
    provider.lies.key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const other = new Traveller(served);
    await expectRefused(await other.signInThere(), other);
    delete provider.lies.key;
    expect((await other.signInThere()).status).toBe(303);
  });

  test('by an answer of another issuer, or of none that says which (RFC 9207)', async () => {
    for (const iss of ['https://sso.example', null]) {
      provider.lies.iss = iss;
      const traveller = new Traveller(served);
      const back = await provider.back(await traveller.setOff());
      provider.asked.length = 0;
      await expectRefused(await traveller.comeBack(back), traveller);
      // The code goes to nobody.
      expect(provider.asked).toEqual([]);
    }
  });

  test('with the answer to another browser, or without having set off', async () => {
    const [eve, victim, stranger] = [new Traveller(served), new Traveller(served), new Traveller(served)];
    const back = await provider.back(await eve.setOff());
    await victim.setOff();
    provider.asked.length = 0;
    await expectRefused(await victim.comeBack(back), victim);
    await expectRefused(await stranger.comeBack(back), stranger);
    expect(provider.asked).toEqual([]);
    // It was good for whoever set off.
    expect((await eve.comeBack(back)).status).toBe(303);
  });

  test('with another’s code under one’s own state: the code is bound to its browser', async () => {
    const [eve, victim] = [new Traveller(served), new Traveller(served)];
    const theirs = new URL(await provider.back(await victim.setOff()));
    const own = new URL(await provider.back(await eve.setOff()));
    own.searchParams.set('code', theirs.searchParams.get('code') ?? '');
    await expectRefused(await eve.comeBack(own.href), eve);
  });

  test('twice by one answer', async () => {
    const traveller = new Traveller(served);
    const there = await traveller.setOff();
    const { journey } = traveller;
    const back = await provider.back(there);
    expect((await traveller.comeBack(back)).status).toBe(303);
    const again = new Traveller(served);
    again.journey = journey;
    expect((await again.comeBack(back)).status).toBe(401);
    // Nor with another code under the same state.
    again.journey = journey;
    expect((await again.comeBack(await provider.back(there))).status).toBe(401);
    expect(again.cookie).toBeNull();
  });

  test('with a state, a code or an issuer that is given twice, or left out', async () => {
    for (const name of ['state', 'code', 'iss']) {
      const traveller = new Traveller(served);
      const back = new URL(await provider.back(await traveller.setOff()));
      back.searchParams.append(name, back.searchParams.get(name) ?? '');
      expect((await traveller.comeBack(back.href)).status).toBe(400);
      back.searchParams.delete(name);
      expect((await traveller.comeBack(back.href)).status).toBe(401);
      expect(traveller.cookie).toBeNull();
    }
  });

  test('whom the provider refuses', async () => {
    const traveller = new Traveller(served);
    const back = new URL(await provider.back(await traveller.setOff()));
    back.searchParams.delete('code');
    back.searchParams.set('error', 'access_denied');
    back.searchParams.set('error_description', '<script>alert(1)</script>');
    const answer = await traveller.comeBack(back.href);
    expect(await answer.clone().text()).not.toContain('alert');
    await expectRefused(answer, traveller);
  });

  test('whose ID token does not say what it has to', async () => {
    await served.close();
    served = await serveWith(provider, { DISMANTLE_OIDC_CLAIMS: '{"acr":"phr","groups":"takedown"}' });
    for (const claims of [
      {},
      { acr: 'phr' },
      { acr: 'phr', groups: 'others' },
      { acr: 'phrh', groups: ['takedown'] },
    ]) {
      provider.lies.claims = claims;
      const traveller = new Traveller(served);
      await expectRefused(await traveller.signInThere(), traveller);
    }
    provider.lies.claims = { acr: 'phr', groups: ['staff', 'takedown'] };
    expect((await new Traveller(served).signInThere()).status).toBe(303);
  });

  test('from elsewhere, nor led elsewhere', async () => {
    const traveller = new Traveller(served);
    const asked = await traveller.ask('POST', '/api/v1/sign-in/oidc', {}, { 'sec-fetch-site': 'cross-site' });
    expect(asked.status).toBe(403);
    for (const next of ['next', 'return_to', 'redirect_uri', 'url']) {
      const back = new URL(await provider.back(await traveller.setOff()));
      back.searchParams.set(next, 'https://evil.example/');
      expect((await traveller.comeBack(back.href)).headers.get('location')).toBe('/account');
    }
    const there = await traveller.ask('POST', '/api/v1/sign-in/oidc', {}, { host: 'evil.example' });
    expect(new URL(URL_SHAPE.parse(await there.json()).url).searchParams.get('redirect_uri')).toBe(
      `${served.origin}/sign-in/callback`,
    );
  });

  test('who tries too often is not listened to', async () => {
    await served.close();
    served = await serveWith(provider, {}, RATE_LIMITS);
    provider.subject = 'eve-1';
    const traveller = new Traveller(served);
    await traveller.setOff();
    const { journey } = traveller;
    const statuses: number[] = [];
    for (let at = 0; at < 12; at++) {
      traveller.journey = journey;
      statuses.push((await traveller.comeBack(`${served.origin}/sign-in/callback?code=x`)).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
  });

  test('where a page elsewhere has a browser come here: that is nobody’s try, and keeps nobody out', async () => {
    await served.close();
    served = await serveWith(provider, {}, RATE_LIMITS);
    const lured = new Traveller(served);
    const statuses = new Set<number>();
    for (let at = 0; at < 12; at++)
      statuses.add((await lured.comeBack(`${served.origin}/sign-in/callback?code=x&state=y`)).status);
    expect([...statuses]).toEqual([401]);
    expect((await new Traveller(served).signInThere()).status).toBe(303);
    // A cookie that is none of ours could have been right: it counts.
    const other = new Traveller(served);
    await other.setOff();
    for (let at = 0; at < 11; at++) {
      lured.journey = (other.journey ?? '').replace(/=.{8}/, '=AAAAAAAA');
      statuses.add((await lured.comeBack(`${served.origin}/sign-in/callback?code=x&state=y`)).status);
    }
    expect([...statuses]).toEqual([401, 429]);
  });
});

describe('a provider that does not answer', () => {
  const DOWN = 'Example <SSO> does not answer as it should';

  test('is said to be so, where one would set off, and is asked again a little later', async () => {
    provider.lies.broken = { path: '/.well-known/openid-configuration', status: 500, body: 'oops' };
    const traveller = new Traveller(served);
    const answer = await traveller.ask('POST', '/api/v1/sign-in/oidc', {});
    expect([answer.status, await answer.json()]).toMatchObject([503, { detail: expect.stringContaining(DOWN) }]);
    for (let at = 0; at < 5; at++) await traveller.ask('POST', '/api/v1/sign-in/oidc', {});
    expect(provider.asked).toHaveLength(1);
    expect(reasons()[0]).toEqual(expect.any(String));
  });

  test.each(['/token', '/jwks'])('is said to be so on a page, where one comes back: %s', async (path) => {
    provider.lies.broken = { path, status: 502, type: 'text/html', body: '<h1>gateway</h1>' };
    const traveller = new Traveller(served);
    const answer = await traveller.signInThere();
    expect(answer.status).toBe(503);
    expect(await answer.text()).toContain('Example &lt;SSO&gt; does not answer as it should');
    expect(traveller.cookie).toBeNull();
  });

  test('or is not there at all, or knows us by another secret', async () => {
    const traveller = new Traveller(served);
    const back = await provider.back(await traveller.setOff());
    provider.lies.broken = { path: '/token', status: 401, body: '{"error":"invalid_client"}' };
    expect((await traveller.comeBack(back)).status).toBe(503);
    await provider.close();
    const answer = await traveller.comeBack(back);
    expect(answer.status).toBe(503);
    expect(traveller.cookie).toBeNull();
    provider = await openLyingProvider();
  });

  test('or does not end', async () => {
    provider.lies.silent = '/token';
    expect((await new Traveller(served).signInThere()).status).toBe(503);
  });

  test('or says more than anybody has to say', async () => {
    provider.lies.broken = {
      path: '/.well-known/openid-configuration',
      status: 200,
      body: JSON.stringify({ issuer: provider.issuer, much: 'x'.repeat(2 * 1024 * 1024) }),
    };
    expect((await new Traveller(served).ask('POST', '/api/v1/sign-in/oidc', {})).status).toBe(503);
  });

  test('or calls itself otherwise, stands where nothing may be asked, or traffic is off', async () => {
    provider.lies.broken = {
      path: '/.well-known/openid-configuration',
      status: 200,
      body: JSON.stringify({ issuer: 'https://sso.example', authorization_endpoint: 'https://sso.example/a' }),
    };
    expect((await new Traveller(served).ask('POST', '/api/v1/sign-in/oidc', {})).status).toBe(503);
    delete provider.lies.broken;
    for (const [more, reason] of [
      [{ DISMANTLE_FETCH_ALLOW: '[]' }, 'may not be asked'],
      [{ DISMANTLE_TRAFFIC_FETCH: 'false' }, 'switched off'],
    ] as const) {
      provider.asked.length = 0;
      await served.close();
      served = await serveWith(provider, more);
      expect((await new Traveller(served).ask('POST', '/api/v1/sign-in/oidc', {})).status).toBe(503);
      expect(provider.asked).toEqual([]);
      expect(reasons()).toEqual([expect.stringContaining(reason)]);
    }
  });

  test('is not served with at all where our secret lies open', async () => {
    const file = join(database.directory, 'open-secret');
    await writeFile(file, 'x\n');
    await chmod(file, 0o644);
    await expect(serveWith(provider, { DISMANTLE_OIDC_CLIENT_SECRET_FILE: file })).rejects.toThrow(
      'others of this machine can read',
    );
    await expect(serveWith(provider, { DISMANTLE_OIDC_CLIENT_ID: '' })).rejects.toThrow('oidc.clientId is not');
  });
});

describe('linking', () => {
  test('is signed by the person alone, one account for one person, and an admin takes it off', async () => {
    await expect(link(ada, 'ben-1190')).rejects.toThrow('signs somebody else in');
    await expect(link(ben, 'ben-1190')).rejects.toThrow('signs Ben Example in already');
    await expect(
      linkIdentity(world, ada.key.signing, { person: 'Ben Example', issuer: provider.issuer, subject: 'eve-1' }),
    ).rejects.toThrow('not the key on record');
    const words = { of: ada.name, issuer: provider.issuer, subject: 'ada-1', reason: 'to see' };
    await link(ada, 'ada-1');
    await expect(unlinkIdentity(world, ben.key.signing, { ...words, person: ben.name })).rejects.toThrow(
      'taken off by Ada Example or by an admin',
    );
    await expect(link(ben, 'x\u0000')).rejects.toThrow('1 to 255 characters');
  });

  /** Ben, in a browser with a passkey of his, at the provider as somebody. */
  async function inside(): Promise<Traveller> {
    const traveller = new Traveller(served);
    expect((await traveller.signInThere()).status).toBe(303);
    return traveller;
  }

  const IDENTITY = z.object({ issuer: z.string(), account: z.string(), proof: z.string() });

  async function shown(traveller: Traveller, as: string): Promise<z.infer<typeof IDENTITY>> {
    provider.subject = as;
    const answer = await traveller.comeBack(await provider.back(await traveller.setOff('/api/v1/identities/journey')));
    const location = answer.headers.get('location') ?? '';
    expect([answer.status, location]).toEqual([303, expect.stringMatching(/^\/account#identity=/)]);
    return IDENTITY.parse(JSON.parse(decodeURIComponent(location.split('=')[1] ?? '')));
  }

  test('takes what the provider has shown in this very session, once; and then the person’s key', async () => {
    const traveller = await inside();
    const identity = await shown(traveller, 'ben-second');
    expect(identity).toMatchObject({ issuer: provider.issuer, account: 'ben-second' });
    const refusals = [
      { ...identity, account: 'eve-1' },
      { ...identity, proof: undefined },
      { ...identity, proof: `${identity.proof.slice(0, -2)}AA` },
    ];
    for (const body of refusals) expect((await traveller.ask('POST', '/api/v1/identities', body)).status).toBe(409);
    const other = await (async () => {
      provider.subject = 'ben-1190';
      return inside();
    })();
    expect((await other.ask('POST', '/api/v1/identities', identity)).status).toBe(409);
    const begun = await traveller.ask('POST', '/api/v1/identities', identity);
    expect(begun.status).toBe(202);
    const { id, statement, keys } = STATEMENT.parse(await begun.json());
    expect(JSON.parse(statement)).toMatchObject({
      act: 'identity.linked',
      subject: 'ben example',
      terms: { issuer: provider.issuer, account: 'ben-second' },
    });
    expect((await traveller.ask('POST', '/api/v1/identities', identity)).status).toBe(409);
    const { signature } = z
      .object({ signature: z.string() })
      .loose()
      .parse(await ben.key.signing.sign(statement, keys));
    expect((await traveller.ask('POST', `/api/v1/signatures/${id}`, { signature })).status).toBe(200);
    provider.subject = 'ben-second';
    expect((await new Traveller(served).signInThere()).status).toBe(303);
  });

  test('does not sign in, and signing in does not link: each answer is for its own question', async () => {
    const traveller = await inside();
    const { cookie } = traveller;
    await shown(traveller, 'eve-1');
    expect(traveller.cookie).toBe(cookie);
    // Somebody else's answer, brought to a browser in which Ben is in.
    const eve = new Traveller(served);
    const back = await provider.back(await eve.setOff());
    expect((await traveller.comeBack(back)).status).toBe(401);
    // The journey of a session that has ended links nothing.
    const there = await provider.back(await traveller.setOff('/api/v1/identities/journey'));
    const { journey } = traveller;
    await traveller.ask('POST', '/api/v1/sign-out', {});
    traveller.journey = journey;
    expect((await traveller.comeBack(there)).status).toBe(401);
  });

  test('is said by a program with the person’s token, and signed', async () => {
    const members = await openMembersOf();
    const answer = await served.ask('/api/v1/identities', {
      method: 'POST',
      token: members,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ issuer: provider.issuer, account: 'ben-third' }),
    });
    expect(answer.status).toBe(202);
    const journey = await served.ask('/api/v1/identities/journey', {
      method: 'POST',
      token: members,
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(journey.status).toBe(409);
  });

  async function openMembersOf(): Promise<string> {
    const { issueToken } = await import('../../src/flow/access.ts');
    const { secret } = await issueToken(world, world.organisationId, ada.key.signing, {
      name: 'of Ben',
      holder: { kind: 'person', person: ben.name },
      scopes: ['read', 'write'],
      expiresAt: world.clock.now() + 86_400_000,
      reason: 'a test',
      by: ada.name,
    });
    return secret;
  }
});
