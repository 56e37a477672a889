import { readTextOf } from '../adapters/files/read-text.ts';
import type { Clock } from '../ports/clock.ts';
import type { Outgoing } from '../ports/outgoing.ts';
import type { Settings } from '../ports/settings.ts';
import { probeScope } from '../policy/probing/scope.ts';

export interface VantageWork {
  readonly name: string;
  readonly keyFile: string;
  readonly report: (text: string) => void;
  /** Takes jobs over HTTPS; null: over standard input. */
  readonly listen: VantageListening | null;
}

export interface VantageListening {
  readonly host: string;
  readonly port: number;
  readonly certificateFile: string;
  readonly tlsKeyFile: string;
  /** Certificates of those that jobs are taken from. At least one of the two is given. */
  readonly clientsFile: string | null;
  readonly tokenFile: string | null;
  /** Called with the port that was taken. */
  readonly listening: (port: number) => void;
}

interface Parts {
  readonly probe: Settings['probe'];
  readonly outgoing: Outgoing;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Looks for whoever sends jobs, until there are no more. */
export async function runVantage(
  work: VantageWork,
  { probe, outgoing, clock, signal }: Parts,
): Promise<{ readonly looks: number }> {
  const [{ openDirectProber }, { runAgent }, { readAgentKey }] = await Promise.all([
    import('../adapters/probe/open-probers.ts'),
    import('../adapters/probe/agent.ts'),
    import('../adapters/probe/agent-key.ts'),
  ]);
  outgoing.assertAllowed('probe');
  const world = { settings: probe, guard: probeScope, outgoing, clock };
  const looking = {
    name: work.name,
    report: work.report,
    key: await readAgentKey(work.keyFile),
    proberWith: (limits: Parameters<typeof openDirectProber>[2]) => openDirectProber(world, work.name, limits),
    signal,
  };
  if (work.listen !== null) {
    const [{ listenAsAgent }, { readToken }] = await Promise.all([
      import('../adapters/probe/agent-server.ts'),
      import('../adapters/probe/agent-token.ts'),
    ]);
    const { host, port, certificateFile, tlsKeyFile, clientsFile, tokenFile, listening } = work.listen;
    return listenAsAgent({
      ...looking,
      host,
      port,
      certificate: await readTextOf('--tls-cert', certificateFile),
      tlsKey: await readTextOf('--tls-key', tlsKeyFile),
      clients: clientsFile === null ? null : await readTextOf('--clients', clientsFile),
      token: tokenFile === null ? null : await readToken('--token-file', tokenFile),
      clock,
      listening,
    });
  }
  try {
    return await runAgent({ ...looking, input: process.stdin, output: process.stdout });
  } finally {
    // Whoever waits for more input would keep the process.
    process.stdin.destroy();
  }
}
