/** A short soft tone when an offer comes, unless this machine was told to be silent. */

let context: AudioContext | undefined;

/** Plays it; a browser that has not been clicked yet stays silent. */
export function playOfferSound(): void {
  try {
    if (localStorage.getItem('sambung.offerSound') === 'false') return;
    context ??= new AudioContext();
    if (context.state !== 'running') { void context.resume().catch(() => undefined); return; }
    const start = context.currentTime;
    for (const [index, frequency] of [660, 880].entries()) {
      const tone = context.createOscillator();
      const loud = context.createGain();
      tone.frequency.value = frequency;
      loud.gain.setValueAtTime(0, start + index * 0.14);
      loud.gain.linearRampToValueAtTime(0.06, start + index * 0.14 + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0005, start + index * 0.14 + 0.22);
      tone.connect(loud).connect(context.destination);
      tone.start(start + index * 0.14);
      tone.stop(start + index * 0.14 + 0.24);
    }
  } catch {
    // No sound here: the card says it all.
  }
}
