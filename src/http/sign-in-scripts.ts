/*
 * What runs in the browser: files of our own under the strict policy, no framework, no inline script. A passkey's private half
 * never comes here; the browser and the authenticator keep it.
 */

/** Passkeys, and asking the service. */
export const PASSKEY_JS = String.raw`export const fromBase64Url = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

export const toBase64Url = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** Asks the service; throws what it has to say against it. */
export async function ask(method, path, body) {
  const init = { method, credentials: 'same-origin', headers: { accept: 'application/json' } };
  if (body !== undefined) {
    init.headers['content-type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  const answer = await fetch(path, init);
  const value = await answer.json().catch(() => null);
  if (answer.ok) return { status: answer.status, value };
  const problem = new Error([value?.detail ?? 'the service did not answer', value?.hint ?? ''].filter(Boolean).join(' '));
  problem.status = answer.status;
  problem.detail = value?.detail ?? null;
  problem.hint = value?.hint ?? null;
  throw problem;
}

/** Has a passkey answer a challenge. Of these credentials; of whichever the person picks where none is named. */
export async function answerTo(challenge, rpId, credentialIds = []) {
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: typeof challenge === 'string' ? fromBase64Url(challenge) : challenge,
      rpId,
      userVerification: 'required',
      allowCredentials: credentialIds.map((id) => ({ type: 'public-key', id: fromBase64Url(id) })),
    },
  });
  const { signature, authenticatorData, clientDataJSON, userHandle } = credential.response;
  return {
    credentialId: toBase64Url(credential.rawId),
    userHandle: userHandle === null ? null : toBase64Url(userHandle),
    answer: {
      signature: toBase64Url(signature),
      authenticatorData: toBase64Url(authenticatorData),
      clientDataJSON: toBase64Url(clientDataJSON),
    },
  };
}

/** Makes a passkey that stays with the authenticator, which asks who is there. */
export async function makePasskey({ rpId, userHandle, name, known = [] }) {
  const credential = await navigator.credentials.create({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      rp: { id: rpId, name: 'dismantle' },
      user: { id: fromBase64Url(userHandle), name, displayName: name },
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }, { type: 'public-key', alg: -8 }],
      excludeCredentials: known.map((id) => ({ type: 'public-key', id: fromBase64Url(id) })),
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      attestation: 'none',
    },
  });
  return { credentialId: toBase64Url(credential.rawId), spki: toBase64Url(credential.response.getPublicKey()) };
}

/** Tells how it went, where people and screen readers find it. */
export function tell(text, isBad = false) {
  const place = document.querySelector('[role=status]');
  place.className = isBad ? 'bad' : 'good';
  place.textContent = text;
}

/** Runs what a button does; what goes wrong is told, not lost. */
export function onClick(button, work) {
  button.addEventListener('click', async (event) => {
    event.preventDefault();
    button.disabled = true;
    try {
      await work();
    } catch (error) {
      tell(error.name === 'NotAllowedError' ? 'The passkey did not answer, or it was cancelled.' : error.message, true);
    } finally {
      button.disabled = false;
    }
  });
}

/** Passkeys are for one address: on another one there is nothing to do but to go there. */
export function isHere() {
  const { origin } = document.querySelector('main').dataset;
  if (location.origin === origin) return true;
  const link = document.createElement('a');
  link.href = origin + location.pathname + location.hash;
  link.textContent = 'Open this page at ' + origin;
  document.querySelector('main').replaceChildren(link);
  return false;
}
`;

