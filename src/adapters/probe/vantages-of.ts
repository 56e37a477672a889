import type { Vantage } from '../../domain/vantage.ts';
import { problem } from '../../domain/problem.ts';
import type { ProbeSettings } from '../../ports/settings.ts';

/** The vantages of the settings, this machine first, the others by name. */
export function vantagesOf({ here, vantages }: ProbeSettings): readonly Vantage[] {
  const { enabled, name, network, country } = here;
  if (enabled && Object.hasOwn(vantages, name)) {
    throw problem(
      'settings',
      `two vantages are called "${name}"`,
      'Give one of them another name: probe.here.name or probe.vantages',
    );
  }
  return [
    ...(enabled ? [{ name, kind: 'direct', network, country, publicKey: null } as const] : []),
    ...Object.entries(vantages)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([name, place]): Vantage => ({
        name,
        // How its jobs get to it makes no other vantage of it.
        kind: place.kind === 'https' ? 'agent' : place.kind,
        network: place.network,
        country: place.country,
        publicKey: 'publicKey' in place ? place.publicKey : null,
      })),
  ];
}
