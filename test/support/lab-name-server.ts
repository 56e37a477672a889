import { createSocket } from 'node:dgram';
import { decode, encode } from 'dns-packet';
import type { Answer, DecodedPacket } from 'dns-packet';

/** What a name has, or how the name server fails for it. */
export type NameAnswer =
  | { readonly a?: readonly string[]; readonly aaaa?: readonly string[] }
  /** Null: it drops the question. */
  | 'no-such-name'
  | 'server-failure'
  | 'refused'
  | 'silent'
  | 'garbage';

export interface LabNameServer {
  readonly host: string;
  readonly port: number;
  /** "A c2.example", in order. */
  readonly asked: readonly string[];
  /** One answer for good, or one after another, the last one staying: a name that is bound anew. */
  set(name: string, ...answers: readonly NameAnswer[]): void;
  close(): Promise<void>;
}

/** A real name server over UDP on loopback; names that it was told nothing of do not exist. */
export async function openLabNameServer(host = '127.66.0.53'): Promise<LabNameServer> {
  const asked: string[] = [];
  const zones = new Map<string, NameAnswer[]>();
  const socket = createSocket('udp4');
  socket.on('message', (message, from) => {
    let query: DecodedPacket;
    try {
      query = decode(message);
    } catch {
      return;
    }
    const [question] = query.questions ?? [];
    if (question === undefined) return;
    const name = question.name.toLowerCase();
    asked.push(`${question.type} ${name}`);
    const key = `${question.type} ${name}`;
    const answers = zones.get(key) ?? ['no-such-name'];
    const answer = answers.length > 1 ? (answers.shift() ?? 'no-such-name') : (answers[0] ?? 'no-such-name');
    if (answer === 'silent') return;
    if (answer === 'garbage') {
      socket.send(Buffer.from('what?'), from.port, from.address);
      return;
    }
    const code = typeof answer !== 'string' ? 0 : { 'no-such-name': 3, 'server-failure': 2, refused: 5 }[answer];
    const data = typeof answer === 'string' ? [] : question.type === 'A' ? (answer.a ?? []) : (answer.aaaa ?? []);
    const type = question.type === 'AAAA' ? 'AAAA' : 'A';
    socket.send(
      encode({
        type: 'response',
        id: query.id ?? 0,
        // Recursion desired and available.
        flags: 0x0180 | code,
        questions: [question],
        answers: data.map((address): Answer => ({ type, name: question.name, ttl: 0, data: address })),
      }),
      from.port,
      from.address,
    );
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, host, resolve);
  });
  return {
    host,
    port: socket.address().port,
    asked,
    set(name, ...answers) {
      zones.set(`A ${name}`, [...answers]);
      zones.set(`AAAA ${name}`, [...answers]);
    },
    close: () => new Promise((resolve) => void socket.close(() => resolve())),
  };
}
