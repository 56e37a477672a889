import type { FileReport } from './audit-file.ts';
import type { AuditReport } from './audit.ts';
import { canonicalJson } from './canonical.ts';
import type { JsonObject, JsonValue } from './canonical.ts';
import type { ProvedItem } from './evidence-proof.ts';
import type { Finding } from './finding.ts';
import type { KeyChange } from './key-chain.ts';
import type { ProofReport, ProvedFact } from './verify-proof.ts';

/*
 * What an audit says, in words: the same on the product's command line and from the program that stands alone. Text of
 * others is made harmless to a terminal, and hosts are defanged, so that nobody opens one by accident.
 */

export interface ReportText {
  /** The verdict's first words, which a terminal may colour. */
  readonly lead: string;
  /** The rest of the first line. */
  readonly rest: string;
  /** The lines below. */
  readonly lines: readonly string[];
}

const FINDINGS_SHOWN = 10;

/** `isAnchored`: the auditor has given a key or a checkpoint to hold the file against. */
export function reportText(file: FileReport, isAnchored: boolean): ReportText {
  return file.what === 'ledger' ? ledgerText(file.report, isAnchored) : proofText(file.report, isAnchored);
}

export function ledgerText(report: AuditReport, isAnchored: boolean): ReportText {
  const { entries, rows, erased, root, header, keyChanges, ok } = report;
  if (!ok) {
    return { lead: 'The ledger is NOT whole:', rest: wrongCount(report), lines: findingLines(report) };
  }
  return {
    lead: 'The ledger is whole:',
    rest: ` ${entries} entries, ${rows} rows${erased === 0 ? '' : `, ${erased} erased`}, root ${root}`,
    lines: [...keyLines(keyChanges), ...signedByLines(header?.verifierKey ?? null, isAnchored)],
  };
}

export function proofText(report: ProofReport, isAnchored: boolean): ReportText {
  const { facts, items, entries, root, organisation, verifierKey, ok } = report;
  if (!ok) return { lead: 'The proof does NOT hold:', rest: wrongCount(report), lines: findingLines(report) };
  const rows = facts.length === 1 ? '1 row' : `${facts.length} rows`;
  const told = items.length === 1 ? '1 entry' : `${items.length} entries`;
  const count = items.length === 0 ? rows : facts.length === 0 ? told : `${told} with ${rows}`;
  return {
    lead: 'The proof holds:',
    rest: ` ${count} of the ledger of ${plain(organisation ?? '?')}, whose checkpoint of ${entries ?? '?'} entries has the root ${root ?? '?'}`,
    lines: [
      ...items.map(itemLine),
      ...facts.map((fact) => `  ${factText(fact)}`),
      ...signedByLines(verifierKey, isAnchored),
    ],
  };
}

export function wrongCount({ findings, moreFindings }: Pick<AuditReport, 'findings' | 'moreFindings'>): string {
  const count = findings.length + moreFindings;
  return count === 1 ? ' one thing is wrong.' : ` ${count} things are wrong.`;
}

export function findingLines({ findings, moreFindings }: Pick<AuditReport, 'findings' | 'moreFindings'>): string[] {
  const lines = findings.slice(0, FINDINGS_SHOWN).map(findingLine);
  const hidden = findings.length + moreFindings - lines.length;
  if (hidden > 0) {
    // A report keeps only so many of them; the rest is counted.
    const listed = findings.length > lines.length ? ` (--json lists ${findings.length} of them)` : '';
    lines.push(`  and ${hidden} more${listed}`);
  }
  return lines;
}

function findingLine({ line, sequence, kind, message }: Finding): string {
  const where = [line === null ? '' : `line ${line}`, sequence === null ? '' : `entry ${sequence}`].filter(Boolean);
  return `  ${where.length === 0 ? '' : `${where.join(', ')}: `}${plain(message)} (${kind})`;
}

function keyLines(changes: readonly KeyChange[]): string[] {
  const signed = changes.filter(({ lost }) => !lost).length;
  const lines = signed === 0 ? [] : [`The signing key was replaced ${times(signed)}, signed for by the key before.`];
  for (const { sequence, recordedAt, previousKey, verifierKey, reason } of changes.filter(({ lost }) => lost)) {
    lines.push(
      `Warning: entry ${sequence} (${recordedAt}) replaced the signing key because it was lost: "${plain(reason)}". ` +
        'The old key did not sign for the new one; ask the organisation by another way.',
      `  old ${plain(previousKey)}`,
      `  new ${plain(verifierKey)}`,
    );
  }
  return lines;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}

export function signedByLines(verifierKey: string | null, isAnchored: boolean): string[] {
  if (isAnchored) return [];
  return [`Signed by ${plain(verifierKey ?? '?')}; compare that key with one you were given by another way (--key).`];
}

