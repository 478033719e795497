// Plays a score on the synthesiser a little ahead of its clock, with or without the metronome, and moves the cursor.

import { barStarts, metreAt, pulseTicks, secondsAt, tickAt } from "./timing.js";

const AHEAD_S = 0.2;
const EVERY_MS = 50;
const LEAD_S = 0.08;

/** The ticks of every click before `end`, as [tick, accented]. */
export function clicks(timing, end) {
  const found = [];
  const starts = barStarts(timing, end);
  for (const [index, start] of starts.entries()) {
    const stop = starts[index + 1] ?? end;
    const pulse = pulseTicks(timing, metreAt(timing, start));
    if (index === 0 && timing.pickup_ticks) {
      for (let tick = stop - Math.floor((stop - start) / pulse) * pulse; tick < stop; tick += pulse)
        found.push([tick, false]);
    } else {
      for (let tick = start; tick < stop; tick += pulse) found.push([tick, tick === start]);
    }
  }
  return found;
}

/** One run from a tick on. `onTick` follows every frame, `onEnd` comes when `to` is reached or it is stopped. */
export class Playback {
  #timer = 0;
  #frame = 0;
  #queue;
  #stopped = false;

  constructor(synth, score, { from = 0, to, metronome = false, countInS = 0, onTick, onEnd = () => {} }) {
    this.synth = synth;
    this.timing = score.timing;
    this.to = to;
    this.onTick = onTick;
    this.onEnd = onEnd;
    this.fromS = secondsAt(score.timing, from);
    this.startedAt = synth.now + LEAD_S + countInS;
    const notes = score.notes
      .filter((n) => n.start + n.duration > from && n.start < to)
      .map((n) => ({ at: Math.max(n.start, from), end: Math.min(n.start + n.duration, to), note: n }));
    const beats = metronome ? clicks(score.timing, to).filter(([tick]) => tick >= from) : [];
    this.#queue = [...notes, ...beats.map(([at, accented]) => ({ at, accented }))].sort((a, b) => a.at - b.at);
    this.#timer = setInterval(() => this.#plan(), EVERY_MS);
    this.#plan();
    this.#follow();
  }

  /** The audio time of a tick. */
  when(tick) {
    return this.startedAt + secondsAt(this.timing, tick) - this.fromS;
  }

  /** The tick that is heard at an audio time. */
  tickNow(at = this.synth.now) {
    return tickAt(this.timing, Math.max(at - this.startedAt + this.fromS, 0));
  }

  stop() {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.synth.hush();
    this.onEnd();
  }

  #plan() {
    const horizon = this.synth.now + AHEAD_S;
    while (this.#queue.length && this.when(this.#queue[0].at) < horizon) {
      const { at, end, note, accented } = this.#queue.shift();
      const when = Math.max(this.when(at), this.synth.now);
      if (note) this.synth.play(note.pitch, note.velocity, when, Math.max(this.when(end) - when - 0.02, 0.03));
      else this.synth.click(when, accented);
    }
    if (this.synth.now > this.when(this.to) + 0.1) this.stop(); // also in a tab that draws no frames
  }

  #follow() {
    this.#frame = requestAnimationFrame(() => {
      if (this.#stopped) return;
      this.onTick(this.synth.now < this.startedAt ? null : Math.min(this.tickNow(), this.to));
      this.#follow();
    });
  }
}
