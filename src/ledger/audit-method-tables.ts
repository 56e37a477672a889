import type { JsonObject, JsonValue } from './canonical.ts';
import type { Entry } from './entry.ts';
import { TABLE_APPROVED_KIND, TABLE_PROPOSED_KIND, TABLE_REJECTED_KIND, TABLE_WITHDRAWN_KIND } from './signed-act.ts';

type Act = Pick<Entry, 'kind' | 'subject'>;

interface Proposal {
  readonly table: string;
  readonly proposer: JsonValue;
  readonly replaces: JsonValue;
  state: 'waiting' | 'approved' | 'settled';
}

/**
 * Follows which method table is in force, and finds a table that was approved by whom it must not be, and cases that were decided by
 * another one. Takes only acts whose signatures hold. While none is approved, the settings name the table, and they are not in the ledger:
 * then any is taken but one that was withdrawn.
 */
export class MethodTableAudit {
  readonly #proposals = new Map<JsonValue, Proposal>();
  /** Numbers of those that are approved and not withdrawn, the last one in force. */
  #approved: readonly JsonValue[] = [];
  /** Tables that were in force and were taken back. */
  readonly #withdrawn = new Set<JsonValue>();

  /** Takes the next entry. What is wrong with it, in a sentence, or null. */
  follow({ kind, subject }: Act, body: JsonObject): string | null {
    const { number = null, person = null } = body;
    if (kind === 'decide.recorded') return this.#decisionFault(body);
    if (kind === TABLE_PROPOSED_KIND) {
      if (this.#proposals.has(number)) return `a method table ${text(number)} was proposed before`;
      const { replaces = null } = body;
      this.#proposals.set(number, { table: subject, proposer: person, replaces, state: 'waiting' });
      return null;
    }
    if (kind !== TABLE_APPROVED_KIND && kind !== TABLE_REJECTED_KIND && kind !== TABLE_WITHDRAWN_KIND) return null;
    const proposal = this.#proposals.get(number);
    if (proposal?.table !== subject) return 'no such method table was proposed';
    const fault = this.#settlingFault(kind, number, proposal, body);
    if (fault !== null) return fault;
    if (kind === TABLE_APPROVED_KIND) this.#approved = [...this.#approved, number];
    else this.#approved = this.#approved.filter((each) => each !== number);
    if (kind === TABLE_WITHDRAWN_KIND && proposal.state === 'approved') this.#withdrawn.add(subject);
    proposal.state = kind === TABLE_APPROVED_KIND ? 'approved' : 'settled';
    return null;
  }

  get #inForce(): JsonValue {
    return this.#approved.at(-1) ?? null;
  }

  #settlingFault(
    kind: string,
    number: JsonValue,
    proposal: Proposal,
    { person = null, was }: JsonObject,
  ): string | null {
    const { state, proposer, replaces } = proposal;
    if (kind === TABLE_WITHDRAWN_KIND && state === 'approved') {
      return number === this.#inForce && was === 'in-force' ? null : 'it was not in force then';
    }
    if (state !== 'waiting') return 'it was settled before';
    if (kind === TABLE_WITHDRAWN_KIND) {
      if (was !== 'waiting') return 'it was not in force then';
      return person === proposer ? null : 'what waits is taken back by whoever proposed it';
    }
    if (kind !== TABLE_APPROVED_KIND) return null;
    if (person === proposer) return 'whoever proposed it has approved it';
    return replaces === this.#inForce ? null : 'it was proposed against another table than was in force then';
  }

  #decisionFault({ playbook = null }: JsonObject): string | null {
    const inForce = this.#proposals.get(this.#inForce)?.table ?? null;
    if (inForce === null && this.#withdrawn.has(playbook)) {
      return `it was decided by the method table ${text(playbook).slice(0, 12)}, which was withdrawn`;
    }
    if (inForce === null || playbook === inForce) return null;
    return `it was decided by the method table ${text(playbook).slice(0, 12)}, and ${inForce.slice(0, 12)} was in force`;
  }
}

function text(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
