import { expect, test } from 'vitest';
import { findScanColumns, parseScanMapping } from './scan-columns.ts';

const NONE = new Map();

test.each([
  ['ip_str,port,ssl.cert.fingerprint.sha256,timestamp', { host: 0, port: 1, certificate: 2, seen: 3 }],
  ['host,services.port,services.tls.certificates.leaf_fp_sha_256', { host: 0, port: 1, certificate: 2 }],
  ['IP Address,Port,Public-Key SHA256,Last Seen', { host: 0, port: 1, 'public-key': 2, seen: 3 }],
  ['ip,port,body_sha256', { host: 0, port: 1, 'http-body': 2 }],
])('%s', (header, columns) => {
  expect(findScanColumns(header.split(','), NONE, 'scan.csv')).toEqual(columns);
});

test('columns are named by header or number, and what is not clear is asked for', () => {
  const header = ['a', 'b', 'ip', 'cert_sha256', 'ip'];
  expect(() => findScanColumns(header, NONE, 'scan.csv')).toThrow('two columns are called "ip"');
  expect(findScanColumns(header, parseScanMapping('host=3,port=b'), 'scan.csv')).toEqual({
    host: 2,
    port: 1,
    certificate: 3,
  });
  expect(() => findScanColumns(['x'], NONE, 'scan.csv')).toThrow('no column is known to name the host');
  expect(() => findScanColumns(['ip', 'port'], NONE, 'scan.csv')).toThrow('certificate, a public key');
  expect(() => findScanColumns(header, parseScanMapping('host=9'), 'scan.csv')).toThrow('no such column');
  expect(() => parseScanMapping('server=ip')).toThrow('is not one of host=COLUMN');
  expect(() => parseScanMapping('host=ip,host=b')).toThrow('names host twice');
});
