import { ProblemError } from '../domain/problem.ts';
import type { Problem, ProblemCode } from '../domain/problem.ts';

/*
 * The one place where a problem becomes an answer over HTTP (RFC 9457).
 */

export const PROBLEM_TYPE = 'application/problem+json';

const STATUS: Readonly<Record<ProblemCode, number>> = {
  usage: 400,
  settings: 500,
  input: 422,
  'not-found': 404,
  refused: 409,
  database: 503,
  outdated: 503,
  'switched-off': 409,
  interrupted: 503,
};

const TITLES: Readonly<Record<number, string>> = {
  400: 'The request is off',
  401: 'Who are you?',
  403: 'Not for you',
  404: 'Not here',
  405: 'Not with this method',
  406: 'Not in this form',
  409: 'A rule forbids it',
  413: 'Too large',
  415: 'Of another type',
  422: 'What was sent is off',
  429: 'Too many requests',
  500: 'A fault of ours',
  503: 'Not now',
};

/** A problem that only HTTP knows, with its status. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What whoever runs the service reads of it; the requester is not told. */
  readonly reason: string | null;

  constructor(
    status: number,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
    reason: string | null = null,
  ) {
    super(detail);
    this.name = 'HttpProblem';
    this.status = status;
    this.detail = detail;
    this.headers = headers;
    this.reason = reason;
  }
}

/** Nobody is in, and nobody has shown anything that could have been right: no guess, which would count against its network. */
export class NothingTried extends HttpProblem {
  constructor(detail: string, headers: Readonly<Record<string, string>>, reason: string) {
    super(401, detail, headers, reason);
    this.name = 'NothingTried';
  }
}

/** What is not there, and what one may not know of: the same words. */
export function notHere(): HttpProblem {
  return new HttpProblem(404, 'there is nothing here that you may know of');
}

export interface ToldProblem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What is told beyond RFC 9457's own members. */
  readonly code: string;
  readonly hint: string | null;
  /** A fault of ours, or why something was refused, to be logged whole; the requester is told its number alone. */
  readonly fault: unknown;
}

export function toldProblem(error: unknown): ToldProblem {
  if (error instanceof HttpProblem) {
    const { status, detail, headers, reason } = error;
    return { ...told(status, detail), headers, fault: reason };
  }
  if (error instanceof ProblemError) return ofOurs(error.problem, error);
  return {
    ...told(500, 'something went wrong here; it was written down under the number of this request'),
    fault: error,
  };
}

function ofOurs({ code, message, hint }: Problem, error: ProblemError): ToldProblem {
  const status = STATUS[code];
  // What the database or the settings say is for whoever runs the service.
  if (status >= 500) return { ...told(status, 'the service cannot do this just now'), code, fault: error };
  return { ...told(status, message), code, hint: hint ?? null };
}

function told(status: number, detail: string): ToldProblem {
  const title = TITLES[status] ?? 'It did not work';
  return {
    status,
    title,
    detail,
    headers: {},
    code: title.toLowerCase().replaceAll(/\W+/g, '-'),
    hint: null,
    fault: null,
  };
}

export function problemResponse(told: ToldProblem, requestId: string): Response {
  const { status, title, detail, headers, code, hint } = told;
  const body = {
    type: 'about:blank',
    title,
    status,
    detail,
    instance: `urn:uuid:${requestId}`,
    code,
    ...(hint === null ? {} : { hint }),
  };
  return new Response(JSON.stringify(body), { status, headers: { ...headers, 'content-type': PROBLEM_TYPE } });
}
