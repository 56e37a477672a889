import { hash } from 'node:crypto';
import { isPlainMailbox } from '../../../domain/notice.ts';
import type { JsonValue, NoticeItem } from '../../../domain/notice.ts';
import type { ServerKind } from '../../../domain/server.ts';
import { isList, jsonObject, quoted } from './content.ts';
import type { Expected, NoticeContent } from './content.ts';
import type { Findings, LintRule } from './finding.ts';

const rule = (name: string, source: string, severity: LintRule['severity'] = 'error'): LintRule => ({
  rule: name,
  severity,
  todo: 'Draft the notice anew.',
  source,
});

const SCHEMA = rule('xarf-schema', 'X-ARF 4.2, xarf-core.json and the schema of the type');
const INTERNAL = rule('xarf-internal', 'X-ARF 4.2, xarf-core.json: _internal never leaves the house');
const TYPE = rule('xarf-type', 'DESIGN.md, X-ARF v4: the type follows from the kind of server');
const OPENING = rule('xarf-opening', "DESIGN.md, X-ARF v4: a desk's program takes the source for an infected client");
const COUNT = rule('xarf-count', 'DESIGN.md, Words: notice; one report an item');
const SENDER = rule('xarf-sender', 'X-ARF 4.2, contact_info');
const EVIDENCE = rule('xarf-evidence', 'X-ARF 4.2, evidence_item');
const KNOWN = rule('xarf-observed', 'DESIGN.md, The mail: what was observed', 'warning');

const SHARED: ReadonlySet<ServerKind> = new Set(['shared-hosting', 'cdn-fronted']);
const OWN_OPENING = /^[^.;]*reported [^.;]*controller itself, not (?:as|to) an infected client; do not forward/;
const SHARED_OPENING =
  /^(The names? [^;]{1,600}|A name on this address) (?:is|are) reported to lead to the controller; the address[a-z ]{0,60} not to be blocked\. Do not forward/;
/** Without the marks that stand before everything else: how far it may go, and that it is a drill. */
function unmarked(words: string): string {
  return words.replace(/^TLP:[A-Z+]+\. /, '').replace(/^DRILL \(an exercise\): please do nothing\. /, '');
}

/** Its kind says so, or nothing but a name is asked for there: then a list has said so of the ground. */
function isOnSharedGround({ kind, asks }: Pick<NoticeItem, 'kind' | 'asks'>): boolean {
  return SHARED.has(kind) || (asks.includes('block-hostname') && asks.every((ask) => NAMES_ALONE.has(ask)));
}

const NAMES_ALONE: ReadonlySet<string> = new Set(['preserve', 'block-hostname']);
const VICTIMS: ReadonlySet<ServerKind> = new Set(['compromised-host', 'iot-device']);

/** The reports: each by the schema of its type, one for each server, and worded so that no desk passes it on. */
export function lintXarf(content: NoticeContent, expected: Expected, findings: Findings): void {
  const { demand, say } = findings;
  const { xarf } = content;
  if (xarf.length === 0) say(COUNT, 'attachments', 'there is no X-ARF report');
  if (expected.items !== null) {
    demand(
      xarf.length === expected.items.length,
      COUNT,
      'attachments',
      `${xarf.length} reports for ${expected.items.length} servers`,
    );
  }
  const ids = new Set<string>();
  const items = expected.items === null ? null : new Map(expected.items.map((item) => [item.host, item]));
  for (const { where, report } of xarf) {
    for (const what of xarfErrors(report)) say(SCHEMA, where, what);
    const fields = jsonObject(report);
    if (fields === null) continue;
    demand(!('_internal' in fields), INTERNAL, where, 'it has an _internal field');
    const id = quoted(fields['report_id']);
    demand(!ids.has(id), COUNT, where, `the report id ${id} stands twice`);
    ids.add(id);
    const contact = jsonObject(fields['reporter'])?.['contact'];
    demand(
      contact === content.from,
      SENDER,
      where,
      `its reporter is ${quoted(contact)}, the mail is from ${content.from}`,
    );
    lintEvidence(fields, where, findings);
    const item = items?.get(quoted(fields['source_identifier']));
    demand(items === null || item !== undefined, COUNT, where, 'it is about none of the servers');
    lintMeaning(fields, where, item, findings);
  }
}

