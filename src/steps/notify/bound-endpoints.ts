import type { NoticeItem } from '../../domain/notice.ts';
import type { Endpoint } from '../../domain/server.ts';

/** So many endpoints of one server still make a message that a mail program takes and a person reads. */
export const MAX_ENDPOINTS = 50;

/**
 * At most MAX_ENDPOINTS of a server's endpoints, and how many are left out. Each port is named before a second endpoint
 * of one is, since a desk looks for ports first; the same endpoints give the same choice, whatever order they come in.
 */
export function boundEndpoints(all: readonly Endpoint[]): Pick<NoticeItem, 'endpoints' | 'endpointsLeftOut'> {
  if (all.length <= MAX_ENDPOINTS) return { endpoints: all, endpointsLeftOut: 0 };
  const sorted = all.toSorted(byPortSchemePath);
  const isFirstOfPort = (endpoint: Endpoint, at: number): boolean => sorted[at - 1]?.port !== endpoint.port;
  const firsts = sorted.filter(isFirstOfPort);
  const others = sorted.filter((endpoint, at) => !isFirstOfPort(endpoint, at));
  const endpoints = [...firsts, ...others].slice(0, MAX_ENDPOINTS).toSorted(byPortSchemePath);
  return { endpoints, endpointsLeftOut: all.length - endpoints.length };
}

/** By code units, what is not known first: as the store sorts them. */
function byPortSchemePath(one: Endpoint, other: Endpoint): number {
  return (one.port ?? 0) - (other.port ?? 0) || compare(one.scheme, other.scheme) || compare(one.path, other.path);
}

function compare(one: string | null, other: string | null): number {
  if (one === other) return 0;
  return one === null || (other !== null && one < other) ? -1 : 1;
}
