import type { OperationReport } from '../../../domain/report.ts';
import type { Run, Words } from '../../../ports/documents.ts';
import type { WorldMap } from '../../../ports/world-map.ts';
import type { ServerList } from './server-list.ts';
import type { Shown } from './shown.ts';

/** What every section is written from. */
export interface PaperContext {
  readonly report: OperationReport;
  readonly shown: Shown;
  readonly list: ServerList;
  readonly map: WorldMap;
}

export function definitionAnchor(key: string): string {
  return `definition-${key.replaceAll(/[^\w-]/g, '-')}`;
}

/** A term that leads to what it means, where the report says that. */
export function term(report: OperationReport, key: string, text: string): Words {
  return [linked(report, key, text)];
}

export function linked(report: OperationReport, key: string, text: string): Run {
  return Object.hasOwn(report.definitions, key) ? { text, to: definitionAnchor(key) } : { text };
}
