import { DOOR_ACTIONS, REPLY_OF } from '../../domain/door.ts';
import type { DoorAction } from '../../domain/door.ts';
import type { DoorView } from '../../domain/door-view.ts';
import type { Instant } from '../../domain/instant.ts';
import { ProblemError } from '../../domain/problem.ts';
import { DOOR_DOWNLOADS, doorFile, pageWord, showDoor, speakAtDoor, tokenOfCode } from '../../flow/door.ts';
import type { Door, DoorAnswer } from '../../flow/door.ts';
import type { World } from '../../ports/world.ts';
import { chooseWords } from '../../texts/door/choose-words.ts';
import { html } from '../page.ts';
import { HttpProblem, notHere } from '../problem.ts';
import type { ToldProblem } from '../problem.ts';
import { RateLimiter } from '../rate-limit.ts';
import { open, route, z } from '../route.ts';
import type { HttpContext, Route } from '../route.ts';
import type { Services } from '../services.ts';
import { doorApiRoutes } from './door-api.ts';
import { doorPage, framed } from './door-page.ts';
import { DOOR_CSS } from './door-style.ts';

/*
 * The provider's door: pages for an abuse desk, without an account. Looking at one changes nothing, however often a mail
 * scanner follows the link; what is said comes by POST from a form of the page.
 */

const FORM = 'application/x-www-form-urlencoded';
/** 4,000 characters, escaped, with a notice's servers ticked. */
const FORM_BYTES = 256 * 1024;
/** For so long the page tells what was just said; the same words within ten minutes are said once. */
const JUST_MS = 15 * 60_000;
/** Of one network's codes that opened nothing, and of everybody's together. */
const GUESSES = { burst: 10, perMinute: 5 };
const ALL_GUESSES = { burst: 300, perMinute: 120 };
const WHY = 'whoever has the link or the code of a notice may see that notice, and answer it';

export function doorRoutes(): readonly Route[] {
  const guesses: { limiter?: RateLimiter } = {};
  const params = z.object({ token: z.string().max(200) });
  const tellProblem = { below: '/door', tell: tellOnPage };
  const page = { access: open(WHY), tag: 'door', isPage: true, responses: { 200: { description: 'A page' } } } as const;
  return [
    // The interface for programs stands first: its paths look like a link's.
    ...doorApiRoutes(),
    route(
      {
        method: 'get',
        path: '/static/door.css',
        access: open('a static file'),
        isUnmetered: true,
        summary: 'The stylesheet of the door',
        tag: 'service',
        isPage: true,
        responses: { 200: { description: 'The file', type: 'text/css' } },
      },
      (context) =>
        context.body(DOOR_CSS, 200, {
          'content-type': 'text/css; charset=utf-8',
          'cache-control': 'public, max-age=86400',
        }),
    ),
    route(
      { ...page, method: 'get', path: '/door', summary: 'Where the code of a notice is typed', tellProblem },
      (context) => codePage(context, 200, false),
    ),
    route(
      {
        ...page,
        method: 'post',
        path: '/door',
        summary: 'Opens a door by its code',
        bodyType: FORM,
        body: z.string(),
        maxBodyBytes: 4096,
      },
      async (context, { body, services }) => {
        const limiter = (guesses.limiter ??= new RateLimiter(services.app.ticks));
        const network = context.get('network');
        const wait = limiter.isEmpty(network, GUESSES) || limiter.isEmpty('', ALL_GUESSES);
        if (wait) throw new HttpProblem(429, chooseWords(languageOf(context)).words.tooOften, { 'retry-after': '60' });
        const at = await services.atDoor();
        const token =
          at === null ? null : await tokenOfCode(at.world, at.door, new URLSearchParams(body).get('code') ?? '');
        if (token !== null) return seeOther(`/door/${token}`);
        limiter.take(network, GUESSES);
        limiter.take('', ALL_GUESSES);
        return codePage(context, 404, true);
      },
    ),
    route(
      {
        ...page,
        method: 'get',
        path: '/door/{token}',
        summary: 'A notice, for whoever has its link',
        params,
        query: z.looseObject({}),
      },
      async (context, { params: { token }, query, services }) => {
        const noted = DOOR_ACTIONS.find((action) => action === query['said']) ?? null;
        return noticePage(context, services, token, { noted, refusal: null, status: 200 });
      },
    ),
    route(
      {
        ...page,
        method: 'post',
        path: '/door/{token}',
        summary: 'What a desk answers',
        params,
        bodyType: FORM,
        body: z.string(),
        maxBodyBytes: FORM_BYTES,
      },
      async (context, { params: { token }, body, services }) => {
        const at = await services.atDoor();
        return at === null
          ? codePage(context, 404, true)
          : answered(context, services, at, token, new URLSearchParams(body));
      },
    ),
    route(
      {
        ...page,
        method: 'get',
        path: '/door/{token}/{format}',
        summary: "A file of the notice's servers",
        params: z.object({ token: z.string().max(200), format: z.string().max(20) }),
      },
      async (context, { params: { token, format }, services }) => {
        const at = await services.atDoor();
        const wanted = DOOR_DOWNLOADS.find((each) => each === format);
        const file = at === null || wanted === undefined ? null : await doorFile(at.world, at.door, token, wanted);
        if (file === null || wanted === undefined) throw notHere();
        return context.body(file.text, 200, {
          'content-type': TYPES[wanted],
          'content-disposition': `attachment; filename="${file.name}"`,
        });
      },
    ),
  ];
}

