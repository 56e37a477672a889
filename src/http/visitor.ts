import { hash } from 'node:crypto';
import type { Principal } from '../domain/access.ts';

/** Whoever has the link of a world that has nothing real in it may look around there. */
export interface Visitor {
  /** In the link, and in the cookie after it: nobody guesses it. */
  readonly secret: string;
  /** Where the link leads; null: to the choice of what is played. */
  readonly operation: string | null;
}

/** By their hashes, which takes as long for every guess. */
export function isVisitor(visitor: Visitor | undefined, secret: string): boolean {
  return visitor !== undefined && hash('sha256', secret) === hash('sha256', visitor.secret);
}

/** It reads everything, and changes nothing. */
export function visitorOf(organisationId: string): Principal {
  return {
    organisationId,
    name: 'a visitor of the exercise',
    kind: 'person',
    person: null,
    partner: null,
    roles: ['auditor'],
    scopes: ['read'],
    credential: { kind: 'session', id: 'a visit' },
  };
}
