import type { RegistryName } from '../registration.ts';
import { field, line, list } from './answer-values.ts';

const HOSTS: readonly (readonly [domain: string, registry: RegistryName])[] = [
  ['afrinic.net', 'afrinic'],
  ['apnic.net', 'apnic'],
  ['arin.net', 'arin'],
  ['lacnic.net', 'lacnic'],
  ['ripe.net', 'ripe'],
];

/** Whose answer it is, by its own word: its whois server, else the address of the answer itself. */
export function registryOfAnswer(answer: unknown): RegistryName {
  const self = list(field(answer, 'links'), 20).find((link) => field(link, 'rel') === 'self');
  const hosts = [line(field(answer, 'port43'), 253), hostOf(field(self, 'href'))];
  for (const host of hosts) {
    if (host === null) continue;
    const name = host.toLowerCase();
    return HOSTS.find(([domain]) => name === domain || name.endsWith(`.${domain}`))?.[1] ?? 'other';
  }
  return 'other';
}

function hostOf(href: unknown): string | null {
  if (typeof href !== 'string' || href.length > 2000 || !URL.canParse(href)) return null;
  return new URL(href).hostname;
}
