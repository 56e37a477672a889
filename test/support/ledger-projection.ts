/* What the tables must hold, worked out from an exported ledger's lines in plain TypeScript, as an auditor might. */

import { fields, known, text, texts } from './ledger-values.ts';
import type { CaseState, Fields } from './ledger-values.ts';
import { BEFORE_NOTICE, WhatLeft } from './ledger-projection-mail.ts';
import type { NoticeState } from './ledger-projection-mail.ts';

const CLOSED: ReadonlySet<string> = new Set(['dark', 'settled', 'retracted']);

/** An entry with its rows. */
interface Carried {
  readonly kind: string;
  readonly subject: string;
  readonly recordedAt: string;
  readonly body: Fields;
  readonly rows: readonly Fields[];
}

interface ServerState {
  readonly id: string;
  readonly hostType: string;
  readonly host: string;
  firstSeen: string | null;
  lastSeen: string | null;
  provider: string | null;
  asn: number | null;
  country: string | null;
}

export interface ProjectedLedger {
  readonly imports: readonly object[];
  readonly attestations: readonly object[];
  readonly servers: readonly ServerState[];
  readonly endpoints: readonly object[];
  readonly providers: readonly object[];
  readonly cases: readonly CaseState[];
  readonly notices: readonly object[];
}

export function projectLedger(exported: string): ProjectedLedger {
  const imports: { id: string }[] = [];
  const attestations: { import: string; person: string; reason: string }[] = [];
  const servers = new Map<string, ServerState>();
  const endpoints = new Map<string, object>();
  const providers = new Map<string, { key: string }>();
  const cases = new Map<string, CaseState>();
  const notices = new Map<string, NoticeState>();
  const left = new WhatLeft(cases, notices);

  const carryOut = ({ kind, subject, body, rows, recordedAt }: Carried): void => {
    for (const row of rows) {
      if (row['type'] === 'sighting') sight(row);
      if (row['type'] === 'provider') {
        const { key, name, contact } = fields(row['provider']);
        const provider = { key: text(key), name, contact };
        providers.set(provider.key, provider);
      }
      if (row['type'] === 'location') move(row);
      if (row['type'] === 'identification') judge(row);
      if (row['type'] === 'decision') {
        const decided = known(cases, row['caseId']);
        if (!BEFORE_NOTICE.has(decided.state)) continue;
        decided.state = 'decided';
        decided.method = text(row['method']);
        decided.row = text(row['rowId']);
        decided.missing = texts(row['missing']);
      }
    }
    if (kind === 'import.recorded') {
      const { rows: all, accepted, rejected } = fields(body['counts']);
      const entry = { id: subject, file: body['file'], group: body['group'], rows: all, accepted, rejected };
      imports.push(entry);
    }
    if (kind === 'import.attested') {
      const { person, reason } = body;
      attestations.push({ import: text(body['import']), person: text(person), reason: text(reason) });
    }
    if (kind === 'server.confirmed-dark' || kind === 'case.settled')
      close(kind, kind === 'case.settled' ? subject : body['case']);
    if (kind === 'server.returned') comeBack(subject, body);
    left.carryOut({ kind, subject, body, recordedAt });
  };

  const close = (kind: string, id: unknown): void => {
    const item = known(cases, id);
    if (CLOSED.has(item.state)) return;
    item.state = kind === 'case.settled' ? 'settled' : 'dark';
  };

  /** What the case before was held by holds the new one until it is judged anew; nothing has been decided of it. */
  const comeBack = (server: string, body: Fields): void => {
    const { heldBy } = known(cases, body['previousCase']);
    const id = text(body['case']);
    const state = heldBy.length > 0 ? 'held' : 'identified';
    cases.set(id, { id, server, state, heldBy, method: null, row: null, missing: [] });
  };

  const sight = (row: Fields): void => {
    const id = text(row['serverId']);
    const server = servers.get(id) ?? {
      id,
      hostType: text(row['hostType']),
      host: text(row['host']),
      firstSeen: null,
      lastSeen: null,
      provider: null,
      asn: null,
      country: null,
    };
    servers.set(id, server);
    // A source that states one moment only says: seen then, first and last.
    const first = row['firstSeen'] ?? row['lastSeen'];
    const last = row['lastSeen'] ?? row['firstSeen'];
    if (typeof first === 'string' && (server.firstSeen === null || first < server.firstSeen)) server.firstSeen = first;
    if (typeof last === 'string' && (server.lastSeen === null || last > server.lastSeen)) server.lastSeen = last;
    const { port, scheme, path } = row;
    const endpoint = { server: id, port, scheme, path };
    endpoints.set(JSON.stringify(endpoint), endpoint);
  };

  const move = (row: Fields): void => {
    const server = known(servers, row['serverId']);
    server.provider = row['providerKey'] === null ? null : text(row['providerKey']);
    server.asn = typeof row['asn'] === 'number' ? row['asn'] : null;
    server.country = row['country'] === null ? null : text(row['country']);
    for (const item of cases.values()) {
      if (item.server === server.id && item.state === 'identified' && server.provider !== null) item.state = 'located';
    }
  };

  const judge = (row: Fields): void => {
    const id = text(row['caseId']);
    const outcome = text(row['outcome']);
    const before = cases.get(id);
    if (before === undefined) {
      const server = text(row['serverId']);
      cases.set(id, { id, server, state: outcome, heldBy: texts(row['heldBy']), method: null, row: null, missing: [] });
      return;
    }
    const isOpen = BEFORE_NOTICE.has(before.state);
    if (isOpen && (outcome === 'held' || before.state === 'held')) before.state = outcome;
    before.heldBy = texts(row['heldBy']);
  };

  let entry: (Carried & { rows: Fields[] }) | null = null;
  for (const line of exported.trimEnd().split('\n').slice(1)) {
    const value = fields(JSON.parse(line));
    if (value['row'] !== undefined) {
      entry?.rows.push(fields(value['row']));
      continue;
    }
    if (entry !== null) carryOut(entry);
    const { kind, subject, recordedAt } = fields(value['entry']);
    const named = { kind: text(kind), subject: text(subject), recordedAt: text(recordedAt) };
    entry = { ...named, body: fields(value['body']), rows: [] };
  }
  if (entry !== null) carryOut(entry);

  return {
    imports: imports.sort((a, b) => compare(a.id, b.id)),
    attestations: attestations.sort((a, b) =>
      compare(`${a.import} ${a.person} ${a.reason}`, `${b.import} ${b.person} ${b.reason}`),
    ),
    servers: [...servers.values()].sort((a, b) => compare(a.id, b.id)),
    endpoints: [...endpoints.values()],
    providers: [...providers.values()].sort((a, b) => compare(a.key, b.key)),
    cases: [...cases.values()].sort((a, b) => compare(a.id, b.id)),
    notices: [...notices.values()]
      .map(({ id, state, hash, cases: items }) => ({ id, state, hash, cases: items }))
      .sort((a, b) => compare(a.id, b.id)),
  };
}

function compare(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
