import { useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Link, Redirect, Route, Router, Switch, useLocation } from 'wouter';
import { ServiceProblem, part, useRead } from './api.ts';
import type { Me, OperationHead } from './contract.ts';
import { useLive } from './live.ts';
import { EXERCISE_PAGE, PAGES } from './pages.tsx';
import { texts } from './texts/en.ts';
import { ExerciseBar } from './ui/exercise-bar.tsx';
import { KeysHelp } from './ui/keys-help.tsx';
import { Palette } from './ui/palette.tsx';
import { Failed, Loaded } from './ui/parts.tsx';
import { applyTheme, savedTheme } from './ui/theme.ts';
import type { Theme } from './ui/theme.ts';
import { useExercise, useNewWorld } from './ui/use-exercise.ts';
import { useKeys } from './ui/use-keys.ts';

const T = texts.shell;

export function App(): ReactNode {
  const me = useRead<Me>('/me');
  if (me.error !== null) {
    if (me.error instanceof ServiceProblem && me.error.status === 401) return <SignedOut />;
    return <main className="page"><Failed error={me.error} again={() => void me.refetch()} /></main>; // prettier-ignore
  }
  return (
    <Router base="/app">
      <Switch>
        <Route path="/"><Operations isExercise={me.data?.isExercise === true} /></Route>
        {me.data?.isExercise === true && <Route path="/exercise"><ExerciseFrame me={me.data} /></Route>}
        {/* Nobody knows yet whether that is an operation of this name. */}
        {me.data === undefined && <Route path="/exercise">{null}</Route>}
        <Route path="/:operation/*?">{({ operation }) => <Frame me={me.data ?? null} operation={decodeURIComponent(operation)} />}</Route>
      </Switch>
    </Router>
  ); // prettier-ignore
}

function SignedOut(): ReactNode {
  return (
    <main className="page">
      <h1>{T.brand}</h1>
      <p>{T.signedOut}</p>
      <p><a className="button" href="/sign-in">{T.signIn}</a></p>
    </main>
  ); // prettier-ignore
}

