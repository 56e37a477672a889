import type { Address } from '../../domain/address.ts';
import type { ProxyAnswer, ProxyDialogue, ProxyPlace } from './proxy-route.ts';

/*
 * SOCKS 5 (RFC 1928) with user and password (RFC 1929): CONNECT to an address, and nothing else. Written out here because the
 * packages for it give what a server says first to nobody, and one text for every refusal.
 */

const VERSION = 5;
const NO_LOGIN = 0;
const USER_AND_PASSWORD = 2;

/** RFC 1928 section 6. What a proxy says for "general failure" or "network unreachable" may as well be its own fault. */
const ANSWERS: Readonly<Record<number, ProxyAnswer>> = {
  0: { connected: true },
  1: { failed: 'it answers "general failure" (1), which does not say whose' },
  2: { failed: 'it answers "not allowed by ruleset" (2)' },
  3: { failed: 'it answers "network unreachable" (3)' },
  4: { outcome: 'host-unreachable', error: 'SOCKS5 reply 4: host unreachable' },
  5: { outcome: 'refused', error: 'SOCKS5 reply 5: connection refused' },
  6: { outcome: 'timed-out', error: 'SOCKS5 reply 6: TTL expired' },
  7: { failed: 'it does not know CONNECT (7)' },
  8: { failed: 'it does not take this kind of address (8)' },
};

export function socks5Dialogue(login: ProxyPlace['login']): ProxyDialogue {
  const method = login === null ? NO_LOGIN : USER_AND_PASSWORD;
  return {
    called: 'SOCKS5 proxy',
    greetingProves: true,
    async greet(socket, bytes) {
      socket.write(Uint8Array.of(VERSION, 1, method));
      const [version, chosen] = await bytes.read(2);
      if (version !== VERSION) return 'what answers does not speak SOCKS5';
      if (chosen !== method) return login === null ? 'it wants a login' : 'it does not take a user and password';
      if (login === null) return null;
      const user = Buffer.from(login.user);
      const password = Buffer.from(login.password);
      socket.write(Buffer.concat([Uint8Array.of(1, user.length), user, Uint8Array.of(password.length), password]));
      const [, status] = await bytes.read(2);
      return status === 0 ? null : 'it refuses the user and password';
    },
    async ask(socket, bytes, address, port) {
      socket.write(Buffer.concat([Uint8Array.of(VERSION, 1, 0), addressBytes(address), portBytes(port)]));
      const [version, reply = 1, , type] = await bytes.read(4);
      if (version !== VERSION) return { failed: 'its answer is not SOCKS5' };
      // Where it says to have bound is of no use here, but has to be read away.
      const size = type === 1 ? 4 : type === 4 ? 16 : type === 3 ? ((await bytes.read(1))[0] ?? 0) : null;
      if (size === null) return { failed: 'its answer is not SOCKS5' };
      await bytes.read(size + 2);
      return ANSWERS[reply] ?? { failed: `it answers ${reply}, which means nothing` };
    },
  };
}

function addressBytes(address: Address): Uint8Array {
  if (address.version === 4) {
    const { number } = address;
    return Uint8Array.of(1, number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255);
  }
  const bytes = Buffer.alloc(17);
  bytes[0] = 4;
  bytes.writeBigUInt64BE(address.high, 1);
  bytes.writeBigUInt64BE(address.low, 9);
  return bytes;
}

function portBytes(port: number): Uint8Array {
  return Uint8Array.of(port >>> 8, port & 255);
}
