import type { GuardedHttpOptions } from '../adapters/guarded-http/guarded-http.ts';
import { systemClock } from '../adapters/system/system-clock.ts';
import { systemTicks } from '../adapters/system/system-ticks.ts';
import { problem } from '../domain/problem.ts';
import type { Fetcher } from '../ports/fetcher.ts';
import type { IdentityProvider } from '../ports/identity-provider.ts';
import type { Outgoing, TrafficKind } from '../ports/outgoing.ts';
import type { Settings } from '../ports/settings.ts';

const MIB = 1024 * 1024;

/** HTTP with places that people name, within what `fetch.*` allows. */
export function openFetcher(traffic: TrafficKind, outgoing: Outgoing, fetch: Settings['fetch']): Promise<Fetcher> {
  const { totalSeconds, idleSeconds, megabytes, unpackedMegabytes } = fetch;
  return openGuarded(traffic, outgoing, fetch, {
    times: { totalMs: totalSeconds * 1000, idleMs: idleSeconds * 1000 },
    sizes: { bytes: megabytes * MIB, unpackedBytes: unpackedMegabytes * MIB },
  });
}

/** Who signs people in beside passkeys; null where the settings name nobody. */
export async function openIdentityProvider(
  { oidc, fetch }: Pick<Settings, 'oidc' | 'fetch'>,
  outgoing: Outgoing,
  signal: AbortSignal,
): Promise<IdentityProvider | null> {
  const { issuer, clientId, clientSecretFile, name, claims } = oidc;
  if (issuer === null) return null;
  if (clientId === null) {
    throw problem('settings', 'oidc.issuer is set and oidc.clientId is not', 'Name what we are registered as there');
  }
  const { createOpenIdProvider } = await import('../adapters/oidc/openid-provider.ts');
  const { readClientSecret } = await import('../adapters/oidc/read-client-secret.ts');
  return createOpenIdProvider({
    issuer,
    clientId,
    clientSecret: clientSecretFile === null ? null : await readClientSecret(clientSecretFile),
    name: name ?? new URL(issuer).host,
    claims,
    // Somebody waits before a browser.
    fetcher: await openGuarded('fetch', outgoing, fetch, {
      times: { totalMs: 10_000, idleMs: 5_000 },
      sizes: { bytes: MIB, unpackedBytes: MIB },
    }),
    ticks: systemTicks,
    signal,
  });
}

async function openGuarded(
  traffic: TrafficKind,
  outgoing: Outgoing,
  { allow, credentials, caFile }: Settings['fetch'],
  limits: Pick<GuardedHttpOptions, 'times' | 'sizes'>,
): Promise<Fetcher> {
  // Loaded where it is needed: most commands fetch nothing.
  const { createGuardedHttp } = await import('../adapters/guarded-http/guarded-http.ts');
  const { readAuthorities } = await import('../adapters/mail/read-keys.ts');
  return createGuardedHttp({
    outgoing,
    traffic,
    clock: systemClock,
    allow,
    credentials,
    extraCa: caFile === null ? null : await readAuthorities('fetch.caFile', caFile),
    ...limits,
  });
}
