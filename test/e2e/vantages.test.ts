import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../src/app.ts';
import { createInstallation } from '../support/cli.ts';
import type { Installation } from '../support/cli.ts';
import { openLab } from '../support/lab-servers.ts';
import { lookAt, seenOf, targetAt } from '../support/probing.ts';

const lab = await openLab();
let here: Installation;
beforeAll(() => {
  here = createInstallation();
});
afterAll(async () => {
  await here.close();
  await lab.close();
});

const listed = z.object({
  vantages: z.array(z.object({ name: z.string(), kind: z.string() })),
  quorum: z.object({ largest: z.number(), of: z.array(z.string()), possible: z.boolean() }),
});

test('vantages are listed with the quorum that they allow', async () => {
  expect(await here.done(['vantages'])).toContain('Single vantage: no server can be confirmed dark.');
  const config = here.write(
    'three.yaml',
    `probe:
  here: {name: office, network: AS64500, country: DE}
  vantages:
    far: {kind: socks5, host: 127.0.0.1, port: 1080, network: AS64501, country: NL}
    near: {kind: http-connect, host: 127.0.0.1, port: 3128, network: AS64502, country: DE}
`,
  );
  const { vantages, quorum } = await here.json(listed, ['vantages', '--config', config]);
  expect(vantages.map(({ name }) => name)).toEqual(['office', 'far', 'near']);
  expect(quorum).toMatchObject({ largest: 2, possible: true });
  expect(await here.done(['vantages', '--config', config])).toContain('A quorum of up to 2 is possible');
});

test('a vantage has a key, wants its switch on, and says what is missing', async () => {
  const file = here.write('x', '').replace(/x$/, 'vantage.pem');
  const { publicKey } = await here.json(z.object({ publicKey: z.string() }), ['vantage', '--make-key', file]);
  expect(publicKey).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  expect(readFileSync(file, 'utf8')).toContain('PRIVATE KEY');
  const off = await here.run(['vantage', '--key', file, '--name', 'far'], { stdin: '' });
  expect([off.code, off.stderr]).toEqual([1, expect.stringContaining('traffic.probe')]);
  const none = await here.run(['vantage', '--name', 'far']);
  expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('--make-key')]);
  const on = await here.run(['vantage', '--key', file, '--name', 'far'], {
    stdin: 'what?\n',
    env: { DISMANTLE_TRAFFIC_PROBE: 'true' },
  });
  expect([on.code, on.stdout, on.stderr]).toEqual([0, '', expect.stringContaining('no job')]);
});

test('the vantages of the settings look, each from where it stands', async () => {
  const server = await lab.server({ does: 'http' });
  const [socks, http] = [
    await lab.socksProxy(),
    await lab.httpConnectProxy({ login: { user: 'desk', password: 'sesame' } }),
  ];
  const key = here.write('x', '').replace(/x$/, 'agent.pem');
  const { publicKey } = await here.json(z.object({ publicKey: z.string() }), ['vantage', '--make-key', key]);
  const agentConfig = here.write('agent.yaml', 'traffic: {probe: true}\nprobe: {here: {sourceAddress: 127.66.0.77}}\n');
  const passwordFile = here.write('password', 'sesame\n');
  const vantages = {
    a: { kind: 'socks5', host: socks.address, port: socks.port },
    b: { kind: 'http-connect', host: http.address, port: http.port, user: 'desk', passwordFile },
    c: {
      kind: 'agent',
      command: [
        process.execPath,
        'bin/dismantle.js',
        'vantage',
        '--config',
        agentConfig,
        '--data-dir',
        here.dataDirectory,
        '--key',
        key,
        '--name',
        'c',
      ],
      publicKey,
    },
  };
  const config = here.write(
    'all.yaml',
    `traffic: {probe: true}\nprobe: ${JSON.stringify({ here: { sourceAddress: '127.66.0.66' }, vantages })}\n`,
  );
  const app = await createApp({
    dataDirectory: here.dataDirectory, configFile: config, environment: process.env, offline: false, progress: { step: () => undefined },
    signal: new AbortController().signal, overrides: {},
  }); // prettier-ignore
  try {
    const probers = await app.openProbers();
    for (const prober of probers)
      expect(seenOf(await lookAt(prober, targetAt(server, { scheme: 'http' }))).http?.status).toBe(200);
    expect(probers.map(({ vantage }) => vantage.name)).toEqual(['here', 'a', 'b', 'c']);
    expect(server.sources).toEqual(['127.66.0.66', socks.sourceAddress, http.sourceAddress, '127.66.0.77']);
  } finally {
    await app.close();
  }
});
