import { createMailComposer } from '../../src/adapters/mail/mail-composer.ts';
import { createSwitchboard } from '../../src/adapters/outgoing/switchboard.ts';
import { createOutputFolder } from '../../src/adapters/output/output-folder.ts';
import { openJobs } from '../../src/adapters/pg-boss/pg-boss-jobs.ts';
import type { DatabaseAccess } from '../../src/adapters/postgres/connect.ts';
import { openPostgresStore } from '../../src/adapters/postgres/postgres-store.ts';
import { createSmtpTransport } from '../../src/adapters/smtp/smtp-transport.ts';
import { systemRandom } from '../../src/adapters/system/system-random.ts';
import { createIds } from '../../src/adapters/system/time-sorted-ids.ts';
import { findOperation } from '../../src/flow.ts';
import { sendDue } from '../../src/steps/send/send-due.ts';

// A process that sends what may go, over and over, until somebody kills it or it has been told to stop: what the kill loop
// starts. The clock is the parent's, so that what is tried again later comes up at once.

/** What the parent says on the command line, as JSON. */
export interface SendWorkerRequest {
  readonly access: DatabaseAccess;
  readonly organisationId: string;
  readonly operation: string;
  readonly smtp: { readonly host: string; readonly port: number };
  readonly output: string;
  /** The first moment of the worker's clock; it goes on as time does, `hasten` times as fast. */
  readonly startAt: number;
  readonly hasten: number;
}

// The parent wrote it with the same type.
const request: SendWorkerRequest = JSON.parse(process.argv[2] ?? '');
const began = performance.now();
const clock = { now: () => request.startAt + Math.round((performance.now() - began) * request.hasten) };
const world = {
  clock,
  random: systemRandom,
  ids: createIds(clock, systemRandom),
  store: openPostgresStore(request.access, request.organisationId, systemRandom),
  outgoing: createSwitchboard({ lookup: false, fetch: false, timestamp: false, probe: false, send: true }),
  output: createOutputFolder(request.output),
  progress: { step: () => undefined },
  actor: 'a worker',
  signal: new AbortController().signal,
};
const transport = createSmtpTransport({
  outgoing: world.outgoing,
  ...request.smtp,
  security: 'none',
  login: null,
  ca: null,
  connections: 8,
  limits: { phaseTimeoutMs: 1500, dataTimeoutMs: 1500 },
});
const setup = {
  operation: await findOperation(world, request.operation),
  organisationId: request.organisationId,
  jobs: await openJobs(request.access.app),
  transport,
  composer: createMailComposer({ dkim: null, smime: null }),
  sender: {
    organisation: 'Example CERT',
    email: 'desk@cert.example',
    contestEmail: 'contest@cert.example',
    phone: null,
    capacity: 'company' as const,
  },
  senderSet: true,
  envelopeFrom: 'bounces@cert.example',
  limits: { evidenceDays: 7, probeHours: 24 },
  rate: { perProviderPerHour: 1e6, perDomainPerHour: 1e6 },
  windows: {},
  connections: 8,
};
process.stdout.write('ready\n');
for (;;) {
  const { sent, kept, nextAt } = await sendDue(world, setup);
  process.stdout.write(`${JSON.stringify({ sent, kept: kept.length, nextAt })}\n`);
  const left = await world.store.read((transaction) => transaction.dispatches(setup.operation.id));
  if (left.every(({ state }) => state === 'sent' || state === 'failed')) break;
}
process.stdout.write('done\n');
process.exit(0);
