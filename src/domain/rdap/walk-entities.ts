import { isoInstant, parseInstant } from '../instant.ts';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { field, line, lines, list, words } from './answer-values.ts';
import { readCard } from './read-card.ts';
import type { Card } from './read-card.ts';

/** One entity (RFC 9083 section 5.1), wherever in the answer it stands. */
export interface Entity {
  readonly where: string;
  /** 0 for the object's own; deeper ones belong to an entity, not to the object. */
  readonly depth: number;
  readonly handle: string | null;
  /** Lower case. AFRINIC's answers of old state none. */
  readonly roles: readonly string[];
  readonly card: Card;
  /** ISO 8601 UTC: the latest change of this entity or of one that contains it. */
  readonly changedAt: string | null;
  readonly status: readonly string[];
  readonly remarks: readonly string[];
}

/** Real answers nest twice and have a dozen entities. */
const MAX_DEPTH = 8;
const MAX_ENTITIES = 500;

/** All entities of an answer, level by level: those that are nearer to the object come first. */
export function walkEntities(answer: unknown): Result<readonly Entity[], string> {
  const found: Entity[] = [];
  let level = childrenOf(answer, '', null);
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    if (found.length + level.length > MAX_ENTITIES) return failure(`more than ${MAX_ENTITIES} entities in one answer`);
    const below: Child[] = [];
    for (const { value, where, changedAt } of level) {
      const entity = readEntity(value, where, depth, changedAt);
      found.push(entity);
      below.push(...childrenOf(value, `${where}.`, entity.changedAt));
    }
    level = below;
  }
  return success(found);
}

interface Child {
  readonly value: unknown;
  readonly where: string;
  readonly changedAt: string | null;
}

function childrenOf(parent: unknown, prefix: string, changedAt: string | null): readonly Child[] {
  return list(field(parent, 'entities'), MAX_ENTITIES + 1).map((value, index) => ({
    value,
    where: `${prefix}entities[${index}]`,
    changedAt,
  }));
}

function readEntity(value: unknown, where: string, depth: number, containerChangedAt: string | null): Entity {
  return {
    where,
    depth,
    handle: line(field(value, 'handle'), 100),
    roles: words(field(value, 'roles'), 20),
    card: readCard(field(value, 'vcardArray')),
    changedAt: later(latestEvent(value, 'last changed'), containerChangedAt),
    status: words(field(value, 'status'), 20),
    remarks: remarksOf(value, 'remarks'),
  };
}

/** The latest moment of an action among an object's events (RFC 9083 section 4.5), as ISO 8601 UTC. */
export function latestEvent(object: unknown, action: string): string | null {
  let latest: string | null = null;
  for (const event of list(field(object, 'events'), 50)) {
    const date = field(event, 'eventDate');
    if (line(field(event, 'eventAction'), 100)?.toLowerCase() !== action || typeof date !== 'string') continue;
    const instant = date.length > 40 ? null : parseInstant(date);
    if (instant !== null) latest = later(latest, isoInstant(instant));
  }
  return latest;
}

/** ISO texts of one form sort as their moments do. */
function later(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return one > other ? one : other;
}

/** Titles and lines of `remarks` or `notices` (RFC 9083 section 4.3), a remark's title before its lines. */
export function remarksOf(object: unknown, key: 'remarks' | 'notices'): readonly string[] {
  return list(field(object, key), 20)
    .flatMap((remark) => [...lines(field(remark, 'title'), 1, 500), ...lines(field(remark, 'description'), 30, 500)])
    .slice(0, 100);
}
