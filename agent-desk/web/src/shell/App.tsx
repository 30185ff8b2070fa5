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
const Tickets = lazy(() => import('../tickets/Tickets.tsx'));
const OpenTicket = lazy(() => import('../tickets/OpenTicket.tsx'));
const AdminRoutes = lazy(() => import('../admin/index.tsx'));
const Gallery = lazy(() => import('../gallery/Gallery.tsx'));
/** One place for both: a list that is made anew with each conversation would lose where one stands in it. */
const workPlace = /^\/(?:i\/(?<interactionId>[^/]+)\/?)?$/;
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
                <Route path={workPlace}>{({ interactionId }) => <Work interactionId={interactionId} />}</Route>
                <Route path="/admin/*?">
                  {() => <Suspense fallback={<SkeletonRows rows={10} />}><AdminRoutes /></Suspense>}</Route>
                <Route path="/search">
                  {() => <Suspense fallback={<SkeletonRows rows={10} />}><Search /></Suspense>}</Route>
                <Route path="/tickets">
                  {() => <Suspense fallback={<SkeletonRows rows={10} />}><Tickets /></Suspense>}</Route>
                <Route path="/t/:ticketId">
                  {({ ticketId }) => <Suspense fallback={<SkeletonRows rows={10} />}>
                    <OpenTicket ticketId={ticketId} /></Suspense>}</Route>
                <Route path="/gallery">
                  {() => <Suspense fallback={<SkeletonRows rows={10} />}><Gallery /></Suspense>}</Route>
                <Route>{() => <NotFound />}</Route>
              </Switch>
            </Shell>
          </Gate>
        </Crash>
        <Notifications position="bottom-left" limit={4} containerWidth={296} transitionDuration={120} />
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** The inbox, with a conversation or without; who reads none gets the settings instead of a list that is empty. */
function Work({ interactionId }: { interactionId: string | undefined }) {
  const { permissions } = useSession();
  const isHome = interactionId !== undefined || homeOf(permissions) === '/';
  return isHome ? <Workspace interactionId={interactionId} /> : <Redirect to="/admin" replace />;
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
