// What is set below the roll: tempo, metre, how recordings are made, and which keyboards play.

import { h, select } from "./dom.js";
import { hasMidi, listenToMidi } from "./midi-in.js";
import { oneLine, overlaps, withNotes } from "./score.js";

const METRES = ["4/4", "3/4", "2/4", "6/8", "9/8", "12/8", "5/4", "2/2"];
const TEMPO_BPM = [20, 300];
const COUNT_INS = [
  [0, "none"],
  [1, "1 bar"],
  [2, "2 bars"],
];

/** Fields that work on an editor, a transport and a piano; `dress` shows the score's own values. */
export class DeskSettings {
  constructor(editor, transport, piano) {
    this.editor = editor;
    const [low, high] = TEMPO_BPM;
    this.tempo = h("input", { type: "number", min: low, max: high, step: 1, onchange: () => this.#setTempo() });
    const metres = METRES.map((metre) => [metre, metre]);
    this.metre = select(metres, "4/4", { onchange: () => this.#setMetre() });
    const countIn = select(COUNT_INS, 1, { onchange: () => (transport.countInBars = Number(countIn.value)) });
    const assist = checked((on) => (transport.assist = on));
    const typing = checked((on) => piano.setTyping(on));
    this.info = h("span", { class: "small dim numbers" });
    this.mend = h("button", { type: "button", class: "small", hidden: true }, "Make one line");
    this.mend.addEventListener("click", () => editor.edit((score) => withNotes(score, oneLine(score.notes))));
    this.element = h(
      "div",
      { class: "toolbar" },
      inline("Tempo", this.tempo),
      inline("Metre", this.metre),
      inline("Count-in", countIn),
      inline(assist, "Snap recordings"),
      inline(typing, "Play with computer keys"),
      hasMidi() && midiButton(transport, piano),
      h("span", { class: "gap" }),
      this.mend,
      this.info,
    );
  }

  /** Show tempo, metre and number of notes, and whether some sound together. */
  dress() {
    const { score } = this.editor;
    const { timing, notes } = score;
    if (document.activeElement !== this.tempo) this.tempo.value = Math.round(timing.tempos[0][1] * 100) / 100;
    const metre = timing.metres[0].slice(1).join("/");
    const isKnown = [...this.metre.options].some((option) => option.value === metre);
    if (!isKnown) this.metre.append(h("option", { value: metre }, metre));
    this.metre.value = metre;
    const doubled = overlaps(score).size;
    const count = notes.length ? `${notes.length} note${notes.length === 1 ? "" : "s"}` : "";
    this.mend.hidden = !doubled;
    this.info.textContent = doubled ? `${count}, ${doubled} over another: the top one leads` : count;
  }

  #setTempo() {
    const [low, high] = TEMPO_BPM;
    const bpm = Math.min(Math.max(Number(this.tempo.value) || 100, low), high);
    this.editor.edit((score) => ({ ...score, timing: { ...score.timing, tempos: [[0, bpm]] } }));
  }

  #setMetre() {
    const [beats, unit] = this.metre.value.split("/").map(Number);
    this.editor.edit((score) => ({ ...score, timing: { ...score.timing, metres: [[0, beats, unit]] } }));
  }
}

function inline(...inside) {
  return h("label", { class: "inline" }, inside);
}

function checked(onChange) {
  const box = h("input", { type: "checkbox", checked: true, onchange: () => onChange(box.checked) });
  return box;
}

function midiButton(transport, piano) {
  const button = h("button", { type: "button", class: "quiet small" }, "Connect a MIDI keyboard");
  const keyboard = {
    press: (pitch, velocity) => {
      piano.light(pitch, true);
      transport.press(pitch, velocity);
    },
    lift: (pitch) => {
      piano.light(pitch, false);
      transport.lift(pitch);
    },
    onDevices: (names) => (button.textContent = names.join(", ") || "MIDI: plug a keyboard in"),
  };
  button.addEventListener("click", () =>
    listenToMidi(keyboard).catch(() => (button.textContent = "The browser does not allow MIDI")),
  );
  return button;
}