/** A statement in words, and its signature by a passkey. */
export const SIGN_JS = String.raw`import { answerTo, ask } from './passkey.js';

/** What is signed, as a person says it. */
const ACTS = {
  'person.added': 'Put a person on record',
  'person.removed': 'Take a person off the record',
  'passkey.added': 'Add a passkey',
  'passkey.removed': 'Take a passkey off',
  'identity.linked': 'Let an account elsewhere sign you in',
  'identity.unlinked': 'Take an account off that signs somebody in',
  'operation.armed': 'Arm an operation: its mail may leave',
  'operation.probing-started': 'Let servers of an operation be looked at',
  'notice.approved': 'Approve a notice',
  'notice.rejected': 'Reject a notice',
  'notice.approval-withdrawn': 'Take an approval back',
  'server.released': 'Let a held server go on',
  'server.attested': 'Vouch for a server',
  'contact.cleared': 'Accept a contact',
  'deconfliction.answered': 'Record the answer of a party',
  'deconfliction.skipped': 'Pass over a kind of party',
  'hands-off.lifted': 'Lift a hands-off',
  'authority.added': 'Add an authority',
  'authority.served': 'Record that an authority was served',
  'authority.unsealed': 'Unseal an authority',
  'authority.ended': 'End an authority',
  'case.retracted': 'Take a case back everywhere',
  'case.settled': 'Settle a case',
  'strike.hold-approved': 'Approve that notices are held back',
  'strike.released': 'Let a strike go',
  'strike.briefings-approved': 'Approve what desks are told ahead',
  'partner.set': 'Say what a partner may have',
  'source.added': 'Have feeds fetched from a source',
  'playbook.proposed': 'Propose a method table',
  'playbook.approved': 'Put a method table in force',
  'playbook.rejected': 'Reject a method table',
  'playbook.withdrawn': 'Take a method table back',
  'token.issued': 'Issue a token',
};

/** The act and everything that the statement says of it, a row each. */
export function wordsOf(statement) {
  const { act, subject, person, at, terms } = JSON.parse(statement);
  const said = Object.entries(terms).map(([name, value]) => [
    name.replaceAll(/([A-Z])/g, ' $1').toLowerCase(),
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return { title: ACTS[act] ?? act, rows: [['act', act], ['about', subject], ['signed by', person], ['at', at], ...said] };
}

const element = (name, text) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return made;
};

/** Shows what is to be signed, below what the page has said of it; true once the person wants to. */
function shown(statement, about) {
  const { title, rows } = wordsOf(statement);
  const dialog = element('dialog');
  dialog.className = 'card';
  dialog.setAttribute('aria-label', title);
  const list = element('dl');
  for (const [name, value] of rows) list.append(element('dt', name), element('dd', value));
  const whole = element('details');
  whole.append(element('summary', 'The statement as it is signed'), element('code', statement));
  const yes = element('button', 'Sign with your passkey');
  const no = element('button', 'Do not sign');
  no.className = 'plain';
  const said = element('p');
  if (about !== undefined) said.append(element('strong', 'You looked at: '), about);
  dialog.append(element('h2', title), said, list, whole, yes, ' ', no);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    const end = (value) => {
      dialog.remove();
      resolve(value);
    };
    yes.addEventListener('click', () => end(true));
    no.addEventListener('click', () => end(false));
    dialog.addEventListener('cancel', () => end(false));
    // Whoever goes elsewhere does not sign for what was here.
    addEventListener('popstate', () => end(false), { once: true });
  });
}

/** The signature of one of the person's passkeys over a statement that waits; the person has seen it before. */
export async function signatureOver({ statement, keys }, about) {
  const own = keys.filter(({ publicKey }) => publicKey.startsWith('webauthn-') && publicKey.endsWith(' ' + location.origin));
  if (own.length === 0) throw new Error('You have no passkey for this site; sign with your SSH key on the command line.');
  if (!(await shown(statement, about))) return null;
  const challenge = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(statement));
  const { credentialId, answer } = await answerTo(challenge, location.hostname, own.map((key) => key.credentialId));
  const { publicKey } = own.find((key) => key.credentialId === credentialId) ?? own[0];
  return { scheme: 'webauthn', publicKey, ...answer };
}

async function sha256Of(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Asks for an act, and signs it where that is wanted. Null where the person would not sign. */
export async function act(path, body, method = 'POST', about = undefined) {
  const begun = await ask(method, path, body);
  if (begun.status !== 202) return begun.value;
  const { terms } = JSON.parse(begun.value.statement);
  const differs = (body?.hash !== undefined && terms.hash !== body.hash)
    || (body?.document?.base64 !== undefined && terms.documentSha256 !== await sha256Of(body.document.base64));
  if (differs) throw new Error('What is to be signed is not what you looked at. Nothing was signed.');
  const signature = await signatureOver(begun.value, about);
  if (signature === null) {
    await ask('DELETE', '/api/v1/signatures/' + begun.value.id).catch(() => undefined);
    return null;
  }
  return (await ask('POST', '/api/v1/signatures/' + begun.value.id, signature)).value;
}
`;

