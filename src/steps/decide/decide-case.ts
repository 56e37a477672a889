import { registrableDomain } from '../../domain/registrable-domain.ts';
import type { Gates } from '../../domain/gates.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Capacity, MethodFacts, MethodRow } from '../../domain/method.ts';
import type { DecisionRow } from '../../domain/rows.ts';
import { canonicalJson } from '../../ledger/canonical.ts';
import type { Authorities, CoveredServer } from '../../policy/authority-coverage.ts';
import { missingForNotice } from '../../policy/missing.ts';
import type { DecideFacts } from '../../ports/store.ts';

/** The method table's answer for one combination of facts. */
export type ChooseMethod = (facts: MethodFacts) => MethodRow;

/** What a decision follows, besides the case. */
export interface DecisionRules {
  readonly capacity: Capacity;
  /** SHA-256 of the method table's file, lower-case hex. */
  readonly playbook: string;
  readonly chooseMethod: ChooseMethod;
  readonly gates: Gates;
}

/** What the method table may look at, from what is known of a case. */
export function methodFactsOf(
  facts: Pick<DecideFacts, 'hostType' | 'kind' | 'listHits' | 'country' | 'provider' | 'authority'>,
  capacity: Capacity,
): MethodFacts {
  return {
    capacity,
    assetType: facts.hostType,
    kind: facts.kind,
    ground: facts.listHits.some((hit) => hit.effect === 'hostname-only') ? 'hostname-only' : 'open',
    country: facts.provider?.country ?? facts.country,
    providerType: facts.provider?.type ?? (facts.hostType === 'domain' ? 'registrar' : 'unknown'),
    trust: facts.provider?.trust ?? 'unknown',
    authority: facts.authority,
    contact: (facts.provider?.contact ?? null) === null ? 'none' : 'known',
  };
}

/** The same case, under whatever authority covers its server at that moment. */
export function underAuthority(facts: DecideFacts, authorities: Authorities, now: Instant): DecideFacts {
  const { fact, covering } = authorities.coverageOf(coveredServer(facts), now);
  return covering === null ? facts : { ...facts, authority: fact, authorityId: covering.authority.authorityId };
}

/** What an authority is asked about. */
export function coveredServer({
  hostType,
  host,
  provider,
  country,
}: Pick<DecideFacts, 'hostType' | 'host' | 'provider' | 'country'>): CoveredServer {
  return { hostType, host, provider, country: provider?.country ?? country };
}

/** On ground that many share only a name may be asked for: an address alone tells a CDN nothing that it could act on. */
function isHostNameUnknown({ hostType, listHits, isNamed, kind }: DecideFacts): boolean {
  const isShared =
    kind === 'shared-hosting' || kind === 'cdn-fronted' || listHits.some((hit) => hit.effect === 'hostname-only');
  return hostType === 'address' && !isNamed && isShared;
}

/**
 * Names of a hoster's customers, of dynamic DNS, of a hacked site: whose the registered name is, has to be said by somebody. The same
 * of a registered name below which the botnet has several names, each known by itself: so it is where anybody can have one, and lists of
 * such domains are never whole. Taking it away would take everybody's.
 */
function isRegisteredNameUnproven({ hostType, host, kind, hasNamesBelow = false }: DecideFacts): boolean {
  return hostType === 'domain' && kind !== 'dedicated' && (registrableDomain(host) !== host || hasNamesBelow);
}

export function needsNotice(row: MethodRow): boolean {
  return row.template !== 'none';
}

/** The lawful method for one case and what is still missing before a notice may go. Null when nothing has changed. */
export function decideCase(facts: DecideFacts, rules: DecisionRules, now: Instant): DecisionRow | null {
  const { capacity, playbook, chooseMethod, gates } = rules;
  const asked = methodFactsOf(facts, capacity);
  const row = chooseMethod(asked);
  const isReferral = row.addressee === 'csirt';
  // Where nobody knows the CSIRT the referral is drafted all the same, by the provider that it is about, to nobody yet.
  const addressee = isReferral ? (facts.csirt ?? facts.provider) : facts.provider;
  const decision: DecisionRow = {
    type: 'decision',
    caseId: facts.caseId,
    method: row.method,
    rowId: row.id,
    playbook,
    facts: asked,
    providerKey: addressee?.key ?? null,
    missing: missingForNotice(
      {
        addressee,
        // A CSIRT is asked once, whoever is asked first behind it.
        isFirstAskedOpen: facts.otherProvider !== null && !isReferral,
        isCsirtUnknown: isReferral && facts.csirt === null,
        authority: facts.authority,
        needsNotice: needsNotice(row),
        groundChecked: facts.groundChecked,
        mayBeTold: facts.mayBeTold,
        isHostNameUnknown: isHostNameUnknown(facts),
        isRegisteredNameUnproven: row.asks.includes('suspend-domain') && isRegisteredNameUnproven(facts),
        assessment: facts.assessment,
        look: facts.look,
        isDeconflicted: facts.deconflicted,
        isHandsOff: facts.handsOff !== null,
        isWithPartner: facts.partner !== null,
      },
      now,
      gates,
    ),
    ...(facts.authorityId === undefined ? {} : { authorityId: facts.authorityId }),
  };
  return facts.current !== null && sameDecision(decision, facts) ? null : decision;
}

function sameDecision(decision: DecisionRow, { current, state }: DecideFacts): boolean {
  if (current === null || (state !== 'decided' && state !== 'drafted' && state !== 'approved')) return false;
  return (
    current.method === decision.method &&
    current.rowId === decision.rowId &&
    current.playbook === decision.playbook &&
    current.providerKey === decision.providerKey &&
    current.facts !== null &&
    canonicalJson(current.facts) === canonicalJson(decision.facts) &&
    current.missing.join() === decision.missing.join() &&
    (current.authorityId ?? undefined) === decision.authorityId
  );
}
