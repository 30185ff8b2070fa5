/** The gallery (/gallery): every component in every state, light and dark side by side, for those who check. */
import { MantineThemeProvider, Portal } from '@mantine/core';
import type { ReactNode } from 'react';
import { ErrorState } from '../kit/states.tsx';
import { ApiError } from '../api/client.ts';
import { PageHeader } from '../kit/page.tsx';
import { useSession } from '../session/session.ts';
import { mayGallery } from '../shell/rights.ts';
import { Buttons, Choices, Fields, Small, States, Tables } from './basics.tsx';
import css from './Gallery.module.css';
import { Health, Sessions, Templates, WaitingMessages } from './number.tsx';
import { Bulk, Carried, Dialogs, LoadingTalk, OnTheWay, Uploads } from './talk.tsx';
import { useGalleryWords } from './words.ts';
import { Bars, Forms, Messages, Notices, Offer, People, Rings, Rows } from './work.tsx';

function Part({ title, children }: { title: string; children: ReactNode }) {
  return <section className={css.part}><h3>{title}</h3>{children}</section>;
}

/** What floats over a page (dialogs, menus, hints) lies in the pane it belongs to, so that it has its theme. */
const floating = (theme: string) =>
  ({ components: { Portal: Portal.extend({ defaultProps: { target: `#floating-${theme}` } }) } });
const paneThemes = { light: floating('light'), dark: floating('dark') };

function Pane({ theme }: { theme: 'light' | 'dark' }) {
  const w = useGalleryWords();
  return (
    <section className={css.pane} data-pane-theme={theme} data-mantine-color-scheme={theme} aria-label={w(theme)}>
      <h2>{w(theme)}</h2>
      <Part title={w('buttons')}><Buttons /></Part>
      <Part title={w('fields')}><Fields /></Part>
      <Part title={w('choices')}><Choices /></Part>
      <Part title={w('small')}><Small /></Part>
      <Part title={w('people')}><People /></Part>
      <Part title={w('rings')}><Rings /></Part>
      <Part title={w('rows')}><Rows pane={theme} /></Part>
      <Part title={w('messages')}><Messages /></Part>
      <Part title={w('carried')}><Carried /></Part>
      <Part title={w('onTheWay')}><OnTheWay /></Part>
      <Part title={w('uploads')}><Uploads /></Part>
      <Part title={w('bulk')}><Bulk /></Part>
      <Part title={w('dialogs')}><Dialogs /></Part>
      <Part title={w('loadingTalk')}><LoadingTalk /></Part>
      <Part title={w('sessions')}><Sessions /></Part>
      <Part title={w('health')}><Health /></Part>
      <Part title={w('templates')}><Templates /></Part>
      <Part title={w('waits')}><WaitingMessages /></Part>
      <Part title={w('offer')}><Offer /></Part>
      <Part title={w('forms')}><Forms /></Part>
      <Part title={w('notices')}><Notices /></Part>
      <Part title={w('bars')}><Bars /></Part>
      <Part title={w('table')}><Tables /></Part>
      <Part title={w('states')}><States /></Part>
      <div id={`floating-${theme}`} />
    </section>
  );
}

/** The page. Holds no data of anybody; shown to those who look after the installation, and always in development. */
export default function Gallery() {
  const w = useGalleryWords();
  const { permissions } = useSession();
  if (!mayGallery(permissions) && !import.meta.env.DEV)
    return <ErrorState error={new ApiError('FORBIDDEN', '', 403)} />;
  return (
    <main className={css.gallery}>
      <PageHeader title={w('title')} description={w('text')} />
      <div className={css.panes}>
        {(['light', 'dark'] as const).map((theme) => (
          <MantineThemeProvider key={theme} theme={paneThemes[theme]}><Pane theme={theme} /></MantineThemeProvider>))}
      </div>
    </main>
  );
}
