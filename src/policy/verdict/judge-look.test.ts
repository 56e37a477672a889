import { describe, expect, test } from 'vitest';
import type { CertificateSeen, HttpSeen, Observation, TcpSeen, TlsSeen } from '../../domain/observation.ts';
import type { LookTaken } from '../../domain/verdict.ts';
import { judgeLook } from './judge-look.ts';
import type { KnownOfEndpoint } from './judge-look.ts';

const AT = Date.parse('2026-11-25T07:30:00Z');
const HERE = { name: 'here', kind: 'direct', network: null, country: null, publicKey: null } as const;
const NOTHING_KNOWN: KnownOfEndpoint = { fingerprints: [], baseline: null, path: null };

const tcp = (outcome: TcpSeen['outcome']): TcpSeen => ({ outcome, ms: 1, error: null });
const certificate = (name: string, more: Partial<CertificateSeen> = {}): CertificateSeen => ({
  sha256: `sha-${name}`, publicKeySha256: `key-${name}`, subject: `CN=${name}`, issuer: `CN=${name}`, names: [name],
  serial: '01', notBefore: null, notAfter: null, ...more,
}); // prettier-ignore
const handshake = (leaf: CertificateSeen): TlsSeen => ({
  outcome: 'handshake', protocol: 'TLSv1.2', cipher: 'AES', alpn: null, chain: [leaf], ms: 2, error: null,
}); // prettier-ignore
const noTls = (outcome: TlsSeen['outcome']): TlsSeen => ({
  outcome, protocol: null, cipher: null, alpn: null, chain: [], ms: 2, error: null,
}); // prettier-ignore
const page = (more: Partial<HttpSeen> = {}): HttpSeen => ({
  outcome: 'answered', over: 'tcp', path: '/', status: 200, headers: [['server', 'nginx/1.18.0']], location: null,
  bodySha256: 'body', bodyBytes: 9, bodyTruncated: false, title: null, ms: 3, error: null, ...more,
}); // prettier-ignore
const seen = (more: Partial<Observation> = {}): Observation => ({
  tcp: tcp('connected'), tls: null, http: null, resolved: null, ...more,
}); // prettier-ignore

function look(result: LookTaken['result']): LookTaken {
  return { port: 443, at: AT, vantage: HERE, address: '127.66.0.1', result, certificates: [], signed: null };
}

function judged(observation: Observation, known: Partial<KnownOfEndpoint> = {}): string {
  const { outcome, finding } = judgeLook(look({ seen: observation }), { ...NOTHING_KNOWN, ...known });
  return `${outcome} ${finding}`;
}

const own = handshake(certificate('botnet'));
const BASELINE = seen({ tls: own });

describe('what the connection alone tells', () => {
  test.each([
    ['refused', 'dark closed'], ['reset', 'dark closed'], ['timed-out', 'dark silent'],
    ['host-unreachable', 'dark unreachable'], ['failed', 'inconclusive vantage-failed'],
  ] as const)('%s is %s', (outcome, expected) => {
    expect(judged(seen({ tcp: tcp(outcome) }))).toBe(expected);
    expect(judged(seen({ tcp: tcp(outcome) }), { baseline: BASELINE })).toBe(expected);
  }); // prettier-ignore

  test.each([
    ['no-address', 'dark'], ['not-resolved', 'inconclusive'], ['vantage-failed', 'inconclusive'],
    ['vantage-deaf', 'inconclusive'], ['not-allowed', 'inconclusive'], ['nothing-to-look-at', 'inconclusive'],
  ] as const)('a look that saw nothing for %s is %s', (failure, outcome) => {
    const found = judgeLook(look({ failure, message: 'said why' }), NOTHING_KNOWN);
    expect(found).toEqual({ outcome, finding: failure, how: 'said why', fingerprintId: null });
  }); // prettier-ignore
});

