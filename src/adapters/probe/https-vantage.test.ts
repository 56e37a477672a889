import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createCertificateAuthority } from '../../../test/support/certificates.ts';
import type { CertificateAuthority, KeyAndCertificate } from '../../../test/support/certificates.ts';
import { openLab } from '../../../test/support/lab-servers.ts';
import { LIMITS, lookAt, PROBE_ON, seenOf, targetAt } from '../../../test/support/probing.ts';
import { isoInstant } from '../../domain/instant.ts';
import { probeScope } from '../../policy/probing/scope.ts';
import type { Prober } from '../../ports/prober.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemRandom } from '../system/system-random.ts';
import { makeAgentKey, readAgentKey } from './agent-key.ts';
import { createAgentProber } from './agent-prober.ts';
import { listenAsAgent } from './agent-server.ts';
import { readToken } from './agent-token.ts';
import { openHttpsAgent } from './https-agent.ts';
import type { HttpsWay } from './https-agent.ts';
import { openDirectProber, openProbers } from './open-probers.ts';

/* An agent over real HTTPS on loopback: who may send jobs, what is no job, and what an answer is worth. */

const TOKEN = 'a-token-that-nobody-would-ever-guess-1';
const folder = mkdtempSync(join(tmpdir(), 'dismantle-https-vantage-'));
const lab = await openLab();
const ends: AbortController[] = [];
const probers: Prober[] = [];
let authority: CertificateAuthority;
let identity: KeyAndCertificate;
let publicKey = '';

beforeAll(async () => {
  authority = await createCertificateAuthority();
  identity = await authority.issue(['localhost'], ['127.0.0.1']);
  publicKey = await makeAgentKey(join(folder, 'far.pem'));
});

afterEach(async () => {
  for (const prober of probers.splice(0)) await prober.close();
  for (const end of ends.splice(0)) end.abort();
});

afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

const HERE = {
  here: { enabled: true, name: 'far', network: null, country: null, sourceAddress: null },
  vantages: {},
  connectTimeoutSeconds: 5,
  exchangeTimeoutSeconds: 5,
  resolver: null,
  rate: { perSecond: 100, perProviderPerSecond: 100 },
  concurrency: 64,
};

interface VantageWish {
  readonly token?: string | null;
  readonly clients?: string | null;
  readonly name?: string;
}

async function vantage({ token = TOKEN, clients = null, name = 'far' }: VantageWish = {}): Promise<{
  readonly port: number;
  readonly url: URL;
}> {
  const end = new AbortController();
  ends.push(end);
  const key = await readAgentKey(join(folder, 'far.pem'));
  const world = { settings: HERE, guard: probeScope, outgoing: PROBE_ON, clock: systemClock };
  const port = await new Promise<number>((resolve, reject) => {
    listenAsAgent({
      name,
      key,
      proberWith: (limits) => openDirectProber(world, name, limits),
      signal: end.signal,
      host: '127.0.0.1',
      port: 0,
      certificate: identity.cert,
      tlsKey: identity.key,
      clients,
      token,
      clock: systemClock,
      report: () => undefined,
      listening: resolve,
    }).catch(reject);
  });
  return { port, url: new URL(`https://127.0.0.1:${port}`) };
}

function prober(url: URL, more: Partial<HttpsWay> = {}, key = publicKey): Prober {
  const way = { vantage: 'far', url, ca: authority.cert, token: TOKEN, certificate: null, key: null, ...more };
  const made = createAgentProber({
    vantage: { name: 'far', kind: 'agent', network: 'AS64501', country: 'NL', publicKey: key },
    start: (listener) => openHttpsAgent(way, () => systemClock.now(), listener),
    guard: probeScope,
    limits: LIMITS,
    outgoing: PROBE_ON,
    clock: systemClock,
    random: systemRandom,
    patienceMs: 60_000,
  });
  probers.push(made);
  return made;
}

const failed = (says: string): unknown => ({ failure: 'vantage-failed', message: expect.stringContaining(says) });

