import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOKEN_SCOPES } from '../../src/domain/access.ts';
import type { HttpRole, TokenScope } from '../../src/domain/access.ts';
import type { Role } from '../../src/domain/person.ts';
import { setPartner } from '../../src/flow/access.ts';
import { run } from '../../src/flow.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import type { Route } from '../../src/http/route.ts';
import { allRoutes } from '../../src/http/routes.ts';
import { openTestDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { openMembers, openServed } from '../support/served.ts';
import type { Members, Served } from '../support/served.ts';
import { drill, openTestFile, openTestSources, openTestWorld } from '../support/world.ts';
import type { TestWorld } from '../support/world.ts';

/*
 * Every route × every role × what is another organisation's. The list of routes is the service's own: whoever adds one is in
 * here, and one that anybody may use without signing in has to be added to OPEN by hand.
 */

const HOST = '198.51.100.7';

/** What is open, and nothing else is: the issue's own list. */
const OPEN = [
  '/',
  '/docs',
  '/door',
  '/door',
  '/door/v1/notice',
  '/door/v1/status',
  '/door/{token}',
  '/door/{token}',
  '/door/{token}/{format}',
  '/healthz',
  '/keys',
  // The war room: files without data. Visits are for exercises alone, and 401 elsewhere.
  '/app',
  '/static/app/{file}',
  '/app/{operation}',
  '/app/{operation}/{page}',
  '/app/{operation}/{page}/{subject}',
  '/app/{operation}/{page}/{subject}/{more}',
  // With a bar at the end: they lead to those without.
  '/app/',
  '/app/{operation}/',
  '/app/{operation}/{page}/',
  '/app/{operation}/{page}/{subject}/',
  '/app/{operation}/{page}/{subject}/{more}/',
  '/visit',
  '/static/visit.js',
  '/api/v1/visits',
  '/openapi.json',
  '/readyz',
  '/static/door.css',
  '/static/icon.svg',
  '/static/page.css',
  // Signing in: pages and scripts without data, and what nobody is signed in before.
  '/account',
  '/sign-in',
  '/set-up',
  '/static/account.js',
  '/static/passkey.js',
  '/static/set-up.js',
  '/static/sign-in.js',
  '/static/sign.js',
  '/api/v1/sign-in',
  '/api/v1/sign-in/oidc',
  '/sign-in/callback',
  '/api/v1/sign-in/challenge',
  '/api/v1/enrolments',
  '/api/v1/enrolments/look',
  '/api/v1/enrolments/signature',
].toSorted();

const ROLES: readonly Role[] = ['analyst', 'counsel', 'approver', 'admin', 'duty', 'auditor'];

const routes: readonly Route[] = allRoutes(createMetrics('0'));
const guarded = routes.filter(({ access }) => access.kind === 'member');

let database: TestDatabase;
let world: TestWorld;
let other: TestWorld;
let members: Members;
let served: Served;
const tokens = new Map<string, string>();
let operationId: string;
/** What a path's parameters stand for, where they are to be ours. */
let ours: Readonly<Record<string, string>>;

beforeAll(async () => {
  database = await openTestDatabase();
  world = await openTestWorld(database);
  other = await openTestWorld(database);
  await run(world, await openTestSources(database), drill([await openTestFile(database, `${HOST}:443\n`)]));
  members = await openMembers(world, database.directory);
  served = await openServed(database, { worlds: [world, other] });
  for (const role of ROLES) tokens.set(role, (await members.person(`${role} example`, [role], TOKEN_SCOPES)).token);
  await setPartner(world, members.admin.key.signing, {
    partner: 'cert-example', name: 'CERT Example', recipients: ['country:DE'], mayContribute: true, reliability: 'B', group: 'cert',
    reason: 'a test', by: members.admin.name,
  }); // prettier-ignore
  tokens.set('partner', await members.token({ kind: 'partner', partner: 'cert-example' }));
  tokens.set('program', await members.token({ kind: 'service', roles: ['analyst'] }));
  const theirs = await openMembers(other, database.directory);
  tokens.set(
    'foreign',
    (await theirs.person('Dora Example', ['analyst', 'counsel', 'approver', 'admin', 'duty'])).token,
  );
  const [operation] = await world.store.read((transaction) => transaction.operations());
  operationId = operation?.id ?? '';
  ours = {
    operation: 'lab', server: HOST, notice: 'DSM-AAAAAAAA', provider: 'as64496', round: '1', reference: 'order-1', strike: '1',
    configuration: '1000512', fingerprint: 'x', mail: 'abc', person: 'analyst example', partner: 'cert-example', token: 'x',
    signature: '00000000-0000-7000-8000-000000000000', recipient: 'community', format: 'list', file: 'manifest.json',
  }; // prettier-ignore
});

afterAll(async () => {
  await served?.close();
  await database?.close();
});

function pathFor(route: Route, values: Readonly<Record<string, string>>): string {
  return route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? 'x'));
}