describe('a service of which nothing is known yet', () => {
  test('that takes connections is alive, whatever it says', () => {
    expect(judged(seen())).toBe('live accepts-only');
    expect(judged(seen({ tls: noTls('closed'), http: page({ outcome: 'reset', status: null }) }))).toBe('live accepts-only');
    expect(judged(seen({ tls: own }))).toBe('live answers');
    expect(judged(seen({ http: page({ status: 500 }) }))).toBe('live answers');
  }); // prettier-ignore
});

describe('a service that is held against what it was', () => {
  const renewed = certificate('botnet', { sha256: 'sha-new', serial: '02' });
  const issued = certificate('c2.example', { issuer: 'CN=Authority' });

  test('is the same by its certificate, its key, or names that one authority has certified', () => {
    expect(judged(seen({ tls: own }), { baseline: BASELINE })).toBe('live same-service');
    expect(judged(seen({ tls: handshake(renewed) }), { baseline: BASELINE })).toBe('live same-service');
    const again = handshake({ ...issued, sha256: 'sha-2', publicKeySha256: 'key-2' });
    expect(judged(seen({ tls: again }), { baseline: seen({ tls: handshake(issued) }) })).toBe('live same-service');
  });

  test('is another where the same names stand in a certificate that signs itself with another key', () => {
    const copied = handshake(certificate('botnet', { sha256: 'sha-2', publicKeySha256: 'key-2' }));
    expect(judged(seen({ tls: copied }), { baseline: BASELINE })).toBe('answers-other other-certificate');
    expect(judged(seen({ tls: handshake(certificate('shop')) }), { baseline: BASELINE })).toBe('answers-other other-certificate');
  }); // prettier-ignore

  test('is another by its kind and by its web server, not by a version', () => {
    expect(judged(seen({ http: page() }), { baseline: BASELINE })).toBe('answers-other other-service');
    const web = seen({ http: page() });
    expect(judged(seen({ http: page({ headers: [['server', 'nginx/1.27']] }) }), { baseline: web })).toBe('live same-service');
    expect(judged(seen({ http: page({ headers: [['server', 'Apache/2.4']] }) }), { baseline: web })).toBe('answers-other other-service');
    expect(judged(seen({ http: page({ headers: [] }) }), { baseline: web })).toBe('live same-service');
  }); // prettier-ignore

  test('is another where one product serves another page, and the same where the page calls itself the same', () => {
    const panel = seen({ http: page({ title: 'Panel' }) });
    const shop = page({ title: 'Flower shop', bodySha256: 'other' });
    expect(judged(seen({ http: shop }), { baseline: panel })).toBe('answers-other other-service');
    expect(judged(seen({ http: { ...shop, headers: [] } }), { baseline: panel })).toBe('answers-other other-service');
    expect(judged(seen({ http: page({ title: 'Panel', bodySha256: 'other' }) }), { baseline: panel })).toBe('live same-service');
  }); // prettier-ignore

  test('bears a mark that says less than its own key', () => {
    const marked = page({ over: 'tls', headers: [['x-sinkhole', '1']] });
    expect(judged(seen({ tls: own, http: marked }), { baseline: BASELINE })).toBe('live same-service');
    expect(judged(seen({ tls: handshake(certificate('other')), http: marked }), { baseline: BASELINE })).toBe('answers-other sinkholed');
    expect(judged(seen({ http: marked }))).toBe('answers-other sinkholed');
  }); // prettier-ignore

  test('says nothing of the other addresses of a name', () => {
    const resolved = { name: 'c2.example', addresses: ['127.66.0.1', '127.66.0.9'] };
    const seized = page({ title: 'This domain has been seized' });
    expect(judged(seen({ http: seized, resolved }))).toBe('inconclusive changed-behaviour');
    expect(judged(seen({ http: seized, resolved: { ...resolved, addresses: ['127.66.0.1'] } }))).toBe('answers-other sinkholed');
    expect(judged(seen({ tls: own, resolved }))).toBe('live answers');
  }); // prettier-ignore

  test('tells nothing where it takes the connection and closes, hangs or resets', () => {
    for (const outcome of ['closed', 'timed-out', 'reset', 'refused', 'not-tls'] as const) {
      expect(judged(seen({ tls: noTls(outcome) }), { baseline: BASELINE })).toBe('inconclusive changed-behaviour');
    }
  });

  test('is cleaned where the page of a URL that was there is gone, and the rest is not', () => {
    const before = seen({ http: page({ path: '/gate.php' }) });
    const gone = seen({ http: page({ path: '/gate.php', status: 404 }) });
    expect(judged(gone, { baseline: before, path: '/gate.php' })).toBe('answers-other cleaned');
    expect(judged(seen({ http: page({ status: 410 }) }), { baseline: before, path: '/gate.php' })).toBe('answers-other cleaned');
    expect(judged(gone, { baseline: before })).toBe('live same-service');
    const never = seen({ http: page({ status: 404 }) });
    expect(judged(gone, { baseline: never, path: '/gate.php' })).toBe('live same-service');
  }); // prettier-ignore

  test('has moved where its name leads elsewhere', () => {
    const resolved = (address: string): Observation['resolved'] => ({ name: 'c2.example', addresses: [address] });
    const before = seen({ tls: own, resolved: resolved('198.51.100.1') });
    const after = seen({ tls: handshake(certificate('new')), resolved: resolved('203.0.113.1') });
    expect(judged(after, { baseline: before })).toBe('live moved');
    expect(judged({ ...after, resolved: resolved('198.51.100.1') }, { baseline: before })).toBe('answers-other other-certificate');
  }); // prettier-ignore
});