function Operations({ isExercise }: { readonly isExercise: boolean }): ReactNode {
  const operations = useRead<readonly OperationHead[]>('/operations');
  const [only, ...more] = operations.data ?? [];
  if (isExercise && operations.data?.length === 0) return <Redirect to="/exercise" replace />;
  if (only !== undefined && more.length === 0) return <Redirect to={`/${part(only.name)}`} replace />;
  return (
    <main className="page">
      <h1>{T.operations}</h1>
      <Loaded query={operations} isEmpty={(all) => all.length === 0} empty={<><p>{T.noOperations}</p><p><code>{T.begin}</code></p></>}>
        {(all) => (
          <ul className="stack tight">
            {all.map(({ id, name, drill, malware, closedAt }) => (
              <li key={id} className="card row spread">
                <Link href={`/${part(name)}`}><strong>{name}</strong></Link>
                <span className="row"><span className="quiet">{malware}</span>{drill && <span className="drill">{T.drill}</span>}{closedAt !== null && <span className="badge">{T.closed}</span>}</span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </main>
  ); // prettier-ignore
}

/** What is played, and what could be: around it the pages of the world that is shown, once there is one. */
function ExerciseFrame({ me }: { readonly me: Me }): ReactNode {
  const { data } = useExercise(true);
  return data === undefined ? null : <Frame me={me} operation={data.exercise?.scenario ?? null} isExercisePage />;
}

/** The frame around every page of an operation. */
function Frame({
  me,
  operation,
  isExercisePage = false,
}: {
  readonly me: Me | null;
  /** Null: an exercise was not chosen yet. */
  readonly operation: string | null;
  readonly isExercisePage?: boolean;
}): ReactNode {
  const [location, navigate] = useLocation();
  const [isPaletteOpen, setPalette] = useState(false);
  const [isHelpOpen, setHelp] = useState(false);
  const operations = useRead<readonly OperationHead[]>('/operations');
  const live = useLive(me !== null);
  const here = operations.data?.find(({ name, id }) => name === operation || id === operation);
  const base = `/${part(operation ?? 'exercise')}`;
  const isExercise = me?.isExercise === true;
  useNewWorld(useExercise(isExercise).data);

  useKeys({
    palette: () => setPalette(true),
    help: () => setHelp(true),
    go: (letter) => {
      if (isExercise && letter === EXERCISE_PAGE.key) navigate('/exercise');
      const page = operation === null ? undefined : PAGES.find(({ key }) => key === letter);
      if (page !== undefined) navigate(`${base}${page.path}`);
    },
  });
  const section = isExercisePage
    ? null
    : (PAGES.find(({ path }) => path !== '' && location.startsWith(`${base}${path}`)) ?? PAGES[0]);
  const title = section === null ? T.pages.exercise : section === undefined ? '' : T.pages[section.name];
  useEffect(() => {
    document.title = [title, ...(operation === null ? [] : [operation])].join(' · ') + ' — dismantle';
  }, [title, operation]);

  return (
    <div className="shell">
      <a className="skip" href="#page">{T.skip}</a>
      <nav className="side" aria-label={T.brand}>
        <Link href="/" className="brand"><img src="/static/icon.svg" alt="" />{T.brand}</Link>
        {operation !== null && <label>
          <span className="visually-hidden">{T.operation}</span>
          <select value={here?.name ?? operation ?? ''} onChange={({ target }) => navigate(`/${part(target.value)}`)}>
            {here === undefined && <option>{operation ?? ''}</option>}
            {(operations.data ?? []).map(({ id, name }) => <option key={id}>{name}</option>)}
          </select>
        </label>}
        {isExercise && (
          <Link href="/exercise" className="item" aria-current={isExercisePage ? 'page' : undefined}>
            {T.pages.exercise}
            <kbd>{EXERCISE_PAGE.key}</kbd>
          </Link>
        )}
        {operation !== null && PAGES.map((page) => (
          <Link key={page.name} href={`${base}${page.path}`} className="item" aria-current={page === section ? 'page' : undefined}>
            {T.pages[page.name]}
            <kbd>{page.key}</kbd>
          </Link>
        ))}
        <div className="foot">
          {here?.drill === true && <span className="drill">{T.drill}</span>}
          <span className={`badge ${live.state === 'live' ? 'dark' : 'warn'}`} role="status">{T.live[live.state]}</span>
          {operation !== null && <button type="button" className="bare" onClick={() => setPalette(true)}>{T.palette.label} <kbd>Ctrl K</kbd></button>}
          <ThemePicker />
          <a href="/account" className="quiet">{me?.name ?? T.account}</a>
        </div>
      </nav>
      <main className="page" id="page" tabIndex={-1}>
        {isExercise && <ExerciseBar />}
        {isExercisePage ? <EXERCISE_PAGE.page /> : operation !== null && (
        <Switch>
          {PAGES.map(({ name, path, page: Page, one: One }) => [
            ...(One === undefined ? [] : [<Route key={`${name}-one`} path={`/:operation${path}/:subject`}>{({ subject }) => <One operation={operation} subject={decodeURIComponent(subject)} me={me} />}</Route>]),
            <Route key={name} path={`/:operation${path}`}><Page operation={operation} me={me} /></Route>,
          ])}
          <Route><p className="empty">{T.notFound}</p></Route>
        </Switch>
        )}
      </main>
      {isPaletteOpen && operation !== null && <Palette operation={operation} close={() => setPalette(false)} />}
      {isHelpOpen && <KeysHelp close={() => setHelp(false)} />}
    </div>
  ); // prettier-ignore
}

function ThemePicker(): ReactNode {
  const [theme, setTheme] = useState<Theme>(savedTheme);
  const pick = (next: Theme): void => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <label>
      <span className="visually-hidden">{T.theme.label}</span>
      <select
        value={theme}
        onChange={({ target: { value } }) => pick(value === 'light' || value === 'dark' ? value : 'system')}
      >
        <option value="system">{T.theme.system}</option>
        <option value="light">{T.theme.light}</option>
        <option value="dark">{T.theme.dark}</option>
      </select>
    </label>
  );
}
