import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { HOSTILE_HOST } from './hostile-text.ts';

/*
 * Whether a page obeys what stands in it: a dialog, a script that ran, a request to somebody else, markup that came of a text, a
 * complaint of the policy or of the console.
 */

export interface Watching {
  /** What was obeyed, or complained of, since the last `take`. */
  take(): Promise<readonly string[]>;
  /** Marks in what the pages were given by the service, so far. */
  marks(): Promise<ReadonlySet<string>>;
}

const MARK = /zq-[a-z0-9-]+?-qz/g;

/** What runs before any script of a page: tells of each refusal of the policy. As text: nothing of the test runs in a page. */
const REPORTING = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sample }) =>
  console.error('refused by the policy: ' + violatedDirective + ' ' + blockedURI + ' ' + sample));`;

/** Watches everything that happens in a context. What a page is refused for asking (4xx) is no error of it. */
export async function watchContext(context: BrowserContext, origins: readonly string[]): Promise<Watching> {
  const found: string[] = [];
  const answers: Promise<readonly string[]>[] = [];
  await context.addInitScript(REPORTING);
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && !origins.includes(url.origin)) found.push(`a request to ${request.url()}`); // prettier-ignore
  });
  context.on('response', (response) => {
    if (!/\/api\/v1\/|\/door\/|\/app|\/account/.test(response.url()) || response.url().endsWith('/events')) return;
    answers.push(response.text().then((text) => text.match(MARK) ?? [], () => [])); // prettier-ignore
  });
  context.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) found.push(message.text());
  });
  context.on('weberror', (error) => found.push(error.error().message));
  context.on('dialog', (dialog) => {
    found.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('page', (page) => {
    if (context.pages()[0] !== page) found.push(`a window: ${page.url()}`);
  });
  return {
    async take() {
      // What an answer has set off has its turn first.
      await context.pages()[0]?.waitForTimeout(20);
      return found.splice(0);
    },
    marks: async () => new Set((await Promise.all(answers)).flat()),
  };
}

/** What no text may leave behind in a page. The names of attributes, and where those lead that lead somewhere. */
const OBEYED = `(() => {
  const wrong = [];
  const leads = ['href', 'src', 'action', 'formaction', 'data', 'srcdoc', 'poster', 'background', 'xlink:href', 'ping', 'cite'];
  for (const element of document.querySelectorAll('*')) {
    const shown = () => element.outerHTML.slice(0, 200);
    if (/^(iframe|object|embed|base|applet|math|frame|style)$/i.test(element.localName)) wrong.push('an element: ' + shown());
    if (element.localName === 'script' && !/^\\/static\\//.test(element.getAttribute('src') ?? '')) wrong.push('a script: ' + shown());
    if (element.localName === 'meta' && element.httpEquiv !== '') wrong.push('an order: ' + shown());
    for (const { name, value } of element.attributes) {
      if (/^on/i.test(name) || name === 'autofocus') wrong.push('a handler: ' + shown());
      if (!leads.includes(name)) continue;
      const { protocol, origin } = new URL(value, location.href);
      if (protocol !== 'mailto:' && protocol !== 'blob:' && origin !== location.origin) wrong.push('a way out: ' + shown());
    }
    for (const property of ['background-image', 'list-style-image', 'content'])
      if (element.style?.getPropertyValue(property).includes('${HOSTILE_HOST}')) wrong.push('a style: ' + shown());
  }
  if (typeof window.owned !== 'undefined') wrong.push('a script has run');
  return wrong;
})()`;

/** What a page has obeyed of what stands in it. */
export function obeyedOn(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(OBEYED);
}

/** Marks that somebody reads on the page. */
export async function marksOn(page: Page): Promise<readonly string[]> {
  return (await page.evaluate<string>('document.body.textContent ?? ""')).match(MARK) ?? [];
}

/** What axe holds for serious on the page as it stands. */
export async function seriousOn(page: Page): Promise<readonly string[]> {
  // Through the developer tools: the policy of the page stays as it is.
  await page.evaluate(axe.source);
  return page.evaluate<readonly string[]>(
    `axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)).join(' | ')))`,
  );
}

const TELEPHONE = { width: 360, height: 800 };

/** What reaches beyond the edge of a telephone's screen, the outermost first, where the page as a whole does; the page is as wide as before, then. */
export async function tooWideOn(page: Page): Promise<readonly string[]> {
  const before = page.viewportSize();
  await page.setViewportSize(TELEPHONE);
  // What is drawn for its width is drawn once more.
  await page
    .waitForFunction('document.documentElement.scrollWidth <= innerWidth', null, { timeout: 1000 })
    .catch(() => {});
  const wide = await page.evaluate<readonly string[]>(`(() => {
    const { scrollWidth } = document.documentElement;
    if (scrollWidth <= innerWidth) return [];
    const beyond = [...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1);
    return ['too wide by ' + (scrollWidth - innerWidth) + ': ' + beyond.slice(0, 3).map((each) => each.outerHTML.slice(0, 160)).join(' | ')];
  })()`);
  if (before !== null) await page.setViewportSize(before);
  return wide;
}

/** What a file of ours obeys that somebody has opened: as `obeyedOn`, with its own style and policy, and no way out at all. */
export function fileObeys(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`(() => {
    const wrong = [];
    for (const element of document.querySelectorAll('*')) {
      const shown = () => element.outerHTML.slice(0, 200);
      if (/^(script|iframe|object|embed|base|applet|math|frame|link|img|form|input|image|use|foreignObject|animate|set)$/i.test(element.localName)) wrong.push('an element: ' + shown());
      for (const { name, value } of element.attributes) {
        if (/^on/i.test(name) || name === 'autofocus' || (name === 'http-equiv' && value !== 'Content-Security-Policy')) wrong.push('an order: ' + shown());
        if (/^(href|src|xlink:href|action|data|srcdoc)$/.test(name) && !/^(#|[\\w./-]+$)/.test(value)) wrong.push('a way out: ' + shown());
      }
    }
    if (document.querySelectorAll('style').length > 1) wrong.push('a style that is not ours');
    if (document.styleSheets[0] !== undefined && [...document.styleSheets[0].cssRules].some(({ cssText }) => cssText.includes('${HOSTILE_HOST}'))) wrong.push('a rule that is not ours');
    if (typeof window.owned !== 'undefined') wrong.push('a script has run');
    return wrong;
  })()`);
}