export const SIGN_IN_JS = String.raw`import { answerTo, ask, isHere, onClick, tell } from './passkey.js';

if (isHere()) {
  onClick(document.querySelector('#sign-in'), async () => {
    const { value } = await ask('POST', '/api/v1/sign-in/challenge', {});
    const answered = await answerTo(value.challenge, value.rpId);
    const { value: signedIn } = await ask('POST', '/api/v1/sign-in', answered);
    tell('Welcome, ' + signedIn.name + '.');
    location.assign('/account');
  });
  const elsewhere = document.querySelector('#oidc');
  if (elsewhere !== null) onClick(elsewhere, async () => {
    const { value } = await ask('POST', '/api/v1/sign-in/oidc', {});
    location.assign(value.url);
  });
}
`;

export const SET_UP_JS = String.raw`import { answerTo, ask, isHere, makePasskey, onClick, tell } from './passkey.js';
import { signatureOver } from './sign.js';

const secret = location.hash.slice(1);
// The link is good once; it does not stay in the address, where somebody may read it later.
if (isHere()) {
  history.replaceState(null, '', location.pathname);
  void begin();
}

async function begin() {
  const enrolment = document.querySelector('#enrolment');
  try {
    const { value } = await ask('POST', '/api/v1/enrolments/look', { secret });
    enrolment.hidden = false;
    document.querySelector('#first').hidden = value.name !== null;
    if (value.name !== null) tell('You were invited as ' + value.name + ' (' + value.roles.join(', ') + ').');
    onClick(document.querySelector('#register'), () => register(value));
  } catch (error) {
    tell(error.message, true);
  }
}

async function register({ name: invited, rpId, userHandle, challenge }) {
  const name = invited ?? document.querySelector('#name').value;
  if (name.trim() === '') throw new Error('Say your name first.');
  const also = [...document.querySelectorAll('#first input[type=checkbox]:checked')].map(({ value }) => value);
  const passkey = await makePasskey({ rpId, userHandle, name });
  if (invited === null) {
    const { value } = await ask('POST', '/api/v1/enrolments', { secret, ...passkey, name, also });
    const signature = await signatureOver(value);
    if (signature === null) throw new Error('Nothing was recorded: you have not signed.');
    await ask('POST', '/api/v1/enrolments/signature', { secret, id: value.id, signature });
    location.assign('/account');
    return;
  }
  const { answer } = await answerTo(challenge, rpId, [passkey.credentialId]);
  const { value } = await ask('POST', '/api/v1/enrolments', { secret, ...passkey, answer });
  document.querySelector('#enrolment').hidden = true;
  tell('Registered. Tell the admin who invited you, by another way, that your key is ' + value.fingerprint + '.');
}
`;