async function ask(
  route: Route,
  token: string | undefined,
  values: Readonly<Record<string, string>> = ours,
): Promise<Response> {
  const answer = await served.ask(pathFor(route, values), {
    method: route.method.toUpperCase(),
    ...(route.body === undefined
      ? {}
      : { body: '{}', headers: { 'content-type': route.bodyType ?? 'application/json' } }),
    ...(token === undefined ? {} : { token }),
  });
  return answer;
}

/** A token that is good for everything but one scope. */
async function tokenWithout(role: HttpRole, scope: TokenScope): Promise<string> {
  const name = `${role} without ${scope}`;
  const known = tokens.get(name);
  if (known !== undefined) return known;
  const holder =
    role === 'partner'
      ? ({ kind: 'partner', partner: 'cert-example' } as const)
      : ({ kind: 'person', person: `${role} example` } as const);
  const token = await members.token(
    holder,
    TOKEN_SCOPES.filter((each) => each !== scope),
  );
  tokens.set(name, token);
  return token;
}

const nameOf = ({ method, path }: Route): string => `${method.toUpperCase()} ${path}`;

/** A live view never ends by itself. */
async function textOf(answer: Response): Promise<string> {
  if (answer.headers.get('content-type') !== 'text/event-stream') return answer.text();
  await answer.body?.cancel();
  return '';
}

describe('the routes', () => {
  test('that are open are these', () => {
    expect(
      routes
        .filter(({ access }) => access.kind === 'open')
        .map(({ path }) => path)
        .toSorted(),
    ).toEqual(OPEN);
  });

  test('are each there once, and each says what it answers', () => {
    const names = routes.map(nameOf);
    expect(new Set(names).size).toBe(names.length);
    expect(routes.filter(({ responses }) => Object.keys(responses).length === 0)).toEqual([]);
  });

  test('that an auditor or a partner may use change nothing but what is their own: passkeys, accounts, sessions and tokens', () => {
    const writing = guarded.filter(
      ({ access, method }) =>
        access.kind === 'member' && (access.scope === 'write' || method !== 'get') && access.roles.includes('auditor'),
    );
    expect(writing.map(nameOf).toSorted()).toEqual([
      'DELETE /api/v1/sessions/{session}',
      'DELETE /api/v1/tokens/{token}',
      // Another exercise in a world of its own, where exercises are shown, and no such thing elsewhere.
      'POST /api/v1/exercise/runs',
      'POST /api/v1/identities',
      'POST /api/v1/identities/journey',
      'POST /api/v1/identities/removal',
      'POST /api/v1/passkeys',
      'POST /api/v1/passkeys/removal',
      // They answer from what is sent, and keep nothing.
      'POST /api/v1/playbook/decisions',
      'POST /api/v1/playbook/drafts',
      'POST /api/v1/playbook/trials',
      'POST /api/v1/sign-out',
      // The clock of an exercise that is shown: no record, and no such thing elsewhere.
      'PUT /api/v1/exercise/pace',
    ]);
    expect(writing.filter(({ access }) => access.kind === 'member' && access.roles.includes('partner'))).toEqual([]);
  });

  test('take no field of a body that they do not know', () => {
    const loose = routes.filter(({ body }) => {
      if (body === undefined) return false;
      const result = body.safeParse({ organisationId: 'mine', isAdmin: true });
      return result.success;
    });
    expect(loose.map(nameOf)).toEqual([]);
  });
});

describe.each(guarded.map((route) => [nameOf(route), route] as const))('%s', (_name, route) => {
  test("is nobody's who has not signed in", async () => {
    const answer = await ask(route, undefined);
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain(HOST);
  });

  test('is for the roles that it names, and for no other', async () => {
    const { access } = route;
    if (access.kind !== 'member') throw new Error('it is open');
    for (const role of [...ROLES, 'partner'] as const) {
      const answer = await ask(route, tokens.get(role));
      const text = await textOf(answer);
      if (access.roles.includes(role)) expect([401, 403], `${role}: ${text}`).not.toContain(answer.status);
      else {
        expect(answer.status, role).toBe(403);
        expect(text).not.toContain(HOST);
      }
      expect(answer.status, `${role}: ${text}`).not.toBe(500);
    }
  });

  test('needs the scope that it names', async () => {
    const { access } = route;
    if (access.kind !== 'member') throw new Error('it is open');
    const [role] = access.roles;
    expect((await ask(route, await tokenWithout(role ?? 'analyst', access.scope))).status).toBe(403);
  });

  test('tells another organisation of ours what it tells of nothing', async () => {
    const foreign = tokens.get('foreign');
    const answer = await ask(route, foreign);
    const text = await textOf(answer);
    expect(text).not.toContain(HOST);
    expect(text).not.toContain(operationId);
    if (!route.path.includes('{operation}')) return;
    const nowhere = await ask(route, foreign, { ...ours, operation: 'nowhere' });
    expect([nowhere.status, strip(await textOf(nowhere))]).toEqual([answer.status, strip(text)]);
    expect([400, 404, 413, 415]).toContain(answer.status);
  });
});

/** All but the number of the request. */
function strip(text: string): string {
  return text.replaceAll(/urn:uuid:[\da-f-]{36}/g, '');
}
