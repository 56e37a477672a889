import { parse } from 'tldts';
import { parseHostName } from './host-name.ts';

/**
 * The domain that somebody registered with a registrar for a host name: "lab.example" of "gate.panel.lab.example". Null
 * where no registrar can act on it without hitting strangers: below a suffix under which a company lets others have names
 * (the private part of the Public Suffix List), and for what is no domain at all.
 */
export function registrableDomain(host: string): string | null {
  const name = parseHostName(host);
  if (!name.ok || name.value.hostType !== 'domain') return null;
  const { domain, isPrivate } = parse(name.value.text, { validateHostname: false, allowPrivateDomains: true });
  return isPrivate === true ? null : domain;
}
