import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ValidateFunction } from 'ajv/dist/2020.js';
import { z } from 'zod';

/** The official STIX 2.1 schemas, beside the checkout; not ours to commit. */
const SCHEMAS = fileURLToPath(new URL('../../../shared/data/stix', import.meta.url));

export const hasStixSchemas = existsSync(SCHEMAS);

const schemaShape = z.looseObject({ $id: z.string() });

/** Judges one object by the schema of its type; gives what is wrong with it, "" where nothing is or they are not at hand. */
export function stixValidator(): (object: { readonly type: string }) => string {
  if (!hasStixSchemas) return () => '';
  // Their patterns are not for the u flag, and they use keywords of their own.
  const ajv = new Ajv2020({ strict: false, unicodeRegExp: false, validateFormats: false, allErrors: true });
  const ids = new Map<string, string>();
  for (const folder of ['common', 'observables', 'sdos', 'sros']) {
    for (const file of readdirSync(join(SCHEMAS, folder)).filter((name) => name.endsWith('.json'))) {
      const schema = schemaShape.parse(JSON.parse(readFileSync(join(SCHEMAS, folder, file), 'utf8')));
      ajv.addSchema(schema);
      ids.set(file.replace('.json', ''), schema.$id);
    }
  }
  const validators = new Map<string, ValidateFunction>();
  return (object) => {
    let validate = validators.get(object.type);
    if (validate === undefined) {
      const found = ajv.getSchema(ids.get(object.type) ?? '');
      if (found === undefined) return `there is no schema for ${object.type}`;
      validators.set(object.type, (validate = found));
    }
    return validate(object) ? '' : `${JSON.stringify(object)}: ${ajv.errorsText(validate.errors)}`;
  };
}
