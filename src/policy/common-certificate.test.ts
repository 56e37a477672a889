import { expect, test } from 'vitest';
import { commonCertificateReason } from './common-certificate.ts';

test.each([
  [['sni.cloudflaressl.com'], 'cloudflaressl.com'],
  [['CN=*.CloudFront.net,O=Amazon'], 'cloudfront.net'],
  [['gate.example', 'CN=TRAEFIK DEFAULT CERT'], 'traefik default'],
  [['CN=Kubernetes Ingress Controller Fake Certificate, O=Acme Co'], 'acme co'],
  [['CN=localhost'], 'localhost'],
])('%j belongs to nobody: %s', (names, said) => {
  expect(commonCertificateReason(names)).toContain(said);
});

test.each([
  [[]],
  [['gate.examplebot.example', 'CN=lab']],
  [['notcloudfront.net']],
  [['cloudfront.net.examplebot.example']],
])('%j says nothing of a platform', (names) => {
  expect(commonCertificateReason(names)).toBeNull();
});