const TYPES = {
  xarf: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  stix: 'application/stix+json;version=2.1',
} as const;

function languageOf({ req }: HttpContext): string | null {
  return req.header('accept-language') ?? null;
}

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}

interface Around {
  readonly noted: DoorAction | null;
  readonly refusal: { readonly message: string; readonly action: DoorAction | null; readonly text: string } | null;
  readonly status: number;
}

async function noticePage(context: HttpContext, services: Services, token: string, around: Around): Promise<Response> {
  const at = await services.atDoor();
  const { language, words } = chooseWords(languageOf(context));
  const view = at === null ? null : await showDoor(at.world, at.door, token, language);
  if (at === null || view === null) return codePage(context, 404, true);
  const { refusal, status } = around;
  const now = at.world.clock.now();
  const noted = around.noted !== null && wasSaid(view, around.noted, now) ? around.noted : null;
  return doorPage(
    { view: { ...view, language }, token, pageWord: pageWord(at.world, at.door, token), words, now, noted, refusal },
    view.state === 'open' ? status : 410,
  );
}

/** Addresses can be made up: what was noted is told where it was said a moment ago, and nowhere else. */
function wasSaid({ said, found }: Pick<DoorView, 'said' | 'found'>, action: DoorAction, now: Instant): boolean {
  const reply = REPLY_OF[action];
  if (reply === null) return found > 0;
  return said.some(({ class: each, at }) => each === reply && now - at <= JUST_MS);
}

async function answered(
  context: HttpContext,
  services: Services,
  { world, door }: { readonly world: World; readonly door: Door },
  token: string,
  form: URLSearchParams,
): Promise<Response> {
  const { words } = chooseWords(languageOf(context));
  const action = DOOR_ACTIONS.find((each) => each === form.get('action'));
  const text = form.get('text') ?? '';
  const again = (message: string, status: number): Promise<Response> =>
    noticePage(context, services, token, { noted: null, refusal: { message, action: action ?? null, text }, status });
  if (action === undefined) return again(words.wentWrong, 400);
  const items = form.getAll('item');
  // Whoever says "some" and ticks none has not said "all".
  if (form.get('some') !== null && items.length === 0) return again(words.tickOne, 400);
  const saying = { action, items, text, ticket: form.get('ticket') ?? '', page: form.get('page') ?? '' };
  let answer: DoorAnswer;
  try {
    answer = await speakAtDoor(world, door, token, saying);
  } catch (cause) {
    // What is off with somebody's words is told on the page that they stand on.
    if (cause instanceof ProblemError && cause.problem.code === 'usage') return again(cause.problem.message, 400);
    throw cause;
  }
  if (answer.outcome === 'no-door') return codePage(context, 404, true);
  if (answer.outcome === 'stale-page') return again(words.stale, 409);
  if (answer.outcome === 'too-often') return again(words.tooOften, 429);
  if (answer.outcome === 'shut') {
    return noticePage(context, services, token, { noted: null, refusal: null, status: 410 });
  }
  return seeOther(`/door/${token}?said=${action}${answer.checkAskedAt === null ? '#noted' : '#check'}`);
}

/** Where a code is typed; the same words for whatever opens nothing, so that nobody learns what is near to something. */
function codePage(context: HttpContext, status: number, opensNothing: boolean): Promise<Response> {
  const { language, words } = chooseWords(languageOf(context));
  return framed(
    opensNothing ? words.notKnown : words.enter,
    language,
    html`<h1>${opensNothing ? words.notKnown : words.enter}</h1>
      ${opensNothing ? html`<p role="alert">${words.notKnownLead}</p>` : ''}
      <p>${words.enterLead}</p>
      <form method="post" action="/door">
        <label for="code">${words.code}</label>
        <input
          id="code"
          name="code"
          class="code"
          required
          maxlength="40"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          aria-describedby="hint"
        />
        <p class="quiet" id="hint">${words.codeHint}</p>
        <p><button>${words.open}</button></p>
      </form>`,
    status,
  );
}

/** A problem for people who came with a browser. */
async function tellOnPage({ status, title, detail, headers }: ToldProblem): Promise<Response> {
  const response = await framed(
    title,
    'en',
    html`<h1>${title}</h1>
      <p>${detail}</p>`,
    status,
  );
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  return response;
}
