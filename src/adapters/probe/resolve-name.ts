import { Resolver } from 'node:dns/promises';
import { parseAddress } from '../../domain/address.ts';
import type { Address } from '../../domain/address.ts';
import type { LookFailure } from '../../domain/observation.ts';
import { plainText } from '../../domain/plain-text.ts';
import { codeOf } from './open-tcp.ts';
import type { ScopeGuard } from './route.ts';

export type Resolved =
  { readonly addresses: readonly Address[] } | { readonly failure: LookFailure; readonly message: string };

export interface NameResolver {
  /** Asks once; every address that comes is checked. */
  resolve(name: string, drill: boolean): Promise<Resolved>;
}

/** An address of a name server with its port, "127.66.0.53:5353"; null: those of the system. */
export interface ResolverPlace {
  readonly host: string;
  readonly port: number;
}

const TRY_MS = 2500;
const TRIES = 2;
const MAX_ADDRESSES = 64;

/** NXDOMAIN, and a name without such records. */
const SAYS_NONE: ReadonlySet<string> = new Set(['ENOTFOUND', 'ENODATA']);

/** DNS over the system's name servers or one that is set; /etc/hosts and the like are not read. */
export function createNameResolver(guard: ScopeGuard, place: ResolverPlace | null): NameResolver {
  const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES });
  if (place !== null)
    resolver.setServers([`${place.host.includes(':') ? `[${place.host}]` : place.host}:${place.port}`]);

  async function ask(name: string, family: 4 | 6): Promise<readonly string[] | { readonly code: string }> {
    try {
      // The dot: no search list is to make another name of it.
      return await (family === 4 ? resolver.resolve4(`${name}.`) : resolver.resolve6(`${name}.`));
    } catch (error) {
      return { code: codeOf(error) };
    }
  }

  return {
    async resolve(name, drill) {
      // A drill's names would otherwise be told to a name server outside.
      if (drill && !isLaboratory(place)) {
        return {
          failure: 'not-resolved',
          message: 'a drill asks a name server on this machine only: set probe.resolver',
        };
      }
      const answers = await Promise.all([ask(name, 4), ask(name, 6)]);
      const texts = answers.flatMap((answer) => ('code' in answer ? [] : answer));
      if (texts.length === 0) {
        const codes = answers.map((answer) => ('code' in answer ? answer.code : 'ENODATA'));
        const failed = codes.find((code) => !SAYS_NONE.has(code));
        if (failed === undefined)
          return { failure: 'no-address', message: `the name has no address (${codes.join(', ')})` };
        return { failure: 'not-resolved', message: `the name servers do not answer (${plainText(failed, 100)})` };
      }
      if (texts.length > MAX_ADDRESSES)
        return { failure: 'not-allowed', message: `the name has more than ${MAX_ADDRESSES} addresses` };
      const addresses: Address[] = [];
      for (const text of texts) {
        const checked = guard(text, drill);
        // One address out of bounds spoils the name: which of them is taken would be chance, or the operator's choice.
        if (!checked.ok)
          return { failure: 'not-allowed', message: `the name resolves to ${plainText(checked.problem, 200)}` };
        if (!addresses.some((known) => known.text === checked.value.text)) addresses.push(checked.value);
      }
      return { addresses: addresses.sort(byVersionThenNumber) };
    },
  };
}

function isLaboratory(place: ResolverPlace | null): boolean {
  if (place === null) return false;
  const parsed = parseAddress(place.host);
  return parsed.ok && (parsed.value.version === 4 ? parsed.value.number >>> 24 === 127 : parsed.value.text === '::1');
}

/** Always the same order, however the name server turns them. */
function byVersionThenNumber(left: Address, right: Address): number {
  if (left.version === 4 && right.version === 4) return left.number - right.number;
  if (left.version === 6 && right.version === 6) return left.text < right.text ? -1 : 1;
  return left.version - right.version;
}
