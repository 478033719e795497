// The desk's buttons above the roll: play, record, change, zoom.

import { h, select, show } from "./dom.js";
import { icon } from "./icons.js";
import { showKeys } from "./keys-help.js";

const GRIDS = [
  [1, "1/4"],
  [2, "1/8"],
  [3, "1/8 triplet"],
  [4, "1/16"],
  [6, "1/16 triplet"],
  [8, "1/32"],
];

/** Buttons that work on an editor and a transport; `dress` shows which of them can be used now. */
export class DeskTools {
  constructor(editor, transport) {
    this.editor = editor;
    this.transport = transport;
    this.play = button("play", "Play", () => transport.togglePlay(), { class: "primary", spelt: true });
    this.record = button("record", "Record", () => transport.toggleRecord(), { class: "record", spelt: true });
    this.undo = button("undo", "Undo", () => editor.undo());
    this.redo = button("redo", "Redo", () => editor.redo());
    this.bin = button("trash", "Delete", () => editor.remove([...editor.selection]));
    this.metronome = button("metronome", "Metronome while recording", () => this.#toggleMetronome());
    this.metronome.setAttribute("aria-pressed", "true");
    this.assist = button("quantise", "Snap to grid", () => editor.quantise(), { class: "quiet", spelt: true });
    this.assist.title = "Rhythm assist: move the selected notes, or all, to the grid";
    this.trim = button("trim", "Trim", () => editor.trim(), { class: "quiet", spelt: true });
    this.trim.title = "Keep what lies between the two yellow flags";
    this.grid = select(GRIDS, 2, { "aria-label": "Grid", onchange: () => this.#setGrid() });
    this.element = h(
      "div",
      { class: "toolbar", role: "group", "aria-label": "Melody tools" },
      [this.play, this.record, this.metronome, this.undo, this.redo, this.#selectTool(), this.bin, this.assist],
      [this.grid, this.trim, h("span", { class: "gap" })],
      button("minus", "Zoom out", () => editor.roll.zoomBy(0.8)),
      button("plus", "Zoom in", () => editor.roll.zoomBy(1.25)),
      h("button", { type: "button", class: "quiet", onclick: showKeys }, "Keys"),
    );
    this.setState("idle");
  }

  /** Show what can be done with the score as it is. */
  dress() {
    const { editor } = this;
    this.undo.disabled = !editor.history.canUndo;
    this.redo.disabled = !editor.history.canRedo;
    this.bin.disabled = !editor.selection.size;
    this.assist.disabled = !editor.score.notes.length;
    this.trim.disabled = !editor.isTrimmed;
    editor.grid = editor.score.timing.ticks_per_beat / Number(this.grid.value);
  }

  /** Show whether it plays ("playing"), records ("recording") or rests ("idle"). */
  setState(state) {
    const [plays, records] = [state === "playing", state === "recording"];
    spell(this.play, plays ? "stop" : "play", plays ? "Stop" : "Play");
    spell(this.record, records ? "stop" : "record", records ? "Stop recording" : "Record");
    this.record.setAttribute("aria-pressed", String(records));
    this.play.disabled = records;
    this.record.disabled = plays;
  }

  #setGrid() {
    this.dress();
    this.editor.roll.draw();
  }

  #toggleMetronome() {
    this.transport.metronome = !this.transport.metronome;
    this.metronome.setAttribute("aria-pressed", String(this.transport.metronome));
  }

  /** Whether a drag on the empty roll writes or selects. */
  #selectTool() {
    const tool = h("button", { type: "button", class: "quiet", "aria-pressed": "false" }, "Select");
    tool.title = "Drag to select instead of to write";
    tool.addEventListener("click", () => {
      this.editor.tool = this.editor.tool === "draw" ? "select" : "draw";
      tool.setAttribute("aria-pressed", String(this.editor.tool === "select"));
    });
    return tool;
  }
}

function button(name, words, onclick, { class: look = "quiet round", spelt = false } = {}) {
  const inside = [icon(name), spelt && h("span", { class: "words" }, words)];
  return h("button", { type: "button", class: look, onclick, title: words, "aria-label": words }, inside);
}

function spell(target, name, words) {
  show(target, icon(name), h("span", { class: "words" }, words.split(" ")[0]));
  target.setAttribute("aria-label", words);
  target.title = words;
}
