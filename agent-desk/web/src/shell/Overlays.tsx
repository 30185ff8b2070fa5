/**
 * What lies over the page: palette, sheet of keys, preferences. Fetched after the desk stands, made when first asked
 * for, and not drawn again because the page below changes.
 */
import { lazy, memo, Suspense, useEffect, useLayoutEffect, useState, type ComponentType } from 'react';

/** One at a time; the notices hang from their bell. */
export type Over = 'sheet' | 'palette' | 'prefs' | 'notices' | undefined;

interface DialogProps { opened: boolean; onClose: () => void }
type Part = ComponentType<DialogProps>;

/** A dialog whose program comes later; once it is here, the press that asks for it draws it with nothing between. */
function later(load: () => Promise<Part>): { fetch: () => Promise<Part>; part: () => Part } {
  let here: Part | undefined;
  const fetch = async (): Promise<Part> => (here = await load());
  const Late = lazy(async () => ({ default: await fetch() }));
  return { fetch, part: () => here ?? Late };
}

const palette = later(async () => (await import('../palette/Palette.tsx')).Palette);
const sheet = later(async () => (await import('./ShortcutSheet.tsx')).ShortcutSheet);
const prefs = later(async () => (await import('./Preferences.tsx')).Preferences);

/** Long enough after the start that the first work of the agent is not disturbed. */
const fetchAfterMs = 1_500;

/** True from the first time on: what was opened once stays, so that it can close as it always did. */
function useEver(now: boolean): boolean {
  const [ever, setEver] = useState(now);
  if (now && !ever) setEver(true);
  return ever || now;
}

/** Stands closed for one moment before it opens: a dialog notes then what had the focus, to give it back. */
function Dialog({ of, opened, onClose }: DialogProps & { of: ReturnType<typeof later> }) {
  const [Of] = useState(of.part);
  const [stands, setStands] = useState(false);
  useLayoutEffect(() => { setStands(true); }, []);
  return <Of opened={stands && opened} onClose={onClose} />;
}

/** `onClose` must stay the same function. */
export const Overlays = memo(function Overlays({ over, onClose }: { over: Over; onClose: () => void }) {
  useEffect(() => {
    const timer = window.setTimeout(() => {
      void Promise.allSettled([palette, sheet, prefs].map(({ fetch }) => fetch()));
    }, fetchAfterMs);
    return () => { window.clearTimeout(timer); };
  }, []);
  const [everPalette, everSheet, everPrefs] = [useEver(over === 'palette'), useEver(over === 'sheet'),
    useEver(over === 'prefs')];
  return (
    <Suspense fallback={null}>
      {everPalette ? <Dialog of={palette} opened={over === 'palette'} onClose={onClose} /> : null}
      {everSheet ? <Dialog of={sheet} opened={over === 'sheet'} onClose={onClose} /> : null}
      {everPrefs ? <Dialog of={prefs} opened={over === 'prefs'} onClose={onClose} /> : null}
    </Suspense>
  );
});
