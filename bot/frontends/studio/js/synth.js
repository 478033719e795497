// A small synthesiser for the keyboard: every node is made beforehand, so that a key only turns knobs.

const VOICES = 20;
const ATTACK_S = 0.003;
const SHORTEST_S = 0.05;
const RELEASE_S = 0.07; // time constant
const HARMONICS = new Float32Array([0, 1, 0.42, 0.2, 0.12, 0.05, 0.04, 0.02]);

const frequencyOf = (pitch) => 440 * 2 ** ((pitch - 69) / 12);

class Voice {
  constructor(context, wave, out) {
    this.tone = context.createOscillator();
    this.tone.setPeriodicWave(wave);
    this.gain = context.createGain();
    this.gain.gain.value = 0;
    this.tone.connect(this.gain).connect(out);
    this.tone.start();
    this.freeAt = 0;
    this.startedAt = 0;
  }

  start(pitch, velocity, when) {
    const peak = 0.26 * (velocity / 127) ** 1.4;
    const { gain } = this.gain;
    this.startedAt = when;
    this.freeAt = Infinity;
    this.tone.frequency.setValueAtTime(frequencyOf(pitch), when);
    gain.cancelScheduledValues(when);
    gain.setValueAtTime(0, when);
    gain.linearRampToValueAtTime(peak, when + ATTACK_S);
    gain.setTargetAtTime(peak * 0.35, when + ATTACK_S, 0.9 - pitch / 200);
  }

  stop(when) {
    const at = Math.max(when, this.startedAt + SHORTEST_S); // the shortest tap is heard, and ends
    this.gain.gain.setTargetAtTime(0, at, RELEASE_S);
    this.freeAt = at + RELEASE_S * 5;
  }

  hush() {
    const now = this.gain.context.currentTime;
    this.gain.gain.cancelScheduledValues(now);
    this.gain.gain.setTargetAtTime(0, now, 0.015);
    this.freeAt = now + 0.1;
  }
}

/** Plays single notes at once (`press`, `lift`) or at a time of its clock (`play`), and the metronome's clicks. */
export class Synth {
  #voices = [];
  #held = new Map();
  #click = null;

  constructor() {
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.out = this.context.createDynamicsCompressor();
    const level = this.context.createGain();
    level.gain.value = 0.9;
    this.out.connect(level).connect(this.context.destination);
    const wave = this.context.createPeriodicWave(new Float32Array(HARMONICS.length), HARMONICS);
    for (let i = 0; i < VOICES; i += 1) this.#voices.push(new Voice(this.context, wave, this.out));
    this.#click = this.#makeClick();
  }

  /** The audio clock in seconds. */
  get now() {
    return this.context.currentTime;
  }

  /** How long a sound takes from here to the loudspeaker, in seconds, as far as the browser knows. */
  get latencyS() {
    return (this.context.baseLatency || 0) + (this.context.outputLatency || 0);
  }

  /** Let it sound: browsers want a press or a click first. */
  wake() {
    if (this.context.state !== "running") return this.context.resume();
    return Promise.resolve();
  }

  /** Sound a note until it is lifted. */
  press(pitch, velocity = 90) {
    this.lift(pitch);
    const voice = this.#free(this.now);
    voice.start(pitch, velocity, this.now);
    this.#held.set(pitch, voice);
  }

  /** End a pressed note. */
  lift(pitch) {
    this.#held.get(pitch)?.stop(this.now);
    this.#held.delete(pitch);
  }

  /** Sound a note from `when` for `lengthS` seconds. */
  play(pitch, velocity, when, lengthS) {
    const voice = this.#free(when);
    voice.start(pitch, velocity, when);
    voice.stop(when + lengthS);
  }

  /** A click of the metronome. */
  click(when, accented) {
    const { tone, gain } = this.#click;
    tone.frequency.setValueAtTime(accented ? 1760 : 1180, when);
    gain.gain.setValueAtTime(0, when);
    gain.gain.linearRampToValueAtTime(accented ? 0.3 : 0.18, when + 0.001);
    gain.gain.exponentialRampToValueAtTime(0.0001, when + 0.06);
    gain.gain.setValueAtTime(0, when + 0.061);
  }

  /** End everything, also what is only planned. */
  hush() {
    for (const voice of this.#voices) voice.hush();
    this.#held.clear();
    const { gain } = this.#click.gain;
    gain.cancelScheduledValues(this.now);
    gain.setTargetAtTime(0, this.now, 0.005);
  }

  #free(when) {
    const free = this.#voices.find((voice) => voice.freeAt <= when);
    if (free) return free;
    return this.#voices.reduce((oldest, voice) => (voice.freeAt < oldest.freeAt ? voice : oldest));
  }

  #makeClick() {
    const tone = this.context.createOscillator();
    tone.type = "square";
    const gain = this.context.createGain();
    gain.gain.value = 0;
    tone.connect(gain).connect(this.out);
    tone.start();
    return { tone, gain };
  }
}

let shared = null;

/** The page's one synthesiser. It is made on the first press of anything, which is when browsers allow sound. */
export function synth() {
  shared ??= new Synth();
  return shared;
}

/** Prepare the synthesiser as early as the browser allows (while `isWanted`), and rest it while the page is hidden. */
export function prepareSynth(isWanted) {
  const wake = () => isWanted() && synth().wake();
  addEventListener("pointerdown", wake, { capture: true, passive: true });
  addEventListener("keydown", wake, { capture: true, passive: true });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && shared) shared.context.suspend();
  });
}
