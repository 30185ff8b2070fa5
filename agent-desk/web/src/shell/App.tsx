/** The desk from the outside in: theme, cache, the sign-in gate, the frame, and which page stands at which address. */
import { Button, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { Component, lazy, Suspense, type ReactNode } from 'react';
import { Link, Redirect, Route, Switch } from 'wouter';
import { Workspace } from '../inbox/Workspace.tsx';
import { EmptyState, SkeletonRows } from '../kit/states.tsx';
import { useT } from '../kit/words.ts';
import { createCache } from '../live/cache.ts';
import { Gate } from '../session/Gate.tsx';
import { useSession } from '../session/session.ts';
import { theme } from '../theme/theme.ts';
import { usePrefsOnPage } from './prefs.ts';
import { homeOf } from './rights.ts';
import { Shell } from './Shell.tsx';
import { useNoDropAway } from './useNoDropAway.ts';

const Search = lazy(() => import('../search/Search.tsx'));
const AdminRoutes = lazy(() => import('../admin/index.tsx'));
const Gallery = lazy(() => import('../gallery/Gallery.tsx'));
const client = createCache();

/** Everything. Styles of Mantine are in tokens.css: nothing here needs an inline style element (CSP). */
export function App() {
  usePrefsOnPage();
  useNoDropAway();
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={client}>
        <Crash>
          <Gate>
            <Shell>
              <Switch>
                <Route path="/">{() => <Home />}</Route>
                <Route path="/i/:interactionId">{({ interactionId }) => <Workspace interactionId={interactionId} />}
                  </Route>
                <Route path="/admin/*?">
                  {() => <Suspense fallback={<SkeletonRows rows={10} />}><AdminRoutes /></Suspense>}</Route>
                <Route path="/search">
                  {() => <Suspense fallback={<SkeletonRows rows={10} />}><Search /></Suspense>}</Route>
                <Route path="/gallery">
                  {() => <Suspense fallback={<SkeletonRows rows={10} />}><Gallery /></Suspense>}</Route>
                <Route>{() => <NotFound />}</Route>
              </Switch>
            </Shell>
          </Gate>
        </Crash>
        <Notifications position="bottom-left" limit={4} containerWidth={296} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** The inbox; for those who read no conversations the settings, instead of a list that is always empty. */
function Home() {
  const { permissions } = useSession();
  return homeOf(permissions) === '/' ? <Workspace interactionId={undefined} /> : <Redirect to="/admin" replace />;
}

function NotFound() {
  const t = useT();
  return (
    <EmptyState title={t('app.notFoundTitle')}
      actions={<Button component={Link} href="/" variant="default">{t('app.toInbox')}</Button>}>
      {t('app.notFoundText')}
    </EmptyState>
  );
}

function CrashText() {
  const t = useT();
  return (
    <main>
      <EmptyState title={t('app.crashTitle')}
        actions={<Button onClick={() => { window.location.reload(); }}>{t('app.reload')}</Button>}>
        {t('app.crashText')}
      </EmptyState>
    </main>
  );
}

/** A screen that fails says so and keeps what was written; React allows only a class here. */
class Crash extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  /** Called by React when a part below threw. */
  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? <CrashText /> : this.props.children;
  }
}