function lintMeaning(
  fields: Readonly<Record<string, JsonValue>>,
  where: string,
  item: NonNullable<Expected['items']>[number] | undefined,
  { demand }: Findings,
): void {
  const {
    type,
    category,
    source_identifier: source,
    c2_server: server,
    description,
    compromise_evidence: evidence,
    tags,
  } = fields;
  if (item !== undefined) {
    demand(
      VICTIMS.has(item.kind) === (type !== 'botnet'),
      TYPE,
      where,
      `a ${item.kind} is reported as ${quoted(category)}/${quoted(type)}`,
    );
  }
  if (type === 'compromised_server') {
    demand(
      fields['compromise_method'] !== '',
      TYPE,
      where,
      'compromise_method is empty; "unknown" is what is not evidenced',
    );
  }
  if (type === 'remote_compromise') {
    demand(fields['compromise_type'] === 'c2_server', TYPE, where, 'compromise_type is not c2_server');
  }
  if (type !== 'botnet') return;
  const isShared = item === undefined ? SHARED_OPENING.test(unmarked(quoted(description))) : isOnSharedGround(item);
  // On shared ground it is a name, and the opening says which.
  const isNamed = isShared && quoted(description).includes(quoted(server));
  demand(server === source || isNamed, TYPE, where, 'c2_server is neither the source nor a name that leads to it');
  demand(
    isList(tags) && tags.includes('botnet:command-and-control'),
    TYPE,
    where,
    'the tag botnet:command-and-control is not there',
  );
  for (const [name, words] of Object.entries({ description, compromise_evidence: evidence })) {
    const opens = typeof words === 'string' && (isShared ? SHARED_OPENING : OWN_OPENING).test(unmarked(words));
    const wanted = isShared
      ? 'the name is reported to lead to the controller; the address is not to be blocked. Do not forward'
      : 'reported as the controller itself, not as an infected client; do not forward';
    demand(opens, OPENING, where, `${name} does not open with: ${wanted}`);
  }
}

function lintEvidence(fields: Readonly<Record<string, JsonValue>>, where: string, { demand }: Findings): void {
  const { evidence } = fields;
  const entries = isList(evidence) ? evidence : [];
  demand(entries.length > 0, KNOWN, where, 'it carries no evidence');
  for (const entry of entries) {
    const { payload, hash: digest, size } = jsonObject(entry) ?? {};
    if (typeof payload !== 'string') continue;
    const bytes = Buffer.from(payload, 'base64');
    demand(size === undefined || size === bytes.length, EVIDENCE, where, 'size is not that of the payload');
    if (typeof digest === 'string' && digest.startsWith('sha256:')) {
      demand(
        digest.slice(7).toLowerCase() === hash('sha256', bytes),
        EVIDENCE,
        where,
        'hash is not that of the payload',
      );
    }
  }
}

type Check = (value: JsonValue) => boolean;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MOMENT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
const HOST_NAME = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;
const URI =
  /^[a-z][a-z0-9+.-]*:\/\/(\[[0-9a-f:.]+\]|[a-z0-9._~!$&'()*+,;=%-]+)(:\d+)?([/?#][\w.~:/?#[\]@!$&'()*+,;=%-]*)?$/i;
const TAG = /^[a-z0-9][a-z0-9_+-]*:[a-z0-9][a-z0-9_+-]*$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

