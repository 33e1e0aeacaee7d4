// Two short tones: somebody has written. Made here, so there is no sound to load.

/** @type {AudioContext | null} */
let context = null;

/** Has the browser let this page sound, as soon as somebody has pressed something on it. */
export async function unlock() {
  try {
    context ??= new AudioContext();
    await context.resume();
  } catch {
    // Then it stays quiet.
  }
}

/** Sounds if the browser lets it: it does once somebody has pressed a key on this page. */
export async function ring(tones = [660, 880]) {
  try {
    context ??= new AudioContext();
    await context.resume();
    for (const [at, tone] of tones.entries()) {
      const [source, gain] = [context.createOscillator(), context.createGain()];
      const begin = context.currentTime + at * 0.12;
      source.frequency.value = tone;
      gain.gain.setValueAtTime(0.08, begin);
      gain.gain.exponentialRampToValueAtTime(0.0001, begin + 0.25);
      source.connect(gain).connect(context.destination);
      source.start(begin);
      source.stop(begin + 0.3);
    }
  } catch {
    // Then it stays quiet.
  }
}
