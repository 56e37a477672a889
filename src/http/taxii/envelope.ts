import { z } from 'zod';
import { HttpProblem } from '../problem.ts';
import { STIX_ID } from './page-request.ts';

/*
 * What a client hands in (TAXII 2.1 sections 3.7 and 5.5).
 */

const MOST_OBJECTS = 5000;
/** STIX nests a handful of levels; whoever nests thousands wants a stack to overflow. */
const DEEPEST = 64;

const OBJECT = z.looseObject({ type: z.string().regex(/^[a-z0-9-]{3,250}$/), id: z.string().regex(STIX_ID) });
const ENVELOPE = z.looseObject({ objects: z.array(OBJECT).min(1).max(MOST_OBJECTS) });

export type SentObject = z.infer<typeof OBJECT>;
const AS_SENT = z.object({ objects: z.array(z.custom<SentObject>()) });

/** @throws HttpProblem 400 for what is no JSON in UTF-8, 422 for JSON that is no envelope of STIX objects. */
export function readEnvelope(body: Uint8Array): readonly SentObject[] {
  let text: string;
  try {
    // A mark of order at the beginning is no JSON (RFC 8259 section 8.1), and is left for that to be said.
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw new HttpProblem(400, 'the body is not UTF-8');
  }
  if (depthOf(text) > DEEPEST) throw new HttpProblem(422, `the body is nested more than ${DEEPEST} levels deep`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HttpProblem(400, 'the body is not JSON');
  }
  const read = ENVELOPE.safeParse(value);
  // As they were sent, not as they were read: their fields stay in their order.
  if (read.success) return AS_SENT.parse(value).objects;
  const [issue] = read.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'the body' : issue.path.map(String).join('.');
  throw new HttpProblem(422, `${where} is no envelope of STIX objects: ${issue?.message ?? ''}`);
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth);
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
}
