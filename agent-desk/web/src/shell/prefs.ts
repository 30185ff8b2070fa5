/** How this person wants the desk on this machine: density, text size, keys, sounds and notices of the browser. */
import { useEffect } from 'react';
import { stored } from '../lib/stored.ts';
import { useStored } from './useStored.ts';

export type Density = 'roomy' | 'compact';
/** In percent of the design's own sizes. */
export type TextSize = 100 | 110 | 120;
export const textSizes: readonly TextSize[] = [100, 110, 120];

/** What may be heard, each with its own switch. `offerSound` is the oldest key and keeps its name. */
export const soundKeys = {
  offer: 'offerSound', message: 'sound.message', mention: 'sound.mention', late: 'sound.late', failed: 'sound.failed',
  woken: 'sound.woken',
} as const;
export type SoundName = keyof typeof soundKeys;
export const soundNames = Object.keys(soundKeys) as SoundName[];

/** A new message is heard only by those who ask for it: with five conversations open it would never be quiet. */
const soundsAtFirst: Record<SoundName, boolean> =
  { offer: true, message: false, mention: true, late: true, failed: true, woken: true };

/** Whether the sound is wanted, and its switch. */
export function useSound(name: SoundName): [boolean, (on: boolean) => void] {
  return useStored<boolean>(soundKeys[name], soundsAtFirst[name]);
}

/** Whether the sound is wanted, asked outside of a component. */
export function soundWanted(name: SoundName): boolean {
  return stored.get(soundKeys[name], soundsAtFirst[name]);
}

/** Loudness of every sound, 0 to 1. */
export function soundVolume(): number {
  return Math.max(0, Math.min(100, stored.get<number>('sound.volume', 60))) / 100;
}

/** Loudness in percent and the way to change it. */
export function useVolume(): [number, (percent: number) => void] {
  return useStored<number>('sound.volume', 60);
}

/** How close the lists stand. */
export function useDensity(): [Density, (density: Density) => void] {
  const [value, set] = useStored<string>('density', 'roomy');
  return [value === 'compact' ? 'compact' : 'roomy', set];
}

/** How large the text is. */
export function useTextSize(): [TextSize, (size: TextSize) => void] {
  const [value, set] = useStored<number>('textSize', 100);
  return [textSizes.find((each) => each === value) ?? 100, set];
}

/** Whether single letters act (WCAG 2.1.4: whoever speaks to the computer can turn them off). */
export function useLetterKeys(): [boolean, (on: boolean) => void] {
  return useStored<boolean>('letterKeys', true);
}

/** The same, asked outside of a component. */
export function letterKeysOn(): boolean {
  return stored.get('letterKeys', true);
}

/** Whether the browser may show notices while the desk is out of sight. */
export function useBrowserNotices(): [boolean, (on: boolean) => void] {
  return useStored<boolean>('browserNotices', false);
}

/** The same, asked outside of a component. */
export function browserNoticesWanted(): boolean {
  return stored.get('browserNotices', false);
}

/** Puts density and text size on the page, where the styles find them; public/theme.js does the same before paint. */
export function usePrefsOnPage(): void {
  const [density] = useDensity();
  const [textSize] = useTextSize();
  useEffect(() => {
    const root = document.documentElement;
    root.dataset['density'] = density;
    root.style.setProperty('--text-scale', String(textSize / 100));
  }, [density, textSize]);
  useEffect(() => {
    const onStorage = (event: StorageEvent): void => { stored.changedElsewhere(event.key); };
    window.addEventListener('storage', onStorage);
    return () => { window.removeEventListener('storage', onStorage); };
  }, []);
}
