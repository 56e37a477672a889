import type { DoorAction } from '../../domain/door.ts';
import { DOOR_ACTIONS, MOST_DOOR_TEXT, MOST_DOOR_TICKET, NEEDS_TEXT } from '../../domain/door.ts';
import type { DoorItemView, DoorView } from '../../domain/door-view.ts';
import { parseInstant, readableInstant } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { DoorWordsOfLanguage } from '../../texts/door/door-words.ts';
import { html, pageResponse } from '../page.ts';
import type { Markup } from '../page.ts';

/** What goes on around a view: who asks for it, and what just happened. */
export interface DoorPage {
  readonly view: DoorView;
  readonly token: string;
  /** For its forms. */
  readonly pageWord: string;
  readonly words: DoorWordsOfLanguage;
  readonly now: Instant;
  /** What was just said and noted. */
  readonly noted: DoorAction | null;
  /** Why what was sent was not taken; with what was typed, so that nobody has to type it again. */
  readonly refusal: { readonly message: string; readonly action: DoorAction | null; readonly text: string } | null;
}

/** A few servers are shown whole; of more, each is folded up. */
const MOST_SHOWN_WHOLE = 5;

export function doorPage(page: DoorPage, status = 200): Promise<Response> {
  const { view, words } = page;
  const { content } = view;
  const isOpen = view.state === 'open';
  const title = isOpen ? words.title(view.items.length, content.reference, areTheirs(view)) : words.shut[shutAs(view)];
  return framed(
    title,
    view.language,
    html`${content.drill ? html`<p class="banner warned"><strong>${words.drill}</strong></p>` : ''}
      <header>
        <p class="quiet">
          ${content.organisation} <span class="tag">${content.reference}</span>
          ${content.tlp === null ? '' : html`<span class="tag">${content.tlp}</span>`}
        </p>
        <h1>${title}</h1>
      </header>
      ${isOpen ? openBody(page) : shutBody(page)}`,
    status,
  );
}

export function framed(title: string, language: string, body: Markup, status: number): Promise<Response> {
  return pageResponse(
    {
      title,
      language,
      body: html`<link rel="stylesheet" href="/static/door.css" />
        <main class="door">${body}</main>`,
    },
    status,
  );
}

/** A CSIRT, the police and a registrar are told of servers that stand in others' networks. */
const OTHERS: ReadonlySet<DoorView['content']['method']> = new Set([
  'csirt-referral',
  'law-enforcement-referral',
  'registrar-request',
  'upstream-request',
]);

function areTheirs({ content }: DoorView): boolean {
  return !OTHERS.has(content.method);
}

function shutAs({ state }: DoorView): Exclude<DoorView['state'], 'open'> {
  return state === 'open' ? 'closed' : state;
}

function shutBody({ view, words }: DoorPage): Markup {
  const { contestEmail, phone } = view.content;
  const retracted = view.state === 'retracted';
  return html`${
      retracted
        ? html`<p>${words.retractedLead}</p>
            <ul>
              ${view.items.map(({ place }) => html`<li class="mono">${place}</li>`)}
            </ul>`
        : ''
    }
    <p>${words.shutLead(contestEmail, phone)}</p>`;
}

function openBody(page: DoorPage): Markup {
  const { view, words, noted, refusal } = page;
  const { content } = view;
  return html`${refusal === null ? '' : html`<p class="banner warned" role="alert">${refusal.message}</p>`}
    ${noted === null ? '' : html`<p class="banner noted" role="status" id="noted">${notedWords(noted, page)}</p>`}
    ${view.isContested && noted !== 'wrong' ? html`<p class="banner warned">${words.contested}</p>` : ''}
    ${checkMarkup(page)}
    <p class="skip"><a href="#answer">${words.toAnswers}</a></p>
    <p>${words.lead(content.organisation, view.capacity, view.malware, view.items.length, areTheirs(view))}</p>
    ${senderMarkup(page)} ${askedMarkup(page)}
    <section aria-labelledby="servers">
      <h2 id="servers">${words.servers}</h2>
      ${view.items.map((item) => serverMarkup(item, page))}
    </section>
    ${answers(page)}
    <section aria-labelledby="contest">
      <h2 id="contest">${words.contest}</h2>
      <p>${words.contestLead(content.contestEmail, content.phone)}</p>
    </section>
    ${
      view.silence.length === 0
        ? ''
        : html`<section aria-labelledby="silence">
            <h2 id="silence">${words.silence}</h2>
            <ul>
              ${view.silence.map((step) => html`<li>${step}</li>`)}
            </ul>
          </section>`
    }
    <section aria-labelledby="files">
      <h2 id="files">${words.files}</h2>
      <ul class="files">
        ${(['xarf', 'csv', 'stix'] as const).map(
          (format) =>
            html`<li>
              <a class="button plain" href="/door/${page.token}/${format}" download>${words.fileNames[format]}</a>
            </li>`,
        )}
      </ul>
    </section>
    <section aria-labelledby="state">
      <h2 id="state">${words.state}</h2>
      ${saidMarkup(page)}
    </section>
    <section aria-labelledby="about">
      <h2 id="about">${words.about}</h2>
      <p class="quiet">${words.aboutLead}</p>
    </section>`;
}

