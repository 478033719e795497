// A chord line with one cell a bar. What is written in it is a plan as composer_core/chords.py reads it.

import { post } from "./api.js";
import { h, show } from "./dom.js";

const PAUSE_MS = 400;
const MOST_CELLS = 64;

/** Cells for `bars` bars. `melody()` gives the melody that the chords must fit. */
export class ChordLine {
  #cells = [];
  #timer = 0;
  #pickup = "";

  constructor(melody) {
    this.melody = melody;
    this.grid = h("div", { class: "chord-line", role: "group", "aria-label": "Chords, bar by bar" });
    this.error = h("p", { class: "field-error", role: "alert", hidden: true });
    this.told = h("p", { class: "field-hint" });
    this.element = h("div", { class: "stack" }, this.grid, this.error, this.told);
  }

  /** The plan as text; empty when nothing is written. */
  get value() {
    const words = this.#cells.map((cell) => cell.value.trim());
    const last = words.findLastIndex(Boolean);
    if (last < 0) return "";
    return (
      this.#pickup +
      words
        .slice(0, last + 1)
        .map((word) => word || "%")
        .join(" | ")
    );
  }

  set value(text) {
    const bars = text
      .replaceAll("||", "|")
      .replace(/^\s*\||\|\s*$/g, "")
      .split("|")
      .map((bar) => bar.trim());
    this.#pickup = /^\(.*\)$/.test(bars[0]) ? `${bars.shift()} | ` : "";
    this.setBars(Math.max(this.#cells.length, Math.min(bars.length, MOST_CELLS)));
    this.#cells.forEach((cell, i) => (cell.value = bars[i] === "%" ? "" : (bars[i] ?? "")));
    this.fail("");
  }

  /** Show as many cells as the melody has bars; what is written stays. */
  setBars(bars) {
    const count = Math.min(Math.max(bars, 1), MOST_CELLS);
    const before = this.#cells.map((cell) => cell.value);
    if (count === before.length) return;
    this.#cells = Array.from({ length: count }, (_, i) => this.#cell(i, before[i] ?? ""));
    show(
      this.grid,
      this.#cells.map((cell) => cell.parentElement),
    );
  }

  fail(message) {
    this.error.textContent = message;
    this.error.hidden = !message;
  }

  #cell(index, value) {
    const input = h("input", {
      value,
      placeholder: index ? "" : "auto",
      maxlength: 60,
      spellcheck: "false",
      autocomplete: "off",
      "aria-label": `Chords of bar ${index + 1}`,
    });
    input.addEventListener("input", () => {
      if (input.value.includes("|")) this.#spread(index, input.value);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#check(), PAUSE_MS);
    });
    return h("label", {}, h("span", { "aria-hidden": "true" }, String(index + 1)), input).lastChild;
  }

  /** A line that is pasted into one cell goes on in the next ones. */
  #spread(index, text) {
    const bars = text.split("|").map((bar) => bar.trim());
    bars.forEach((bar, i) => this.#cells[index + i] && (this.#cells[index + i].value = bar));
    this.#cells[Math.min(index + bars.length - 1, this.#cells.length - 1)].focus();
  }

  async #check() {
    const chords = this.value;
    const melody = this.melody();
    this.told.textContent = "";
    if (!chords || !melody.notes.length) return this.fail("");
    try {
      const plan = await post("/api/chords", { melody, chords });
      this.fail("");
      this.told.textContent = plan.notices.join(" ");
    } catch (error) {
      this.fail(error.message);
    }
  }
}
