import { isoInstant } from '../../domain/instant.ts';
import type { Observation } from '../../domain/observation.ts';
import type { ProbeRow } from '../../domain/rows.ts';
import type { JudgedRound, LookTaken, QuorumVantage, Round } from '../../domain/verdict.ts';
import { judgeLook } from '../../policy/verdict/judge-look.ts';
import type { JudgedAs, KnownFingerprint } from '../../policy/verdict/judge-look.ts';
import type { ServiceBaseline } from '../../ports/verdicts.ts';

/** Who is named where no person looked. */
export const OWN_PROBE = 'dismantle';

/** What looks are held against: fingerprints on file, and baselines by server and port. */
export interface KnownServices {
  readonly fingerprints: readonly KnownFingerprint[];
  readonly baselines: ReadonlyMap<string, Observation>;
}

export function baselineKey(serverId: string, port: number | null): string {
  return `${serverId} ${port ?? ''}`;
}

export function knownServices(
  fingerprints: readonly KnownFingerprint[],
  baselines: readonly ServiceBaseline[],
): KnownServices {
  return {
    fingerprints,
    baselines: new Map(baselines.map(({ serverId, port, seen }) => [baselineKey(serverId, port), seen])),
  };
}

/** Looks with what they found: the rows for the ledger, and the rounds for the verdict. */
export function judgeRounds(
  rounds: readonly Round[],
  known: KnownServices,
): { readonly rows: readonly ProbeRow[]; readonly judged: ReadonlyMap<string, readonly JudgedRound[]> } {
  const rows: ProbeRow[] = [];
  const judged = new Map<string, JudgedRound[]>();
  for (const { serverId, at, looks } of rounds) {
    const own = looks.map((look) => {
      const path = 'seen' in look.result ? (look.result.seen.http?.path ?? null) : null;
      const found = judgeLook(look, {
        fingerprints: known.fingerprints,
        baseline: known.baselines.get(baselineKey(serverId, look.port)) ?? null,
        path: path === '/' ? null : path,
      });
      rows.push(rowOf(serverId, at, look, found));
      return {
        vantage: quorumVantage(look),
        port: look.port,
        at: look.at,
        outcome: found.outcome,
        finding: found.finding,
      };
    });
    const before = judged.get(serverId) ?? [];
    judged.set(serverId, [...before, { at, isByHand: false, looks: own }]);
  }
  return { rows, judged };
}

/**
 * A name is resolved by this machine for its proxies as well: whoever answers our resolver otherwise than everybody else's
 * would be believed twice. So a proxy's look at a name counts for no quorum; an agent resolves for itself.
 */
function quorumVantage({ vantage: { name, kind, network, country }, result }: LookTaken): QuorumVantage {
  const isNamed = 'seen' in result ? result.seen.resolved !== null : result.failure === 'no-address';
  const isShared = isNamed && (kind === 'socks5' || kind === 'http-connect');
  return isShared ? { name, network: null, country: null } : { name, network, country };
}

function rowOf(serverId: string, round: number, look: LookTaken, found: JudgedAs): ProbeRow {
  const { vantage, address, result, signed } = look;
  const { network, country } = quorumVantage(look);
  return {
    type: 'probe',
    serverId,
    port: look.port,
    at: isoInstant(look.at),
    vantage: vantage.name,
    outcome: found.outcome,
    how: found.how.slice(0, 500),
    person: OWN_PROBE,
    round: isoInstant(round),
    finding: found.finding,
    vantageKind: vantage.kind,
    ...(network === null ? {} : { network }),
    ...(country === null ? {} : { country }),
    ...(address === null ? {} : { address }),
    ...('seen' in result ? { seen: result.seen } : {}),
    ...(found.fingerprintId === null ? {} : { fingerprintId: found.fingerprintId }),
    ...(signed === null ? {} : { signed }),
  };
}
