import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { REPOSITORY } from '../../../test/support/cli.ts';
import { openLab } from '../../../test/support/lab-servers.ts';
import {
  assertWellFormed,
  IMPATIENT,
  LIMITS,
  lookAt,
  PROBE_ON,
  seenOf,
  targetAt,
  testProber,
} from '../../../test/support/probing.ts';
import { isSignedLookRow } from '../../ledger/signed-look.ts';
import type { SignedLookRow } from '../../ledger/signed-look.ts';
import type { LookTaken } from '../../domain/verdict.ts';
import { isoInstant } from '../../domain/instant.ts';
import { probeScope } from '../../policy/probing/scope.ts';
import type { Prober } from '../../ports/prober.ts';
import { systemClock } from '../system/system-clock.ts';
import { systemRandom } from '../system/system-random.ts';
import { jsonOf } from './agent.ts';
import { makeAgentKey, readAgentKey } from './agent-key.ts';
import { createAgentProber } from './agent-prober.ts';
import { startAgent } from './agent-process.ts';
import { httpConnectDialogue } from './http-connect.ts';
import type { ProbeLimits } from './prober.ts';
import { createProxyRoute } from './proxy-route.ts';
import type { ProxyPlace } from './proxy-route.ts';
import { socks5Dialogue } from './socks5.ts';

const lab = await openLab();
const folder = mkdtempSync(join(tmpdir(), 'dismantle-vantages-'));
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  ['socks5', socks5Dialogue, 'socksProxy'],
  ['http-connect', httpConnectDialogue, 'httpConnectProxy'],
] as const)('through a proxy (%s)', (_kind, dialogue, open) => {
  const through = (
    at: { address: string; port: number },
    login: ProxyPlace['login'] = null,
    limits: ProbeLimits = LIMITS,
  ): Prober =>
    testProber({
      name: 'far',
      limits,
      route: createProxyRoute(probeScope, { host: at.address, port: at.port, login }, dialogue(login)),
    });
  const failure = { failure: 'vantage-failed', message: expect.any(String) };

  test('a server is seen as from here, by the address of the proxy', async () => {
    const proxy = await lab[open]();
    const server = await lab.server({ does: 'tls', identity: await lab.identity(), onlyFrom: [proxy.sourceAddress] });
    const seen = seenOf(await lookAt(through(proxy), targetAt(server)));
    expect([seen.tls?.outcome, seen.http?.status]).toEqual(['handshake', 200]);
    expect(new Set(server.sources)).toEqual(new Set([proxy.sourceAddress]));
    expect(proxy.asked).toEqual([`${server.address}:${server.port}`]);
  });

  test('what a server says before it is asked is not lost', async () => {
    const proxy = await lab[open]();
    const server = await lab.server({ does: 'say', bytes: '220 mx.example ESMTP\r\n', after: 'hang' });
    expect(seenOf(await lookAt(through(proxy), targetAt(server))).http?.error).toBe('not HTTP: "220 mx.example ESMTP"');
  });

  test('a server that is fenced off against it alone is dark there and alive here', async () => {
    const server = await lab.server({ does: 'http' });
    for (const [obstacle, outcome] of [
      ['refuse', 'refused'],
      ['unreachable', 'host-unreachable'],
    ] as const) {
      const proxy = await lab[open]({ obstacles: new Map([[server.address, obstacle]]) });
      expect(seenOf(await lookAt(through(proxy), targetAt(server))).tcp.outcome).toBe(outcome);
    }
    expect(seenOf(await lookAt(testProber(), targetAt(server))).tcp.outcome).toBe('connected');
  });

  test('that cannot be reached, speaks something else, does not allow it or says no reason, nothing is said of the server', async () => {
    const server = await lab.server({ does: 'http' });
    const results = [(await lookAt(through(await lab.closedPort()), targetAt(server))).result];
    for (const obstacle of ['not-allowed', 'garbage'] as const) {
      const proxy = await lab[open]({ obstacles: new Map([[server.address, obstacle]]) });
      results.push((await lookAt(through(proxy), targetAt(server))).result);
    }
    for (const behaviour of [
      { does: 'close' },
      { does: 'reset' },
      { does: 'say', bytes: 'x'.repeat(100_000) },
      { does: 'hang' },
    ] as const)
      results.push((await lookAt(through(await lab.server(behaviour), null, IMPATIENT), targetAt(server))).result);
    for (const result of results) expect(result).toEqual(failure);
    expect(server.connections()).toBe(0);
  });

  test('that is at work, its silence on one server is the server’s', async () => {
    const silent = await lab.server({ does: 'http' });
    const proxy = await lab[open]({ obstacles: new Map([[silent.address, 'hang']]) });
    const prober = through(proxy, null, IMPATIENT);
    const known = await lab.server({ does: 'http' });
    expect(seenOf(await lookAt(prober, targetAt(known))).http?.status).toBe(200);
    expect(seenOf(await lookAt(prober, targetAt(silent))).tcp.outcome).toBe('timed-out');
  });

  test('a login is given where it is set, and a wrong one is the vantage’s fault', async () => {
    const login = { user: 'desk', password: 'open sesame ä' };
    const proxy = await lab[open]({ login });
    const server = await lab.server({ does: 'http' });
    expect(seenOf(await lookAt(through(proxy, login), targetAt(server))).http?.status).toBe(200);
    expect((await lookAt(through(proxy, { ...login, password: 'wrong' }), targetAt(server))).result).toEqual(failure);
    expect((await lookAt(through(proxy), targetAt(server))).result).toEqual(failure);
  });

  test('one that leads elsewhere is seen by what answers there, as another certificate', async () => {
    const elsewhere = await lab.server({ does: 'tls', identity: await lab.identity('elsewhere.example') });
    const server = await lab.server({ does: 'tls', identity: await lab.identity() });
    const proxy = await lab[open]({ divert: elsewhere });
    expect(seenOf(await lookAt(through(proxy), targetAt(server))).tls?.chain[0]?.subject).toBe('CN=elsewhere.example');
    expect(server.connections()).toBe(0);
  });
});

