// The desk: roll, tools, settings and piano put together; what comes from elsewhere (samples, typing, files) is in
// sources.js. The melody is kept in the browser, so that a reload loses nothing.

import { DeskSettings } from "./desk-settings.js";
import { DeskTools } from "./desk-tools.js";
import { h } from "./dom.js";
import { Editor } from "./editor.js";
import { keep, recall } from "./memory.js";
import { Piano } from "./piano.js";
import { emptyScore, fromMelody, toMelody } from "./score.js";
import { prepareSynth } from "./synth.js";
import { Transport } from "./transport.js";

const KEPT = "tutti.melody";
const TYPING_FIELDS = "input:not([type=checkbox], [type=radio], [type=range]), textarea, select, dialog";
const HINT = "Click to write notes, press Record and play, or begin with a melody that is there.";

/** Everything with which a melody is made. `element` goes into a page, `editor.score` is the melody. */
export class Desk {
  constructor() {
    this.count = h("div", { class: "count-in", "aria-live": "assertive" });
    const transport = new Transport({
      onState: (state) => {
        this.tools.setState(state);
        this.#dress();
      },
      onCount: (beat) => (this.count.textContent = beat ?? ""),
    });
    this.transport = transport;
    this.editor = new Editor(remembered(), {
      sound: (pitch) => transport.preview(pitch),
      onPlay: () => transport.togglePlay(),
    });
    transport.editor = this.editor;
    this.piano = new Piano({
      press: (pitch, velocity) => transport.press(pitch, velocity),
      lift: (pitch) => transport.lift(pitch),
    });
    this.tools = new DeskTools(this.editor, transport);
    this.settings = new DeskSettings(this.editor, transport, this.piano);
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
    this.name = h("input", { class: "title-input", "aria-label": "Title of the melody", maxlength: 80 });
    this.name.addEventListener("input", () => editor.history.amend({ ...editor.score, name: this.name.value }));
    const hint = h("span", { class: "small" }, HINT);
    this.empty = h("div", { class: "roll-empty" }, h("strong", {}, "An empty page"), hint);
    this.element = h(
      "section",
      { class: "panel desk", "aria-label": "Your melody" },
      h("div", { class: "desk-head" }, h("div", { class: "name" }, this.name), this.sourcePlace),
      this.sourcePanel,
      this.tools.element,
      h("div", { class: "roll-frame" }, editor.roll.element, this.empty, this.count),
      h("div", { class: "desk-foot" }, this.error, this.settings.element, this.piano.element),
    );
  }

  #dress() {
    const { score, isDragging } = this.editor;
    if (document.activeElement !== this.name) this.name.value = score.name;
    this.empty.hidden = score.notes.length > 0 || this.transport.isBusy;
    this.tools.dress();
    this.settings.dress();
    if (!isDragging) keep(KEPT, JSON.stringify(toMelody(score)));
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
    const melody = JSON.parse(recall(KEPT));
    return melody?.notes ? fromMelody(melody) : emptyScore();
  } catch {
    return emptyScore();
  }
}
