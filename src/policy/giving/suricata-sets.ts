import { hash } from 'node:crypto';
import type { Given, GivenEndpoint, GivenFile } from '../../domain/giving.ts';
import { commentLines } from './rows.ts';

/*
 * Suricata (7.0 or newer): two datasets, and the rules that look into them. A dataset's file knows no comments.
 */

const SIDS = 900_000;
/** 1,000,000 to 1,999,999 are for local use; the first hundred thousand are what people count up from. */
const FIRST_SID = 1_100_000;

export function suricataFiles(given: Given): readonly GivenFile[] {
  const { id } = given.operation;
  // Names of sets, files and rules must not meet those of another operation, and hold nothing that anybody has typed.
  const tag = id.replaceAll('-', '').slice(-12);
  const addresses = { name: `dismantle-${tag}-ip.lst`, set: `dismantle-${tag}-ip` };
  const names = { name: `dismantle-${tag}-dns.lst`, set: `dismantle-${tag}-dns` };
  const sid = FIRST_SID + 2 * (Number.parseInt(hash('sha256', id).slice(0, 8), 16) % (SIDS / 2));
  return [
    { name: addresses.name, pieces: () => lines(given, isAddress, (host) => host) },
    // A string stands in base64, so that nothing in it can end a line.
    { name: names.name, pieces: () => lines(given, isAskedFor, (host) => Buffer.from(host).toString('base64')) },
    {
      name: `dismantle-${tag}.rules`,
      pieces: () => [
        ...commentLines(given, '#'),
        rule('ip', 'ip.dst', addresses, 'ip', sid, given),
        rule('dns', 'dns.query', names, 'string', sid + 1, given),
      ],
    },
  ];
}

export function standsInSets(endpoint: Pick<GivenEndpoint, 'hostType'>): boolean {
  return isAddress(endpoint) || isAskedFor(endpoint);
}

const isAddress = ({ hostType }: Pick<GivenEndpoint, 'hostType'>): boolean => hostType === 'address';
/** Some resolvers answer for names of blockchains, so that bots ask the DNS for them; for .onion none does. */
const isAskedFor = ({ hostType }: Pick<GivenEndpoint, 'hostType'>): boolean =>
  hostType === 'domain' || hostType === 'blockchain-name';

function* lines(
  { servers }: Given,
  stands: (endpoint: GivenEndpoint) => boolean,
  write: (host: string) => string,
): Generator<string> {
  const hosts = servers.flatMap(({ endpoints }) => endpoints.filter(stands).map(({ host }) => host));
  for (const host of new Set(hosts)) yield `${write(host)}\n`;
}

function rule(
  protocol: 'ip' | 'dns',
  buffer: string,
  { name, set }: { readonly name: string; readonly set: string },
  type: 'ip' | 'string',
  sid: number,
  { operation }: Given,
): string {
  const what = `${operation.drill ? 'DRILL ' : ''}C2 server${ruleText(operation.malware)}`;
  return (
    `alert ${protocol} $HOME_NET any -> any any (msg:"dismantle ${what}"; ${buffer}; dataset:isset,${set},type ${type},load ${name}; ` +
    `classtype:command-and-control; sid:${sid}; rev:1;)\n`
  );
}

/** A name that somebody has typed, as a rule's message can hold it: nothing that ends the message or the rule. */
function ruleText(name: string | null): string {
  const safe = (name ?? '')
    .replaceAll(/(?:[^\p{L}\p{N}._-]|\s)+/gu, ' ')
    .trim()
    .slice(0, 60);
  return safe === '' ? '' : ` of ${safe}`;
}
