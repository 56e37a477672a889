import { useEffect, useState } from 'react';
import type { ComponentType, ReactNode } from 'react';
import { Link, Route, Router, Switch, useLocation } from 'wouter';
import { ServiceProblem, part, useRead } from './api.ts';
import type { Me, OperationHead } from './contract.ts';
import { Home } from './home.tsx';
import { useLive } from './live.ts';
import type { Live } from './live.ts';
import type { OnePageProps, PageProps } from './page-props.ts';
import { EXERCISE_PAGE, PAGES } from './pages.tsx';
import { texts } from './texts/en.ts';
import { ExerciseBar } from './ui/exercise-bar.tsx';
import { addressPart } from './ui/address.ts';
import { useAhead } from './ui/ahead.ts';
import { clockTime } from './ui/format.ts';
import { KeysHelp } from './ui/keys-help.tsx';
import { NotHere } from './ui/not-here.tsx';
import { Palette } from './ui/palette.tsx';
import { Failed } from './ui/parts.tsx';
import { applyTheme, savedTheme } from './ui/theme.ts';
import type { Theme } from './ui/theme.ts';
import { useExercise, useNewWorld } from './ui/use-exercise.ts';
import { useKeys } from './ui/use-keys.ts';

const T = texts.shell;
const MOST_GOALS = 5;

