import { hash } from 'node:crypto';

/**
 * A UUID version 8 (RFC 9562 section 5.8) that follows from what it names: the first 122 free bits of the SHA-256 over
 * the parts. So two imports at once agree on a server's id without asking each other, and a replay gives the same ids.
 */
export function derivedId(
  kind:
    | 'server'
    | 'case'
    | 'notice'
    | 'report'
    | 'configuration'
    | 'dispatch'
    | 'authority'
    | 'correction'
    | 'fingerprint'
    | 'candidate'
    | 'briefing'
    | 'door-find',
  ...parts: readonly (string | number)[]
): string {
  const hex = hash('sha256', JSON.stringify(['dismantle', kind, ...parts]));
  // X-ARF asks for version 4 in its reports, and some desks check it; everywhere else the honest version 8 stands.
  const version = kind === 'report' ? '4' : '8';
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