/** Whom it comes from, and by what that can be told, before anything is asked. */
function senderMarkup({ view, words }: DoorPage): Markup {
  const { content, ways } = view;
  const { website = null, keysAt = null } = content;
  return html`<section aria-labelledby="who">
    <h2 id="who">${words.who}</h2>
    <dl class="facts">
      <dt>${content.organisation}</dt>
      <dd>${view.capacity}</dd>
      <dt>${words.mail}</dt>
      <dd>${content.email}</dd>
      ${
        content.phone === null
          ? ''
          : html`<dt>${words.phone}</dt>
              <dd>${content.phone}</dd>`
      }
      ${
        website === null
          ? ''
          : html`<dt>${words.website}</dt>
              <dd>${website}</dd>`
      }
    </dl>
    ${
      ways.length === 0
        ? ''
        : html`<details>
            <summary>${words.verify}</summary>
            <ul>
              ${ways.map((way) => html`<li>${way}</li>`)}
              ${keysAt === null ? '' : html`<li>${words.keysAt}: <span class="mono">${keysAt}</span></li>`}
            </ul>
          </details>`
    }
  </section>`;
}

/** So many servers are named where what is asked differs. */
const MOST_NAMED = 3;

/** What is asked, once where it is the same for all. */
function askedMarkup(page: DoorPage): Markup {
  const { view, words } = page;
  const standing = view.items.filter((item) => item.standing !== 'retracted');
  const groups = [...Map.groupBy(standing, ({ asks }) => JSON.stringify(asks)).values()];
  return html`<section aria-labelledby="asked">
    <h2 id="asked">${words.asked}</h2>
    ${groups.map((items) => {
      const places = items.slice(0, MOST_NAMED).map(({ place }) => place);
      return html`${groups.length === 1 ? '' : html`<p class="mono">${words.forServers(places, items.length - places.length)}</p>`}
        <ul>
          ${(items[0]?.asks ?? []).map((ask) => html`<li>${ask}</li>`)}
        </ul>`;
    })}
    <dl class="facts">
      <dt>${words.deadline}</dt>
      <dd>${deadlineMarkup(view.deadlineAt, page)}</dd>
      ${
        view.sentAt === null
          ? ''
          : html`<dt>${words.sent}</dt>
              <dd>${moment(view.sentAt)}</dd>`
      }
      <dt>${words.until}</dt>
      <dd>${moment(view.expiresAt)}</dd>
    </dl>
  </section>`;
}

/** "Done" names the servers where it was said of some. */
function notedWords(noted: DoorAction, { view, words }: DoorPage): string {
  const asked = view.items.filter((item) => item.check !== null);
  const standing = view.items.filter((item) => item.standing !== 'retracted');
  return noted === 'done' && asked.length > 0 && asked.length < standing.length
    ? words.notedSome(asked.map(({ place }) => place))
    : words.noted[noted];
}

function deadlineMarkup(at: Instant | null, { words, now }: DoorPage): Markup {
  if (at === null) return html`${words.noDeadline}`;
  return html`<strong>${moment(at)}</strong>${at < now ? html` <span class="warn">(${words.overdue})</span>` : ''}`;
}

function moment(at: Instant): string {
  return readableInstant(at);
}

/** What a look that was asked for here has come to. */
function checkMarkup({ view, words, token }: DoorPage): Markup {
  const { check } = view;
  if (check === null) return html``;
  const asked = view.items.filter((item) => item.check !== null);
  const lead = check.isDone ? words.checkDone : view.isProbingOn ? words.checkPending : words.checkOff;
  return html`<section class="banner" aria-label="${words.actions.done}" id="check">
    <p><strong>${words.checkAsked} ${moment(check.askedAt)}.</strong> ${lead}</p>
    <ul>
      ${asked.map(
        ({ place, check: result }) =>
          html`<li>
            <span class="mono">${place}</span>: ${result === null ? '' : html`<strong>${words.checks[result]}</strong>`}
          </li>`,
      )}
    </ul>
    ${
      check.isDone
        ? html`<p class="quiet">${words.checkAgain} ${moment(check.nextAt)}.</p>`
        : html`<p><a class="button plain" href="/door/${token}#check">${words.look}</a></p>`
    }
  </section>`;
}

