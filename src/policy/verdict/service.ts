import { hash } from 'node:crypto';
import type { CertificateSeen, Observation } from '../../domain/observation.ts';

/** What an endpoint serves, as far as a handshake and one request tell. `none`: it takes the connection, and that is all. */
export type Service =
  | { readonly kind: 'tls'; readonly leaf: CertificateSeen; readonly status: number | null }
  | {
      readonly kind: 'http';
      readonly product: string | null;
      readonly status: number | null;
      readonly title: string | null;
      readonly bodySha256: string | null;
    }
  | { readonly kind: 'none' };

export function serviceOf({ tls, http }: Observation): Service {
  const status = http?.outcome === 'answered' ? http.status : null;
  const leaf = tls?.outcome === 'handshake' ? tls.chain[0] : undefined;
  if (leaf !== undefined) return { kind: 'tls', leaf, status };
  if (http?.outcome === 'answered') {
    const { title, bodySha256 } = http;
    return { kind: 'http', product: productOf(http.headers), status, title, bodySha256 };
  }
  return { kind: 'none' };
}

/**
 * What a person names a service by: the SHA-256 of its certificate, or of what its page says of itself. Nothing in it differs from one
 * look to the next as long as the same answers. Null where nothing answers but the port.
 */
export function serviceName(seen: Observation): string | null {
  const service = serviceOf(seen);
  if (service.kind === 'tls') return service.leaf.sha256;
  if (service.kind === 'none') return null;
  const { product, status, title, bodySha256 } = service;
  return hash('sha256', JSON.stringify(['http', product, status, title, bodySha256]));
}

/** "nginx" of "nginx/1.18.0 (Ubuntu)": an update is no other service. */
function productOf(headers: readonly (readonly [name: string, value: string])[]): string | null {
  const value = headers.find(([name]) => name === 'server')?.[1].trim() ?? '';
  const [product = ''] = value.toLowerCase().split(/[/\s(]/, 1);
  return product === '' ? null : product;
}

/**
 * Whether two certificates are of one operator: the same bytes, the same key (a renewal), or the same names under the same
 * issuer (a renewal with a new key, as automatic authorities do it every 60 days). A self-signed certificate names its own
 * issuer, so that anybody can write the same names: there the key has to be the same.
 */
export function isSameCertificate(before: CertificateSeen, now: CertificateSeen): boolean {
  if (before.sha256 === now.sha256) return true;
  if (before.publicKeySha256 !== null && before.publicKeySha256 === now.publicKeySha256) return true;
  const isIssued = now.issuer !== now.subject && before.issuer !== before.subject;
  return (
    isIssued &&
    before.names.length > 0 &&
    before.subject === now.subject &&
    before.issuer === now.issuer &&
    [...before.names].sort().join('\n') === [...now.names].sort().join('\n')
  );
}
