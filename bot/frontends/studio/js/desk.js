// The desk: roll, transport and piano put together; what comes from elsewhere (samples, typing, files) is in sources.js.

import { h, select, show } from "./dom.js";
import { Editor } from "./editor.js";
import { HELP } from "./editor-keys.js";
import { icon } from "./icons.js";
import { hasMidi, listenToMidi } from "./midi-in.js";
import { Piano } from "./piano.js";
import { emptyScore, fromMelody, overlaps, toMelody, withNotes, oneLine } from "./score.js";
import { prepareSynth } from "./synth.js";
import { Transport } from "./transport.js";

const KEPT = "tutti.melody";
const GRIDS = [[1, "1/4"], [2, "1/8"], [3, "1/8 triplet"], [4, "1/16"], [6, "1/16 triplet"], [8, "1/32"]];
const METRES = ["4/4", "3/4", "2/4", "6/8", "9/8", "12/8", "5/4", "2/2"];
const TYPING_FIELDS = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, dialog";

/** Everything with which a melody is made. `element` goes into a page, `editor.score` is the melody. */
export class Desk {
  constructor() {
    this.transport = new Transport({ onState: (state) => this.#onState(state), onCount: (beat) => this.#onCount(beat) });
    this.editor = new Editor(remembered(), {
      sound: (pitch) => this.transport.preview(pitch),
      onPlay: () => this.transport.togglePlay(),
    });
    this.transport.editor = this.editor;
    this.piano = new Piano({
      press: (pitch, velocity) => this.transport.press(pitch, velocity),
      lift: (pitch) => this.transport.lift(pitch),
    });
    this.sourcePlace = h("div", { class: "row" });
    this.sourcePanel = h("div", { class: "source-panel", hidden: true });
    this.error = h("p", { class: "field-error", role: "alert", hidden: true });
    this.#build();
    this.editor.watch(() => this.#dress());
    this.#listenToTyping();
    prepareSynth(() => this.element.isConnected);
  }

  /** The melody as the server takes it. */
  get melody() {
    return toMelody(this.editor.score);
  }

  /** Show what is wrong with the melody; an empty text takes it back. */
  fail(message) {
    this.error.textContent = message;
    this.error.hidden = !message;
  }

  /** Take another melody, as the server writes it. */
  load(melody) {
    this.transport.stop();
    this.fail("");
    this.editor.replace(fromMelody(melody));
  }

  /** To be called when the desk has come into the page. */
  entered() {
    requestAnimationFrame(() => {
      this.editor.roll.fit();
      this.editor.roll.centre();
    });
  }

  leave() {
    this.transport.stop();
  }

  #build() {
    const { editor } = this;
    this.name = h("input", {
      class: "title-input",
      "aria-label": "Title of the melody",
      maxlength: 80,
      oninput: () => editor.history.amend({ ...editor.score, name: this.name.value }),
    });
    this.empty = h(
      "div",
      { class: "roll-empty" },
      h("strong", {}, "An empty page"),
      h("span", { class: "small" }, "Click to write notes, press Record and play, or begin with a melody that is there."),
    );
    this.count = h("div", { class: "count-in", "aria-live": "assertive" });
    this.element = h(
      "section",
      { class: "panel desk", "aria-label": "Your melody" },
      h("div", { class: "desk-head" }, h("div", { class: "name" }, this.name), this.sourcePlace),
      this.sourcePanel,
      this.#toolbar(),
      h("div", { class: "roll-frame" }, editor.roll.element, this.empty, this.count),
      h("div", { class: "desk-foot" }, this.error, this.#foot(), this.piano.element),
    );
  }

  #toolbar() {
    const { editor, transport } = this;
    const button = (name, words, onclick, props = {}) =>
      h("button", { type: "button", onclick, title: props.title ?? words, "aria-label": words, ...props }, icon(name), props.words && h("span", { class: "words" }, words));
    this.play = button("play", "Play", () => transport.togglePlay(), { class: "primary", words: true });
    this.record = button("record", "Record", () => transport.toggleRecord(), { class: "record", words: true, "aria-pressed": "false" });
    this.undo = button("undo", "Undo", () => editor.undo(), { class: "quiet round" });
    this.redo = button("redo", "Redo", () => editor.redo(), { class: "quiet round" });
    this.metronome = button("metronome", "Metronome", () => this.#toggleMetronome(), { class: "quiet round", "aria-pressed": "true" });
    this.assist = button("quantise", "Snap to grid", () => editor.quantise(), { class: "quiet", words: true, title: "Rhythm assist: move the selected notes, or all, to the grid" });
    this.trim = button("trim", "Trim", () => editor.trim(), { class: "quiet", words: true, title: "Keep what lies between the two yellow flags" });
    this.bin = button("trash", "Delete", () => editor.remove([...editor.selection]), { class: "quiet round" });
    const grid = select(GRIDS, 2, { "aria-label": "Grid", onchange: () => {
      editor.grid = editor.score.timing.ticks_per_beat / Number(grid.value);
      editor.roll.draw();
    } });
    this.grid = grid;
    const tool = h("button", { type: "button", class: "quiet", "aria-pressed": "false", title: "Drag to select instead of to write", onclick: () => {
      editor.tool = editor.tool === "draw" ? "select" : "draw";
      tool.setAttribute("aria-pressed", String(editor.tool === "select"));
    } }, "Select");
    return h(
      "div",
      { class: "toolbar", role: "group", "aria-label": "Melody tools" },
      this.play, this.record, this.metronome, this.undo, this.redo, tool, this.bin, this.assist,
      h("label", { class: "inline" }, h("span", { class: "unseen" }, "Grid"), grid),
      this.trim,
      h("span", { class: "gap" }),
      button("minus", "Zoom out", () => editor.roll.zoomBy(0.8), { class: "quiet round" }),
      button("plus", "Zoom in", () => editor.roll.zoomBy(1.25), { class: "quiet round" }),
      h("button", { type: "button", class: "quiet", onclick: showHelp }, "Keys"),
    );
  }

  #foot() {
    const { editor, transport } = this;
    this.tempo = h("input", { type: "number", min: 20, max: 300, step: 1, onchange: () => this.#setTempo() });
    this.metre = select(METRES.map((m) => [m, m]), "4/4", { onchange: () => this.#setMetre() });
    const countIn = select([[0, "none"], [1, "1 bar"], [2, "2 bars"]], 1, { onchange: () => (transport.countInBars = Number(countIn.value)) });
    const assist = h("input", { type: "checkbox", checked: true, onchange: () => (transport.assist = assist.checked) });
    const typing = h("input", { type: "checkbox", checked: true, onchange: () => this.piano.setTyping(typing.checked) });
    this.info = h("span", { class: "small dim numbers" });
    this.mend = h("button", { type: "button", class: "small", hidden: true, onclick: () => editor.edit((score) => withNotes(score, oneLine(score.notes))) }, "Make one line");
    return h(
      "div",
      { class: "toolbar" },
      h("label", { class: "inline" }, "Tempo", this.tempo),
      h("label", { class: "inline" }, "Metre", this.metre),
      h("label", { class: "inline" }, "Count-in", countIn),
      h("label", { class: "inline" }, assist, "Snap recordings"),
      h("label", { class: "inline" }, typing, "Play with computer keys"),
      this.#midiButton(),
      h("span", { class: "gap" }),
      this.mend,
      this.info,
    );
  }

  #midiButton() {
    if (!hasMidi()) return null;
    const button = h("button", { type: "button", class: "quiet small", onclick: async () => {
      try {
        await listenToMidi({
          press: (pitch, velocity) => { this.piano.light(pitch, true); this.transport.press(pitch, velocity); },
          lift: (pitch) => { this.piano.light(pitch, false); this.transport.lift(pitch); },
          onDevices: (names) => { button.textContent = names.length ? names.join(", ") : "MIDI: plug a keyboard in"; },
        });
      } catch {
        button.textContent = "The browser does not allow MIDI";
      }
    } }, "Connect a MIDI keyboard");
    return button;
  }

  #setTempo() {
    const bpm = Math.min(Math.max(Number(this.tempo.value) || 100, 20), 300);
    this.editor.edit((score) => ({ ...score, timing: { ...score.timing, tempos: [[0, bpm]] } }));
  }

  #setMetre() {
    const [beats, unit] = this.metre.value.split("/").map(Number);
    this.editor.edit((score) => ({ ...score, timing: { ...score.timing, metres: [[0, beats, unit]] } }));
  }

  #toggleMetronome() {
    this.transport.metronome = !this.transport.metronome;
    this.metronome.setAttribute("aria-pressed", String(this.transport.metronome));
  }

  #dress() {
    const { editor } = this;
    const { score } = editor;
    const { timing, notes } = score;
    if (document.activeElement !== this.name) this.name.value = score.name;
    this.undo.disabled = !editor.history.canUndo;
    this.redo.disabled = !editor.history.canRedo;
    this.bin.disabled = !editor.selection.size;
    this.assist.disabled = !notes.length;
    this.trim.disabled = !editor.isTrimmed;
    this.empty.hidden = notes.length > 0 || this.transport.isBusy;
    if (document.activeElement !== this.tempo) this.tempo.value = Math.round(timing.tempos[0][1] * 100) / 100;
    const metre = `${timing.metres[0][1]}/${timing.metres[0][2]}`;
    if (![...this.metre.options].some((option) => option.value === metre)) this.metre.append(h("option", { value: metre }, metre));
    this.metre.value = metre;
    editor.grid = timing.ticks_per_beat / Number(this.grid.value);
    const doubled = overlaps(score).size;
    this.mend.hidden = !doubled;
    const sum = `${notes.length} note${notes.length === 1 ? "" : "s"}`;
    this.info.textContent = doubled ? `${sum}, ${doubled} over another: the top one leads` : notes.length ? sum : "";
    if (!editor.isDragging) localStorage.setItem(KEPT, JSON.stringify(toMelody(score)));
  }

  #onState(state) {
    show(this.play, icon(state === "playing" ? "stop" : "play"), h("span", { class: "words" }, state === "playing" ? "Stop" : "Play"));
    this.play.setAttribute("aria-label", state === "playing" ? "Stop" : "Play");
    show(this.record, icon(state === "recording" ? "stop" : "record"), h("span", { class: "words" }, state === "recording" ? "Stop" : "Record"));
    this.record.setAttribute("aria-label", state === "recording" ? "Stop recording" : "Record");
    this.record.setAttribute("aria-pressed", String(state === "recording"));
    this.play.disabled = state === "recording";
    this.record.disabled = state === "playing";
    this.#dress();
  }

  #onCount(beat) {
    this.count.textContent = beat ?? "";
  }

  #listenToTyping() {
    addEventListener("keydown", (event) => {
      if (!this.element.isConnected || event.target.closest?.(TYPING_FIELDS)) return;
      if (this.piano.type(event)) event.preventDefault();
    });
    addEventListener("keyup", (event) => this.piano.untype(event));
  }
}

function remembered() {
  try {
    const melody = JSON.parse(localStorage.getItem(KEPT));
    return melody?.notes ? fromMelody(melody) : emptyScore();
  } catch {
    return emptyScore();
  }
}

function showHelp() {
  const close = h("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const dialog = h(
    "dialog",
    { "aria-labelledby": "keys-title", onclose: () => dialog.remove() },
    h("h2", { id: "keys-title" }, "Keys of the piano roll"),
    h("dl", { class: "keys-help" }, HELP.map(([keys, does]) => [h("dt", {}, h("kbd", {}, keys)), h("dd", {}, does)])),
    h("p", { class: "small dim" }, "Letters play the piano: A S D F … are the white keys, W E T Y U the black ones, Z and X change the octave. With the mouse, Alt leaves the grid."),
    h("div", { class: "row" }, close),
  );
  document.body.append(dialog);
  dialog.showModal();
}
