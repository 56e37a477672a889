import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

/** What a proxy says of a target that it does not connect to, as the world looks from its place. */
export type Obstacle = 'refuse' | 'unreachable' | 'hang' | 'not-allowed' | 'garbage';

export interface LabProxyOptions {
  /** Where its own connections come from: another address than everybody else's. */
  readonly sourceAddress?: string;
  readonly login?: { readonly user: string; readonly password: string };
  /** By the target's address: firewalled against this proxy, or a proxy that does not do its work. */
  readonly obstacles?: ReadonlyMap<string, Obstacle>;
  /** Connects to that address and port, whatever it is asked for: a proxy that lies. */
  readonly divert?: { readonly address: string; readonly port: number };
}

/** A real proxy on loopback, on an address of the laboratory. */
export interface LabProxy {
  readonly address: string;
  readonly port: number;
  readonly sourceAddress: string;
  /** What it was asked for, "ADDRESS:PORT" as it stood in the request, in order. */
  readonly asked: readonly string[];
  /** May be changed while it runs. */
  readonly obstacles: Map<string, Obstacle>;
  close(): Promise<void>;
}

type Outcome = 'connected' | 'refused' | Exclude<Obstacle, 'refuse'>;

interface Front {
  readonly proxy: LabProxy;
  /** Connects on and tells how that went. */
  connectOn(
    client: Socket,
    host: string,
    port: number,
    told: (outcome: Outcome, upstream: Socket | null) => void,
  ): void;
}

async function openFront(options: LabProxyOptions, serve: (client: Socket, front: Front) => void): Promise<LabProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const obstacles = new Map(options.obstacles);
  const sourceAddress = options.sourceAddress ?? '127.66.0.9';
  const track = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  };
  const server: Server = createServer({ noDelay: true }, (client) => {
    track(client);
    serve(client, front);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: sourceAddress, port: 0, exclusive: true }, resolve);
  });
  const bound = server.address();
  const front: Front = {
    proxy: {
      address: sourceAddress,
      port: bound !== null && typeof bound === 'object' ? bound.port : 0,
      sourceAddress,
      asked,
      obstacles,
      async close() {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      },
    },
    connectOn(client, host, port, told) {
      asked.push(`${host}:${port}`);
      const obstacle = obstacles.get(host);
      if (obstacle !== undefined) {
        told(obstacle === 'refuse' ? 'refused' : obstacle, null);
        return;
      }
      const upstream = connect({
        host: options.divert?.address ?? host,
        port: options.divert?.port ?? port,
        localAddress: sourceAddress,
        noDelay: true,
      });
      track(upstream);
      let connected = false;
      upstream.once('connect', () => {
        connected = true;
        told('connected', upstream);
        client.pipe(upstream).pipe(client);
      });
      upstream.once('close', () => {
        if (!connected) told('refused', null);
        else if (upstream.errored !== null && upstream.errored !== undefined) client.resetAndDestroy();
        else client.end();
      });
      client.once('close', () => upstream.destroy());
    },
  };
  return front.proxy;
}

/** SOCKS 5 (RFC 1928), with user and password where wanted (RFC 1929); CONNECT alone. */
export function openSocksProxy(options: LabProxyOptions): Promise<LabProxy> {
  const replies: Readonly<Record<string, number>> = { connected: 0, 'not-allowed': 2, unreachable: 4, refused: 5 };
  return openFront(options, (client, front) => {
    const read = reader(client);
    const run = async (): Promise<void> => {
      const [, methods = 0] = await read(2);
      const offered = await read(methods);
      const wanted = options.login === undefined ? 0 : 2;
      if (!offered.includes(wanted)) {
        client.end(Uint8Array.of(5, 0xff));
        return;
      }
      client.write(Uint8Array.of(5, wanted));
      if (options.login !== undefined) {
        const [, userLength = 0] = await read(2);
        const user = (await read(userLength)).toString();
        const [passwordLength = 0] = await read(1);
        const password = (await read(passwordLength)).toString();
        const right = user === options.login.user && password === options.login.password;
        client.write(Uint8Array.of(1, right ? 0 : 1));
        if (!right) {
          client.end();
          return;
        }
      }
      const [, , , type = 0] = await read(4);
      const host =
        type === 1
          ? (await read(4)).join('.')
          : type === 3
            ? (await read((await read(1))[0] ?? 0)).toString()
            : v6(await read(16));
      const port = (await read(2)).readUInt16BE();
      read.stop();
      front.connectOn(client, host, port, (outcome) => {
        if (outcome === 'hang') return;
        if (outcome === 'garbage') {
          client.end('what?');
          return;
        }
        client.write(Uint8Array.of(5, replies[outcome] ?? 1, 0, 1, 0, 0, 0, 0, 0, 0));
        if (outcome !== 'connected') client.end();
      });
    };
    run().catch(() => client.destroy());
  });
}

/** HTTP CONNECT (RFC 9110 section 9.3.6), with Basic authentication where wanted. */
export function openHttpConnectProxy(options: LabProxyOptions): Promise<LabProxy> {
  const statuses: Readonly<Record<string, string>> = {
    connected: '200 Connection established', 'not-allowed': '403 Forbidden', unreachable: '502 Bad Gateway\r\nProxy-Status: lab; error=destination_ip_unroutable', refused: '502 Bad Gateway\r\nProxy-Status: lab; error=connection_refused',
  }; // prettier-ignore
  return openFront(options, (client, front) => {
    let head = '';
    const take = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      client.off('data', take);
      client.pause();
      const target = /^CONNECT (\S+):(\d+) HTTP\/1\.1\r\n/.exec(head);
      const { login } = options;
      const expected =
        login === undefined ? null : `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
      if (expected !== null && !head.includes(`Proxy-Authorization: ${expected}\r\n`)) {
        client.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="lab"\r\n\r\n');
      } else if (target === null) client.end('HTTP/1.1 400 Bad Request\r\n\r\n');
      else {
        const host = (target[1] ?? '').replace(/^\[(.*)\]$/, '$1');
        front.connectOn(client, host, Number(target[2]), (outcome) => {
          if (outcome === 'hang') return;
          if (outcome === 'garbage') client.end('what?\r\n\r\n');
          else if (outcome === 'connected') client.write(`HTTP/1.1 ${statuses[outcome]}\r\n\r\n`);
          else client.end(`HTTP/1.1 ${statuses[outcome] ?? '500 No'}\r\nContent-Length: 0\r\n\r\n`);
        });
      }
    };
    client.on('data', take);
  });
}

function v6(bytes: Buffer): string {
  return Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16)).join(':');
}

interface Reader {
  (size: number): Promise<Buffer>;
  stop(): void;
}

/** Reads so many bytes at a time; after `stop` the socket flows for somebody else. */
function reader(socket: Socket): Reader {
  let held = Buffer.alloc(0);
  let wake: (() => void) | null = null;
  const take = (chunk: Buffer): void => {
    held = Buffer.concat([held, chunk]);
    wake?.();
  };
  socket.on('data', take);
  const read = async (size: number): Promise<Buffer> => {
    while (held.length < size) {
      await new Promise<void>((resolve, reject) => {
        wake = resolve;
        socket.once('close', () => reject(new Error('closed')));
      });
    }
    const wanted = held.subarray(0, size);
    held = held.subarray(size);
    return wanted;
  };
  return Object.assign(read, {
    stop() {
      socket.off('data', take);
      socket.pause();
      if (held.length > 0) socket.unshift(held);
    },
  });
}