describe('an agent', () => {
  const keyFile = join(folder, 'far.pem');
  const probers: Prober[] = [];
  let publicKey = '';
  beforeAll(async () => {
    publicKey = await makeAgentKey(keyFile);
  });
  afterEach(async () => {
    await Promise.all(probers.splice(0).map((prober) => prober.close()));
  });

  function agentProber(
    command: readonly string[],
    more: { key?: string; patienceMs?: number; environment?: Record<string, string> } = {},
  ): Prober {
    const vantage = {
      name: 'far',
      kind: 'agent',
      network: 'AS64501',
      country: 'NL',
      publicKey: more.key ?? publicKey,
    } as const;
    const prober = createAgentProber({
      vantage,
      start: (listener) => startAgent(command, { PATH: process.env['PATH'], ...more.environment }, listener),
      guard: probeScope,
      limits: LIMITS,
      outgoing: PROBE_ON,
      clock: systemClock,
      random: systemRandom,
      patienceMs: more.patienceMs ?? 120_000,
    });
    probers.push(prober);
    return prober;
  }
  const own = (...more: string[]): string[] => {
    const config = join(folder, 'agent.yaml');
    writeFileSync(config, 'traffic: {probe: true}\n');
    return [
      process.execPath,
      join(REPOSITORY, 'bin', 'dismantle.js'),
      'vantage',
      '--config',
      config,
      '--data-dir',
      join(folder, 'none'),
      '--name',
      'far',
      '--key',
      keyFile,
      ...more,
    ];
  };
  const lying = (how: string): string[] => [
    process.execPath,
    fileURLToPath(new URL('../../../test/support/lying-agent.ts', import.meta.url)),
    how,
    keyFile,
  ];

  test('has a key that its owner alone can read, and that is never written over', async () => {
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    const before = readFileSync(keyFile);
    await expect(makeAgentKey(keyFile)).rejects.toMatchObject({ problem: { code: 'input' } });
    expect(readFileSync(keyFile)).toEqual(before);
    expect((await readAgentKey(keyFile)).publicKey).toBe(publicKey);
  });

  test('sees what we would see, signs it, needs no database, and comes back after it was killed', async () => {
    const prober = agentProber(own());
    const server = await lab.server({ does: 'tls', identity: await lab.identity() });
    const targets = [
      targetAt(server),
      targetAt(await lab.closedPort()),
      targetAt({ address: '127.0.0.1', port: 1 }),
      targetAt(server, { port: null }),
    ];
    const [seen, closed, refused, nothing] = await Promise.all(targets.map((target) => lookAt(prober, target)));
    if (seen === undefined || closed === undefined) throw new Error('no looks');
    expect(seenOf(seen).http?.status).toBe(200);
    expect(seen.certificates).toHaveLength(1);
    expect(seen.vantage).toMatchObject({ name: 'far', network: 'AS64501', country: 'NL' });
    expect(seenOf(closed).tcp.outcome).toBe('refused');
    expect([refused?.result, nothing?.result]).toMatchObject([
      { failure: 'not-allowed' },
      { failure: 'nothing-to-look-at' },
    ]);
    expect(existsSync(join(folder, 'none', 'postgres'))).toBe(false);
    // What stands in a row, with the host, is what was signed.
    const host = { host: server.address, hostType: 'address' };
    const rowOf = (taken: LookTaken): SignedLookRow => {
      if (taken.signed === null) throw new Error('not signed');
      const { port, address, result, signed } = taken;
      const base = { vantage: 'far', at: isoInstant(taken.at), port, signed, ...(address === null ? {} : { address }) };
      return 'seen' in result ? { ...base, seen: jsonOf(result.seen) } : { ...base, finding: result.failure };
    };
    const row = rowOf(seen);
    expect(isSignedLookRow(row, host)).toBe(true);
    expect(isSignedLookRow(row, { ...host, host: '127.66.0.1' })).toBe(false);
    expect(isSignedLookRow({ ...row, address: '127.66.0.1' }, host)).toBe(false);
    expect(isSignedLookRow({ ...row, seen: jsonOf({ ...seenOf(seen), tls: null }) }, host)).toBe(false);
    const gone = await lookAt(prober, targetAt({ address: 'gone.example', port: 1 }, { hostType: 'domain' }));
    expect(isSignedLookRow(rowOf(gone), { host: 'gone.example', hostType: 'domain' })).toBe(true);
    expect(
      isSignedLookRow({ ...rowOf(gone), finding: 'no-address' }, { host: 'gone.example', hostType: 'domain' }),
    ).toBe(false);
  });

  test('guards its own door: a job that the coordinator should not have sent is not done', async () => {
    const trusting = createAgentProber({
      vantage: { name: 'far', kind: 'agent', network: null, country: null, publicKey },
      start: (listener) => startAgent(own(), process.env, listener), guard: (text) => ({ ok: true, value: { version: 4, text, number: 0 } }), limits: LIMITS,
      outgoing: PROBE_ON, clock: systemClock, random: systemRandom, patienceMs: 120_000,
    }); // prettier-ignore
    probers.push(trusting);
    const trap = await lab.server({ does: 'http' }, { address: '127.0.0.1' });
    expect((await trusting.look(targetAt(trap), true, new AbortController().signal)).result).toMatchObject({
      failure: 'not-allowed',
    });
    expect(trap.connections()).toBe(0);
  });

  test.each([
    ['honest', null],
    ['other-host', 'another server'],
    ['other-port', 'another server'],
    ['other-address', 'another address'],
    ['forbidden-address', 'where it may not'],
    ['other-name', 'calls itself'],
    ['changed', 'signature'],
    ['old', 'clock'],
    ['foreign-certificate', 'certificates'],
    ['unclean', 'stopped'],
    ['extra', 'stopped'],
    ['garbage', 'stopped'],
    ['oversized', 'more than'],
    ['dies', 'ended (3)'],
    ['hangs', 'in time'],
  ])('that is %s', async (how, says) => {
    const prober = agentProber(lying(how), {
      patienceMs: how === 'hangs' ? 1000 : 120_000,
    });
    const { result, signed, address } = await lookAt(prober, targetAt({ address: '127.66.4.4', port: 4 }));
    if (says === null) expect(result).toMatchObject({ seen: { tcp: { outcome: 'refused' } } });
    else {
      expect(result).toEqual({ failure: 'vantage-failed', message: expect.stringContaining(says) });
      expect([signed, address]).toEqual([null, null]);
    }
  });

  test('that replays an earlier answer answers nothing', async () => {
    const prober = agentProber(lying('replays'));
    const target = targetAt({ address: '127.66.4.4', port: 4 });
    expect('seen' in (await lookAt(prober, target)).result).toBe(true);
    expect((await lookAt(prober, target)).result).toMatchObject({ failure: 'vantage-failed' });
  });

  test('with another key than the one on record is not believed', async () => {
    const key = await makeAgentKey(join(folder, 'other.pem'));
    const { result } = await lookAt(
      agentProber(lying('honest'), { key }),
      targetAt({ address: '127.66.4.4', port: 4 }),
    );
    expect(result).toEqual({ failure: 'vantage-failed', message: expect.stringContaining('signature') });
  });

  test('that cannot be started is told, and not tried again at once', async () => {
    const prober = agentProber([join(folder, 'no-such-program')]);
    const target = targetAt({ address: '127.66.4.4', port: 4 });
    expect((await lookAt(prober, target)).result).toMatchObject({
      message: expect.stringContaining('cannot be started'),
    });
    expect((await lookAt(prober, target)).result).toMatchObject({ message: expect.stringContaining('does not run') });
  });

  test('is started anew once it has died', async () => {
    const prober = agentProber(lying('dies'));
    const target = targetAt({ address: '127.66.4.4', port: 4 });
    const first = await lookAt(prober, target);
    assertWellFormed(first);
    // A second is the first pause.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await lookAt(prober, target)).result).toMatchObject({ message: expect.stringContaining('ended (3)') });
  });

  test('gets no setting and no secret of ours', async () => {
    const script = join(folder, 'tell.mjs');
    writeFileSync(
      script,
      'process.stderr.write(Object.keys(process.env).sort().join()); process.stdin.once("data", () => process.exit(1))',
    );
    const prober = agentProber([process.execPath, script], {
      environment: { DISMANTLE_MAIL_SMTP_PASSWORD: 'x', DATABASE_URL: 'y', PGPASSWORD: 'z', LANG: 'C' },
    });
    const { result } = await lookAt(prober, targetAt({ address: '127.66.4.4', port: 4 }));
    const message = 'message' in result ? result.message : '';
    expect(message).toContain('LANG');
    expect(message).not.toMatch(/DISMANTLE|DATABASE|PGPASS/);
  });
});
