import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { JsonValue } from '../../src/domain/notice.ts';

/** The official X-ARF 4.2 schemas, beside the checkout; not ours to commit. */
const SCHEMAS = fileURLToPath(new URL('../../../shared/data/xarf/v4', import.meta.url));

export const hasXarfSchemas = existsSync(SCHEMAS);

/** Judges a report by the official schemas; gives what is wrong with it, "" where nothing is or they are not at hand. */
export function xarfValidator(): (report: JsonValue) => string {
  if (!hasXarfSchemas) return () => '';
  // "x-recommended" is X-ARF's own keyword, and its formats are those of JSON Schema.
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const read = (path: string): Readonly<Record<string, JsonValue>> => object(JSON.parse(readFileSync(path, 'utf8')));
  ajv.addSchema(read(join(SCHEMAS, 'xarf-core.json')));
  const types = join(SCHEMAS, 'types');
  for (const file of readdirSync(types).filter((name) => name.endsWith('.json'))) {
    ajv.addSchema(read(join(types, file)));
  }
  const validate = ajv.compile(read(join(SCHEMAS, 'xarf-v4-master.json')));
  return (report) => (validate(report) ? '' : ajv.errorsText(validate.errors));
}

function isObject(value: JsonValue): value is Readonly<Record<string, JsonValue>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function object(value: JsonValue | undefined): Readonly<Record<string, JsonValue>> {
  if (value === undefined || !isObject(value)) throw new Error('not an object');
  return value;
}
