import { readFile, stat } from 'node:fs/promises';
import { parseDocument, visit } from 'yaml';
import { z } from 'zod';
import type { AuthorityWords } from '../../domain/authority-words.ts';
import { failure, success } from '../../domain/result.ts';
import type { Result } from '../../domain/result.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const MAX_COMPLAINTS = 10;

const word = z.string();
const words = z.array(z.string());
const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** docs/authorities.md shows the format. Every scalar is read as the text that stands there: "NO" is Norway. */
const shape = z.strictObject({
  reference: word.optional(),
  kind: word.optional(),
  court: word.optional(),
  docket: word.optional(),
  jurisdictions: words.optional(),
  issued: word.optional(),
  expires: word.optional(),
  bond: word.optional(),
  sealed: flag.optional(),
  unseal: word.optional(),
  providers: words.optional(),
  parent: word.optional(),
  scope: z
    .strictObject({
      addresses: words.optional(),
      prefixes: words.optional(),
      domains: words.optional(),
      standing: flag.optional(),
    })
    .optional(),
});

/** Reads an instrument that somebody has written down in YAML or JSON; what stands in it is judged elsewhere. */
export async function readAuthorityFile(path: string): Promise<Result<Partial<AuthorityWords>>> {
  const text = await readText(path);
  if (!text.ok) return refuse([`${path}: ${text.problem}`]);
  const document = parseDocument(text.value, { version: '1.2', schema: 'failsafe', merge: false });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) return refuse([`${path}: not readable as YAML: ${error.message.split('\n', 1)[0] ?? ''}`]);
  let hasAlias = false;
  visit(document, {
    Alias: () => {
      hasAlias = true;
      return visit.BREAK;
    },
  });
  // A few lines of aliases unfold to millions of entries.
  if (hasAlias) return refuse([`${path}: aliases are not taken; write it out`]);
  const read = shape.safeParse(document.toJS());
  if (!read.success)
    return refuse(read.error.issues.map((issue) => `${path}: ${issue.path.join('.')}: ${issue.message}`));
  const { scope = {}, ...said } = read.data;
  const found = Object.entries({ ...said, ...scope }).filter(([, value]) => value !== undefined);
  return success(Object.fromEntries(found));
}

async function readText(path: string): Promise<Result<string, string>> {
  try {
    const facts = await stat(path);
    if (!facts.isFile()) return failure('is not a file');
    if (facts.size > MAX_BYTES) return failure(`has ${facts.size} bytes; at most ${MAX_BYTES} are taken`);
    return success(new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)));
  } catch (cause) {
    if (cause instanceof TypeError) return failure('is not UTF-8 text');
    return failure(`cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

function refuse(complaints: readonly string[]): Result<never> {
  const shown = complaints.slice(0, MAX_COMPLAINTS);
  const more = complaints.length - shown.length;
  return failure({
    code: 'usage',
    message: [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
    hint: 'docs/authorities.md shows what such a file looks like',
  });
}
