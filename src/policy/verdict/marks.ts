import type { HttpSeen } from '../../domain/observation.ts';

/*
 * By what sinkholes, parked names and suspended accounts are known, as their operators publish or as they have been seen for
 * years. They are facts about pages, not judgements about people: whoever imitates one makes a person look, and no more.
 */

interface Mark {
  readonly finding: 'sinkholed' | 'parked';
  /** What it is, for people. */
  readonly name: string;
  readonly matches: (http: HttpSeen) => boolean;
}

const header =
  (name: string, value: RegExp = /./) =>
  ({ headers }: HttpSeen): boolean =>
    headers.some(([key, text]) => key === name && value.test(text));
const title =
  (pattern: RegExp) =>
  (http: HttpSeen): boolean =>
    http.title !== null && pattern.test(http.title);
const location =
  (pattern: RegExp) =>
  (http: HttpSeen): boolean =>
    http.location !== null && pattern.test(http.location);

const MARKS: readonly Mark[] = [
  { finding: 'sinkholed', name: 'a header X-Sinkhole', matches: header('x-sinkhole') },
  { finding: 'sinkholed', name: 'a header X-Sinkholed', matches: header('x-sinkholed') },
  { finding: 'sinkholed', name: 'a header X-Sinkholed-Domain', matches: header('x-sinkholed-domain') },
  { finding: 'sinkholed', name: 'a server that calls itself a sinkhole', matches: header('server', /sinkhole/i) },
  { finding: 'sinkholed', name: 'a page that calls itself a sinkhole', matches: title(/\bsinkhol(?:e|ed)\b/i) },
  {
    finding: 'sinkholed',
    name: 'a page of a seizure',
    matches: title(/\b(?:domain|website|site) (?:has been|was|is) seized\b/i),
  },
  { finding: 'parked', name: 'the ad key of a parking service', matches: header('x-adblock-key') },
  {
    finding: 'parked',
    name: 'a page that offers the name for sale',
    matches: title(/\b(?:domain|name) (?:is|may be) (?:for sale|parked)\b|\bparked (?:domain|free)\b/i),
  },
  {
    finding: 'parked',
    name: 'the page of a suspended account',
    matches: title(/\b(?:account|site|website|domain) (?:has been |is )?suspended\b/i),
  },
  {
    finding: 'parked',
    name: "a redirect to the panel's page of a suspended account",
    matches: location(/\/cgi-sys\/(?:suspendedpage|defaultwebpage)\.cgi/),
  },
];

/** The mark of a sinkhole or a parked name that an answer bears; null where it bears none. */
export function markOf(
  http: HttpSeen | null,
): { readonly finding: 'sinkholed' | 'parked'; readonly name: string } | null {
  if (http === null || http.outcome !== 'answered') return null;
  return MARKS.find(({ matches }) => matches(http)) ?? null;
}
