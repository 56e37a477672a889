import { fieldOf, readMessageTree, textOf } from '../../domain/message-tree.ts';
import type { MessagePart } from '../../domain/message-tree.ts';

/** One machine-readable report in a mail of ours. */
export interface ReadReport {
  /** What is to be acted on: the name where the report says that others share the address, else what it is about. */
  readonly host: string;
  readonly sourceIdentifier: string;
  /** What is asked for it, in the words of the report. */
  readonly asks: readonly string[];
}

/** What a desk takes from a mail of ours. */
export interface ReadNotice {
  readonly messageId: string;
  readonly subject: string;
  /** What it goes back to: a reminder names the notice, and no servers. */
  readonly references: readonly string[];
  /** Addresses and names that the machine-readable reports are about. */
  readonly hosts: readonly string[];
  /** It says that a court has ordered it. */
  readonly isOrder: boolean;
  readonly reports: readonly ReadReport[];
}

/** With this sentence the text of a court order begins (src/texts/notices), in each language that there is one in. */
const ORDER = /^(?:Under the order of a court that is named below,|Nach der unten genannten gerichtlichen Anordnung)/m;

/** Reads a mail as a desk's own program would: the reports in it, and nothing that only we know. */
export function readNotice(message: Uint8Array): ReadNotice | null {
  const tree = readMessageTree(message);
  if (!tree.ok) return null;
  const reports: ReadReport[] = [];
  let isOrder = false;
  for (const part of parts(tree.value)) {
    if (part.type === 'text/plain') isOrder ||= ORDER.test(textOf(part));
    if (part.type !== 'application/json') continue;
    const report: unknown = JSON.parse(textOf(part));
    const sourceIdentifier = textAt(report, 'source_identifier');
    if (sourceIdentifier === null) continue;
    reports.push({ host: textAt(report, 'c2_server') ?? sourceIdentifier, sourceIdentifier, asks: asksOf(report) });
  }
  const head = tree.value.fields;
  return {
    messageId: (fieldOf(head, 'message-id') ?? '').replaceAll(/[<>\s]/g, ''),
    subject: fieldOf(head, 'subject') ?? '',
    references: `${fieldOf(head, 'references') ?? ''} ${fieldOf(head, 'in-reply-to') ?? ''}`.match(/[^<>\s]+/g) ?? [],
    hosts: [...new Set(reports.map(({ host }) => host))],
    reports,
    isOrder,
  };
}

/** X-ARF has no field for what is asked: it stands in a line of the evidence, "Asked in this drill: preserve, null-route or suspend; by: …". */
function asksOf(report: unknown): readonly string[] {
  if (typeof report !== 'object' || report === null || !('evidence' in report) || !Array.isArray(report.evidence))
    return [];
  const texts = report.evidence.map((each: unknown) =>
    Buffer.from(textAt(each, 'payload') ?? '', 'base64').toString('utf8'),
  );
  const line = /^Asked(?: in this drill)?: ([a-z, -]+)/m.exec(texts.join('\n'))?.[1] ?? '';
  return line.split(/, | or /).filter((ask) => ask !== '');
}

function textAt(value: unknown, key: string): string | null {
  if (typeof value !== 'object' || value === null) return null;
  const found: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof found === 'string' ? found : null;
}

function* parts(part: MessagePart): Generator<MessagePart> {
  yield part;
  for (const child of part.parts) yield* parts(child);
}
