import { test } from 'vitest';
import { withClient } from '../../src/adapters/postgres/connect.ts';
import { operationReport } from '../../src/flow/report.ts';
import { canonicalReport } from '../support/little-history.ts';
import { namedServer } from '../../src/domain/server-id.ts';
import { derivedId } from '../../src/domain/derived-id.ts';
import { isoInstant } from '../../src/domain/instant.ts';
import { findOperation, run } from '../../src/flow.ts';
import { openTestDatabase, inTransactionAs } from '../support/database.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
const N = Number(process.env['N'] ?? 100000);
test('speed', async () => {
  const database = await openTestDatabase();
  const world = await openTestWorld(database);
  const sources = await openTestSources(database);
  const hosts = Array.from({ length: N }, (_, i) => i < 60000 ? `198.18.${i >> 8}.${i & 255}` : `198.19.${(i - 60000) >> 8}.${(i-60000) & 255}`);
  const H = 'first_seen_utc,dst_ip,dst_port,c2_status,last_online,malware';
  let t = performance.now();
  const lap = (what: string) => { console.log(what, Math.round(performance.now() - t), 'ms'); t = performance.now(); };
  for (const source of ['alpha', 'beta']) {
    const file = await openTestFile(database, [H, ...hosts.map((h, i) => `2026-11-20 07:30:05,${h},443,${i % 3 ? 'online' : 'offline'},2026-11-22,Examplebot`)].join('\n') + `\n# ${source}\n`);
    const { run: _r } = { run };
    const flow = await import('../../src/flow.ts');
    await flow.importOnly(world, drill([file], { source, group: source, reliability: 'B' }));
    lap('import ' + source);
  }
  const { identifyServers } = await import('../../src/steps/identify/identify-servers.ts');
  const op = await findOperation(world, 'lab');
  await identifyServers(world, op, null);
  lap('identify');
  const ids = hosts.map((h) => namedServer(op.id, h).id);
  const start = world.clock.now();
  // verdict entries, in chunks
  for (let from = 0; from < N; from += 5000) {
    await world.store.write(async (tx) => {
      for (let i = from; i < Math.min(N, from + 5000); i++) {
        const c = derivedId('case', ids[i]!, 1);
        const darkAt = start + (i % 997) * 60000;
        await tx.append({ actor: 'a', recordedAt: world.clock.now(), kind: 'server.verdict-changed', subject: ids[i]!, body: { schema: 1, operation: op.id, case: c, from: null, to: i % 10 ? 'dark' : 'live', finding: 'closed', at: isoInstant(darkAt), since: isoInstant(darkAt), lastLiveAt: isoInstant(darkAt - 60000), darkAt: i % 10 ? isoInstant(darkAt) : null } });
      }
      for (let i = from; i < Math.min(N, from + 5000); i++) {
        if (i % 10 === 0) continue;
        const c = derivedId('case', ids[i]!, 1);
        const darkAt = start + (i % 997) * 60000;
        await tx.append({ actor: 'a', recordedAt: world.clock.now(), kind: 'server.confirmed-dark', subject: ids[i]!, body: { schema: 1, operation: op.id, case: c, darkAt: isoInstant(darkAt), lastLiveAt: isoInstant(darkAt - 60000), confirmedAt: isoInstant(darkAt + 7 * 3600000), rounds: 3, vantages: [], unprompted: false } });
      }
    });
  }
  lap('verdicts');
  await withClient(database.superuser, (s) => s.run('analyze'));
  world.setClock(world.clock.now() + 48 * 3600000);
  for (let k = 0; k < 3; k++) {
    t = performance.now();
    const r = await operationReport(world, 'lab', { asOf: null });
    lap('live'); 
    const text = canonicalReport(r); lap('canonical ' + text.length);
    console.log(JSON.stringify(r.total), r.ledger.entries, r.curves.identifyToDark.length, r.overTime.length);
    t = performance.now();
    const p = await operationReport(world, 'lab', { asOf: Date.parse(r.asOf) });
    lap('as of');
    console.log('same', canonicalReport(p) === text);
  }
  await world.store.close(); await database.close();
}, 3000000);
