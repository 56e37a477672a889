import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/*
 * Pages that the server writes: no script, one stylesheet, everything that comes from outside escaped by `html`.
 */

export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

export interface Page {
  readonly title: string;
  readonly language?: string;
  readonly body: Markup;
}

/** A whole page. */
export async function pageResponse({ title, language = 'en', body }: Page, status = 200): Promise<Response> {
  const page = await html`<!doctype html>
    <html lang="${language}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="stylesheet" href="/static/page.css" />
        <link rel="icon" href="/static/icon.svg" />
      </head>
      <body>
        ${body}
      </body>
    </html>`;
  return new Response(String(page), { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
}

export { html };
