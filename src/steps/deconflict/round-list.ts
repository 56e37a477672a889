import { csvRow } from '../../domain/csv-row.ts';
import type { PartyKind } from '../../domain/deconfliction.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Operation } from '../../domain/operation.ts';
import { plainText } from '../../domain/plain-text.ts';
import type { RoundServer } from '../../ports/deconfliction.ts';
import type { World } from '../../ports/world.ts';
import { namedRound } from './named-round.ts';

/** TLP 2.0: for whoever gets it and their organisation, and nobody beyond. */
const MARKING = 'TLP:AMBER+STRICT';

/** What a party of some kind may be handed about a round. */
export interface RoundList {
  readonly operation: string;
  readonly malware: string | null;
  readonly drill: boolean;
  readonly round: number;
  readonly roundId: string;
  readonly openedAt: Instant;
  /** Null: what a party of any kind may get. */
  readonly partyKind: PartyKind | null;
  readonly marking: string;
  readonly servers: readonly RoundServer[];
  readonly leftOut: {
    /** By now every source has kept it for us. */
    readonly notToBeTold: number;
    /** Their addresses are personal data of their owners. */
    readonly devices: number;
  };
}

/** The servers of a round as a party of that kind may be told of them. */
export function listRound(
  world: World,
  operation: Operation,
  text: string,
  partyKind: PartyKind | null,
): Promise<RoundList> {
  return world.store.read(async (transaction) => {
    const { roundId, number, openedAt } = await namedRound(transaction, operation, text);
    const servers: RoundServer[] = [];
    const leftOut = { notToBeTold: 0, devices: 0 };
    for await (const page of transaction.deconfliction().serversOfRound(roundId)) {
      for (const server of page) {
        if (!server.mayBeTold) leftOut.notToBeTold += 1;
        else if (server.kind === 'iot-device' && !mayKnowDevices(partyKind)) leftOut.devices += 1;
        else servers.push(server);
      }
    }
    const { name, malware, drill } = operation;
    return {
      operation: name,
      malware,
      drill,
      round: number,
      roundId,
      openedAt,
      partyKind,
      marking: MARKING,
      servers,
      leftOut,
    };
  });
}

/** Whose address a device has is for authorities alone. */
function mayKnowDevices(partyKind: PartyKind | null): boolean {
  return partyKind === 'law-enforcement' || partyKind === 'csirt';
}

const COLUMNS = ['host', 'ports', 'provider', 'country', 'first_seen_utc', 'last_seen_utc', 'server_id'];

/** The same as a file to hand over: the marking on top, hosts exact, one row a server. */
export function roundCsv(list: RoundList): string {
  const about = list.malware ?? 'a botnet';
  const question = [
    `# ${list.marking}`,
    ...(list.drill ? ['# DRILL: made-up servers on documentation addresses'] : []),
    `# Servers taken for command-and-control servers of ${plainText(about, 100)}. Operation ${plainText(list.operation, 100)}, round ${list.round}, ${isoInstant(list.openedAt)}.`,
    '# Before their providers are asked to disable them: is any of them yours, or being watched? Please answer with "clear", or with the servers to leave alone and until when.',
  ];
  const rows = list.servers.map(({ host, ports, provider, country, firstSeen, lastSeen, serverId }) =>
    csvRow([host, ports.join(' '), provider, country, firstSeen, lastSeen, serverId]),
  );
  return [...question.map((line) => `${line}\r\n`), csvRow(COLUMNS), ...rows].join('');
}
