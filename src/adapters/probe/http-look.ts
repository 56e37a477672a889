import type { Duplex } from 'node:stream';
import type { HttpSeen } from '../../domain/observation.ts';
import { plainText } from '../../domain/plain-text.ts';
import { sha256 } from './certificate-seen.ts';
import { createHttpAnswer } from './http-answer.ts';
import { codeOf } from './open-tcp.ts';
import { whenSilent } from './patience.ts';

export interface HttpRequest {
  /** As it goes into Host, port included where it is not the usual one. */
  readonly authority: string;
  readonly path: string;
  readonly over: 'tls' | 'tcp';
  readonly userAgent: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const MAX_PATH = 2000;

/** The bytes of the one request that is ever sent. */
export function requestBytes({
  authority,
  path,
  userAgent,
}: Pick<HttpRequest, 'authority' | 'path' | 'userAgent'>): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${authority}\r\nUser-Agent: ${userAgent}\r\nAccept: */*\r\nConnection: close\r\n\r\n`;
}

/** A path as it may stand in a request line: no blank, control or query, other letters as UTF-8 in percent notation. */
export function requestPath(path: string | null): string {
  const bare = (path ?? '/').split(/[?#]/, 1)[0] ?? '/';
  const rooted = bare.startsWith('/') ? bare : `/${bare}`;
  const escaped = Array.from(rooted.toWellFormed(), (character) =>
    /^[\x21-\x7e]$/.test(character) ? character : encodeURIComponent(character),
  ).join('');
  return escaped.slice(0, MAX_PATH);
}

/** One GET on an open stream, which is closed by it. Never throws. */
export function lookAtHttp(stream: Duplex, request: HttpRequest): Promise<HttpSeen> {
  const began = performance.now();
  const answer = createHttpAnswer();
  return new Promise((resolve) => {
    let settled = false;
    const settle = (without: 'closed' | 'reset' | 'timed-out', error: string | null): void => {
      if (settled) return;
      settled = true;
      stopWaiting();
      request.signal.removeEventListener('abort', stop);
      stream.off('data', take);
      stream.destroy();
      const { head, body, isHttp } = answer;
      const said = !isHttp ? 'not-http' : head === null ? without : 'answered';
      resolve({
        outcome: said,
        over: request.over,
        path: request.path,
        status: head?.status ?? null,
        headers: head?.headers ?? [],
        location: head?.location ?? null,
        bodySha256: body.length === 0 ? null : sha256(body),
        bodyBytes: body.length,
        bodyTruncated: answer.bodyTruncated,
        title: titleOf(body),
        ms: Math.round(performance.now() - began),
        error: answer.complaint ?? error,
      });
    };
    const take = (chunk: Buffer): void => {
      if (answer.take(chunk)) settle('closed', null);
    };
    const ended = (): void => {
      answer.end();
      settle('closed', answer.heard ? null : 'closed without a word');
    };
    const stop = (): void => settle('timed-out', 'stopped');
    const stopWaiting = whenSilent(request.timeoutMs, () => settle('timed-out', 'not done in time'));
    request.signal.addEventListener('abort', stop, { once: true });
    stream.on('data', take);
    stream.once('end', ended);
    stream.once('close', ended);
    stream.on('error', (error) => {
      const code = codeOf(error);
      settle(code === 'ECONNRESET' || code === 'EPIPE' ? 'reset' : 'closed', plainText(code, 100));
    });
    if (request.signal.aborted) stop();
    else {
      stream.write(requestBytes(request));
      stream.resume();
    }
  });
}

function titleOf(body: Uint8Array): string | null {
  if (body.length === 0) return null;
  const text = Buffer.from(body).toString('utf8');
  const begin = /<title(?:\s[^>]{0,200})?>/i.exec(text);
  if (begin === null) return null;
  const rest = text.slice(begin.index + begin[0].length, begin.index + begin[0].length + 2000);
  const title = plainText((rest.split('<', 1)[0] ?? '').replaceAll(/\s+/g, ' '), 200);
  return title === '' ? null : title;
}
