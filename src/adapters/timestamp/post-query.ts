import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { problem } from '../../domain/problem.ts';

/** A token with a chain of certificates has a few KiB. */
const MAX_RESPONSE_BYTES = 64 * 1024;

/**
 * Hands a query to a time-stamping authority and takes its answer (RFC 3161 section 3.4). Follows no redirect: the
 * ledger names whom we asked.
 */
export async function postQuery(url: URL, query: Uint8Array, signal: AbortSignal, timeoutMs: number): Promise<Buffer> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const response = await open(url, query, AbortSignal.any([signal, late]));
    return await bodyOf(url, response);
  } catch (cause) {
    if (signal.aborted) throw problem('interrupted', 'stopped; nothing is half-done', undefined, cause);
    if (late.aborted) throw failed(url, `no whole answer within ${timeoutMs / 1000} s`, cause);
    if (cause instanceof Error && 'code' in cause) throw failed(url, cause.message, cause);
    throw cause;
  }
}

function open(url: URL, query: Uint8Array, signal: AbortSignal): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      // A connection of its own, closed when the answer has come.
      agent: false,
      signal,
      headers: {
        accept: 'application/timestamp-reply',
        'content-type': 'application/timestamp-query',
        'content-length': query.length,
      },
    });
    request.once('response', resolve);
    // It stays on: a connection that breaks after the answer began reports it here as well.
    request.on('error', reject);
    request.end(query);
  });
}

async function bodyOf(url: URL, response: IncomingMessage): Promise<Buffer> {
  const { statusCode = 0 } = response;
  if (statusCode !== 200) {
    response.destroy();
    const isRedirect = statusCode >= 300 && statusCode < 400;
    throw failed(
      url,
      `it answers with the status ${statusCode}${isRedirect ? ', and redirects are not followed' : ''}`,
    );
  }
  const pieces: Uint8Array[] = [];
  let length = 0;
  const chunks: AsyncIterable<Uint8Array> = response;
  for await (const chunk of chunks) {
    pieces.push(chunk);
    length += chunk.length;
    // Leaving the loop closes the connection.
    if (length > MAX_RESPONSE_BYTES) throw failed(url, `its answer is longer than ${MAX_RESPONSE_BYTES / 1024} KiB`);
  }
  return Buffer.concat(pieces);
}

function failed(url: URL, reason: string, cause?: unknown): Error {
  return problem(
    'input',
    `the time-stamping authority at ${url.href} gave no time-stamp: ${reason}`,
    'Try again later, or ask another authority with --tsa',
    cause,
  );
}
