import { useEffect, useState } from 'react';
import type { ComponentType, ReactNode } from 'react';
import { OperationPage } from './pages/operation/operation-page.tsx';
import { UNPLACED } from './pages/review/unplaced.ts';
import type { OnePageProps, PageProps } from './page-props.ts';
import { texts } from './texts/en.ts';

export interface PageEntry {
  readonly name: keyof typeof texts.shell.pages;
  /** Below /app/OPERATION. */
  readonly path: string;
  /** After g. */
  readonly key: string;
  readonly page: LaterPage<PageProps> | ComponentType<PageProps>;
  readonly one?: LaterPage<OnePageProps>;
  /** What it reads before it can be shown, given the operation's own path: whoever is about to go there has it read ahead. */
  readonly reads: (api: string) => readonly string[];
}

/** A page whose script has not come yet. */
export type LaterPage<Props extends object> = ComponentType<Props> & {
  /** Brings the script, and nothing else. Where it does not come, whoever goes there is told. */
  readonly bring: () => void;
};

/**
 * A page in a file of its own, which comes when somebody goes there, and is there at once from then on. Without Suspense: where the
 * live view refreshed the frame at the same moment, the page that had come was never shown.
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): LaterPage<Props> {
  let come: ComponentType<Props> | null = null;
  const bring = async (): Promise<ComponentType<Props>> => (come = await load());
  function Later(props: Props): ReactNode {
    const [Page, setPage] = useState<ComponentType<Props> | null>(() => come);
    const [hasFailed, setFailed] = useState(false);
    useEffect(() => {
      if (Page !== null) return;
      bring().then(
        (loaded) => setPage(() => loaded),
        () => setFailed(true),
      );
    }, [Page]);
    if (hasFailed) return <NotThere />;
    return Page === null ? null : <Page {...props} />;
  }
  return Object.assign(Later, {
    bring: () => {
      if (come === null) bring().catch(() => {});
    },
  });
}

/** The service is away, or another version has come, whose files have other names. */
function NotThere(): ReactNode {
  return (
    <div className="note bad" role="alert">
      <p>{texts.shell.pageGone}</p>
      <p><button type="button" onClick={() => location.reload()}>{texts.shell.reload}</button></p>
    </div>
  ); // prettier-ignore
}

/** Of exercises alone: what is played here, and what could be. It is of no operation. */
export const EXERCISE_PAGE = {
  key: 'x',
  page: later<object>(async () => (await import('./pages/exercise/exercise-page.tsx')).ExercisePage),
} as const;

/** Every page of an operation, in the order in which they stand at the side. */
export const PAGES: readonly PageEntry[] = [
  {
    name: 'overview',
    path: '',
    key: 'o',
    page: OperationPage,
    reads: (api) => [`${api}/overview`, `${api}/waiting`, `${api}/due`],
  },
  {
    name: 'cases',
    path: '/cases',
    key: 'c',
    page: later(async () => (await import('./pages/cases/cases-page.tsx')).CasesPage),
    one: later(async () => (await import('./pages/cases/case-page.tsx')).CasePage),
    reads: (api) => [`${api}/overview`],
  },
  {
    name: 'review',
    path: '/review',
    key: 'r',
    page: later(async () => (await import('./pages/review/review-page.tsx')).ReviewPage),
    one: later(async () => (await import('./pages/review/notice-page.tsx')).NoticePage),
    reads: (api) => [`${api}/waiting`, `${api}/handover`, UNPLACED],
  },
  {
    name: 'severance',
    path: '/severance',
    key: 's',
    page: later(async () => (await import('./pages/severance/severance-page.tsx')).SeverancePage),
    reads: (api) => [`${api}/severance`, `${api}/severance/matrix`],
  },
  {
    name: 'strikes',
    path: '/strikes',
    key: 't',
    page: later(async () => (await import('./pages/strikes/strikes-page.tsx')).StrikesPage),
    reads: (api) => [`${api}/strikes`],
  },
  {
    name: 'providers',
    path: '/providers',
    key: 'p',
    page: later(async () => (await import('./pages/providers/providers-page.tsx')).ProvidersPage),
    one: later(async () => (await import('./pages/providers/provider-page.tsx')).ProviderPage),
    reads: (api) => [`${api}/providers`],
  },
  {
    name: 'authorities',
    path: '/authorities',
    key: 'a',
    page: later(async () => (await import('./pages/authorities/authorities-page.tsx')).AuthoritiesPage),
    one: later(async () => (await import('./pages/authorities/authority-page.tsx')).AuthorityPage),
    reads: (api) => [`${api}/authorities`, `${api}/due`],
  },
  {
    name: 'methods',
    path: '/methods',
    key: 'm',
    page: later(async () => (await import('./pages/methods/methods-page.tsx')).MethodsPage),
    reads: () => ['/playbook'],
  },
  {
    name: 'ledger',
    path: '/ledger',
    key: 'l',
    page: later(async () => (await import('./pages/ledger/ledger-page.tsx')).LedgerPage),
    reads: () => ['/ledger'],
  },
];
