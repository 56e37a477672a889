import { z } from 'zod';
import { FORMATS } from '../../src/steps/intake/format.ts';

/*
 * What scripts may rely on in `dismantle run --json` and `dismantle import --json`. Further keys are welcome.
 */

const count = z.int().min(0);
const counts = z.record(z.string(), count);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const intake = z.looseObject({
  files: z.array(
    z.looseObject({
      file: z.string(),
      format: z.enum(FORMATS),
      sha256,
      rows: count,
      accepted: count,
      rejected: count,
      duplicate: z.boolean(),
      group: z.string(),
    }),
  ),
  rejects: z
    .array(z.looseObject({ file: z.string(), line: z.int().min(1), value: z.string(), reason: z.string().min(1) }))
    .max(1000),
  rejectsFile: z.string().nullable(),
});
const ledger = z.looseObject({ entries: count, root: sha256 });

export const runObject = z.looseObject({
  operation: z.string(),
  intake,
  servers: z.looseObject({ total: count, byKind: counts, located: count, held: count, heldBy: counts }),
  providers: count,
  cases: z.looseObject({ total: count, byState: counts }),
  methods: counts,
  notices: z.array(
    z.looseObject({
      provider: z.string(),
      to: z.string().nullable(),
      method: z.string(),
      items: z.int().min(1),
      file: z.string(),
      reference: z.string(),
      missing: z.array(z.string()),
    }),
  ),
  ledger,
});
export type RunObject = z.infer<typeof runObject>;

export const importObject = z.looseObject({ operation: z.string(), intake, ledger });
