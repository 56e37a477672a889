import { registrableDomain } from '../../domain/registrable-domain.ts';
import type { NoticeItem } from '../../domain/notice.ts';

/** One domain as a registrar knows it, with the names below it that were reported. */
export interface ToldDomain {
  readonly domain: string;
  /** Without the domain itself. */
  readonly names: readonly string[];
}

/** The items by the domains that somebody registered, in the order of the items. A name without one stands by itself. */
export function toldDomains(items: readonly NoticeItem[]): readonly ToldDomain[] {
  const hosts = items.filter(({ hostType }) => hostType !== 'address').map(({ host }) => host);
  const byDomain = Map.groupBy(hosts, (host) => registrableDomain(host) ?? host);
  return [...byDomain].map(([domain, names]) => ({ domain, names: names.filter((name) => name !== domain) }));
}
