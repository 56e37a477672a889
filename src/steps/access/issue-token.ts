import { SECRET_BYTES, SERVICE_ROLES, parsePartnerKey, secretHash } from '../../domain/access.ts';
import type { ApiToken, ServiceRole, TokenHolder, TokenScope } from '../../domain/access.ts';
import { isoInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import { personNamed, speakerOf } from '../../domain/person.ts';
import type { PersonRecord } from '../../domain/person.ts';
import { problem } from '../../domain/problem.ts';
import type { SignedAct } from '../../ports/signing.ts';
import type { ReadTransaction } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';

export const LONGEST_TOKEN_DAYS = 366;
const DAY_MS = 86_400_000;
const MAX_NAME_LENGTH = 100;

export interface TokenWords {
  readonly name: string;
  readonly holder: TokenHolder;
  readonly scopes: readonly TokenScope[];
  readonly expiresAt: Instant;
  readonly reason: string;
  /** The admin who signs. */
  readonly by: string;
}

/** The act that puts a new token on record, and its secret: shown once, kept nowhere. */
export function tokenAct(world: World, words: TokenWords): { readonly act: SignedAct; readonly secret: Uint8Array } {
  const name = words.name.trim();
  if (name === '' || name.length > MAX_NAME_LENGTH) {
    throw problem('usage', `the name of a token has 1 to ${MAX_NAME_LENGTH} characters`);
  }
  const now = world.clock.now();
  if (words.expiresAt <= now || words.expiresAt > now + LONGEST_TOKEN_DAYS * DAY_MS) {
    throw problem('usage', `a token is good for at most ${LONGEST_TOKEN_DAYS} days from now`);
  }
  const secret = world.random.bytes(SECRET_BYTES);
  const id = world.ids.uuid();
  return {
    secret,
    act: {
      name: words.by,
      act: 'token.issued',
      lock: null,
      async prepare(transaction) {
        const { holderKind, holder, roles } = await holderOf(transaction, words.holder);
        const terms = {
          name,
          holderKind,
          holder,
          roles: [...roles],
          scopes: [...words.scopes],
          secretHash: secretHash(secret),
          expiresAt: isoInstant(words.expiresAt),
          reason: words.reason,
        };
        return { subject: id, terms };
      },
    },
  };
}

async function holderOf(
  transaction: ReadTransaction,
  holder: TokenHolder,
): Promise<{ holderKind: TokenHolder['kind']; holder: string | null; roles: readonly ServiceRole[] }> {
  if (holder.kind === 'person') {
    const { person } = personNamed(await transaction.people(), holder.person);
    return { holderKind: 'person', holder: person, roles: [] };
  }
  if (holder.kind === 'service') {
    const roles = SERVICE_ROLES.filter((role) => holder.roles.includes(role));
    if (roles.length === 0) throw problem('usage', 'a program needs a role', `Known: ${SERVICE_ROLES.join(', ')}`);
    return { holderKind: 'service', holder: null, roles };
  }
  const key = parsePartnerKey(holder.partner);
  const partner = await transaction.partner(key);
  if (partner === null || partner.removedAt !== null) {
    throw problem('not-found', `${key} is no partner`, 'Make it one first: dismantle partner set KEY --name NAME');
  }
  return { holderKind: 'partner', holder: key, roles: [] };
}

/** From now on the token opens nothing. Whoever is on record may, without a key: it lets nothing in. */
export async function revokeToken(
  world: World,
  named: string,
  words: { readonly person: string; readonly reason: string },
): Promise<ApiToken> {
  return world.store.write(async (transaction) => {
    await transaction.lockLedger();
    const token = tokenNamed(await transaction.tokens(), named);
    const people = await transaction.people();
    await transaction.append({
      actor: world.actor,
      recordedAt: world.clock.now(),
      kind: 'token.revoked',
      subject: token.id,
      body: { schema: 1, reason: words.reason, by: revokerOf(people, token, words.person) },
    });
    return token;
  });
}

/** What was issued in somebody's name that one ends, whatever the roles: an auditor changes nothing else. */
function revokerOf(people: readonly PersonRecord[], { holder }: ApiToken, name: string): string {
  const isOwn = holder.kind === 'person' && people.length > 0 && personNamed(people, name).person === holder.person;
  return isOwn ? holder.person : speakerOf(people, name);
}

/** By its id or its name, among those that are not revoked. */
function tokenNamed(tokens: readonly ApiToken[], named: string): ApiToken {
  const found = tokens.filter(({ id, name, revokedAt }) => revokedAt === null && (id === named || name === named));
  const [token, ...more] = found;
  if (token === undefined) {
    throw problem('not-found', `there is no token "${named}" that is good`, 'List them with: dismantle token list');
  }
  if (more.length > 0) {
    throw problem(
      'usage',
      `several tokens are called "${named}"`,
      `Say which one: ${found.map(({ id }) => id).join(', ')}`,
    );
  }
  return token;
}
