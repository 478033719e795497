// Turns what is played on a keyboard into notes, after a count-in, to the metronome.

import { note } from "./score.js";
import { metreAt, barTicks, pulseTicks, secondsAt } from "./timing.js";
import { Playback } from "./playback.js";

const LONGEST_S = 900;
const EARLY_S = 0.35; // who comes in a little before the first beat means the first beat

/** One recording from a tick on. `onChange` gets the notes so far, the ones still held included. */
export class Recorder {
  #held = new Map();
  #notes = [];
  #timers = [];
  #stopped = false;

  constructor(synth, timing, { from = 0, metronome = true, countInBars = 1, onCount, onTick, onChange, onEnd }) {
    this.synth = synth;
    this.timing = timing;
    this.from = from;
    this.onChange = onChange;
    this.onEnd = onEnd;
    const metre = metreAt(timing, from);
    const bar = barTicks(timing, metre);
    const pulseS = secondsAt(timing, from + pulseTicks(timing, metre)) - secondsAt(timing, from);
    const beats = countInBars * Math.round(bar / pulseTicks(timing, metre));
    this.playback = new Playback(
      synth,
      { timing, notes: [] },
      {
        from,
        to: from + LONGEST_S * 2 * timing.ticks_per_beat,
        metronome,
        countInS: beats * pulseS,
        onTick: (tick) => {
          if (tick !== null) onTick(tick);
          if (this.#held.size) onChange(this.notes);
        },
        onEnd: () => this.#end(),
      },
    );
    this.#countIn(beats, pulseS, Math.round(bar / pulseTicks(timing, metre)), onCount);
  }

  /** The notes so far; those that are still held end now. */
  get notes() {
    const now = this.#tick();
    const held = [...this.#held.values()].map((n) => ({ ...n, duration: Math.max(now - n.start, 1) }));
    return [...this.#notes, ...held];
  }

  press(pitch, velocity) {
    const at = this.synth.now - this.synth.latencyS;
    if (at < this.playback.startedAt - EARLY_S) return;
    this.lift(pitch);
    this.#held.set(pitch, note(this.#tick(), pitch, 1, velocity));
  }

  lift(pitch) {
    const held = this.#held.get(pitch);
    if (!held) return;
    this.#held.delete(pitch);
    this.#notes.push({ ...held, duration: Math.max(this.#tick() - held.start, this.timing.ticks_per_beat / 16) });
    this.onChange(this.notes);
  }

  stop() {
    this.playback.stop();
  }

  #tick() {
    return Math.max(Math.round(this.playback.tickNow(this.synth.now - this.synth.latencyS)), this.from);
  }

  #countIn(beats, pulseS, perBar, onCount) {
    const first = this.playback.startedAt - beats * pulseS;
    for (let beat = 0; beat < beats; beat += 1) {
      const when = first + beat * pulseS;
      this.synth.click(when, beat % perBar === 0);
      this.#timers.push(setTimeout(() => onCount((beat % perBar) + 1), (when - this.synth.now) * 1000));
    }
    this.#timers.push(setTimeout(() => onCount(null), (first + beats * pulseS - this.synth.now) * 1000));
  }

  #end() {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#timers.forEach(clearTimeout);
    const notes = this.notes;
    this.#held.clear();
    this.onEnd(notes);
  }
}
