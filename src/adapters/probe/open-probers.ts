import { readFile } from 'node:fs/promises';
import { problem } from '../../domain/problem.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Outgoing } from '../../ports/outgoing.ts';
import type { Prober } from '../../ports/prober.ts';
import type { Random } from '../../ports/random.ts';
import type { ProbeSettings, VantageSettings } from '../../ports/settings.ts';
import { createAgentProber } from './agent-prober.ts';
import { startAgent } from './agent-process.ts';
import { openHttpsAgent } from './https-agent.ts';
import type { HttpsWay } from './https-agent.ts';
import { readToken } from './agent-token.ts';
import { createDirectRoute } from './direct-route.ts';
import { httpConnectDialogue } from './http-connect.ts';
import { codeOf } from './open-tcp.ts';
import { createProber } from './prober.ts';
import type { ProbeLimits } from './prober.ts';
import { createProxyRoute } from './proxy-route.ts';
import type { ProxyPlace } from './proxy-route.ts';
import { createNameResolver } from './resolve-name.ts';
import type { ScopeGuard } from './route.ts';
import { socks5Dialogue } from './socks5.ts';
import { vantagesOf } from './vantages-of.ts';

export interface ProbeWorld {
  readonly settings: ProbeSettings;
  readonly guard: ScopeGuard;
  readonly outgoing: Outgoing;
  readonly clock: Clock;
  readonly random: Random;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function limitsOf(settings: ProbeSettings): ProbeLimits {
  return {
    connectTimeoutMs: settings.connectTimeoutSeconds * 1000,
    exchangeTimeoutMs: settings.exchangeTimeoutSeconds * 1000,
  };
}

/** A prober of this machine itself; what an agent looks with, too. */
export function openDirectProber(
  world: Omit<ProbeWorld, 'random' | 'environment'>,
  name: string,
  limits: ProbeLimits,
): Prober {
  const { settings, guard, outgoing, clock } = world;
  const { network, country, sourceAddress } = settings.here;
  return createProber({
    vantage: { name, kind: 'direct', network, country, publicKey: null },
    route: createDirectRoute(guard, sourceAddress),
    guard,
    names: createNameResolver(guard, settings.resolver),
    limits,
    outgoing,
    clock,
  });
}

/** One prober for each vantage of the settings, this machine first. Opens no connection yet. */
export async function openProbers(world: ProbeWorld): Promise<readonly Prober[]> {
  const { settings, guard, outgoing, clock } = world;
  const limits = limitsOf(settings);
  const probers: Prober[] = [];
  for (const vantage of vantagesOf(settings)) {
    const place = vantage.kind === 'direct' ? null : (settings.vantages[vantage.name] ?? null);
    if (place === null) probers.push(openDirectProber(world, vantage.name, limits));
    else if (place.kind === 'agent') {
      probers.push(
        createAgentProber({
          ...world,
          vantage: { ...vantage, publicKey: place.publicKey },
          start: (listener) => startAgent(place.command, world.environment, listener),
          limits,
          patienceMs: agentPatienceMs(limits),
        }),
      );
    } else if (place.kind === 'https') {
      const way = await httpsWayOf(vantage.name, place);
      probers.push(
        createAgentProber({
          ...world,
          vantage: { ...vantage, publicKey: place.publicKey },
          start: (listener) => openHttpsAgent(way, () => clock.now(), listener),
          limits,
          patienceMs: agentPatienceMs(limits),
        }),
      );
    } else {
      const proxy = await proxyOf(vantage.name, place);
      const dialogue = place.kind === 'socks5' ? socks5Dialogue(proxy.login) : httpConnectDialogue(proxy.login);
      const names = createNameResolver(guard, settings.resolver);
      const route = createProxyRoute(guard, proxy, dialogue);
      probers.push(createProber({ vantage, route, guard, names, limits, outgoing, clock }));
    }
  }
  return probers;
}

/** The longest look there can be: names, eight addresses, a handshake, another connection, a request; and the way there and back. */
function agentPatienceMs({ connectTimeoutMs, exchangeTimeoutMs }: ProbeLimits): number {
  return 10_000 + 9 * connectTimeoutMs + 2 * exchangeTimeoutMs + 15_000;
}

async function proxyOf(
  name: string,
  place: Exclude<VantageSettings, { kind: 'agent' | 'https' }>,
): Promise<ProxyPlace> {
  const { host, port, user, passwordFile } = place;
  if (user === null) return { host, port, login: null };
  return { host, port, login: { user, password: passwordFile === null ? '' : await passwordIn(name, passwordFile) } };
}

async function httpsWayOf(name: string, place: Extract<VantageSettings, { kind: 'https' }>): Promise<HttpsWay> {
  const { url, caFile, tokenFile, certificateFile, keyFile } = place;
  const textIn = async (key: string, file: string | null): Promise<string | null> => {
    if (file === null) return null;
    try {
      return await readFile(file, 'utf8');
    } catch (cause) {
      const where = `probe.vantages.${name}.${key}: ${file}`;
      throw problem('settings', `${where}: ${codeOf(cause)}`, 'Check the path and that you may read it', cause);
    }
  };
  return {
    vantage: name,
    url: new URL(url),
    ca: await textIn('caFile', caFile),
    token: tokenFile === null ? null : await readToken(`probe.vantages.${name}.tokenFile`, tokenFile),
    certificate: await textIn('certificateFile', certificateFile),
    key: await textIn('keyFile', keyFile),
  };
}

async function passwordIn(name: string, file: string): Promise<string> {
  const where = `probe.vantages.${name}.passwordFile: ${file}`;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw problem('settings', `${where}: ${codeOf(cause)}`, 'Name a file that holds the password, on one line', cause);
  }
  const password = text.replace(/\r?\n$/, '');
  if (password === '' || Buffer.byteLength(password) > 255 || /[\u0000-\u001f\u007f]/.test(password))
    throw problem('settings', `${where}: not one line of at most 255 bytes`, 'Write the password alone into it');
  return password;
}
