/** A short soft tone for each kind of event; drawn from oscillators, so nothing has to be fetched. */
import { soundVolume, soundWanted, type SoundName } from '../shell/prefs.ts';

let context: AudioContext | undefined;

/** Frequencies in Hz, one after the other: rising asks for something, falling tells that something went wrong. */
const tunes: Record<SoundName, readonly number[]> = {
  offer: [660, 880], message: [740], mention: [880, 740, 880], late: [520, 520], failed: [440, 330],
  woken: [587, 740],
};
const stepSeconds = 0.14;
/** A browser that starts to sound later than this after the event stays silent about it. */
const lateMs = 1_000;

/** Plays it whether it is wanted or not; a browser that has not been clicked yet stays silent. */
export function playTune(name: SoundName): void {
  const loud = 0.1 * soundVolume();
  if (loud <= 0.001) return;
  try {
    const audio = context ??= new AudioContext();
    if (audio.state === 'running') { ring(audio, name, loud); return; }
    // The first one starts the machine: it is heard as well, unless that takes until a click.
    const askedAt = performance.now();
    audio.resume().then(() => { if (performance.now() - askedAt < lateMs) ring(audio, name, loud); },
      () => undefined);
  } catch {
    // No sound here: the screen says it all.
  }
}

function ring(audio: AudioContext, name: SoundName, loud: number): void {
  for (const [index, frequency] of tunes[name].entries()) tone(audio, frequency, index * stepSeconds, loud);
}

function tone(audio: AudioContext, frequency: number, after: number, loud: number): void {
  const start = audio.currentTime + after;
  const source = audio.createOscillator();
  const gain = audio.createGain();
  source.frequency.value = frequency;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(loud, start + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.0005, start + 0.22);
  source.connect(gain).connect(audio.destination);
  source.start(start);
  source.stop(start + 0.24);
}

/** Plays it if this person wants to hear it. */
export function playSound(name: SoundName): void {
  if (soundWanted(name)) playTune(name);
}