const text: Check = (value) => typeof value === 'string';
const textUpTo =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' && Array.from(value).length <= max;
const matching =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
const moment: Check = (value) => typeof value === 'string' && MOMENT.test(value) && !Number.isNaN(Date.parse(value));
const integer =
  (min: number, max: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
const oneOf =
  (...choices: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && choices.includes(value);
const listOf =
  (max: number, check: Check): Check =>
  (value) =>
    isList(value) && value.length <= max && value.every(check);
const uri: Check = (value) => typeof value === 'string' && URI.test(value) && !/#.*#|%(?![0-9a-f]{2})/i.test(value);

const contact: Check = (value) => {
  const fields = jsonObject(value);
  return (
    fields !== null &&
    Object.keys(fields).every((name) => ['org', 'contact', 'domain'].includes(name)) &&
    textUpTo(200)(fields['org'] ?? null) &&
    typeof fields['contact'] === 'string' &&
    isPlainMailbox(fields['contact']) &&
    matching(HOST_NAME)(fields['domain'] ?? null)
  );
};

const evidenceItem: Check = (value) => {
  const fields = jsonObject(value);
  if (fields === null || !text(fields['content_type'] ?? null) || !matching(BASE64)(fields['payload'] ?? null))
    return false;
  const known: Readonly<Record<string, Check>> = {
    content_type: text,
    payload: text,
    description: text,
    hash: matching(/^(md5|sha1|sha256|sha512):[a-fA-F0-9]+$/),
    size: integer(0, 5_242_880),
  };
  return Object.entries(fields).every(([name, field]) => Object.hasOwn(known, name) && known[name]?.(field) === true);
};

interface Shape {
  readonly required: readonly string[];
  readonly fields: Readonly<Record<string, Check>>;
}

const CORE: Shape = {
  required: ['xarf_version', 'report_id', 'timestamp', 'reporter', 'sender', 'source_identifier', 'category', 'type'],
  fields: {
    xarf_version: matching(/^4\.[0-9]+\.[0-9]+$/),
    report_id: matching(UUID),
    timestamp: moment,
    reporter: contact,
    sender: contact,
    source_identifier: (value) => typeof value === 'string' && value !== '',
    source_port: integer(1, 65_535),
    evidence_source: text,
    evidence: listOf(50, evidenceItem),
    tags: listOf(20, matching(TAG)),
    confidence: (value) => typeof value === 'number' && value >= 0 && value <= 1,
    description: textUpTo(1000),
    first_seen: moment,
    last_seen: moment,
  },
};

/** The types that a notice may have, by category and type (X-ARF 4.2 has no other for a controller or its victim). */
const TYPES: Readonly<Record<string, Shape>> = {
  'infrastructure/botnet': {
    required: ['compromise_evidence'],
    fields: {
      compromise_evidence: text,
      malware_family: textUpTo(200),
      c2_server: text,
      c2_protocol: oneOf('http', 'https', 'tcp', 'udp', 'dns', 'irc', 'p2p', 'custom'),
    },
  },
  'infrastructure/compromised_server': { required: ['compromise_method'], fields: { compromise_method: text } },
  'content/remote_compromise': {
    required: ['url', 'compromise_type'],
    fields: {
      url: uri,
      domain: matching(/^([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}$/),
      compromise_type: oneOf(
        'webshell', 'backdoor', 'defacement', 'malicious_redirect', 'seo_spam', 'cryptominer', 'phishing_kit',
        'malware_host', 'c2_server', 'proxy', 'scanner', 'other',
      ),
      verification_method: oneOf('manual', 'automated_crawler', 'user_report', 'honeypot', 'threat_intelligence'),
    },
  },
}; // prettier-ignore

/**
 * What is wrong with one report, a sentence each, by the rules of the official schemas of the types that notices use.
 * The schemas themselves are not at hand at run time; tests hold this against them.
 */
export function xarfErrors(report: JsonValue): readonly string[] {
  const fields = jsonObject(report);
  if (fields === null) return ['it is no JSON object'];
  const kind = `${quoted(fields['category'])}/${quoted(fields['type'])}`;
  const shape = Object.hasOwn(TYPES, kind) ? TYPES[kind] : undefined;
  if (shape === undefined) return [`${kind} is none of the types for a controller: ${Object.keys(TYPES).join(', ')}`];
  const errors: string[] = [];
  for (const name of [...CORE.required, ...shape.required]) {
    if (!Object.hasOwn(fields, name)) errors.push(`the field ${name} is required`);
  }
  const checks: Readonly<Record<string, Check>> = { ...CORE.fields, ...shape.fields };
  for (const [name, value] of Object.entries(fields)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check !== undefined && !check(value)) errors.push(`${name} is not what the schema wants`);
  }
  return errors;
}
