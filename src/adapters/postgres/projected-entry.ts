import type { JsonValue } from '../../ledger/canonical.ts';
import type { Session } from './connect.ts';

/** An entry as a projection sees it: all that it may use besides the batch's append-only rows. */
export interface ProjectedEntry {
  readonly sequence: number;
  readonly recordedAt: string;
  readonly kind: string;
  readonly subject: string;
  readonly body: { readonly [key: string]: JsonValue };
}

export type Project = (session: Session, entry: ProjectedEntry) => Promise<void>;

/** What a part of the house makes of its kinds of entries. */
export type Projections = Readonly<Record<string, Project>>;