describe('marks and fingerprints', () => {
  test.each([
    ['a header of a sinkhole', page({ headers: [['x-sinkhole', 'malware']] }), 'answers-other sinkholed'],
    ['a page of a seizure', page({ title: 'This website has been seized' }), 'answers-other sinkholed'],
    ['a page for sale', page({ title: 'c2.example - this domain is for sale' }), 'answers-other parked'],
    ['a suspended account', page({ title: 'Account Suspended' }), 'answers-other parked'],
    ['a redirect to its page', page({ status: 302, location: '/cgi-sys/suspendedpage.cgi' }), 'answers-other parked'],
    ['a page about sinks', page({ title: 'Kitchen sinks and holes' }), 'live answers'],
  ])('%s', (_what, http, expected) => {
    expect(judged(seen({ http }))).toBe(expected);
  });

  test.each([
    ['certificate', 'sha-botnet'], ['public-key', 'key-botnet'], ['http-body', 'body'], ['http-header', 'x-panel: 7'],
  ] as const)('a %s on file goes before every mark and difference', (kind, value) => {
    const http = page({ title: 'Account Suspended', headers: [['x-panel', '7']] });
    const fingerprints = [{ fingerprintId: 'f', kind, value }];
    const found = judgeLook(look({ seen: seen({ tls: own, http }) }), { fingerprints, baseline: seen(), path: null });
    expect(found).toMatchObject({ outcome: 'c2-live', finding: 'matches-fingerprint', fingerprintId: 'f' });
  }); // prettier-ignore

  test('no fingerprint matches what was cut off, empty, or not shown in a handshake', () => {
    const fingerprints = [{ fingerprintId: 'f', kind: 'http-body' as const, value: 'body' }];
    expect(judged(seen({ http: page({ bodyTruncated: true }) }), { fingerprints })).toBe('live answers');
    expect(judged(seen({ http: page({ bodyBytes: 0 }) }), { fingerprints })).toBe('live answers');
    const stale = { ...noTls('closed'), chain: [certificate('botnet')] };
    const certificates = [{ fingerprintId: 'f', kind: 'certificate' as const, value: 'sha-botnet' }];
    expect(judged(seen({ tls: stale }), { fingerprints: certificates })).toBe('live accepts-only');
  });
});
