import type { CaseState } from '../domain/case.ts';
import type { Method } from '../domain/method.ts';
import type { Provider } from '../domain/provider.ts';
import type { ListHit } from '../domain/rows.ts';
import type { Endpoint, HostType, ServerKind } from '../domain/server.ts';

/** What `dismantle servers` shows. */
export interface ServerView {
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  readonly endpoints: readonly Endpoint[];
  readonly firstSeen: string | null;
  readonly lastSeen: string | null;
  readonly located: boolean;
  readonly providerKey: string | null;
  readonly provider: string | null;
  readonly asn: number | null;
  readonly holder: string | null;
  readonly country: string | null;
  readonly locationSource: string | null;
  readonly locationDate: string | null;
  readonly caseId: string | null;
  readonly state: CaseState | null;
  readonly heldBy: readonly string[];
}

/** What `dismantle cases` and `dismantle explain` show. */
export interface CaseView {
  readonly caseId: string;
  readonly serverId: string;
  readonly hostType: HostType;
  readonly host: string;
  readonly kind: ServerKind;
  readonly episode: number;
  readonly state: CaseState;
  readonly stateSince: string;
  readonly openedAt: string;
  readonly heldBy: readonly string[];
  readonly groups: readonly string[];
  readonly attestedBy: readonly string[];
  readonly groundChecked: boolean;
  readonly listHits: readonly ListHit[];
  readonly country: string | null;
  readonly providerKey: string | null;
  readonly provider: string | null;
  readonly method: Method | null;
  readonly rowId: string | null;
  /** SHA-256 of the playbook that decided. */
  readonly playbook: string | null;
  readonly missing: readonly string[];
  readonly noticeId: string | null;
}

export interface ProviderView extends Provider {
  readonly servers: number;
  readonly notices: number;
}

export interface NoticeView {
  readonly noticeId: string;
  readonly providerKey: string;
  readonly provider: string;
  readonly country: string | null;
  readonly to: string | null;
  readonly method: Method;
  readonly rowId: string;
  readonly items: number;
  readonly state: 'drafted' | 'withdrawn';
  readonly missing: readonly string[];
  readonly reference: string;
  readonly messageId: string;
  readonly draftedAt: string;
  readonly hash: string;
  readonly fileName: string;
}

/** Counts over one operation. Servers are counted once, however many cases or endpoints they have. */
export interface OperationFigures {
  readonly servers: number;
  readonly byKind: Readonly<Record<string, number>>;
  /** Servers whose origin AS or provider is known. */
  readonly located: number;
  readonly held: number;
  /** A server that is held for several reasons counts under each. */
  readonly heldBy: Readonly<Record<string, number>>;
  readonly providers: number;
  readonly cases: number;
  readonly byState: Readonly<Record<string, number>>;
  /** Cases by the method decided for them. */
  readonly methods: Readonly<Record<string, number>>;
  /** Servers by list and effect, as the lists said at the last judgement. */
  readonly listHits: readonly { readonly list: string; readonly effect: string; readonly servers: number }[];
  /** False while at least one server has never been held against warning lists. */
  readonly groundChecked: boolean;
}
