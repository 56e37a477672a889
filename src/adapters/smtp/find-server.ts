import { lookup } from 'node:dns/promises';
import { parseAddress, parsePrefix, prefixContains } from '../../domain/address.ts';
import type { Address } from '../../domain/address.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

/** Resolves a host name to all its addresses, as text. */
export type ResolveHost = (hostName: string) => Promise<readonly string[]>;

const MAX_ADDRESSES = 16;

const LOOPBACK = ['127.0.0.0/8', '::1/128'].map((text) => {
  const parsed = parsePrefix(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.value;
});

export function isLoopback(address: Address): boolean {
  return LOOPBACK.some((prefix) => prefixContains(prefix, address));
}

/** What a server's name stands for at this moment: the connection goes to one of these addresses and to no other. */
export interface FoundServer {
  readonly addresses: readonly Address[];
  /** Whether every one of them is this machine. */
  readonly isHere: boolean;
}

/** Resolves the mail server once; the reason why not is a sentence. What takes longer than `timeoutMs` has no address. */
export async function findServer(
  host: string,
  resolveHost: ResolveHost,
  timeoutMs: number,
): Promise<Result<FoundServer, string>> {
  const literal = parseAddress(host);
  const texts = literal.ok ? [literal.value.text] : await resolvedWithin(host, resolveHost, timeoutMs);
  if (texts === null) return failure(`the mail server ${host} does not resolve`);
  const addresses: Address[] = [];
  for (const text of texts.slice(0, MAX_ADDRESSES)) {
    const parsed = parseAddress(text);
    if (parsed.ok) addresses.push(parsed.value);
  }
  if (addresses.length === 0) return failure(`the mail server ${host} has no address`);
  return success({ addresses, isHere: addresses.every(isLoopback) });
}

async function resolvedWithin(
  host: string,
  resolveHost: ResolveHost,
  timeoutMs: number,
): Promise<readonly string[] | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), timeoutMs);
  });
  try {
    // The system's resolver cannot be called off; its late answer goes nowhere.
    return await Promise.race([resolveHost(host).catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The operating system's resolver. */
export async function resolveBySystem(hostName: string): Promise<readonly string[]> {
  const found = await lookup(hostName, { all: true, order: 'ipv4first' });
  return found.map(({ address }) => address);
}
