/// <reference lib="webworker" />
import { ServiceProblem, ask, part } from '../../../api.ts';
import { texts } from '../../../texts/en.ts';
import { CaseList } from './case-list.ts';
import type { Beneath } from './case-list.ts';
import { linesOf } from './lines.ts';
import type { CaseJson, Now } from './row.ts';
import type { Answer, Answered, Call, CaseWork } from './worker-talk.ts';

/*
 * Reads, searches and sorts the cases of an operation, so that the page never waits for it.
 */

const list = new CaseList();

function answer(told: Answer): void {
  postMessage(told);
}

async function load(operation: string, now: Now): Promise<Beneath> {
  const api = `/operations/${part(operation)}`;
  const [references, response] = await Promise.all([referencesOf(api), ask(`${api}/cases`)]);
  const cases: CaseJson[] = [];
  let isWhole = false;
  for await (const line of linesOf(response)) {
    // One JSON array, one row a line.
    const text = line.endsWith(',') ? line.slice(0, -1) : line;
    isWhole = text === ']' || (isWhole && text === '');
    if (text === '' || text === '[' || text === ']') continue;
    const json: CaseJson = JSON.parse(text);
    cases.push(json);
    if (cases.length % TELL_EACH === 0) answer({ read: cases.length });
  }
  if (!isWhole) throw new Error(texts.cases.brokeOff);
  return list.take(cases, references, now);
}

const TELL_EACH = 5000;

async function referencesOf(api: string): Promise<ReadonlyMap<string, string>> {
  const notices: readonly { noticeId: string; reference: string }[] = await (await ask(`${api}/notices`)).json();
  return new Map(notices.map(({ noticeId, reference }) => [noticeId, reference]));
}

const work: { readonly [Name in keyof CaseWork]: (...args: never[]) => unknown } = {
  load,
  view: list.view.bind(list),
  window: list.window.bind(list),
  ids: list.ids.bind(list),
  rows: list.rows.bind(list),
  offers: list.offers.bind(list),
  text: list.text.bind(list),
};

addEventListener('message', (event: MessageEvent<Call>) => {
  const { call, name, args } = event.data;
  void (async () => {
    try {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a call names what its arguments are of
      const does = work[name] as (...given: readonly unknown[]) => Answered | Promise<Answered>;
      answer({ call, value: await does(...args) });
    } catch (cause) {
      const error = cause instanceof Error ? cause.message : String(cause);
      const told = cause instanceof ServiceProblem ? cause : null;
      answer({ call, error, status: told?.status ?? 0, hint: told?.hint ?? null });
    }
  })();
});
