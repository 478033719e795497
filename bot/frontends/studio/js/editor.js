// The piano-roll editor: what is selected, where the cursor is, and every change that can be made and undone.

import { announce } from "./dom.js";
import { listenToKeys } from "./editor-keys.js";
import { EditorPointer } from "./editor-pointer.js";
import { EditorRoll } from "./editor-roll.js";
import { HIGHEST, LOWEST, endOf, move, note, quantise, stretch, trim, withNotes, without } from "./score.js";
import { lengthName, pitchName, placeName } from "./timing.js";
import { Undoable } from "./undo.js";

const DESCRIPTION =
  "Piano roll editor. Arrow keys move the cursor or the selected notes, Enter writes a note, Delete deletes, Space plays.";

/** Works on `history`, an Undoable of scores. `sound(pitch)` lets a note be heard, `onPlay` answers the space bar. */
export class Editor {
  #draft = null;
  #rangeFrom = 0;
  #rangeTo = null;
  #clipboard = [];
  #watchers = [];

  constructor(score, { sound, onPlay }) {
    this.history = new Undoable(score);
    this.sound = sound;
    this.onPlay = onPlay;
    this.selection = new Set();
    this.caret = { tick: 0, pitch: 67 };
    this.playhead = null;
    this.extra = [];
    this.box = null;
    this.tool = "draw";
    this.grid = score.timing.ticks_per_beat / 2;
    this.focused = false;
    this.roll = new EditorRoll(() => this);
    const { element } = this.roll;
    element.setAttribute("role", "application");
    element.setAttribute("aria-label", DESCRIPTION);
    for (const [event, focused] of [
      ["focus", true],
      ["blur", false],
    ]) {
      element.addEventListener(event, () => {
        this.focused = focused && element.matches(":focus-visible");
        this.roll.draw();
      });
    }
    new EditorPointer(this);
    listenToKeys(this);
    this.history.watch(() => this.#changed());
  }

  /** The score as it looks now, a drag included. */
  get score() {
    return this.#draft ?? this.history.state;
  }

  get isDragging() {
    return this.#draft !== null;
  }

  /** What is played and kept by trimming. */
  get range() {
    const end = endOf(this.score);
    return { from: Math.min(this.#rangeFrom, end), to: Math.min(this.#rangeTo ?? end, end) };
  }

  /** Whether the handles leave something out. */
  get isTrimmed() {
    return this.range.from > 0 || this.range.to < endOf(this.score);
  }

  /** Call a function after every change of score, selection or range. */
  watch(listener) {
    this.#watchers.push(listener);
    listener();
  }

  /** Replace the score by another one; it can be undone. */
  replace(score) {
    this.selection.clear();
    this.#rangeFrom = 0;
    this.#rangeTo = null;
    this.caret = { tick: 0, pitch: this.caret.pitch };
    this.history.change(score);
    requestAnimationFrame(() => {
      this.roll.fit();
      this.roll.centre();
    });
  }

  /** Make a change: `edit` gets the score and returns another. */
  edit(edit) {
    this.history.change(edit(this.history.state));
  }

  /** Show a score while something is dragged; null takes it back. */
  draft(score) {
    this.#draft = score;
    this.#changed();
  }

  /** What was dragged stays. */
  commit() {
    const draft = this.#draft;
    this.#draft = null;
    if (draft) {
      this.history.change(draft);
      this.tell();
    }
    this.#changed();
  }

  select(ids) {
    this.selection = new Set(ids);
    this.#changed();
  }

  toggle(id) {
    if (!this.selection.delete(id)) this.selection.add(id);
    this.#changed();
  }

  setCaret(tick, pitch, reveal = false) {
    this.caret = { tick: Math.max(tick, 0), pitch: Math.min(Math.max(pitch, LOWEST), HIGHEST) };
    if (reveal) this.roll.reveal(this.caret.tick, this.caret.pitch);
    this.#changed();
  }

  setRange(side, tick) {
    const end = endOf(this.score);
    if (side === "from") this.#rangeFrom = Math.min(tick, this.range.to - this.grid);
    else this.#rangeTo = tick >= end ? null : Math.max(tick, this.range.from + this.grid);
    this.#rangeFrom = Math.max(this.#rangeFrom, 0);
    this.#changed();
  }

  /** The nearest line of the grid. */
  snap(tick) {
    return Math.round(tick / this.grid) * this.grid;
  }

  /** By how much to move something at `place` so that it lands on the grid, or exactly `by` when `free`. */
  snapBy(place, by, free, up = false) {
    if (free) return Math.round(by);
    const cells = (place + by) / this.grid;
    return (up ? Math.max(Math.ceil(cells), 1) : Math.round(cells)) * this.grid - place;
  }

  undo() {
    this.history.undo();
  }

  redo() {
    this.history.redo();
  }

  remove(ids) {
    if (!ids.length) return;
    const gone = this.score.notes.find((n) => ids.includes(n.id));
    this.selection.clear();
    this.edit((score) => without(score, new Set(ids)));
    if (gone) this.setCaret(gone.start, gone.pitch);
    announce(ids.length === 1 ? "Note deleted" : `${ids.length} notes deleted`);
  }

  /** Move the selection, or the cursor, by cells of the grid and semitones. */
  nudge(cells, semitones) {
    if (this.selection.size) {
      this.edit((score) => move(score, this.selection, cells * this.grid, semitones));
      if (semitones) this.sound(this.#chosen()[0].pitch);
      this.#revealChosen();
    } else {
      this.setCaret(this.caret.tick + cells * this.grid, this.caret.pitch + semitones, true);
      if (semitones) this.sound(this.caret.pitch);
    }
    this.tell();
  }

  stretchBy(cells) {
    this.edit((score) => stretch(score, this.selection, cells * this.grid, this.grid));
    this.tell();
  }

  /** Write a note at the cursor and go on behind it. */
  write() {
    this.selection.clear();
    const { tick, pitch } = this.caret;
    this.edit((score) => withNotes(score, [...score.notes, note(tick, pitch, this.grid)]));
    this.sound(pitch);
    announce(`${pitchName(pitch)} written, ${placeName(this.score.timing, tick)}`);
    this.setCaret(tick + this.grid, pitch, true);
  }

  /** Select the note before (-1) or after (1) what is selected. */
  step(by) {
    const { notes } = this.score;
    if (!notes.length) return;
    const chosen = notes.findIndex((n) => this.selection.has(n.id));
    const before = notes.filter((n) => n.start < this.caret.tick).length;
    const from = chosen >= 0 ? chosen : before - (by > 0 ? 1 : 0);
    const next = notes[Math.min(Math.max(from + by, 0), notes.length - 1)];
    this.select([next.id]);
    this.caret = { tick: next.start, pitch: next.pitch };
    this.sound(next.pitch);
    this.#revealChosen();
    this.tell();
  }

  toEnd() {
    this.setCaret(endOf(this.score), this.caret.pitch, true);
  }

  copy() {
    const chosen = this.#chosen();
    if (!chosen.length) return;
    const first = Math.min(...chosen.map((n) => n.start));
    this.#clipboard = chosen.map((n) => ({ ...n, start: n.start - first }));
    announce(`${chosen.length} notes copied`);
  }

  cut() {
    this.copy();
    this.remove([...this.selection]);
  }

  paste(at = this.caret.tick) {
    const pasted = this.#clipboard.map((n) => note(n.start + at, n.pitch, n.duration, n.velocity));
    if (!pasted.length) return;
    this.edit((score) => withNotes(score, [...score.notes, ...pasted]));
    this.select(pasted.map((n) => n.id));
    this.setCaret(Math.max(...pasted.map((n) => n.start + n.duration)), this.caret.pitch, true);
  }

  duplicate() {
    const chosen = this.#chosen();
    if (!chosen.length) return;
    this.copy();
    this.paste(Math.max(...chosen.map((n) => n.start + n.duration)));
  }

  /** Rhythm assist: the selected notes, or all, on the grid. */
  quantise() {
    const ids = this.selection.size ? this.selection : new Set(this.score.notes.map((n) => n.id));
    this.edit((score) => quantise(score, ids, this.grid));
    announce(`${ids.size} notes moved to the grid`);
  }

  /** Keep only what lies between the handles. */
  trim() {
    const { from, to } = this.range;
    this.edit((score) => trim(score, from, to));
    this.#rangeFrom = 0;
    this.#rangeTo = null;
    this.setCaret(0, this.caret.pitch, true);
  }

  /** Say what is selected, or where the cursor is. */
  tell() {
    const chosen = this.#chosen();
    const { timing } = this.score;
    const [first] = chosen;
    if (!first) announce(`Cursor: ${pitchName(this.caret.pitch)}, ${placeName(timing, this.caret.tick)}`);
    else if (chosen.length > 1) announce(`${chosen.length} notes, from ${placeName(timing, first.start)}`);
    else
      announce(`${pitchName(first.pitch)}, ${placeName(timing, first.start)}, ${lengthName(timing, first.duration)}`);
  }

  #chosen() {
    return this.score.notes.filter((n) => this.selection.has(n.id));
  }

  #revealChosen() {
    const [first] = this.#chosen();
    if (first) this.roll.reveal(first.start, first.pitch);
  }

  #changed() {
    const known = new Set(this.score.notes.map((n) => n.id));
    for (const id of this.selection) if (!known.has(id)) this.selection.delete(id);
    this.roll.draw();
    for (const listener of this.#watchers) listener();
  }
}