/** What a proof of entries says of one, its rows apart. */
export function itemLine(item: ProvedItem): string {
  if (item.state === 'hidden') return `  entry ${item.sequence}: kept back altogether, known by its hash ${item.hash}`;
  const { sequence, kind, recordedAt, actor, subject, commitment } = item.entry;
  const head = `  entry ${sequence} (${plain(kind)}), recorded ${recordedAt} by ${plain(actor)}`;
  if (item.state !== 'open') return `${head}: its body is ${item.state}, and bound by the commitment ${commitment}`;
  const { schema: _schema, rows: _rows, signed: _signed, ...said } = item.body;
  const about = subject === '' ? '' : ` about ${defanged(plain(subject))}`;
  const words = Object.entries(said).map(([key, detail]) => `${wordsOf(key)} ${detailText(detail)}`);
  return `${head}${about}${words.length === 0 ? '' : `: ${words.join(', ')}`}`;
}

/** "line 17 of feed.csv (SHA-256 …), recorded 2026-… by … as entry 5 (…), says that 203.0.113[.]7:443 served the botnet" */
export function factText({ entry, body, index, row }: ProvedFact): string {
  const { file, sha256, source } = body;
  const line = row['line'];
  const place = typeof line === 'number' ? `line ${line}` : `row ${index + 1}`;
  const of = typeof file === 'string' ? `${plain(file)} (SHA-256 ${plain(textOf(sha256))})` : plain(entry.subject);
  const by = typeof source === 'string' && source !== file ? `, source "${plain(source)}"` : '';
  const recorded = `recorded ${entry.recordedAt} by ${plain(entry.actor)} as entry ${entry.sequence} (${plain(entry.kind)})`;
  return `${place} of ${of}${by}, ${recorded}, ${saysText(row)}`;
}

/** Fields that name the row or are said in words of their own. */
const SAID: ReadonlySet<string> = new Set([
  'type', 'line', 'serverId', 'hostType', 'host', 'port', 'scheme', 'path', 'value', 'reason',
]); // prettier-ignore

function saysText(row: JsonObject): string {
  const { type, host, value, reason } = row;
  if (type === 'rejection') {
    return `was rejected (${plain(textOf(reason))}); it says "${defanged(plain(textOf(value)))}"`;
  }
  const details = Object.entries(row)
    .filter(([key, detail]) => !SAID.has(key) && detail !== null)
    .map(([key, detail]) => `${wordsOf(key)} ${detailText(detail)}`)
    .join(', ');
  const more = details === '' ? '' : `: ${details}`;
  if (typeof host !== 'string') return `says of a ${plain(textOf(type))}${more}`;
  const endpoint = endpointText(row, host);
  if (type === 'sighting') return `says that ${endpoint} served the botnet${more}`;
  return type === 'withdrawal' ? `takes back what it said of ${endpoint}${more}` : `is about ${endpoint}${more}`;
}

function endpointText({ port, scheme, path }: JsonObject, host: string): string {
  const before = typeof scheme === 'string' ? `${plain(scheme).replace(/^http/, 'hxxp')}[://]` : '';
  // In brackets of its own an IPv6 address would have one bracket within another.
  const beforePort = host.includes(':') ? ' port ' : ':';
  const behind = `${typeof port === 'number' ? `${beforePort}${port}` : ''}${typeof path === 'string' ? defanged(plain(path)) : ''}`;
  return `${before}${hostText(plain(host))}${behind}`;
}

/** As the product shows hosts everywhere: the last dot of an IPv4 address, one colon of an IPv6 address, every dot of a name. */
function hostText(host: string): string {
  if (host.includes('::')) return host.replace('::', '[:]:');
  if (host.includes(':')) return host.replace(/:(?=[^:]*$)/, '[:]');
  return /^[0-9.]+$/.test(host) ? host.replace(/\.(?=[0-9]*$)/, '[.]') : host.replaceAll('.', '[.]');
}

export function detailText(value: JsonValue): string {
  if (typeof value !== 'string') return defanged(plain(canonicalJson(value)));
  const isPlainWord = /^(?:[\w-]*|\d{4}-\d\d-\d\dT[\d:.]+Z)$/.test(value);
  return isPlainWord ? value : `"${defanged(plain(value))}"`;
}

/** "firstSeen" is read as "first seen". */
export function wordsOf(key: string): string {
  return plain(key).replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function textOf(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '?' : canonicalJson(value);
}

export function defanged(text: string): string {
  return text.replaceAll(/\bhttp(?=s?:\/\/)/gi, 'hxxp').replaceAll(/(?<=[\p{L}\p{N}])\.(?=[\p{L}\p{N}])/gu, '[.]');
}

/** Control characters, and marks that turn the direction of writing round. */
const UNSAFE = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
const LONGEST = 500;

export function plain(text: string): string {
  const safe = text.replaceAll(UNSAFE, '\uFFFD');
  return safe.length > LONGEST ? `${safe.slice(0, LONGEST)}…` : safe;
}