/** What one press says comes first; what needs words, or a second thought, is folded up below it. */
function answers(page: DoorPage): Markup {
  const { view, token, pageWord, words, refusal } = page;
  const quick = DOOR_ACTIONS.filter((action) => QUICK.has(action));
  const others = DOOR_ACTIONS.filter((action) => !QUICK.has(action));
  const isSeveral = view.items.filter(({ standing }) => standing !== 'retracted').length > 1;
  const isSomeRefused = refusal?.action === 'done' && refusal.message === words.tickOne;
  const isQuickRefused = refusal !== null && refusal.action !== null && QUICK.has(refusal.action);
  return html`<section class="answering" aria-labelledby="answer">
    <h2 id="answer">${words.answer}</h2>
    <p class="quiet">${words.answerLead}</p>
    <form method="post" action="/door/${token}" class="answers">
      <input type="hidden" name="page" value="${pageWord}" />
      ${quick.map(
        (action) =>
          html`<button name="action" value="${action}" class="${action === 'done' ? '' : 'plain'}">
            ${isSeveral && action === 'done' ? words.allDone : words.actions[action]}<span
              >${effectOf(action, page)}</span
            >
          </button>`,
      )}
      <details class="wide" ${isQuickRefused && !isSomeRefused ? html` open` : ''}>
        <summary>${words.text}</summary>
        ${textField('quick', words.text, isQuickRefused ? refusal.text : '', false)} ${ticketField('quick', words)}
      </details>
    </form>
    ${
      isSeveral
        ? html`<details ${isSomeRefused ? html` open` : ''}>
            <summary>${words.someDone}</summary>
            <form method="post" action="/door/${token}">
              <input type="hidden" name="page" value="${pageWord}" />
              <input type="hidden" name="action" value="done" />
              <input type="hidden" name="some" value="1" />
              ${whichServers('some', page, words.someDoneLead)} ${ticketField('some', words)}
              <p><button>${words.theseDone}</button></p>
            </form>
          </details>`
        : ''
    }
    <h3>${words.more}</h3>
    ${others.map((action) => {
      const isRefused = refusal?.action === action;
      return html`<details${isRefused ? html` open` : ''}>
        <summary>${words.actions[action]}</summary>
        <p>${words.effects[action]}</p>
        <form method="post" action="/door/${token}">
          <input type="hidden" name="page" value="${pageWord}" />
          <input type="hidden" name="action" value="${action}" />
          ${textField(action, labelOf(action, words), isRefused ? refusal.text : '', NEEDS_TEXT.has(action))}
          ${action === 'found-more' ? '' : html`${view.items.length > 1 ? whichServers(action, page) : ''}${ticketField(action, words)}`}
          <p><button>${words.send}: ${words.actions[action]}</button></p>
        </form>
      </details>`;
    })}
  </section>`;
}

/** No look is promised where none can be taken. */
function effectOf(action: DoorAction, { view, words }: DoorPage): string {
  return action === 'done' && !view.isProbingOn ? words.doneUnlooked : words.effects[action];
}

const QUICK: ReadonlySet<DoorAction> = new Set(['received', 'working', 'done']);

function labelOf(action: DoorAction, words: DoorWordsOfLanguage): string {
  if (action === 'found-more') return words.foundField;
  return NEEDS_TEXT.has(action) ? words.textNeeded : words.text;
}

function textField(id: string, label: string, text: string, isNeeded: boolean): Markup {
  return html`<label for="text-${id}">${label}</label>
    <textarea id="text-${id}" name="text" maxlength="${MOST_DOOR_TEXT}" ${isNeeded ? html` required` : ''}>
${text}</textarea>`;
}

function ticketField(id: string, { ticket }: DoorWordsOfLanguage): Markup {
  return html`<label for="ticket-${id}">${ticket}</label>
    <input id="ticket-${id}" name="ticket" maxlength="${MOST_DOOR_TICKET}" autocomplete="off" />`;
}

function whichServers(id: string, { view, words }: DoorPage, lead: string = words.all): Markup {
  return html`<fieldset>
    <legend>${words.which}</legend>
    <p class="quiet">${lead}</p>
    ${view.items
      .filter(({ standing }) => standing !== 'retracted')
      .map(
        (item) =>
          html`<label class="tick" for="${id}-${item.id}"
            ><input type="checkbox" id="${id}-${item.id}" name="item" value="${item.id}" /><span class="mono"
              >${item.place}</span
            ></label
          >`,
      )}
  </fieldset>`;
}