export function App(): ReactNode {
  const me = useRead<Me>('/me');
  const live = useLive(me.data !== undefined);
  if (me.error instanceof ServiceProblem && me.error.status === 401) return <SignedOut />;
  // What is known already of who somebody is does not end with a service that is away for a moment.
  if (me.error !== null && me.data === undefined) {
    return <main className="page"><Failed error={me.error} again={() => void me.refetch()} /></main>; // prettier-ignore
  }
  return (
    <Router base="/app">
      <Switch>
        <Route path="/"><Home isExercise={me.data?.isExercise === true} /></Route>
        {me.data?.isExercise === true && <Route path="/exercise"><ExerciseFrame me={me.data} live={live} /></Route>}
        {/* Nobody knows yet whether that is an operation of this name. */}
        {me.data === undefined && <Route path="/exercise">{null}</Route>}
        <Route path="/:operation/*?">{() => <OneOperation name={addressPart('operation')} me={me.data ?? null} live={live} />}</Route>
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

interface FrameProps {
  readonly me: Me | null;
  readonly live: Live;
}

/** An operation that there is; another one is nothing to show a page about. */
function OneOperation({ name, me, live }: { readonly name: string | null } & FrameProps): ReactNode {
  const operations = useRead<readonly OperationHead[]>('/operations');
  const played = useExercise(me?.isExercise === true).data;
  const all = operations.data ?? [];
  const goals = [
    ...all.slice(0, MOST_GOALS).map((each) => ({ label: each.name, to: `/${part(each.name)}` })),
    { label: T.notHere.all, to: '/' },
  ];
  if (name === null) return <main className="page"><NotHere title={T.notHere.broken} about={T.notHere.brokenAbout} goals={goals} /></main>; // prettier-ignore
  const isThere = all.some(({ name: each, id }) => each === name || id === name);
  // An exercise is shown before its first feed has opened the operation.
  const mayCome = me === null || (me.isExercise && (played === undefined || played.exercise?.scenario === name));
  if (operations.data !== undefined && !isThere && !mayCome)
    return (
      <main className="page">
        <NotHere title={T.notHere.operation(name)} goals={goals} />
      </main>
    );
  return <Frame operation={name} me={me} live={live} />;
}

/** What is played, and what could be: around it the pages of the world that is shown, once there is one. */
function ExerciseFrame({ me, live }: FrameProps): ReactNode {
  const { data } = useExercise(true);
  return data === undefined ? null : (
    <Frame me={me} live={live} operation={data.exercise?.scenario ?? null} isExercisePage />
  );
}

/** The frame around every page of an operation. */
function Frame({
  me,
  live,
  operation,
  isExercisePage = false,
}: FrameProps & {
  /** Null: an exercise was not chosen yet. */
  readonly operation: string | null;
  readonly isExercisePage?: boolean;
}): ReactNode {
  const [location, navigate] = useLocation();
  const [isPaletteOpen, setPalette] = useState(false);
  const [isHelpOpen, setHelp] = useState(false);
  const operations = useRead<readonly OperationHead[]>('/operations');
  const here = operations.data?.find(({ name, id }) => name === operation || id === operation);
  const base = `/${part(operation ?? 'exercise')}`;
  const isExercise = me?.isExercise === true;
  // Nothing is read of what may not be there; where nobody can say, its pages tell what they could not read.
  const isThere = operations.data === undefined ? operations.error !== null : here !== undefined;
  const isWaiting = isExercise && operations.data !== undefined && !isThere && !isExercisePage;
  useNewWorld(useExercise(isExercise).data);
  const ahead = useAhead(isThere ? operation : null, PAGES);

  useKeys({
    palette: () => setPalette(true),
    help: () => setHelp(true),
    go: (letter) => {
      if (isExercise && letter === EXERCISE_PAGE.key) navigate('/exercise');
      const page = operation === null ? undefined : PAGES.find(({ key }) => key === letter);
      if (page !== undefined) navigate(`${base}${page.path}`);
    },
  });
  const [, , named = ''] = location.split('/');
  const section = isExercisePage
    ? null
    : (PAGES.find(({ path }) => path === (named === '' ? '' : `/${named}`)) ?? null);
  const title = isExercisePage ? T.pages.exercise : section === null ? null : T.pages[section.name];
  useEffect(() => {
    document.title = `${[title, operation].filter((each) => each !== null).join(' · ')} — dismantle`;
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
          <Link key={page.name} href={`${base}${page.path}`} className="item" aria-current={page === section ? 'page' : undefined} {...ahead(page)}>
            {T.pages[page.name]}
            <kbd>{page.key}</kbd>
          </Link>
        ))}
        <div className="foot">
          {here?.drill === true && <span className="drill">{T.drill}</span>}
          <LiveBadge live={live} />
          {operation !== null && <button type="button" className="bare" onClick={() => setPalette(true)}>{T.palette.label} <kbd>Ctrl K</kbd></button>}
          <ThemePicker />
          <a href="/account" className="quiet">{me?.name ?? T.account}</a>
        </div>
      </nav>
      <main className="page" id="page" tabIndex={-1}>
        {isExercise && <ExerciseBar />}
        {isWaiting && <><h1>{operation}</h1><p className="quiet" role="status">{T.waiting}</p></>}
        {isExercisePage ? <EXERCISE_PAGE.page /> : operation !== null && isThere && (
        <Switch>
          {PAGES.map(({ name, path, page: Page, one: One }) => [
            ...(One === undefined ? [] : [<Route key={`${name}-one`} path={`/:operation${path}/:subject`}>{() => <OnePage one={One} operation={operation} subject={addressPart('subject')} me={me} />}</Route>]),
            <Route key={name} path={`/:operation${path}`}><Page operation={operation} me={me} /></Route>,
          ])}
          <Route><NotHere title={T.notHere.page} goals={PAGES.slice(0, MOST_GOALS).map(({ name, path }) => ({ label: T.pages[name], to: `${base}${path}` }))} /></Route>
        </Switch>
        )}
      </main>
      {isPaletteOpen && operation !== null && isThere && <Palette operation={operation} isExercise={isExercise} close={() => setPalette(false)} />}
      {isHelpOpen && <KeysHelp close={() => setHelp(false)} />}
    </div>
  ); // prettier-ignore
}

/** The page of one thing; of what cannot be read in the address there is none. */
function OnePage({
  one: One,
  subject,
  ...props
}: PageProps & { readonly one: ComponentType<OnePageProps>; readonly subject: string | null }): ReactNode {
  if (subject !== null) return <One {...props} subject={subject} />;
  return <NotHere title={T.notHere.broken} about={T.notHere.brokenAbout} goals={[{ label: T.pages.overview, to: `/${part(props.operation)}` }]} />; // prettier-ignore
}

function LiveBadge({ live: { state, readAt } }: { readonly live: Live }): ReactNode {
  const words = state !== 'behind' ? T.live[state] : readAt === null ? T.live.never : T.live.behind(clockTime(readAt));
  return (
    <span className={`badge ${state === 'live' ? 'dark' : 'warn'}`} role="status" title={T.live[`${state}About`]}>
      {words}
    </span>
  );
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
