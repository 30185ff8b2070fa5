/**
 * What lies over the page: palette, sheet of keys, preferences. Fetched after the desk stands, made when first asked
 * for, and not drawn again because the page below changes.
 */
import { lazy, memo, Suspense, useEffect, useState, type ComponentType } from 'react';

/** One at a time; the notices hang from their bell. */
export type Over = 'sheet' | 'palette' | 'prefs' | 'notices' | undefined;

const palette = () => import('../palette/Palette.tsx');
const sheet = () => import('./ShortcutSheet.tsx');
const prefs = () => import('./Preferences.tsx');
const Palette = lazy(async () => ({ default: (await palette()).Palette }));
const ShortcutSheet = lazy(async () => ({ default: (await sheet()).ShortcutSheet }));
const Preferences = lazy(async () => ({ default: (await prefs()).Preferences }));

/** Long enough after the start that the first work of the agent is not disturbed. */
const fetchAfterMs = 1_500;

/** True from the first time on: what was opened once stays, so that it can close as it always did. */
function useEver(now: boolean): boolean {
  const [ever, setEver] = useState(now);
  if (now && !ever) setEver(true);
  return ever || now;
}

interface DialogProps { opened: boolean; onClose: () => void }

/** Stands closed for one moment before it opens: a dialog notes then what had the focus, to give it back. */
function Dialog({ of: Of, opened, onClose }: DialogProps & { of: ComponentType<DialogProps> }) {
  const [stands, setStands] = useState(false);
  useEffect(() => { setStands(true); }, []);
  return <Of opened={stands && opened} onClose={onClose} />;
}

/** `onClose` must stay the same function. */
export const Overlays = memo(function Overlays({ over, onClose }: { over: Over; onClose: () => void }) {
  useEffect(() => {
    const timer = window.setTimeout(() => {
      void Promise.allSettled([palette(), sheet(), prefs()]);
    }, fetchAfterMs);
    return () => { window.clearTimeout(timer); };
  }, []);
  const [everPalette, everSheet, everPrefs] = [useEver(over === 'palette'), useEver(over === 'sheet'),
    useEver(over === 'prefs')];
  return (
    <Suspense fallback={null}>
      {everPalette ? <Dialog of={Palette} opened={over === 'palette'} onClose={onClose} /> : null}
      {everSheet ? <Dialog of={ShortcutSheet} opened={over === 'sheet'} onClose={onClose} /> : null}
      {everPrefs ? <Dialog of={Preferences} opened={over === 'prefs'} onClose={onClose} /> : null}
    </Suspense>
  );
});