test('sees what we would see and signs it, many at once', async () => {
  const { url } = await vantage();
  const server = await lab.server({ does: 'tls', identity: await lab.identity() });
  const looks = await Promise.all(Array.from({ length: 100 }, () => lookAt(prober(url), targetAt(server))));
  for (const look of looks) {
    expect(seenOf(look).http?.status).toBe(200);
    expect(look.signed?.publicKey).toBe(publicKey);
    expect(look.vantage).toMatchObject({ name: 'far', kind: 'agent' });
  }
});

test('is opened from the settings, with its files', async () => {
  const { url } = await vantage();
  const server = await lab.server({ does: 'http' });
  writeFileSync(join(folder, 'token'), `${TOKEN}\n`);
  writeFileSync(join(folder, 'ca.pem'), authority.cert);
  const [opened] = await openProbers({
    settings: {
      ...HERE,
      here: { ...HERE.here, enabled: false },
      vantages: {
        far: {
          kind: 'https', url: url.href, publicKey, caFile: join(folder, 'ca.pem'), tokenFile: join(folder, 'token'),
          certificateFile: null, keyFile: null, network: 'AS64501', country: 'NL',
        },
      },
    },
    guard: probeScope, outgoing: PROBE_ON, clock: systemClock, random: systemRandom, environment: {},
  }); // prettier-ignore
  if (opened === undefined) throw new Error('no prober');
  probers.push(opened);
  expect(seenOf(await lookAt(opened, targetAt(server))).http?.status).toBe(200);
});

describe('is not believed, or not reached', () => {
  test('with a certificate of another authority, or for another name', async () => {
    const { url, port } = await vantage();
    const other = await createCertificateAuthority();
    const target = targetAt(await lab.closedPort());
    expect((await lookAt(prober(url, { ca: other.cert }), target)).result).toEqual(failed('cannot be reached'));
    expect((await lookAt(prober(url, { ca: null }), target)).result).toEqual(failed('cannot be reached'));
    const byAnotherName = new URL(`https://127.0.0.2:${port}`);
    expect((await lookAt(prober(byAnotherName), target)).result).toEqual(failed('cannot be reached'));
  });

  test('with another key than the one on record', async () => {
    const { url } = await vantage();
    const key = await makeAgentKey(join(folder, 'other.pem'));
    expect((await lookAt(prober(url, {}, key), targetAt(await lab.closedPort()))).result).toEqual(failed('signature'));
  });

  test('when nobody listens there, or somebody else', async () => {
    const { port } = await lab.closedPort();
    const target = targetAt(await lab.closedPort());
    const nobody = prober(new URL(`https://127.0.0.1:${port}`));
    expect((await lookAt(nobody, target)).result).toEqual(failed('cannot be reached'));
    const { url } = await vantage({ name: 'near' });
    expect((await lookAt(prober(url), target)).result).toEqual(failed('409 that job is for another vantage'));
  });

  test('and one job that fails keeps nobody from the others', async () => {
    const { url } = await vantage();
    const looking = prober(url);
    const stop = new AbortController();
    const silent = await lab.server({ does: 'hang' });
    const hanging = looking.look(targetAt(silent), true, stop.signal);
    const server = await lab.server({ does: 'http' });
    expect(seenOf(await lookAt(looking, targetAt(server))).http?.status).toBe(200);
    stop.abort();
    expect((await hanging).result).toEqual(failed('stopped'));
  });
});

