// How it is to be composed: takes, key, bars, chords, and what only some want to touch.

import { ChordLine } from "./chord-line.js";
import { field, h, select, show } from "./dom.js";
import { group, segmented } from "./parts.js";
import { endOf } from "./score.js";
import { barStarts } from "./timing.js";

const EMPTY_BARS = 8; // that an empty melody is shown with
const TAKES = [1, 2, 3, 4].map((number) => [number, String(number)]);
const TONICS = ["C", "D♭", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const ASCII = { "♭": "b", "♯": "#" };

/** The settings of a wish. `options` are the server's ranges, `desk` holds the melody. */
export class SettingsForm {
  constructor(options, desk) {
    this.options = options;
    this.desk = desk;
    this.genre = null;
    this.takes = segmented("Takes", TAKES, 1);
    this.key = field("Key", select([["", "as it is"], ...keys()], ""), {
      hint: "The melody moves there, and your chords with it.",
    });
    this.bars = this.#number("Bars", "bars", "as it is", "Cuts the melody, or repeats it until they are full.");
    this.seed = this.#number("Seed", "seed", "drawn", "The same seed gives the same notes.");
    this.technique = field("Technique", select([], ""), {});
    this.risk = this.#range("Risk", options.risk, 1, 0.1, "From careful to wild; 1 is as it was learned.");
    this.density = this.#range("Density", options.density, 0.5, 0.05, "From few notes to many.");
    this.reharmonise = this.#number(
      "Another chord plan",
      "reharmonise",
      "the first",
      "The n-th other plausible harmony, when the chords are planned for you.",
    );
    this.intro = h("input", { type: "checkbox" });
    this.players = h("div", { class: "row", role: "group", "aria-label": "Who plays" });
    this.chords = new ChordLine(() => desk.melody);
    this.element = this.#build();
    desk.editor.watch(() => this.#followMelody());
    this.bars.input.addEventListener("input", () => this.#followMelody());
  }

  /** What is set, as the server takes it; what is left as it is is left out. */
  get settings() {
    const number = ({ input }) => (input.value.trim() === "" ? undefined : Number(input.value));
    const silent = [...this.players.querySelectorAll("input:not(:checked)")].map((box) => box.value);
    const all = {
      genre: this.genre?.name,
      technique: this.technique.input.value || undefined,
      takes: Number(this.takes.querySelector(":checked").value),
      key: this.key.input.value || undefined,
      bars: number(this.bars),
      seed: number(this.seed),
      chords: this.chords.value || undefined,
      reharmonise: number(this.reharmonise),
      risk: Number(this.risk.input.value),
      density: Number(this.density.input.value),
      without: silent.length ? silent.join(", ") : undefined,
      intro: this.intro.checked && this.genre?.intro_bars ? true : undefined,
    };
    return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  }

  /** Set everything as it was for another composition. */
  set settings(values) {
    const put = (target, value) => (target.input.value = value ?? "");
    for (const name of ["key", "bars", "seed", "technique", "reharmonise"]) put(this[name], values[name]);
    this.#followMelody();
    put(this.risk, values.risk ?? 1);
    put(this.density, values.density ?? 0.5);
    for (const range of [this.risk, this.density]) range.input.dispatchEvent(new Event("input"));
    this.chords.value = values.chords ?? "";
    this.intro.checked = Boolean(values.intro);
    const choice = this.takes.querySelector(`[value="${values.takes ?? 1}"]`);
    if (choice) choice.checked = true;
  }

  /** Show an error at its field; returns whether there is such a field. */
  fail(name, message) {
    const fields = {
      key: this.key,
      bars: this.bars,
      seed: this.seed,
      technique: this.technique,
      risk: this.risk,
      density: this.density,
      reharmonise: this.reharmonise,
      chords: this.chords,
    };
    const target = fields[name];
    if (!target) return false;
    target.fail(message);
    const element = target.input ?? target.grid.querySelector("input");
    element.closest("details")?.setAttribute("open", "");
    element.focus();
    return true;
  }

  /** The genre decides who may be left out and whether there is an intro. */
  setGenre(genre) {
    if (this.genre?.name === genre.name) return;
    this.genre = genre;
    const box = ({ name }) =>
      h("label", { class: "check chip" }, h("input", { type: "checkbox", value: name, checked: true }), name);
    show(this.players, genre.parts.slice(1).map(box));
    this.introRow.hidden = !genre.intro_bars;
    const option = ({ value, label, description }) =>
      h("option", { value }, description ? `${label}: ${description}` : label);
    const chosen = this.technique.input.value;
    show(this.technique.input, this.options.techniques.map(option));
    this.technique.input.value = chosen || genre.technique;
  }

  #build() {
    this.introRow = h("label", { class: "check" }, this.intro, "The band begins alone, with an intro");
    const takes = h(
      "div",
      { class: "field" },
      h("span", { class: "label" }, "Takes"),
      this.takes,
      h("p", { class: "field-hint" }, "Several to compare, each from the next seed."),
    );
    const code = (text) => h("code", {}, text);
    const hint = [
      "Left empty, they are planned for you. Bar by bar: ",
      code("C Am"),
      "; ",
      code("."),
      " holds, an empty bar repeats the one before. A whole line can be pasted into the first cell.",
    ];
    const rare = [this.technique, this.risk, this.density, this.reharmonise].map(({ element }) => element);
    return h(
      "div",
      { class: "stack" },
      h("div", { class: "fields" }, takes, this.key.element, this.bars.element, this.seed.element),
      group("Chords", hint, this.chords.element),
      h(
        "details",
        {},
        h("summary", {}, "More to set"),
        h("div", { class: "fields" }, rare, group("Who plays", "", this.players), this.introRow),
      ),
    );
  }

  #followMelody() {
    const { timing } = this.desk.editor.score;
    const end = endOf(this.desk.editor.score);
    const bars = barStarts(timing, end).length - (timing.pickup_ticks ? 1 : 0);
    this.chords.setBars(Number(this.bars.input.value) || (end ? bars : EMPTY_BARS));
  }

  #number(label, name, placeholder, hint) {
    const { low, high } = this.options[name];
    return field(
      label,
      h("input", { type: "number", inputmode: "numeric", min: low, max: high, step: 1, placeholder }),
      { hint },
    );
  }

  #range(label, { low, high }, value, step, hint) {
    const input = h("input", { type: "range", min: low, max: high, step, value });
    const made = field(label, input, { hint });
    const shown = h("output", { class: "dim numbers" }, String(value));
    input.addEventListener("input", () => (shown.textContent = input.value));
    made.element.querySelector("label").append(" ", shown);
    return made;
  }
}

function keys() {
  const plain = (name) => name.replace(/[♭♯]/g, (sign) => ASCII[sign]);
  const of = (mode) => TONICS.map((tonic) => [`${plain(tonic)} ${mode}`, `${tonic} ${mode}`]);
  return [...of("major"), ...of("minor")];
}
