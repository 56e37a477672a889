import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readSettings } from './read-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'dismantle-probe-keys-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const read = (text: string, environment: Readonly<Record<string, string>> = {}): ReturnType<typeof readSettings> => {
  const file = join(folder, 'dismantle.yaml');
  writeFileSync(file, text);
  return readSettings(file, folder, environment);
};

describe('the settings of probes', () => {
  test('by default: this machine alone, of which nobody has said where it stands', async () => {
    const { settings } = await read('');
    expect(settings.probe).toEqual({
      here: { enabled: true, name: 'here', network: null, country: null, sourceAddress: null },
      vantages: {},
      connectTimeoutSeconds: 10,
      exchangeTimeoutSeconds: 10,
      resolver: null,
      rate: { perSecond: 100, perProviderPerSecond: 5 },
      concurrency: 64,
    });
  });

  test('as docs/probing.md shows them', async () => {
    const page = readFileSync(new URL('../../../docs/probing.md', import.meta.url), 'utf8');
    const example = /\n( {4}probe:\n(?: {4}.*\n)+)/.exec(page)?.[1] ?? '';
    const { settings } = await read(example.replaceAll(/^ {4}/gm, ''));
    expect(settings.probe.here).toMatchObject({ name: 'office', network: 'AS64500', country: 'DE' });
    expect(settings.probe.vantages).toMatchObject({
      amsterdam: {
        kind: 'socks5',
        host: '127.0.0.1',
        port: 1080,
        user: null,
        passwordFile: null,
        network: 'AS64501',
        country: 'NL',
      },
      paris: { kind: 'http-connect', user: 'desk', passwordFile: '/etc/dismantle/paris' },
      oslo: { kind: 'agent', command: expect.arrayContaining(['ssh']), network: 'AS64503', country: 'NO' },
    });
  });

  test('from the environment, and shown as they are written', async () => {
    const far = { kind: 'socks5', host: '127.0.0.1', port: 1080 };
    const { settings, origins } = await read('', {
      DISMANTLE_PROBE_VANTAGES: JSON.stringify({ far }),
      DISMANTLE_PROBE_RESOLVER: '[2001:db8::53]:5353',
      DISMANTLE_PROBE_HERE_SOURCE_ADDRESS: '192.0.2.1',
    });
    expect(settings.probe).toMatchObject({
      vantages: { far: { ...far, network: null } },
      resolver: { host: '2001:db8::53', port: 5353 },
      here: { sourceAddress: '192.0.2.1' },
    });
    expect(origins.find(({ key }) => key === 'probe.resolver')?.value).toBe('[2001:db8::53]:5353');
    expect((await read('probe: {resolver: 192.0.2.53}\n')).settings.probe.resolver).toEqual({
      host: '192.0.2.53',
      port: 53,
    });
  });

  test.each([
    ['here: {network: 64500}', 'probe.here.network'],
    ['here: {network: AS0}', 'probe.here.network'],
    ['here: {country: Germany}', 'probe.here.country'],
    ['here: {name: "a b"}', 'probe.here.name'],
    ['here: {sourceAddress: eth0}', 'probe.here.sourceAddress'],
    ['resolver: ns.example', 'probe.resolver'],
    ['resolver: "192.0.2.53:0"', 'probe.resolver'],
    ['connectTimeoutSeconds: 0', 'probe.connectTimeoutSeconds'],
    ['exchangeTimeoutSeconds: 61', 'probe.exchangeTimeoutSeconds'],
    ['rate: {perSecond: 0}', 'probe.rate.perSecond'],
    ['concurrency: 1001', 'probe.concurrency'],
    ['vantages: {far: {kind: vpn}}', 'probe.vantages'],
    ['vantages: {far: {kind: socks5, host: proxy.example}}', 'probe.vantages'],
    ['vantages: {far: {kind: socks5, host: "proxy.example:1", port: 1x}}', 'probe.vantages'],
    ['vantages: {far: {kind: socks5, host: p.example, port: 1, password: x}}', 'probe.vantages'],
    ['vantages: {far: {kind: socks5, host: p.example, port: 1, user: x}}', 'probe.vantages'],
    ['vantages: {far: {kind: socks5, host: p.example, port: 1, user: x, passwordFile: here}}', 'probe.vantages'],
    ['vantages: {far: {kind: agent, command: dismantle, publicKey: AAAA}}', 'probe.vantages'],
    ['vantages: {far: {kind: agent, command: [], publicKey: AAAA}}', 'probe.vantages'],
    ['vantages: {"a b": {kind: socks5, host: p.example, port: 1}}', 'probe.vantages'],
  ])('are refused with their line: %s', async (text, key) => {
    await expect(read(`probe:\n  ${text}\n`)).rejects.toMatchObject({
      problem: { code: 'settings', message: expect.stringContaining(`line 2: ${key}`) },
    });
  });
});