describe('takes jobs', () => {
  test('from nobody without the token, a wrong one, or one that is longer', async () => {
    const { url } = await vantage();
    const server = await lab.server({ does: 'http' });
    for (const token of [null, 'wrong', `${TOKEN}x`, TOKEN.slice(1)]) {
      expect((await lookAt(prober(url, { token }), targetAt(server))).result).toEqual(failed('401'));
    }
    expect(server.connections()).toBe(0);
  });

  test('where certificates are asked for, from those alone', async () => {
    const ours = await createCertificateAuthority();
    const { url } = await vantage({ clients: ours.cert, token: null });
    const client = await ours.issue(['coordinator.example']);
    const stranger = await authority.issue(['stranger.example']);
    const server = await lab.server({ does: 'http' });
    const with_ = (pair: KeyAndCertificate | null): Prober =>
      prober(url, { token: null, certificate: pair?.cert ?? null, key: pair?.key ?? null });
    for (const pair of [null, stranger]) {
      expect((await lookAt(with_(pair), targetAt(server))).result).toMatchObject({ failure: 'vantage-failed' });
    }
    expect(server.connections()).toBe(0);
    expect(seenOf(await lookAt(with_(client), targetAt(server))).http?.status).toBe(200);
  });

  test('for the drill’s lab and public space, and guards that by itself', async () => {
    const { url } = await vantage();
    const trap = await lab.server({ does: 'http' }, { address: '127.0.0.1' });
    const answer = await post(url, sent({ target: { host: '127.0.0.1', port: trap.port } }));
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('"failure":"not-allowed"') });
    expect(trap.connections()).toBe(0);
  });

  test('once each, and when they are of now', async () => {
    const { url } = await vantage();
    const server = await lab.server({ does: 'http' });
    const job = sent({ target: { host: server.address, port: server.port } });
    expect((await post(url, job)).status).toBe(200);
    const before = server.connections();
    expect(await post(url, job)).toMatchObject({ status: 409, body: expect.stringContaining('was done') });
    for (const off of [-180_000, 180_000]) {
      const late = sent({ target: { host: server.address, port: server.port }, off });
      expect(await post(url, late)).toMatchObject({ status: 409, body: 'that job is not of now' });
    }
    expect(server.connections()).toBe(before);
  });

  test('and nothing that is none, too large, or elsewhere', async () => {
    const { url } = await vantage();
    expect((await post(url, 'what?')).status).toBe(400);
    expect((await post(url, JSON.stringify({ ...JSON.parse(sent({})), more: 1 }))).status).toBe(400);
    expect((await post(url, 'x'.repeat(100_000))).status).toBe(413);
    expect((await post(url, sent({}), { path: '/' })).status).toBe(404);
    expect((await post(url, '', { method: 'GET' })).status).toBe(405);
    const server = await lab.server({ does: 'http' });
    expect(seenOf(await lookAt(prober(url), targetAt(server))).http?.status).toBe(200);
  });
});

test('a drill is not told to an agent on another machine', async () => {
  const far = prober(new URL('https://vantage.example:8443'));
  expect((await lookAt(far, targetAt(await lab.closedPort()))).result).toEqual(failed('on this machine only'));
});

test('a token is one line that nobody guesses, and is not repeated', async () => {
  const file = join(folder, 'short');
  for (const text of ['short', `${TOKEN}\n${TOKEN}\n`, `${TOKEN} with a blank`]) {
    writeFileSync(file, text);
    const refused = readToken('--token-file', file);
    await expect(refused).rejects.toMatchObject({
      problem: { code: 'settings', hint: expect.stringContaining('openssl') },
    });
    await expect(refused).rejects.not.toThrow(TOKEN);
  }
});

let numbers = 0;

function sent({ target = {}, off = 0 }: { readonly target?: Record<string, unknown>; readonly off?: number }): string {
  const job = {
    job: String(++numbers).padStart(22, 'n'),
    drill: true,
    target: { hostType: 'address', host: '127.66.4.4', port: 4, scheme: null, path: null, ...target },
    ...LIMITS,
  };
  return JSON.stringify({ vantage: 'far', sentAt: isoInstant(Date.now() + off), job });
}

function post(url: URL, body: string, more: RequestOptions = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        hostname: url.hostname, port: url.port, path: '/look', method: 'POST', ca: authority.cert,
        headers: { authorization: `Bearer ${TOKEN}`, 'content-length': Buffer.byteLength(body) }, ...more,
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
        answer.once('error', reject);
      },
    ); // prettier-ignore
    asked.once('error', reject);
    asked.end(body);
  });
}