export const ACCOUNT_JS = String.raw`import { ask, isHere, makePasskey, onClick, tell } from './passkey.js';
import { act } from './sign.js';

const item = (text, label, work) => {
  const row = document.createElement('li');
  row.textContent = text + ' ';
  if (label !== null) {
    const button = document.createElement('button');
    button.className = 'plain';
    button.textContent = label;
    onClick(button, work);
    row.append(button);
  }
  return row;
};

const list = (id, rows) => document.querySelector(id).replaceChildren(...rows);

async function show() {
  const { value: me } = await ask('GET', '/api/v1/me');
  document.querySelector('#who').textContent = me.name + ' (' + me.roles.join(', ') + ')';
  const { value: passkeys } = await ask('GET', '/api/v1/passkeys');
  const own = passkeys.filter(({ person, removedAt }) => person === me.person && removedAt === null);
  list('#passkeys', own.map(({ name, fingerprint, addedAt }) =>
    item(name + ', ' + fingerprint + ', since ' + addedAt.slice(0, 10), 'Take off', async () => {
      await act('/api/v1/passkeys/removal', { of: me.name, passkey: fingerprint, reason: 'taken off by its person' });
      await show();
    })));
  const { value: identities } = await ask('GET', '/api/v1/identities');
  const accounts = identities.filter(({ person, unlinkedAt }) => person === me.person && unlinkedAt === null);
  list('#identities', accounts.map(({ issuer, subject, linkedAt }) =>
    item(subject + ' at ' + issuer + ', since ' + linkedAt.slice(0, 10), 'Take off', async () => {
      await act('/api/v1/identities/removal', { of: me.name, issuer, account: subject, reason: 'taken off by its person' });
      await show();
    })));
  document.querySelector('#elsewhere').hidden = accounts.length === 0 && document.querySelector('#link-identity') === null;
  const { value: sessions } = await ask('GET', '/api/v1/sessions');
  list('#sessions', sessions.filter(({ isOpen }) => isOpen).map(({ id, person, method, agent, seenAt, isThis }) =>
    item(person + (method === 'oidc' ? ' (by an account elsewhere)' : '') + ', ' + agent + ', last seen ' + seenAt.slice(0, 16).replace('T', ' ') + (isThis ? ' (this one)' : ''),
      isThis ? null : 'End', async () => {
        await ask('DELETE', '/api/v1/sessions/' + id, {});
        await show();
      })));
  const { value: tokens } = await ask('GET', '/api/v1/tokens');
  const mine = tokens.filter(({ holder, isGood }) => holder.kind === 'person' && holder.person === me.person && isGood);
  document.querySelector('#in-your-name').hidden = mine.length === 0;
  list('#tokens', mine.map(({ id, name, scopes, issuedAt, issuedBy, expiresAt }) =>
    item(name + ' (' + scopes.join(', ') + '), issued on ' + issuedAt.slice(0, 10) +
      (issuedBy === me.person ? '' : ' by ' + issuedBy) + ', until ' + expiresAt.slice(0, 10), 'End', async () => {
      await ask('DELETE', '/api/v1/tokens/' + id, { reason: 'ended by its person' });
      await show();
    })));
  document.querySelector('#admin').hidden = !me.roles.includes('admin');
  if (me.roles.includes('admin')) await showInvitations();
  onceShown(me, own);
}

async function showInvitations() {
  const { value } = await ask('GET', '/api/v1/invitations');
  list('#invitations', value.filter(({ settledAt, name }) => settledAt === null && name !== null).map((invitation) => {
    const { id, name, roles, fingerprint } = invitation;
    const text = name + ' (' + roles.join(', ') + '): ' + (fingerprint === null ? 'has not registered yet' : 'key ' + fingerprint);
    return fingerprint === null
      ? item(text, 'Take back', async () => { await ask('DELETE', '/api/v1/invitations/' + id, {}); await show(); })
      : item(text, 'Sign for this key', async () => { await act('/api/v1/invitations/' + id + '/acceptance', {}); await show(); });
  }));
}

let isWired = false;
function onceShown(me, own) {
  if (isWired) return;
  isWired = true;
  onClick(document.querySelector('#add'), async () => {
    const name = document.querySelector('#label').value;
    const { value } = await ask('GET', '/api/v1/passkeys/handle');
    const passkey = await makePasskey({ ...value, name: me.name, known: own.map(({ credentialId }) => credentialId) });
    await act('/api/v1/passkeys', { name, ...passkey });
    await show();
  });
  const link = document.querySelector('#link-identity');
  if (link !== null) onClick(link, async () => {
    const { value } = await ask('POST', '/api/v1/identities/journey', {});
    location.assign(value.url);
  });
  onClick(document.querySelector('#invite'), async () => {
    const roles = [...document.querySelectorAll('#roles input:checked')].map(({ value }) => value);
    const { value } = await ask('POST', '/api/v1/invitations', { name: document.querySelector('#invited').value, roles });
    document.querySelector('#link').textContent = value.link;
    await show();
  });
}

if (isHere()) {
  onClick(document.querySelector('#sign-out'), async () => {
    await ask('POST', '/api/v1/sign-out', {});
    location.assign('/sign-in');
  });
  // What a browser brings back from the identity provider; it does not stay in the address.
  const brought = /^#identity=(.+)$/.exec(location.hash)?.[1];
  if (brought !== undefined) history.replaceState(null, '', location.pathname);
  show().then(async () => {
    if (brought === undefined) return;
    const linked = await act('/api/v1/identities', JSON.parse(decodeURIComponent(brought)));
    if (linked !== null) tell('This account signs you in from now on.');
    await show();
  }).catch((error) => {
    if (error.status === 401) location.assign('/sign-in');
    else tell(error.message, true);
  });
}
`;