function serverMarkup(item: DoorItemView, page: DoorPage): Markup {
  const { words, view } = page;
  const head = html`<span class="mono">${item.place}</span>
    <span class="tag ${toneOf(item)}">${words.standings[item.standing]}</span>`;
  const body = item.standing === 'retracted' ? html`` : serverBody(item, page);
  return view.items.length <= MOST_SHOWN_WHOLE
    ? html`<article class="card server">
        <h3>${head}</h3>
        ${body}
      </article>`
    : html`<details class="server">
        <summary>${head}</summary>
        ${body}
      </details>`;
}

function toneOf({ standing }: DoorItemView): string {
  if (standing === 'dark') return 'good';
  return standing === 'live' || standing === 'c2-live' ? 'bad' : standing === 'answers-other' ? 'warn' : '';
}

/** More observations than these stand behind the fold. */
const MOST_EVIDENCE = 3;

function serverBody(item: DoorItemView, page: DoorPage): Markup {
  const { words, view } = page;
  const { order } = view.content;
  const exact = item.endpoints.length === 0 ? [item.host] : item.endpoints.map((endpoint) => endpoint.exact);
  const hasOwnDeadline = item.deadlineAt !== view.deadlineAt;
  const rest = item.evidence.slice(MOST_EVIDENCE);
  return html`<p class="quiet">${item.kind}${standingWords(item, words)}</p>
    ${hasOwnDeadline ? html`<p>${words.deadline}: ${deadlineMarkup(item.deadlineAt, page)}</p>` : ''}
    ${item.names.length === 0 ? '' : html`<p>${words.names}: <span class="mono">${item.names.join(', ')}</span></p>`}
    <h4>${words.evidence}</h4>
    <ul>
      ${item.evidence.slice(0, MOST_EVIDENCE).map((entry) => observedMarkup(entry, words))}
      ${rest.length === 0 ? '' : html`<li>${words.further(rest.length)}</li>`}
    </ul>
    <details>
      <summary>${words.details}</summary>
      ${
        item.endpoints.length === 0
          ? ''
          : html`<h4>${words.endpoints}</h4>
              <ul>
                ${item.endpoints.map(({ shown }) => html`<li class="mono">${shown}</li>`)}
                ${item.leftOut === '' ? '' : html`<li>${item.leftOut}</li>`}
              </ul>`
      }
      ${
        rest.length === 0
          ? ''
          : html`<h4>${words.evidence}</h4>
              <ul>
                ${rest.map((entry) => observedMarkup(entry, words))}
              </ul>`
      }
      <h4>${words.basis}</h4>
      <p>
        ${order === null ? '' : html`${words.order(order.court, order.docket, dayOf(order.issuedAt))}. `}${item.law}
        <span class="quiet">(${basisKind(item, page)})</span>
      </p>
      <h4>${words.exact}</h4>
      <textarea readonly class="exact" rows="${Math.min(exact.length, 8)}" aria-label="${words.exact}: ${item.place}">
${exact.join('\n')}</textarea>
    </details>`;
}

function observedMarkup(
  { observed, source, dated }: DoorItemView['evidence'][number],
  words: DoorWordsOfLanguage,
): Markup {
  return html`<li>
    ${observed} <span class="quiet">(${words.source}: ${source}${dated === '' ? '' : `; ${dated}`})</span>
  </li>`;
}

/** What it is for whoever is asked: an order, a request, or a notice on which the recipient decides. */
function basisKind({ binding }: DoorItemView, { view, words }: DoorPage): string {
  if (view.content.method === 'dsa-notice') return words.notice;
  return binding ? words.binding : words.request;
}

function dayOf(iso: string): string {
  const at = parseInstant(iso);
  return at === null ? iso : readableInstant(at).slice(0, 10);
}

function standingWords({ standing, darkAt, confirmedAt, lookedAt }: DoorItemView, words: DoorWordsOfLanguage): string {
  if (standing === 'dark' && darkAt !== null) {
    return ` · ${words.standings.dark} ${words.since} ${moment(darkAt)} (${confirmedAt === null ? words.provisional : words.confirmed})`;
  }
  return lookedAt === null ? '' : ` · ${words.lastLook} ${moment(lookedAt)}`;
}

function saidMarkup({ view, words }: DoorPage): Markup {
  const { said, found } = view;
  if (said.length === 0 && found === 0) return html`<p class="quiet">${words.nothingSaid}</p>`;
  return html`<ul>
      ${said.toReversed().map(({ class: reply, at }) => html`<li>${moment(at)}: ${words.said[reply] ?? reply}</li>`)}
    </ul>
    ${found === 0 ? '' : html`<p>${words.found(found)}</p>`}`;
}
