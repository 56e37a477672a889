import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { UseQueryResult } from '@tanstack/react-query';

/*
 * The one way to the service: its HTTP interface, as docs/http.md and /openapi.json tell it.
 */

/** What the service said against something (RFC 9457). */
export class ServiceProblem extends Error {
  override readonly name = 'ServiceProblem';
  /** 0 where the service could not be reached at all. */
  readonly status: number;
  readonly hint: string | null;

  constructor(status: number, message: string, hint: string | null) {
    super(message);
    this.status = status;
    this.hint = hint;
  }
}

/** What the server could not do now it may do later; what it refused it refuses again. */
export function isWorthRetrying(error: unknown): boolean {
  return !(error instanceof ServiceProblem) || error.status === 0 || error.status >= 500;
}

interface ProblemJson {
  readonly detail?: unknown;
  readonly hint?: unknown;
}

/** Asks the service, as whoever is signed in. `path` is below /api/v1 and encoded. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('accept', 'application/json');
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { ...init, headers, credentials: 'same-origin' });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ServiceProblem(0, 'The service does not answer.', null);
  }
  if (response.ok) return response;
  const told: ProblemJson = await response.json().catch(() => ({}));
  throw new ServiceProblem(
    response.status,
    typeof told.detail === 'string' ? told.detail : `The service answered ${response.status}.`,
    typeof told.hint === 'string' ? told.hint : null,
  );
}

/** Reads JSON. The shape is the contract's (contract.ts): the service and its tests answer for it. */
export async function read<Value>(path: string, signal?: AbortSignal): Promise<Value> {
  const response = await ask(path, signal === undefined ? {} : { signal });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the browser tests run against the real service
  return (await response.json()) as Value;
}

/** Acts that nobody signs. */
export async function act<Value>(method: 'POST' | 'PUT' | 'DELETE', path: string, body: unknown = {}): Promise<Value> {
  const response = await ask(path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  return (response.status === 204 ? null : await response.json()) as Value;
}

/** What the module's errors carry where the service has refused. */
interface RefusedInModule {
  readonly status?: unknown;
  readonly detail?: unknown;
  readonly hint?: unknown;
}

interface SigningModule {
  act(path: string, body: unknown, method?: string, about?: string): Promise<unknown>;
}

/**
 * Acts that a person signs with a passkey: what is signed is shown first, below `about`, what the page has said of it. Null where the person would not sign. The module is
 * the service's own, the same that its account page uses.
 */
export async function actSigned<Value>(path: string, body: unknown = {}, about?: string): Promise<Value | null> {
  const address = '/static/sign.js';
  const signing: SigningModule = await import(/* @vite-ignore */ address);
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
    return (await signing.act(`/api/v1${path}`, body, 'POST', about)) as Value | null;
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'NotAllowedError')
      throw new ServiceProblem(0, 'The passkey did not answer, or it was cancelled. Nothing was signed.', null);
    throw asProblem(cause);
  }
}

/** What the service refused, told as everywhere else; anything else stays what it is. */
function asProblem(cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  const { status, detail, hint }: Error & RefusedInModule = cause;
  if (typeof status !== 'number' || typeof detail !== 'string') return cause;
  return new ServiceProblem(status, detail, typeof hint === 'string' ? hint : null);
}

/** One part of a path. */
export function part(text: string): string {
  return encodeURIComponent(text);
}

/** What stands at a path, kept up to date by what the ledger tells (live.ts). What was shown stays until the new is there. `eachMs`: also read anew after so long. */
export function useRead<Value>(path: string | null, eachMs?: number): UseQueryResult<Value> {
  return useQuery<Value>({
    queryKey: [path],
    queryFn: ({ signal }) => read<Value>(path ?? '', signal),
    enabled: path !== null,
    placeholderData: keepPreviousData,
    ...(eachMs === undefined ? {} : { refetchInterval: eachMs }),
  });
}
