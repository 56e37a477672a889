import type { Registrant, RegistryName } from '../registration.ts';
import { field, line, lines, list } from './answer-values.ts';
import type { Entity } from './walk-entities.ts';

/**
 * Who holds the object. Only its own entities are asked: a registrant inside another entity is the one who maintains that
 * entry in the registry's database, as RIPE's answers show.
 */
export function pickRegistrant(
  entities: readonly Entity[],
  answer: unknown,
  registry: RegistryName,
): { readonly registrant: Registrant | null; readonly country: string | null } {
  const candidates = entities.filter(isHolder).toSorted((a, b) => fitness(b) - fitness(a));
  const [best] = candidates;
  const name = best?.card.name ?? best?.handle ?? null;
  if (best === undefined || name === null) return { registrant: fromDescription(answer, registry), country: null };
  return { registrant: { handle: best.handle, name, where: best.where }, country: best.card.country };
}

function isHolder({ depth, roles, handle, card }: Entity): boolean {
  // Maintainers ("EXAMPLE-MNT") may change the entry; they are no organisations.
  if (depth > 0 || handle?.toUpperCase().endsWith('-MNT') === true) return false;
  // AFRINIC's answers of old state no roles at all, and the holder is the one organisation among them.
  return roles.includes('registrant') || (roles.length === 0 && card.kind === 'org');
}

function fitness({ roles, card, handle }: Entity): number {
  return (
    (roles.includes('registrant') ? 8 : 0) +
    (card.kind === 'org' ? 4 : 0) +
    (card.name === null ? 0 : 2) +
    (handle?.toUpperCase().startsWith('ORG-') === true ? 1 : 0)
  );
}

/** APNIC's objects without an organisation name the holder in the first line of their description. */
function fromDescription(answer: unknown, registry: RegistryName): Registrant | null {
  if (registry !== 'apnic') return null;
  const remarks = list(field(answer, 'remarks'), 20);
  const index = remarks.findIndex((remark) => line(field(remark, 'title'), 100)?.toLowerCase() === 'description');
  const [name] = lines(field(remarks[index], 'description'), 1, 200);
  return name === undefined ? null : { handle: null, name, where: `remarks[${index}]` };
}
