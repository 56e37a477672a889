import { fieldOf, readMessageTree, textOf } from '../../domain/message-tree.ts';
import type { MessagePart } from '../../domain/message-tree.ts';

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
}

/** Reads a mail as a desk's own program would: the reports in it, and nothing that only we know. */
export function readNotice(message: Uint8Array): ReadNotice | null {
  const tree = readMessageTree(message);
  if (!tree.ok) return null;
  const hosts = new Set<string>();
  let isOrder = false;
  for (const part of parts(tree.value)) {
    if (part.type === 'text/plain') isOrder ||= /\bcourt\b/i.test(textOf(part)) && /\border\b/i.test(textOf(part));
    if (part.type !== 'application/json') continue;
    const report: unknown = JSON.parse(textOf(part));
    if (typeof report !== 'object' || report === null) continue;
    if ('source_identifier' in report && typeof report.source_identifier === 'string')
      hosts.add(report.source_identifier);
  }
  const head = tree.value.fields;
  return {
    messageId: (fieldOf(head, 'message-id') ?? '').replaceAll(/[<>\s]/g, ''),
    subject: fieldOf(head, 'subject') ?? '',
    references: `${fieldOf(head, 'references') ?? ''} ${fieldOf(head, 'in-reply-to') ?? ''}`.match(/[^<>\s]+/g) ?? [],
    hosts: [...hosts],
    isOrder,
  };
}

function* parts(part: MessagePart): Generator<MessagePart> {
  yield part;
  for (const child of part.parts) yield* parts(child);
}
