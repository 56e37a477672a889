import type { Authority } from '../../src/domain/authority.ts';
import type { AuthorityWords } from '../../src/domain/authority-words.ts';

/** An order of the lab's court over one network, in force from 20 November until 4 December 2026. */
export function sampleAuthority(change: Partial<Authority> = {}): Authority {
  return {
    authorityId: 'authority-1',
    reference: 'court-order-1',
    kind: 'court-order',
    court: 'District Court of Example',
    docket: '1:26-cv-1',
    jurisdictions: ['DE', 'US'],
    issuedAt: Date.UTC(2026, 10, 20),
    expiresAt: Date.UTC(2026, 11, 4),
    bond: null,
    sealed: false,
    unsealAt: null,
    providers: [],
    scope: { addresses: [], prefixes: ['192.0.2.0/24'], domains: [], standing: false },
    parent: null,
    endsAt: null,
    ...change,
  };
}

/** The same as counsel writes it down. */
export const ORDER_WORDS: AuthorityWords = {
  kind: 'court-order',
  court: 'District Court of Example',
  docket: '1:26-cv-1',
  jurisdictions: ['us', 'DE'],
  issued: '2026-11-20',
  expires: '2026-12-04',
  prefixes: ['192.0.2.0/24'],
};

export const DOCUMENT = { name: 'order.pdf', bytes: Buffer.from('%PDF-1.4 the order, as the court has it') };
