import { createServer, request } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';

const STATES = ['notified', 'dark', 'dark', 'held', 'refused', 'identified'];
const KINDS = ['dedicated', 'compromised-host', 'unknown', 'shared-hosting'];
const COUNTRIES = ['ID', 'BR', 'US', 'DE', 'CO'];

/** A case of an operation that is too large to be lived through in a test, of the size that the service gives. */
export function madeUpCase(index: number, from: number): Record<string, unknown> {
  const state = STATES[index % STATES.length] ?? 'held';
  const openedAt = new Date(from - ((index * 7919) % 20_000) * 60_000).toISOString();
  const isDark = state === 'dark';
  const at = isDark ? new Date(Date.parse(openedAt) + ((index % 400) + 20) * 60_000).toISOString() : null;
  const id = index.toString(16).padStart(12, '0');
  const groups = ['backbone', 'config lab', 'open tracker'];
  return {
    caseId: `00000000-0000-8000-8000-${id}`, serverId: `00000000-0000-8000-8001-${id}`, hostType: 'address',
    host: `127.${66 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`, kind: KINDS[index % KINDS.length], episode: 1,
    state, stateSince: openedAt, openedAt, heldBy: state === 'held' ? ['protected-ground'] : [], groups, attestedBy: [],
    groundChecked: true, listHits: [],
    assessment: { basis: 'independent-groups', groups: groups.map((group) => ({ group, weight: 1 })), evidence: { seen: openedAt, class: 'netflow', source: 'backbone-flows' } },
    country: COUNTRIES[index % COUNTRIES.length], providerKey: `drill:book:Provider ${index % 997}`, provider: `Provider ${index % 997}`,
    method: 'abuse-notice', rowId: 'abuse-notice', playbook: '0'.repeat(64), missing: [], noticeId: null, lastLook: isDark ? 'dark' : 'live',
    lastLookAt: openedAt, handsOffUntil: null, verdict: isDark ? 'dark' : 'live', finding: isDark ? 'silent' : 'answers', darkAt: at,
    confirmedAt: at, closedAt: at, previousCaseId: null, settlement: null, retraction: null,
  }; // prettier-ignore
}

export interface ManyCases {
  readonly origin: string;
  close(): Promise<void>;
}

/** A real service with one answer in front of it that is ours: so many cases, as one stream. */
export async function serveManyCases(upstream: string, operation: string, count: number): Promise<ManyCases> {
  const now = Date.now();
  const port = Number(new URL(upstream).port);
  const server = createServer((asked, answered) => {
    if (asked.url === `/api/v1/operations/${operation}/cases`) {
      answered.writeHead(200, { 'content-type': 'application/json' });
      void pipeline(Readable.from(caseLines(count, now)), answered).catch(() => undefined);
      return;
    }
    const passed = request(
      { host: '127.0.0.1', port, path: asked.url, method: asked.method, headers: { ...asked.headers, host: new URL(upstream).host } },
      (answer) => {
        answered.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(answered);
      },
    ); // prettier-ignore
    passed.on('error', () => answered.destroy());
    asked.pipe(passed);
    answered.on('close', () => passed.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port: own } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${own}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const PAGE = 1000;

function* caseLines(count: number, now: number): Iterable<string> {
  yield '[';
  for (let from = 0; from < count; from += PAGE) {
    const rows = Array.from({ length: Math.min(PAGE, count - from) }, (_, index) => JSON.stringify(madeUpCase(from + index, now))); // prettier-ignore
    yield `${from === 0 ? '\n' : ',\n'}${rows.join(',\n')}`;
  }
  yield '\n]\n';
}
