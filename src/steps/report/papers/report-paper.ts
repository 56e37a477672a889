import type { OperationReport } from '../../../domain/report.ts';
import type { PaperDocument } from '../../../ports/documents.ts';
import type { WorldMap } from '../../../ports/world-map.ts';
import { breakdownSections } from './breakdown-sections.ts';
import { durationsSection, overTimeSection } from './durations-section.ts';
import { figuresSection } from './figures-section.ts';
import { headlineBlocks } from './headline.ts';
import { operatorsSection } from './operators-section.ts';
import { outsideSection } from './outside-section.ts';
import type { PaperContext } from './paper-context.ts';
import { listServers } from './server-list.ts';
import { serversSection } from './servers-section.ts';
import { severanceSection } from './severance-section.ts';
import { createShown } from './shown.ts';
import { definitionsSection, vantagesSection } from './sources-sections.ts';
import { count, instantOfIso, moment } from './words.ts';
import { wrongSection } from './wrong-section.ts';

export interface PaperRequest {
  /** Who reports. */
  readonly organisation: string;
  readonly withDeviceAddresses: boolean;
  readonly map: WorldMap;
}

/** The report on an operation as a document: from the figures alone, so that the same figures give the same document. */
export function reportPaper(report: OperationReport, request: PaperRequest): PaperDocument {
  const shown = createShown(report, request.withDeviceAddresses);
  const context: PaperContext = { report, shown, list: listServers(report, shown), map: request.map };
  const operation = shown.name(report.operation);
  const botnet = report.malware === null ? null : shown.name(report.malware);
  const figures = [
    ...headlineBlocks(context),
    ...figuresSection(context),
    ...wrongSection(context),
    ...durationsSection(context),
    ...overTimeSection(context),
    ...severanceSection(context),
    ...breakdownSections(context),
    ...operatorsSection(context),
    ...outsideSection(context),
    ...vantagesSection(context),
  ];
  return {
    title: `${report.drill ? 'DRILL: ' : ''}Operation ${operation}`,
    subtitle: `Report on ${botnet === null ? 'the operation' : `the operation against ${botnet}`} as of ${moment(report.asOf)}`,
    author: shown.name(request.organisation),
    createdAt: instantOfIso(report.asOf),
    look: 'report',
    blocks: [...figures, ...definitionsSection(context, figures), ...serversSection(context)],
    footer: [
      `${report.drill ? 'DRILL · ' : ''}Operation ${operation} · as of ${moment(report.asOf)} · ledger: ${count(report.ledger.entries)} entries, root ${report.ledger.root.slice(0, 16)}…`,
    ],
  };
}
