import type { Addressee, MailHead, Outgoing } from '../review/contract.ts';

/* What the pages on providers read. */

export interface ProviderFile {
  readonly provider: Addressee & { readonly asn: number | null; readonly source: string };
  readonly partOf: string | null;
  readonly parts: readonly string[];
  readonly correction: string | null;
  readonly servers: number;
  readonly notices: number;
  readonly clearances: readonly {
    readonly mailbox: string;
    readonly person: string;
    readonly reason: string;
    readonly clearedAt: string;
  }[];
  readonly cases: readonly {
    readonly caseId: string;
    readonly host: string;
    readonly kind: string;
    readonly state: string;
    readonly stateSince: string;
  }[];
  readonly drafted: readonly {
    readonly noticeId: string;
    readonly reference: string;
    readonly method: string;
    readonly state: string;
    readonly items: number;
    readonly to: string | null;
    readonly draftedAt: string;
  }[];
  readonly outgoing: readonly Outgoing[];
  readonly mail: readonly MailHead[];
}
