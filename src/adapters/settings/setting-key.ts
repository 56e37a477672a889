import type { z } from 'zod';

/** One key of dismantle.yaml. Text from the environment is turned into the same type before it is checked. */
export interface SettingKey {
  readonly key: string;
  readonly schema: z.ZodType;
  readonly fallback: unknown;
  readonly meaning: string;
  /** Taken from the environment or from a file of its own, never from dismantle.yaml. */
  readonly secret?: boolean;
  /** `paths`: one or several; in a variable parted as PATH is. */
  readonly kind: 'text' | 'boolean' | 'number' | 'mapping' | 'paths';
  /** How a value is shown that is not shown as it was written. */
  readonly show?: (value: unknown) => string;
  /** A mapping as it is written in the environment. */
  readonly example?: string;
}
