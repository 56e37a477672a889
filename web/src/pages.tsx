import { useEffect, useState } from 'react';
import type { ComponentType, ReactNode } from 'react';
import { OperationPage } from './pages/operation/operation-page.tsx';
import type { OnePageProps, PageProps } from './page-props.ts';
import { texts } from './texts/en.ts';

interface PageEntry {
  readonly name: keyof typeof texts.shell.pages;
  /** Below /app/OPERATION. */
  readonly path: string;
  /** After g. */
  readonly key: string;
  readonly page: ComponentType<PageProps>;
  readonly one?: ComponentType<OnePageProps>;
}

/**
 * A page in a file of its own, which comes when somebody goes there, and is there at once from then on. Without Suspense: where the
 * live view refreshed the frame at the same moment, the page that had come was never shown.
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let come: ComponentType<Props> | null = null;
  return function Later(props: Props): ReactNode {
    const [Page, setPage] = useState<ComponentType<Props> | null>(() => come);
    const [hasFailed, setFailed] = useState(false);
    useEffect(() => {
      if (Page !== null) return;
      load().then(
        (loaded) => {
          come = loaded;
          setPage(() => loaded);
        },
        () => setFailed(true),
      );
    }, [Page]);
    if (hasFailed) return <NotThere />;
    return Page === null ? null : <Page {...props} />;
  };
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
  { name: 'overview', path: '', key: 'o', page: OperationPage },
  {
    name: 'cases',
    path: '/cases',
    key: 'c',
    page: later(async () => (await import('./pages/cases/cases-page.tsx')).CasesPage),
    one: later(async () => (await import('./pages/cases/case-page.tsx')).CasePage),
  },
  {
    name: 'review',
    path: '/review',
    key: 'r',
    page: later(async () => (await import('./pages/review/review-page.tsx')).ReviewPage),
    one: later(async () => (await import('./pages/review/notice-page.tsx')).NoticePage),
  },
  {
    name: 'severance',
    path: '/severance',
    key: 's',
    page: later(async () => (await import('./pages/severance/severance-page.tsx')).SeverancePage),
  },
  {
    name: 'strikes',
    path: '/strikes',
    key: 't',
    page: later(async () => (await import('./pages/strikes/strikes-page.tsx')).StrikesPage),
  },
  {
    name: 'providers',
    path: '/providers',
    key: 'p',
    page: later(async () => (await import('./pages/providers/providers-page.tsx')).ProvidersPage),
    one: later(async () => (await import('./pages/providers/provider-page.tsx')).ProviderPage),
  },
  {
    name: 'authorities',
    path: '/authorities',
    key: 'a',
    page: later(async () => (await import('./pages/authorities/authorities-page.tsx')).AuthoritiesPage),
    one: later(async () => (await import('./pages/authorities/authority-page.tsx')).AuthorityPage),
  },
  {
    name: 'methods',
    path: '/methods',
    key: 'm',
    page: later(async () => (await import('./pages/methods/methods-page.tsx')).MethodsPage),
  },
  {
    name: 'ledger',
    path: '/ledger',
    key: 'l',
    page: later(async () => (await import('./pages/ledger/ledger-page.tsx')).LedgerPage),
  },
];
