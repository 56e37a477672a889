import type { Observation } from '../../src/domain/observation.ts';
import { namedServer } from '../../src/domain/server-id.ts';
import { QUORUM } from '../../src/domain/verdict.ts';
import type { Round } from '../../src/domain/verdict.ts';
import { addPerson, findOperation } from '../../src/flow.ts';
import type { World } from '../../src/ports/world.ts';
import { actSigned } from '../../src/steps/people/act-signed.ts';
import { recordRounds } from '../../src/steps/verify/record-rounds.ts';
import { probingStart } from '../../src/steps/watch/probing-switch.ts';
import { BERLIN, seenOf } from './rounds.ts';
import { seededKey } from './seeded-key.ts';

/** A made-up SHA-256, the same for the same number. */
export const hash = (number: number): string => number.toString(16).padStart(8, '0').repeat(8);

/** Ada goes on record and switches probing on. */
export async function letAdaProbe(world: World, name: string): Promise<void> {
  const ada = seededKey('Ada');
  await addPerson(world, ada.signing, { name: 'Ada', roles: ['admin'], publicKey: ada.publicLine, by: null });
  const operation = await findOperation(world, name);
  await actSigned(world, ada.signing, probingStart(operation, { person: 'Ada', reason: 'a test' }));
}

/** What a look met at port 443. */
export interface MachineLook {
  readonly server: string;
  /** SHA-256 of the leaf that was shown; null where the port was closed. */
  readonly certificate: string | null;
  readonly publicKey?: string;
  readonly names?: readonly string[];
  readonly headers?: readonly (readonly [string, string])[];
}

/** A round of looks, at the moment that the world has, judged and recorded as the watch has it done. */
export async function lookByMachine(world: World, name: string, looks: readonly MachineLook[]): Promise<void> {
  const operation = await findOperation(world, name);
  const at = world.clock.now();
  const rounds = looks.map((look): Round => {
    const base = { port: 443, at, vantage: BERLIN, address: look.server, certificates: [], signed: null };
    return {
      serverId: namedServer(operation.id, look.server).id,
      at,
      looks: [{ ...base, result: { seen: observed(look, at) } }],
    };
  });
  await recordRounds(world, operation, rounds, { quorum: QUORUM });
}

function observed({ certificate, publicKey, names = [], headers }: MachineLook, at: number): Observation {
  const seen = seenOf(certificate === null ? 'closed' : 'tls lab', at);
  const [leaf] = seen.tls?.chain ?? [];
  if (seen.tls === null || leaf === undefined || certificate === null) return seen;
  const http: Observation['http'] = {
    outcome: 'answered', over: 'tls', path: '/', status: 200, headers: headers ?? [], location: null, bodySha256: null,
    bodyBytes: 0, bodyTruncated: false, title: null, ms: 1, error: null,
  }; // prettier-ignore
  return {
    ...seen,
    tls: {
      ...seen.tls,
      chain: [
        {
          ...leaf,
          sha256: certificate,
          publicKeySha256: publicKey ?? null,
          subject: `CN=${certificate}`,
          issuer: 'CN=lab',
          names,
        },
      ],
    },
    http: headers === undefined ? null : http,
  };
}
