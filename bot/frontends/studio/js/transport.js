// What sounds at the desk: keys that are pressed, the melody played with its cursor, a recording with its count-in.

import { Playback } from "./playback.js";
import { Recorder } from "./recorder.js";
import { endOf, quantise, withNotes } from "./score.js";
import { synth } from "./synth.js";

const PREVIEW_S = 0.22;

/** Plays and records for an editor. `onState("idle" | "playing" | "recording")`, `onCount(beat or null)`. */
export class Transport {
  #run = null;
  #lastPreview = 0;

  constructor({ onState, onCount }) {
    this.onState = onState;
    this.onCount = onCount;
    this.editor = null;
    this.metronome = true;
    this.countInBars = 1;
    this.assist = true;
  }

  get isBusy() {
    return this.#run !== null;
  }

  get isRecording() {
    return this.#run instanceof Recorder;
  }

  /** A key goes down: it sounds at once, and is recorded if a recording runs. */
  press(pitch, velocity) {
    synth().press(pitch, velocity);
    if (this.isRecording) this.#run.press(pitch, velocity);
  }

  lift(pitch) {
    synth().lift(pitch);
    if (this.isRecording) this.#run.lift(pitch);
  }

  /** Let a note be heard shortly. */
  preview(pitch) {
    const player = synth();
    if (this.isBusy || player.now - this.#lastPreview < 0.03) return;
    this.#lastPreview = player.now;
    player.play(pitch, 88, player.now, PREVIEW_S);
  }

  async togglePlay() {
    if (this.isBusy) {
      this.stop();
      return;
    }
    await synth().wake();
    const { editor } = this;
    const { from, to } = editor.range;
    if (to <= from) return;
    const start = editor.caret.tick >= to || editor.caret.tick < from ? from : editor.caret.tick;
    this.onState("playing");
    this.#run = new Playback(synth(), editor.score, {
      from: start,
      to,
      onTick: (tick) => this.#cursor(tick ?? start),
      onEnd: () => this.#idle(),
    });
  }

  async toggleRecord() {
    if (this.isBusy) {
      this.stop();
      return;
    }
    await synth().wake();
    const { editor } = this;
    const from = editor.caret.tick;
    editor.select([]);
    this.onState("recording");
    this.#run = new Recorder(synth(), editor.score.timing, {
      from,
      metronome: this.metronome,
      countInBars: this.countInBars,
      onCount: this.onCount,
      onTick: (tick) => this.#cursor(tick),
      onChange: (notes) => {
        editor.extra = notes;
        editor.roll.draw();
      },
      onEnd: (notes) => this.#keep(notes, from),
    });
  }

  stop() {
    const run = this.#run;
    this.#run = null;
    run?.stop();
  }

  /** What was recorded takes the place of what stood there before. */
  #keep(notes, from) {
    const { editor } = this;
    editor.extra = [];
    if (notes.length) {
      const to = endOf({ notes });
      const others = editor.score.notes.filter((n) => n.start + n.duration <= from || n.start >= to);
      const played = withNotes(editor.score, notes);
      const kept = this.assist ? quantise(played, new Set(notes.map((n) => n.id)), editor.grid).notes : played.notes;
      editor.edit((score) => withNotes(score, [...others, ...kept]));
      editor.roll.reveal(from, kept[0].pitch);
    }
    this.onCount(null);
    this.#idle();
  }

  #cursor(tick) {
    this.editor.playhead = tick;
    this.editor.roll.reveal(tick);
    this.editor.roll.draw();
  }

  #idle() {
    this.#run = null;
    this.editor.playhead = null;
    this.editor.roll.draw();
    this.onState("idle");
  }
}
