/** RFC 5322 section 3.6.4 as seen in the wild: anything without blanks and brackets around an "@". At most 40, each at most 250 characters. */
const MESSAGE_ID = /<([^<>\s@]{1,150}@[^<>\s@]{1,100})>/g;
const MOST = 40;

/** The message ids in a field's value, in their order, without brackets. */
export function messageIdsIn(value: string | undefined): readonly string[] {
  if (value === undefined) return [];
  const found = value.slice(0, 20_000).matchAll(MESSAGE_ID);
  const ids = new Set<string>();
  for (const [, id] of found) {
    if (id !== undefined && /^[\x21-\x7e]+$/.test(id)) ids.add(id);
    if (ids.size === MOST) break;
  }
  return [...ids];
}

/** Fields of a block of headers (RFC 5322 section 2.2), name in lower case; folded lines joined. At most 500 fields. */
export function fieldsOf(block: string): readonly { readonly name: string; readonly value: string }[] {
  const unfolded = block
    .slice(0, 64_000)
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/\n[ \t]+/g, ' ');
  const fields: { name: string; value: string }[] = [];
  for (const line of unfolded.split('\n').slice(0, 500)) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    fields.push({ name: line.slice(0, colon).trim().toLowerCase(), value: line.slice(colon + 1).trim() });
  }
  return fields;
}

/** The Message-IDs that the head of a returned message names (message/rfc822, text/rfc822-headers). */
export function idsOfHead(text: string): readonly string[] {
  const head = text.slice(0, 64_000).replaceAll(/\r\n?/g, '\n').replace(/^\n+/, '').split('\n\n', 1)[0] ?? '';
  return fieldsOf(head)
    .filter(({ name }) => name === 'message-id')
    .flatMap(({ value }) => messageIdsIn(value.includes('<') ? value : `<${value}>`));
}
