import type { ProxyAnswer, ProxyDialogue, ProxyPlace } from './proxy-route.ts';

/*
 * HTTP CONNECT (RFC 9110 section 9.3.6). A status alone does not say whose fault it is; the Proxy-Status field does (RFC 9209),
 * and so does Squid's own X-Squid-Error.
 */

/** RFC 9209 section 2.3: the errors that say something of the server. */
const PROXY_STATUS: Readonly<Record<string, ProxyAnswer & { readonly error: string }>> = {
  connection_refused: { outcome: 'refused', error: 'Proxy-Status connection_refused' },
  connection_timeout: { outcome: 'timed-out', error: 'Proxy-Status connection_timeout' },
  connection_terminated: { outcome: 'reset', error: 'Proxy-Status connection_terminated' },
  destination_ip_unroutable: { outcome: 'host-unreachable', error: 'Proxy-Status destination_ip_unroutable' },
};

/** errno of Linux, which Squid tells behind ERR_CONNECT_FAIL. */
const SQUID_ERRNO: Readonly<Record<string, ProxyAnswer & { readonly error: string }>> = {
  '104': { outcome: 'reset', error: 'X-Squid-Error 104: connection reset' },
  '110': { outcome: 'timed-out', error: 'X-Squid-Error 110: timed out' },
  '111': { outcome: 'refused', error: 'X-Squid-Error 111: connection refused' },
  '113': { outcome: 'host-unreachable', error: 'X-Squid-Error 113: no route to host' },
};

export function httpConnectDialogue(login: ProxyPlace['login']): ProxyDialogue {
  const credentials =
    login === null
      ? ''
      : `Proxy-Authorization: Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}\r\n`;
  return {
    called: 'HTTP proxy',
    greetingProves: false,
    greet: () => Promise.resolve(null),
    async ask(socket, bytes, address, port) {
      const authority = `${address.version === 6 ? `[${address.text}]` : address.text}:${port}`;
      socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`);
      return answerOf(await bytes.readHead());
    },
  };
}

function answerOf(head: string): ProxyAnswer {
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1];
  if (status === undefined) return { failed: 'what answers does not speak HTTP' };
  if (status.startsWith('2')) return { connected: true };
  const told = /^proxy-status:.*?\berror=([a-z_]+)/im.exec(head)?.[1] ?? '';
  const errno = /^x-squid-error: *ERR_CONNECT_FAIL (\d+)/im.exec(head)?.[1] ?? '';
  const known = PROXY_STATUS[told] ?? SQUID_ERRNO[errno];
  if (known !== undefined) return known;
  if (status === '504') return { outcome: 'timed-out', error: 'HTTP proxy: 504' };
  if (status === '407') return { failed: 'it wants another user or password (407)' };
  return { failed: `it answers ${status} and does not say why` };
}
