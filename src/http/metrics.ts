import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Answered } from './create-http.ts';

/** What Prometheus reads: of the process, and of what it answers. No operation, no server and nobody's name stands in it. */
export interface Metrics {
  answered(request: Answered): void;
  /** A live view was opened (+1) or closed (-1). */
  watching(change: 1 | -1): void;
  text(): Promise<string>;
  readonly contentType: string;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const MS = 1000;

export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'dismantle_http_request_seconds',
    help: 'How long requests took, by route',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [registry],
  });
  const faults = new Counter({
    name: 'dismantle_http_faults_total',
    help: 'Requests that ended in a fault of ours',
    registers: [registry],
  });
  const views = new Gauge({
    name: 'dismantle_http_live_views',
    help: 'Live views that are open',
    registers: [registry],
  });
  new Gauge({ name: 'dismantle_info', help: 'The version that runs', labelNames: ['version'], registers: [registry] })
    .labels(version)
    .set(1);
  return {
    answered({ method, path, status, tookMs }) {
      requests.labels(method, path, String(status)).observe(tookMs / MS);
      if (status >= 500) faults.inc();
    },
    watching: (change) => views.inc(change),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
