import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Session } from '../../src/adapters/postgres/connect.ts';
import type { TokenHolder } from '../../src/domain/access.ts';
import { removePerson } from '../../src/flow.ts';
import { issueToken } from '../../src/flow/access.ts';
import {
  acceptInvited,
  addPasskey,
  invitationOf,
  invitationsOf,
  newSetUpSecret,
  removePasskey,
  setUp as setUpFirst,
} from '../../src/flow/sign-in.ts';
import type { Signing } from '../../src/ports/signing.ts';
import { inTransactionAs, openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { auditOf } from '../support/ledger.ts';
import { PasskeyBrowser, WAITING, sitePasskey, spkiOf } from '../support/passkey-browser.ts';
import { makePasskey } from '../support/passkeys.ts';
import type { TestPasskey } from '../support/passkeys.ts';
import { RATE_LIMITS, openMembers, openServed } from '../support/served.ts';
import type { Served } from '../support/served.ts';
import { openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/* People come in with passkeys, over real HTTP: set up, invited, signed in, signed out, and everybody else kept out. */

const HOUR_MS = 3_600_000;
const ROUND = '00000000-0000-7000-8000-000000000042';
const PASSKEYS = z.array(
  z.object({ person: z.string(), name: z.string(), fingerprint: z.string(), removedAt: z.string().nullable() }),
);
const SESSIONS = z.array(z.object({ id: z.string(), person: z.string(), isOpen: z.boolean(), isThis: z.boolean() }));
const INVITATION = z.object({ id: z.string(), link: z.string() });
const LOOK = z.object({
  name: z.string().nullable(),
  roles: z.array(z.string()),
  challenge: z.string(),
  rpId: z.string(),
});

let database: TestDatabase;
let world: TestWorld;
let served: Served;
let adasPasskey: TestPasskey;
let ada: PasskeyBrowser;

beforeAll(async () => {
  database = await openTestDatabase();
});

afterAll(() => database?.close());

/** An organisation with a first admin, who has come by the link that the start of the service prints. */
beforeEach(async () => {
  await served?.close();
  await world?.store.close();
  world = await openTestWorld(database);
  served = await openServed(database, { worlds: [world] });
  adasPasskey = sitePasskey(served);
  ada = new PasskeyBrowser(served);
  expect((await setUp(ada, adasPasskey, await setUpSecret())).status).toBe(200);
});

afterAll(() => served?.close());

async function setUpSecret(of: TestWorld = world): Promise<string> {
  const secret = await newSetUpSecret(of, of.organisationId);
  if (secret === null) throw new Error('somebody is on record');
  return secret;
}

const madeBy = (passkey: TestPasskey): { credentialId: string; spki: string } => ({
  credentialId: passkey.personKey.credentialId,
  spki: spkiOf(passkey),
});

async function setUp(browser: PasskeyBrowser, passkey: TestPasskey, secret: string): Promise<Response> {
  const words = { secret, ...madeBy(passkey), name: 'Ada Example', also: ['approver'] };
  const begun = await browser.ask('POST', '/api/v1/enrolments', words);
  if (begun.status !== 202) return begun;
  const { id, statement } = WAITING.parse(await begun.json());
  const signature = await passkey.signing.sign(statement, []);
  return browser.ask('POST', '/api/v1/enrolments/signature', { secret, id, signature });
}

const secretIn = (link: string): string => new URL(link).hash.slice(1);

async function invited(name: string, roles: readonly string[]): Promise<{ id: string; secret: string }> {
  const { id, link } = await ada.json(INVITATION, 'POST', '/api/v1/invitations', { name, roles });
  return { id, secret: secretIn(link) };
}

async function register(secret: string, passkey: TestPasskey): Promise<Response> {
  const guest = new PasskeyBrowser(served);
  const { challenge } = await guest.json(LOOK, 'POST', '/api/v1/enrolments/look', { secret });
  return guest.ask('POST', '/api/v1/enrolments', { secret, ...madeBy(passkey), answer: passkey.answer(challenge) });
}

/** Somebody on record by a link, and signed in. */
async function person(
  name: string,
  roles: readonly string[],
): Promise<{ passkey: TestPasskey; browser: PasskeyBrowser }> {
  const { id, secret } = await invited(name, roles);
  const passkey = sitePasskey(served, 'ed25519');
  expect((await register(secret, passkey)).status).toBe(200);
  expect((await ada.act(adasPasskey, `/api/v1/invitations/${id}/acceptance`, {})).status).toBe(200);
  const browser = new PasskeyBrowser(served);
  expect((await browser.signIn(passkey, world.organisationId)).status).toBe(200);
  return { passkey, browser };
}

const meOf = async (browser: PasskeyBrowser): Promise<unknown> => (await browser.ask('GET', '/api/v1/me')).json();
const bySuperuser = <Value>(work: (session: Session) => Promise<Value>): Promise<Value> =>
  inTransactionAs(database.superuser, world.organisationId, async (session) => {
    await session.run('set local search_path = dismantle');
    return work(session);
  });

async function isWhole(): Promise<void> {
  expect((await auditOf(world.store)).findings).toEqual([]);
  expect(await world.store.write((transaction) => transaction.stateDifferences())).toEqual([]);
}

describe('the first admin', () => {
  test('comes by the link, signs for herself with a passkey, and is in', async () => {
    expect(await meOf(ada)).toMatchObject({
      name: 'Ada Example',
      kind: 'person',
      roles: ['approver', 'admin'],
      scopes: ['read', 'write'],
    });
    await isWhole();
  });

  test('is one: no link is made or taken once anybody is on record', async () => {
    expect(await newSetUpSecret(world, world.organisationId)).toBeNull();
    const empty = await openTestWorld(database);
    const there = await openServed(database, { worlds: [empty] });
    try {
      const [earlier, later] = [await setUpSecret(empty), await setUpSecret(empty)];
      const passkey = sitePasskey(there);
      // A link of an earlier start opens nothing; the newest one does, once.
      expect((await setUp(new PasskeyBrowser(there), passkey, earlier)).status).toBe(401);
      expect((await setUp(new PasskeyBrowser(there), passkey, later)).status).toBe(200);
      expect((await setUp(new PasskeyBrowser(there), sitePasskey(there), later)).status).toBe(401);
    } finally {
      await there.close();
    }
  });

  test('is not made with a link in whose place another came while the statement was being signed', async () => {
    const empty = await openTestWorld(database);
    const there = await openServed(database, { worlds: [empty] });
    try {
      const secret = await setUpSecret(empty);
      const found = await invitationOf(() => empty.store, secret, empty.clock.now());
      if (found === null) throw new Error('the link is good');
      const passkey = sitePasskey(there);
      const { publicKey, credentialId } = passkey.personKey;
      const signing: Signing = {
        async sign(statement, keys) {
          await setUpSecret(empty);
          return passkey.signing.sign(statement, keys);
        },
      };
      const words = { publicKey, credentialId, name: 'Ada Example', also: [] };
      await expect(setUpFirst(empty, signing, found.invitation, words)).rejects.toThrow(/used up, or taken back/);
      expect(await empty.store.read((transaction) => transaction.people())).toEqual([]);
    } finally {
      await there.close();
    }
  });

  test('is not made with a link that is an hour old, another’s signature, or a passkey of another site', async () => {
    const empty = await openTestWorld(database);
    const there = await openServed(database, { worlds: [empty] });
    try {
      const secret = await setUpSecret(empty);
      const browser = new PasskeyBrowser(there);
      const stranger = sitePasskey(there);
      const mixed = { ...sitePasskey(there), signing: stranger.signing };
      expect((await setUp(browser, mixed, secret)).status).toBe(409);
      const elsewhere = makePasskey({ origin: 'https://evil.example' });
      expect((await setUp(browser, elsewhere, secret)).status).toBe(409);
      const now = empty.clock.now();
      empty.setClock(now + HOUR_MS);
      expect((await setUp(browser, sitePasskey(there), secret)).status).toBe(401);
      empty.setClock(now);
      expect(await empty.store.read((transaction) => transaction.people())).toEqual([]);
    } finally {
      await there.close();
    }
  });
});

describe('whoever is invited', () => {
  test('registers a passkey; an admin signs for it; then they sign in and act with it', async () => {
    const { browser, passkey } = await person('Ben Example', ['analyst']);
    expect(await meOf(browser)).toMatchObject({ name: 'Ben Example', roles: ['analyst'] });
    const added = sitePasskey(served);
    const body = { name: 'the blue one', ...madeBy(added) };
    expect((await browser.act(passkey, '/api/v1/passkeys', body)).status).toBe(200);
    expect((await new PasskeyBrowser(served).signIn(added, world.organisationId)).status).toBe(200);
    await isWhole();
  });

  test('is nobody before the admin has signed, and the link is good once', async () => {
    const { secret } = await invited('Ben Example', ['analyst']);
    const passkey = sitePasskey(served);
    expect((await register(secret, passkey)).status).toBe(200);
    expect((await new PasskeyBrowser(served).signIn(passkey, world.organisationId)).status).toBe(401);
    const again = await new PasskeyBrowser(served).ask('POST', '/api/v1/enrolments/look', { secret });
    expect(again.status).toBe(401);
  });

  test('has the key: one whose private half nobody has shown is not registered', async () => {
    const { secret } = await invited('Ben Example', ['analyst']);
    const guest = new PasskeyBrowser(served);
    const mine = sitePasskey(served);
    const { challenge } = await guest.json(LOOK, 'POST', '/api/v1/enrolments/look', { secret });
    const other = await invited('Cleo Example', ['analyst']);
    const others = await guest.json(LOOK, 'POST', '/api/v1/enrolments/look', { secret: other.secret });
    const tries: unknown[] = [
      { secret, ...madeBy(mine) },
      { secret, ...madeBy(mine), answer: sitePasskey(served).answer(challenge) },
      // Of another link.
      { secret, ...madeBy(mine), answer: mine.answer(others.challenge) },
      { secret, ...madeBy(mine), answer: mine.answer('') },
      { secret: '', ...madeBy(mine) },
    ];
    const statuses = [];
    for (const body of tries) statuses.push((await guest.ask('POST', '/api/v1/enrolments', body)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 400]);
    expect((await register(secret, mine)).status).toBe(200);
  });

  test('does not come where the invitation was taken back, or the admin is none any more', async () => {
    const one = await invited('Ben Example', ['analyst']);
    expect((await ada.ask('DELETE', `/api/v1/invitations/${one.id}`, {})).status).toBe(200);
    await expect(register(one.secret, sitePasskey(served))).rejects.toThrow(/^Error: 401|401/);
    const other = await invited('Cleo Example', ['admin']);
    const { browser: dora, passkey } = await person('Dora Example', ['admin']);
    const removal = { reason: 'left' };
    expect((await dora.act(passkey, '/api/v1/people/ada%20example/removal', removal)).status).toBe(200);
    await expect(register(other.secret, sitePasskey(served))).rejects.toThrow(/401/);
    expect((await ada.ask('GET', '/api/v1/me')).status).toBe(401);
  });

  test('is not put on record by a signature that comes after the invitation was taken back or has run out', async () => {
    const one = await invited('Ben Example', ['approver']);
    expect((await register(one.secret, sitePasskey(served))).status).toBe(200);
    const begun = await ada.ask('POST', `/api/v1/invitations/${one.id}/acceptance`, {});
    const waiting = WAITING.parse(await begun.json());
    expect((await ada.ask('DELETE', `/api/v1/invitations/${one.id}`, {})).status).toBe(200);
    const signature = await adasPasskey.signing.sign(waiting.statement, []);
    const late = await ada.ask('POST', `/api/v1/signatures/${waiting.id}`, signature);
    expect(late.status).toBe(409);
    expect(await late.json()).toMatchObject({ detail: expect.stringMatching(/used up, or taken back/) });
    // Nothing is taken back that was used up: whoever tries is told, and does not believe the person away.
    expect((await ada.ask('DELETE', `/api/v1/invitations/${one.id}`, {})).status).toBe(409);
    const other = await invited('Cleo Example', ['analyst']);
    expect((await register(other.secret, sitePasskey(served))).status).toBe(200);
    const signing: Signing = {
      async sign(statement, keys) {
        const [cleo] = await invitationsOf(world);
        world.setClock(Date.parse(cleo?.endsAt ?? ''));
        return adasPasskey.signing.sign(statement, keys);
      },
    };
    const now = world.clock.now();
    const [cleo] = await invitationsOf(world);
    world.setClock(Date.parse(cleo?.endsAt ?? '') - 1000);
    await expect(acceptInvited(world, signing, other.id, 'Ada Example')).rejects.toThrow(/has run out/);
    world.setClock(now);
    const people = await world.store.read((transaction) => transaction.people());
    expect(people.map(({ name }) => name)).toEqual(['Ada Example']);
    await isWhole();
  });

  test('is signed for by whoever made the link, and by no other admin', async () => {
    const { id, secret } = await invited('Ben Example', ['approver']);
    expect((await register(secret, sitePasskey(served))).status).toBe(200);
    const { browser: dora, passkey } = await person('Dora Example', ['admin']);
    expect((await dora.act(passkey, `/api/v1/invitations/${id}/acceptance`, {})).status).toBe(409);
    expect((await ada.act(adasPasskey, `/api/v1/invitations/${id}/acceptance`, {})).status).toBe(200);
  });

  test('is invited by admins alone, who learn nothing of a link but its own', async () => {
    const { browser } = await person('Ben Example', ['analyst', 'approver']);
    const words = { name: 'Eve', roles: ['admin'] };
    expect((await browser.ask('POST', '/api/v1/invitations', words)).status).toBe(403);
    expect((await browser.ask('GET', '/api/v1/invitations')).status).toBe(403);
    const { secret } = await invited('Cleo Example', ['analyst']);
    const listed = await (await ada.ask('GET', '/api/v1/invitations')).text();
    expect(listed).not.toContain(secret);
    expect(listed).not.toMatch(/secret/i);
  });

  test('cannot be two with the admin who has signed for the passkey: the database refuses it as well', async () => {
    await person('Ben Example', ['approver']);
    await person('Cleo Example', ['approver']);
    const skip = (who: string): Promise<unknown> =>
      bySuperuser(async (session) => {
        await session.run(
          `insert into operation (organisation_id, operation_id, name, drill, opened_at)
           values (current_organisation(), $1, 'lab', true, now()) on conflict do nothing`,
          [ROUND],
        );
        await session.run(
          `insert into deconfliction_round (organisation_id, round_id, operation_id, number, opened_at, person)
           values (current_organisation(), $1, $1, 1, now(), 'ada example') on conflict do nothing`,
          [ROUND],
        );
        await session.run(
          `insert into deconfliction_skip (organisation_id, round_id, party_kind, person, reason, skipped_at)
           values (current_organisation(), $1, 'csirt', $2, 'x', $3)`,
          [ROUND, who, new Date(world.clock.now() + HOUR_MS)],
        );
      });
    await skip('ada example');
    await expect(skip('ben example')).rejects.toThrow(/ben example and ada example are not two/);
    await bySuperuser((session) => session.run('delete from deconfliction_skip'));
    // Two whom one admin has invited are two: for that the admin vouches.
    await skip('ben example');
    await skip('cleo example');
    await expect(skip('ada example')).rejects.toThrow(/are not two/);
    const release = (who: string): Promise<unknown> =>
      bySuperuser((session) =>
        session.run(
          `insert into server_release (organisation_id, server_id, list, entry, person, reason, released_at)
           values (current_organisation(), $1, 'sinkholes', '192.0.2.0/24', $2, 'x', $3)`,
          [ROUND, who, new Date(world.clock.now() + HOUR_MS)],
        ),
      );
    await release('ada example');
    await expect(release('ben example')).rejects.toThrow(/ben example and ada example are not two/);
    // However many invitations lie between.
    await bySuperuser((session) =>
      session.run(`update person set vouched_by = 'ben example' where person = 'cleo example'`),
    );
    await expect(release('cleo example')).rejects.toThrow(/cleo example and ada example are not two/);
    // Nor is anybody made a second person by removing the one in between.
    await bySuperuser((session) => session.run(`update person set removed_at = now() where person = 'ben example'`));
    await expect(release('cleo example')).rejects.toThrow(/cleo example and ada example are not two/);
  });
});

describe('signing in', () => {
  test('takes the passkey, once for each challenge, and nothing that is off', async () => {
    const browser = new PasskeyBrowser(served);
    const { credentialId } = adasPasskey.personKey;
    const challengeOf = async (): Promise<string> =>
      (await browser.json(z.object({ challenge: z.string() }), 'POST', '/api/v1/sign-in/challenge', {})).challenge;
    const good = { credentialId, userHandle: null, answer: adasPasskey.answer(await challengeOf()) };
    // Without a handle the passkey is looked for in the first organisation.
    expect((await browser.ask('POST', '/api/v1/sign-in', good)).status).toBe(200);
    browser.cookie = null;
    expect((await browser.ask('POST', '/api/v1/sign-in', good)).status).toBe(401);
    const offs: ((challenge: string) => unknown)[] = [
      (challenge) => ({ answer: adasPasskey.answer(challenge, { flags: 0x01 }) }),
      (challenge) => ({ answer: adasPasskey.answer(challenge, { rpId: 'evil.example' }) }),
      (challenge) => ({ answer: adasPasskey.answer(challenge, { clientData: { origin: 'https://evil.example' } }) }),
      (challenge) => ({ answer: adasPasskey.answer(challenge, { clientData: { type: 'webauthn.create' } }) }),
      (challenge) => ({ answer: sitePasskey(served).answer(challenge) }),
      (challenge) => ({
        credentialId: sitePasskey(served).personKey.credentialId,
        answer: adasPasskey.answer(challenge),
      }),
      () => ({ answer: adasPasskey.answer('') }),
      () => ({ answer: adasPasskey.answer('A'.repeat(43)) }),
    ];
    for (const [at, off] of offs.entries()) {
      const body = Object.assign({ credentialId, userHandle: null }, off(await challengeOf()));
      const answer = await browser.ask('POST', '/api/v1/sign-in', body);
      expect(answer.status, `try ${at}`).toBe(401);
      expect(answer.headers.get('set-cookie')).toBeNull();
      expect(await answer.json()).toMatchObject({ detail: 'that did not work' });
    }
  });

  test.each([
    {},
    { credentialId: '', userHandle: null, answer: { signature: '', authenticatorData: '', clientDataJSON: '' } },
    { credentialId: null, userHandle: null, answer: null },
    { credentialId: 'A', userHandle: null, answer: {} },
    [],
  ])('takes nothing that is empty: %j', async (body) => {
    const answer = await new PasskeyBrowser(served).ask('POST', '/api/v1/sign-in', body);
    expect(answer.status).toBe(400);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  test('does not take what a passkey has signed as an act, nor a registration’s challenge', async () => {
    const { secret } = await invited('Ben Example', ['analyst']);
    const browser = new PasskeyBrowser(served);
    const { challenge } = await browser.json(LOOK, 'POST', '/api/v1/enrolments/look', { secret });
    const body = {
      credentialId: adasPasskey.personKey.credentialId,
      userHandle: null,
      answer: adasPasskey.answer(challenge),
    };
    expect((await browser.ask('POST', '/api/v1/sign-in', body)).status).toBe(401);
  });

  test('is over for a passkey that was taken off, and so are the sessions of its person', async () => {
    const second = sitePasskey(served);
    const words = {
      name: 'second',
      publicKey: second.personKey.publicKey,
      credentialId: second.personKey.credentialId,
    };
    await addPasskey(world, adasPasskey.signing, { ...words, person: 'Ada Example' });
    const { fingerprint } = adasPasskey.personKey;
    const removal = { of: 'Ada Example', passkey: fingerprint, person: 'Ada Example', reason: 'lost' };
    await removePasskey(world, second.signing, removal);
    expect((await ada.ask('GET', '/api/v1/me')).status).toBe(401);
    expect((await ada.signIn(adasPasskey, world.organisationId)).status).toBe(401);
    expect((await ada.signIn(second, world.organisationId)).status).toBe(200);
    await expect(
      removePasskey(world, second.signing, { ...removal, passkey: second.personKey.fingerprint }),
    ).rejects.toThrow(/only key of Ada Example/);
    await isWhole();
  });

  test('of another organisation’s passkey opens nothing here', async () => {
    const other = await openTestWorld(database);
    const both = await openServed(database, { worlds: [world, other] });
    try {
      const passkey = sitePasskey(both);
      const theirs = new PasskeyBrowser(both);
      expect((await setUp(theirs, passkey, await setUpSecret(other))).status).toBe(200);
      expect(await meOf(theirs)).toMatchObject({ organisation: other.organisationId });
      const browser = new PasskeyBrowser(both);
      expect((await browser.signIn(passkey, world.organisationId)).status).toBe(401);
      expect((await browser.signIn(passkey, other.organisationId)).status).toBe(200);
      expect(await browser.json(SESSIONS, 'GET', '/api/v1/sessions')).toHaveLength(2);
    } finally {
      await both.close();
    }
  });

  test('waits after too many tries, with the right passkey as well', async () => {
    const strict = await openServed(database, {
      worlds: [world],
      limits: { ...RATE_LIMITS, failure: { burst: 3, perMinute: 1 } },
    });
    try {
      const browser = new PasskeyBrowser(strict);
      const statuses = [];
      for (let at = 0; at < 5; at++) {
        const tried = await browser.ask('POST', '/api/v1/enrolments/look', { secret: `dsi_${'A'.repeat(64)}` });
        statuses.push(tried.status);
      }
      expect(statuses).toEqual([401, 401, 401, 429, 429]);
      expect((await browser.ask('POST', '/api/v1/sign-in/challenge', {})).status).toBe(429);
    } finally {
      await strict.close();
    }
  });
});

describe('a session', () => {
  test('is a cookie that scripts do not see, for this host alone where it is reached over https', async () => {
    const set = (await new PasskeyBrowser(served).signIn(adasPasskey, world.organisationId)).headers.get('set-cookie');
    expect(set).toMatch(/^dismantle=dss_[\w-]{64}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/);
    const secure = await openServed(database, {
      worlds: [world],
      environment: { DISMANTLE_HTTP_ORIGIN: 'https://dismantle.example' },
    });
    try {
      const passkey = makePasskey();
      const words = {
        name: 'there',
        publicKey: passkey.personKey.publicKey,
        credentialId: passkey.personKey.credentialId,
      };
      await addPasskey(world, adasPasskey.signing, { ...words, person: 'Ada Example' });
      const browser = new PasskeyBrowser(secure);
      const answer = await browser.signIn(passkey, world.organisationId);
      expect(answer.headers.get('set-cookie')).toMatch(
        /^__Host-dismantle=dss_[\w-]{64}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800; Secure$/,
      );
      expect((await browser.ask('GET', '/api/v1/me')).status).toBe(200);
      // A passkey of the other site signs nobody in here.
      expect((await new PasskeyBrowser(secure).signIn(adasPasskey, world.organisationId)).status).toBe(401);
      const insecure = new PasskeyBrowser(secure);
      insecure.cookie = String(browser.cookie).replace('__Host-', '');
      expect((await insecure.ask('GET', '/api/v1/me')).status).toBe(401);
    } finally {
      await secure.close();
    }
  });

  test.each([
    '',
    'dismantle=',
    'dismantle=dss_',
    `dismantle=dss_${'A'.repeat(64)}`,
    'dismantle=null',
    '__Host-dismantle=x',
  ])('that is none opens nothing: "%s"', async (cookie) => {
    expect((await served.ask('/api/v1/me', { headers: { cookie } })).status).toBe(401);
  });

  test('is not believed where two are sent, nor as a token, nor a token as it', async () => {
    const cookie = String(ada.cookie);
    const secret = cookie.slice('dismantle='.length);
    expect((await served.ask('/api/v1/me', { headers: { cookie } })).status).toBe(200);
    expect((await served.ask('/api/v1/me', { headers: { cookie: `${cookie}; ${cookie}` } })).status).toBe(401);
    expect((await served.ask('/api/v1/me', { token: secret })).status).toBe(401);
    expect((await served.ask('/api/v1/me', { token: secret.replace('dss_', 'dsm_') })).status).toBe(401);
  });

  test('ends after twelve hours without a sign of life, after a week in any case', async () => {
    const began = world.clock.now();
    const status = async (): Promise<number> => (await ada.ask('GET', '/api/v1/me')).status;
    world.setClock(began + 11.9 * HOUR_MS);
    expect(await status()).toBe(200);
    world.setClock(began + 23.8 * HOUR_MS);
    expect(await status()).toBe(200);
    world.setClock(began + 36 * HOUR_MS);
    expect(await status()).toBe(401);
    expect((await ada.signIn(adasPasskey, world.organisationId)).status).toBe(200);
    const anew = world.clock.now();
    for (let hours = 11; hours < 7 * 24; hours += 11) {
      world.setClock(anew + hours * HOUR_MS);
      expect(await status()).toBe(200);
    }
    world.setClock(anew + 7 * 24 * HOUR_MS);
    expect(await status()).toBe(401);
    world.setClock(began);
  });

  test('is signed out of, and ended from elsewhere by its person or an admin, not by others', async () => {
    const { browser: ben, passkey } = await person('Ben Example', ['analyst']);
    const elsewhere = new PasskeyBrowser(served);
    await elsewhere.signIn(passkey, world.organisationId);
    const listed = await ben.json(SESSIONS, 'GET', '/api/v1/sessions');
    expect(listed.map(({ person: whose, isThis }) => [whose, isThis])).toEqual([
      ['ben example', false],
      ['ben example', true],
    ]);
    expect(JSON.stringify(await (await ben.ask('GET', '/api/v1/sessions')).json())).not.toMatch(/secret|hash|dss_/i);
    expect((await ben.ask('DELETE', `/api/v1/sessions/${listed[0]?.id ?? ''}`, {})).status).toBe(200);
    expect((await elsewhere.ask('GET', '/api/v1/me')).status).toBe(401);
    const all = await ada.json(SESSIONS, 'GET', '/api/v1/sessions');
    const adas = all.find(({ person: whose }) => whose === 'ada example');
    expect((await ben.ask('DELETE', `/api/v1/sessions/${adas?.id ?? ''}`, {})).status).toBe(404);
    expect((await ada.ask('GET', '/api/v1/me')).status).toBe(200);
    expect((await ada.ask('DELETE', `/api/v1/sessions/${listed[1]?.id ?? ''}`, {})).status).toBe(200);
    expect((await ben.ask('GET', '/api/v1/me')).status).toBe(401);
    const { cookie } = ada;
    expect((await ada.ask('POST', '/api/v1/sign-out', {})).status).toBe(200);
    expect(ada.cookie).toBeNull();
    expect((await served.ask('/api/v1/me', { headers: { cookie: String(cookie) } })).status).toBe(401);
  });

  test('ends when another begins in the same browser', async () => {
    const { cookie } = ada;
    expect((await ada.signIn(adasPasskey, world.organisationId)).status).toBe(200);
    expect(ada.cookie).not.toBe(cookie);
    expect((await served.ask('/api/v1/me', { headers: { cookie: String(cookie) } })).status).toBe(401);
  });

  test('is over with its person, and does not come back with them', async () => {
    const { browser } = await person('Ben Example', ['analyst']);
    await removePerson(world, adasPasskey.signing, 'Ben Example', { person: 'Ada Example', reason: 'left' });
    expect((await browser.ask('GET', '/api/v1/me')).status).toBe(401);
    world.setClock(world.clock.now() + 1000);
    await person('Ben Example', ['admin']);
    expect((await browser.ask('GET', '/api/v1/me')).status).toBe(401);
  });

  test.each<[string, Record<string, string>, number]>([
    ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a site beside it', { 'sec-fetch-site': 'same-site' }, 403],
    ['no page at all', { 'sec-fetch-site': 'none' }, 403],
    ['a browser that says nothing', { 'sec-fetch-site': '' }, 403],
    ['our own page', { 'sec-fetch-site': 'same-origin' }, 200],
  ])('changes nothing where %s asks for it', async (_name, headers, status) => {
    const answer = await ada.ask('POST', '/api/v1/sign-out', {}, headers);
    expect(answer.status).toBe(status);
    expect((await ada.ask('GET', '/api/v1/me')).status).toBe(status === 200 ? 401 : 200);
  });

  test('is not begun, and changes nothing, by a form of another site', async () => {
    const forms = ['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/plain'];
    for (const type of forms) {
      const answer = await ada.ask('POST', '/api/v1/sign-out', {}, { 'content-type': type });
      expect(answer.status).toBe(415);
    }
    const old = await served.ask('/api/v1/sign-in/challenge', {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
    });
    expect(old.status).toBe(403);
  });

  test('leaves neither secrets nor answers of passkeys in the log', () => {
    const text = JSON.stringify(served.log);
    expect(text).not.toMatch(/dss_|dsi_/);
    expect(text).not.toContain(adasPasskey.personKey.credentialId);
  });
});

describe('the pages', () => {
  test.each(['/sign-in', '/set-up', '/account'])('%s holds no data and no inline script', async (path) => {
    const answer = await served.ask(path);
    expect(answer.status).toBe(200);
    const text = await answer.text();
    expect(text).not.toContain('Ada');
    expect([...text.matchAll(/<script[^>]*>([^<]*)</g)].map(([, inline]) => inline)).toEqual(['']);
    expect(text).not.toMatch(/ on\w+=|style=|javascript:/);
    expect(text).toContain(`data-origin="${served.origin}"`);
  });

  test('read as modules, and no word of theirs is run as text', async () => {
    for (const name of ['passkey', 'sign', 'sign-in', 'set-up', 'account']) {
      const answer = await served.ask(`/static/${name}.js`);
      expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
      expect(await answer.text()).not.toMatch(/innerHTML|eval\(|Function\(|document\.write/);
    }
  });
});

test('somebody with an SSH key adds a passkey to it, and signs with either', async () => {
  const other = await openTestWorld(database);
  const there = await openServed(database, { worlds: [other] });
  try {
    const members = await openMembers(other, database.directory);
    const { name, key } = await members.person('Ben Example', ['analyst']);
    const passkey = sitePasskey(there);
    const words = {
      name: 'mine',
      publicKey: passkey.personKey.publicKey,
      credentialId: passkey.personKey.credentialId,
    };
    // Not even an admin adds one to somebody else.
    await expect(addPasskey(other, members.admin.key.signing, { ...words, person: name })).rejects.toThrow();
    await addPasskey(other, key.signing, { ...words, person: name });
    const browser = new PasskeyBrowser(there);
    expect((await browser.signIn(passkey, other.organisationId)).status).toBe(200);
    expect(await browser.json(PASSKEYS, 'GET', '/api/v1/passkeys')).toMatchObject([
      { person: 'ben example', name: 'mine' },
    ]);
    expect((await auditOf(other.store)).findings).toEqual([]);
  } finally {
    await there.close();
  }
});

test('a token that an admin has issued in somebody’s name is shown to that person, who ends it; so does an auditor', async () => {
  const TOKENS = z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      issuedBy: z.string(),
      isGood: z.boolean(),
      revokedAt: z.string().nullable(),
    }),
  );
  const issue = async (name: string, holder: TokenHolder): Promise<string> => {
    const words = { name, holder, scopes: ['read', 'write'] as const, reason: 'a test', by: 'Ada Example' };
    const expiresAt = world.clock.now() + HOUR_MS;
    return (await issueToken(world, world.organisationId, adasPasskey.signing, { ...words, expiresAt })).secret;
  };
  const { browser: ben } = await person('Ben Example', ['approver']);
  const { browser: cleo } = await person('Cleo Example', ['auditor']);
  const secret = await issue('not asked for', { kind: 'person', person: 'Ben Example' });
  await issue('of the auditor', { kind: 'person', person: 'Cleo Example' });
  await issue('of a program', { kind: 'service', roles: ['analyst'] });
  const bens = await ben.json(TOKENS, 'GET', '/api/v1/tokens');
  expect(bens).toMatchObject([{ name: 'not asked for', issuedBy: 'ada example', revokedAt: null, isGood: true }]);
  // Admins and auditors see everybody's; whoever is neither sees no other.
  expect(await ada.json(TOKENS, 'GET', '/api/v1/tokens')).toHaveLength(3);
  const all = await cleo.json(TOKENS, 'GET', '/api/v1/tokens');
  expect(all).toHaveLength(3);
  expect((await served.ask('/api/v1/me', { token: secret })).status).toBe(200);
  const end = (browser: PasskeyBrowser, name: string): Promise<Response> =>
    browser.ask('DELETE', `/api/v1/tokens/${all.find((each) => each.name === name)?.id ?? ''}`, { reason: 'not mine' });
  expect((await end(cleo, 'not asked for')).status).toBe(409);
  expect((await end(cleo, 'of a program')).status).toBe(409);
  expect((await end(cleo, 'of the auditor')).status).toBe(200);
  expect((await end(ben, 'not asked for')).status).toBe(200);
  expect((await served.ask('/api/v1/me', { token: secret })).status).toBe(401);
  await isWhole();
});
