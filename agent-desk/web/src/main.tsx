/** Starts the desk: words, styles, theme, then the screen. */
import '@fontsource-variable/inter/index.css';
import './theme/mantine.ts';
import '@mantine/notifications/styles.css';
import './styles/tokens.css';
import './styles/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { startWords } from './i18n/index.ts';
import { WordsProvider } from './kit/WordsProvider.tsx';
import { followKeyboard } from './lib/overlays.ts';
import { watchLeaving } from './lib/leaving.ts';
import { App } from './shell/App.tsx';

startWords();
followKeyboard();
watchLeaving();
const root = document.getElementById('root');
if (root !== null) createRoot(root).render(<StrictMode><WordsProvider><App /></WordsProvider></StrictMode>);
