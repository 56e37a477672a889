import { readableInstant } from '../domain/instant.ts';
import type { SetWebhook, WebhookMessage, WebhookView } from '../flow/webhooks.ts';
import { shownText } from './shown.ts';
import { table } from './table.ts';
import type { Column } from './table.ts';
import { safeText } from './terminal.ts';
import type { Style } from './terminal.ts';

/** Webhooks as a list, and below it what was given up and what is tried again. */
export function webhooksText(webhooks: readonly WebhookView[], style: Style): string {
  const columns: readonly Column<WebhookView>[] = [
    { title: 'provider', max: 30, value: ({ provider }) => safeText(provider) },
    { title: 'since', value: ({ setAt }) => readableInstant(setAt) },
    { title: 'told', value: ({ messages }) => String(messages.delivered) },
    { title: 'waiting', value: ({ messages }) => (messages.waiting === 0 ? null : String(messages.waiting)) },
    { title: 'failed', value: ({ messages }) => (messages.failed === 0 ? null : String(messages.failed)) },
    { title: 'url', max: 60, value: ({ url, removedAt }) => (removedAt === null ? shownText(url) : `${shownText(url)} (removed)`) },
  ]; // prettier-ignore
  const amiss = webhooks.flatMap(({ provider, newest }) =>
    newest
      .filter(({ problem }) => problem !== null)
      .map((message) => `${provider}: ${aboutMessage(message)}: ${message.problem ?? ''}${whatNow(message)}`),
  );
  return [
    table(webhooks, columns, style),
    ...(amiss.length === 0 ? [] : [amiss.map((line) => `${style.yellow(safeText(line))}\n`).join('')]),
  ].join('\n');
}

function aboutMessage({ kind, reference }: WebhookMessage): string {
  return reference === null ? kind : `${kind} ${reference}`;
}

function whatNow({ state, nextAt }: WebhookMessage): string {
  return state === 'waiting' ? `; again at ${readableInstant(nextAt)}` : '; given up';
}

/** How one is put on record, with its secret. */
export function setWebhookText({ webhook: { provider, url }, secret }: SetWebhook): string {
  return (
    `The desk of ${safeText(provider)} is told at\n  ${shownText(url)}\nEach message is signed with this secret, which is shown once:\n` +
    `  ${secret}\nA worker tells it (traffic.send). Try it: dismantle webhook test ${safeText(provider)}\n`
  );
}

export function testedText(message: WebhookMessage, style: Style): string {
  const { state, status, problem } = message;
  if (state === 'delivered') return `It was taken (${status ?? ''}).\n`;
  return `${style.red(safeText(`It was not taken: ${problem ?? ''}`))}\n`;
}
