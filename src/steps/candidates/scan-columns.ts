import { plainText } from '../../domain/plain-text.ts';
import { problem } from '../../domain/problem.ts';

/** What a column of a scan can mean to us. */
export const SCAN_MEANINGS = ['host', 'port', 'certificate', 'public-key', 'http-body', 'seen'] as const;
export type ScanMeaning = (typeof SCAN_MEANINGS)[number];

/** Which column (from 0) holds what. */
export type ScanColumns = Readonly<Partial<Record<ScanMeaning, number>>> & { readonly host: number };

/** Headers of usual exports, the most telling first; in lower case with "_" for blanks, dashes and dots. */
const GUESSES: Readonly<Record<ScanMeaning, readonly string[]>> = {
  host: ['host', 'ip', 'ip_str', 'host_ip', 'ip_address', 'ipaddress', 'address', 'server', 'hostname', 'domain'],
  port: ['port', 'services_port', 'service_port', 'dst_port', 'host_services_port'],
  certificate: [
    'certificate', 'certificate_sha256', 'certificate_sha_256', 'cert_sha256', 'cert_sha_256', 'ssl_cert_fingerprint_sha256',
    'ssl_sha256', 'sha256_fingerprint', 'sha256fingerprint', 'fingerprint_sha256', 'cert_fingerprint_sha256', 'leaf_fp_sha_256',
    'services_certificate', 'services_tls_certificates_leaf_fp_sha_256', 'services_tls_certificates_leaf_data_fingerprint',
    'host_services_cert_fingerprint_sha256', 'tls_certificate_sha256', 'certificate_fingerprint', 'cert_fingerprint',
  ],
  'public-key': [
    'public_key', 'public_key_sha256', 'public_key_sha_256', 'publickey_sha256', 'pubkey_sha256', 'pubkey', 'spki_sha256',
    'spki', 'spki_fingerprint', 'spki_subject_fingerprint', 'tls_public_key_sha256',
    'services_tls_certificates_leaf_data_public_key_fingerprint', 'host_services_cert_parsed_subject_key_info_fingerprint_sha256',
  ],
  'http-body': [
    'http_body', 'http_body_sha256', 'body_sha256', 'http_body_hash', 'body_hash', 'http_response_body_sha256',
    'services_http_response_body_hash_sha256', 'services_http_response_body_hash', 'html_sha256', 'content_sha256',
  ],
  seen: [
    'seen', 'last_seen', 'seen_at', 'timestamp', 'observed_at', 'services_observed_at', 'last_updated_at', 'scan_time', 'date',
    'time', 'host_services_scan_time',
  ],
}; // prettier-ignore

function columnName(raw: string): string {
  return raw
    .trim()
    .toLowerCase()
    .replaceAll(/[\s.\-/]+/g, '_');
}

/** Parses `--map host=ip,certificate=sha256`: a column is named by its header or by its number from 1. */
export function parseScanMapping(text: string): ReadonlyMap<ScanMeaning, string> {
  const mapping = new Map<ScanMeaning, string>();
  for (const part of text.split(',')) {
    const [key = '', ...rest] = part.split('=');
    const meaning = SCAN_MEANINGS.find((name) => name === key.trim().toLowerCase());
    const column = rest.join('=').trim();
    if (meaning === undefined || column === '') {
      throw problem(
        'usage',
        `--map: "${plainText(part, 60)}" is not one of ${SCAN_MEANINGS.map((name) => `${name}=COLUMN`).join(', ')}`,
        'Example: --map host=ip,certificate=sha256',
      );
    }
    if (mapping.has(meaning))
      throw problem('usage', `--map names ${meaning} twice`, `One column can be the ${meaning}`);
    mapping.set(meaning, column);
  }
  return mapping;
}

/** Finds the columns in a header: as told, and by their usual names where nothing is told. Throws where that is not clear. */
export function findScanColumns(
  header: readonly string[],
  mapping: ReadonlyMap<ScanMeaning, string>,
  file: string,
): ScanColumns {
  const names = header.map(columnName);
  const shown = header.slice(0, 30).map((name) => plainText(name, 40));
  const hint = `Its columns are: ${shown.join(', ')}${header.length > 30 ? ` and ${header.length - 30} more` : ''}`;
  const found: Partial<Record<ScanMeaning, number>> = {};
  for (const meaning of SCAN_MEANINGS) {
    const told = mapping.get(meaning);
    if (told !== undefined) {
      const byName = names.indexOf(columnName(told));
      const index = byName >= 0 ? byName : /^[1-9]\d{0,4}$/.test(told) ? Number(told) - 1 : -1;
      if (index < 0 || index >= header.length) {
        throw problem('usage', `${file}: --map ${meaning}=${plainText(told, 60)}: there is no such column`, hint);
      }
      found[meaning] = index;
      continue;
    }
    const guess = GUESSES[meaning].find((name) => names.includes(name));
    if (guess === undefined) continue;
    if (names.indexOf(guess) !== names.lastIndexOf(guess)) {
      throw problem(
        'input',
        `${file}: two columns are called "${guess}", and either could be the ${meaning}`,
        `Say which by its number from 1: --map ${meaning}=${names.indexOf(guess) + 1}`,
      );
    }
    found[meaning] = names.indexOf(guess);
  }
  const { host } = found;
  if (host === undefined) {
    throw problem('input', `${file}: no column is known to name the host`, `${hint}. Say which: --map host=COLUMN`);
  }
  if (found.certificate === undefined && found['public-key'] === undefined && found['http-body'] === undefined) {
    throw problem(
      'input',
      `${file}: no column is known to hold a certificate, a public key or the hash of a body (SHA-256)`,
      `${hint}. Say which: --map certificate=COLUMN, public-key=COLUMN or http-body=COLUMN`,
    );
  }
  return { ...found, host };
}
