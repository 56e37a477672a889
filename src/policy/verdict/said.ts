import type { Observation } from '../../domain/observation.ts';

/** One sentence for people: what was done and what answered. Everything in it stands in the observation, too. */
export function saidOf({ tcp, tls, http, resolved }: Observation, port: number | null, why: string | null): string {
  const parts = [`TCP ${port ?? ''}`.trim() + ` ${TCP[tcp.outcome]}`];
  if (resolved !== null) parts.unshift(`resolved to ${resolved.addresses.length} addresses`);
  if (tls !== null) {
    const leaf = tls.outcome === 'handshake' ? tls.chain[0] : undefined;
    parts.push(leaf === undefined ? `TLS ${TLS[tls.outcome]}` : `${tls.protocol ?? 'TLS'}, certificate ${leaf.sha256}`);
  }
  if (http !== null) {
    parts.push(http.outcome === 'answered' ? `HTTP ${http.status ?? '?'}` : `HTTP ${HTTP[http.outcome]}`);
  }
  if (why !== null) parts.push(why);
  return parts.join('; ');
}

const TCP: Readonly<Record<Observation['tcp']['outcome'], string>> = {
  connected: 'connected',
  refused: 'refused',
  'timed-out': 'silent until the time-out',
  reset: 'reset',
  'host-unreachable': 'host unreachable',
  failed: 'failed on our side',
};

const TLS: Readonly<Record<NonNullable<Observation['tls']>['outcome'], string>> = {
  handshake: 'handshake without a certificate',
  refused: 'refused',
  'not-tls': 'not spoken',
  closed: 'closed',
  reset: 'reset',
  'timed-out': 'silent',
};

const HTTP: Readonly<Record<NonNullable<Observation['http']>['outcome'], string>> = {
  answered: 'answered',
  'not-http': 'not spoken',
  closed: 'closed',
  reset: 'reset',
  'timed-out': 'silent',
};
