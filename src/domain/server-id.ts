import { derivedId } from './derived-id.ts';
import { defang, defangSentence, refang } from './defang.ts';
import { parseIndicator } from './indicator.ts';
import type { Operation } from './operation.ts';
import { problem } from './problem.ts';
import type { ProblemError } from './problem.ts';

/** A server as a person names it: by host, host:port, URL or id, defanged or not. */
export interface NamedServer {
  /** What its id would be; a server's id follows from its host, so that nobody has to search for it. */
  readonly id: string;
  /** As it may be shown: a host without its port and path, or words that name none. */
  readonly shown: string;
}

export function namedServer(operationId: string, text: string): NamedServer {
  const wanted = refang(text.trim());
  const parsed = parseIndicator(wanted);
  const shown = parsed.ok ? defang(parsed.value.host) : defangSentence(wanted);
  if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(wanted)) return { id: wanted.toLowerCase(), shown };
  const { hostType, host } = parsed.ok ? parsed.value : { hostType: 'domain', host: wanted.toLowerCase() };
  return { id: derivedId('server', operationId, hostType, host), shown };
}

/** What to say where an operation has no such server. */
export function noSuchServer({ name }: Operation, { shown }: NamedServer): ProblemError {
  return problem(
    'not-found',
    `the operation ${name} has no server ${shown}`,
    `List them with: dismantle servers --operation ${name}`,
  );
}
