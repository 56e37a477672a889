import { ROLES } from '../domain/person.ts';
import { html, pageResponse } from './page.ts';
import type { Markup } from './page.ts';
import { open, route } from './route.ts';
import type { Route } from './route.ts';
import type { Services } from './services.ts';
import { ACCOUNT_JS, PASSKEY_JS, SET_UP_JS, SIGN_IN_JS, SIGN_JS } from './sign-in-scripts.ts';

const A_MOMENT = 'public, max-age=300';
const SCRIPT = 'text/javascript; charset=utf-8';

/** Pages for people without a session, and the scripts that they run. They hold no data: what they show they ask for. */
export function signInPages(): readonly Route[] {
  return [
    page('/sign-in', 'Sign in', 'nobody is signed in before it', 'sign-in', ({ identityProvider }) => [
      html`<p>Sign in with the passkey that you have registered here.</p>
        <p><button id="sign-in">Sign in with a passkey</button></p>`,
      ...(identityProvider === null
        ? []
        : [html`<p><button id="oidc" class="plain">Sign in with ${identityProvider.name}</button></p>`]),
    ]),
    page('/set-up', 'Register a passkey', 'whoever has a link is not on record yet', 'set-up', () => [
      html`<div id="enrolment" hidden>
        <div id="first" hidden>
          <p>Nobody is on record here yet. You become the first admin, and sign for yourself.</p>
          <label for="name">Your name, as it goes on record</label
          ><input id="name" autocomplete="name" maxlength="100" />
          <p>What else you do here:</p>
          ${checkboxes(ROLES.filter((role) => role !== 'admin' && role !== 'auditor'))}
        </div>
        <p>The passkey stays with this device or your security key. Only its public half is sent.</p>
        <p><button id="register">Register a passkey</button></p>
      </div>`,
    ]),
    page(
      '/account',
      'Your account',
      'it has no data: its script asks for them as whoever is signed in',
      'account',
      ({ identityProvider }) => [
        html`<p><a href="/app">To the war room</a></p>
          <p>You are <strong id="who">…</strong> <button id="sign-out" class="plain">Sign out</button></p>
          <h2>Your passkeys</h2>
          <ul id="passkeys"></ul>
          <label for="label">What the new one is called</label><input id="label" maxlength="60" />
          <p><button id="add">Add a passkey</button></p>
          <section id="elsewhere" hidden>
            <h2>Accounts elsewhere that sign you in</h2>
            <ul id="identities"></ul>
            ${
              identityProvider === null
                ? ''
                : html`<p><button id="link-identity">Link your account at ${identityProvider.name}</button></p>`
            }
          </section>
          <h2>Sessions</h2>
          <ul id="sessions"></ul>
          <section id="in-your-name" hidden>
            <h2>Tokens in your name</h2>
            <p>Whoever has one is you over HTTP. End those that you have not asked for.</p>
            <ul id="tokens"></ul>
          </section>
          <section id="admin" hidden>
            <h2>Invitations</h2>
            <ul id="invitations"></ul>
            <label for="invited">Name of the person</label><input id="invited" maxlength="100" />
            <div id="roles">${checkboxes(ROLES)}</div>
            <p><button id="invite">Make a link</button></p>
            <p>
              Send the link to this person alone. Before you sign for the key that is registered with it, have the
              person tell you its fingerprint by another way.
            </p>
            <p><code id="link"></code></p>
          </section>`,
      ],
    ),
    script('passkey', PASSKEY_JS),
    script('sign', SIGN_JS),
    script('sign-in', SIGN_IN_JS),
    script('set-up', SET_UP_JS),
    script('account', ACCOUNT_JS),
  ];
}

function checkboxes(roles: readonly string[]): Markup[] {
  return roles.map((role) => html`<label class="choice"><input type="checkbox" value="${role}" /> ${role}</label>`);
}

function page(path: string, title: string, why: string, name: string, body: (services: Services) => Markup[]): Route {
  return route(
    {
      method: 'get',
      path,
      access: open(why),
      summary: title,
      tag: 'signing in',
      isPage: true,
      responses: { 200: { description: 'A page' } },
    },
    (_context, { services }) =>
      pageResponse({
        title: `${title} — dismantle`,
        body: html`<main data-origin="${services.origin()}">
            <h1>${title}</h1>
            <p role="status"></p>
            <noscript><p class="bad">Passkeys need a script, and this browser runs none.</p></noscript>
            ${body(services)}
          </main>
          <script type="module" src="/static/${name}.js"></script>`,
      }),
  );
}

function script(name: string, text: string): Route {
  return route(
    {
      method: 'get',
      path: `/static/${name}.js`,
      access: open('a static file'),
      isUnmetered: true,
      summary: `/static/${name}.js`,
      tag: 'signing in',
      isPage: true,
      responses: { 200: { description: 'The file', type: SCRIPT } },
    },
    (context) => context.body(text, 200, { 'content-type': SCRIPT, 'cache-control': A_MOMENT }),
  );
}
