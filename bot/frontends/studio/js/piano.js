// The keyboard on the page: mouse, pen, several fingers, computer keys, and the arrow keys for who sees no picture.

import { h, show } from "./dom.js";
import { isBlack, pitchName } from "./timing.js";

const KEYS = [
  "KeyA",
  "KeyW",
  "KeyS",
  "KeyE",
  "KeyD",
  "KeyF",
  "KeyT",
  "KeyG",
  "KeyY",
  "KeyH",
  "KeyU",
  "KeyJ",
  "KeyK",
  "KeyO",
  "KeyL",
  "KeyP",
  "Semicolon",
];
const LETTERS = "AWSEDFTGYHUJKOLP;";
const LOWEST_C = 24;
const HIGHEST_C = 84;
const KEY_WIDTH = 44;

/** A piano whose range fits its width. It tells `press(pitch, velocity)` and `lift(pitch)`. */
export class Piano {
  #keys = new Map();
  #pointers = new Map();
  #typed = new Map();
  #first = 60;
  #count = 0;

  constructor({ press, lift }) {
    this.press = press;
    this.lift = lift;
    this.typing = true;
    this.board = h("div", {
      class: "piano-keys",
      role: "group",
      "aria-label": "Piano: arrow keys to choose a key, Enter to play it",
    });
    const shift = (by) => () => this.shift(by);
    this.lower = h(
      "button",
      { type: "button", class: "quiet octave", onclick: shift(-12), "aria-label": "One octave lower (Z)" },
      "‹",
    );
    this.higher = h(
      "button",
      { type: "button", class: "quiet octave", onclick: shift(12), "aria-label": "One octave higher (X)" },
      "›",
    );
    this.element = h("div", { class: "piano" }, this.lower, this.board, this.higher);
    this.#listen();
    new ResizeObserver(() => this.#fit()).observe(this.board);
  }

  /** Show a key as pressed, whoever pressed it. */
  light(pitch, on) {
    this.#keys.get(pitch)?.classList.toggle("down", on);
  }

  /** Move the range by octaves. */
  shift(semitones) {
    this.#first = Math.min(Math.max(this.#first + semitones, LOWEST_C), HIGHEST_C);
    this.#draw();
  }

  #fit() {
    const octaves = Math.min(Math.max(Math.floor(this.board.clientWidth / (7 * KEY_WIDTH)), 1), 4);
    if (octaves * 12 === this.#count) return;
    this.#count = octaves * 12;
    this.#first = octaves > 2 ? 48 : 60;
    this.#draw();
  }

  #draw() {
    const letterAt = (pitch) => (this.typing ? LETTERS[pitch - this.#typingFrom()] : undefined);
    this.#keys.clear();
    const whites = [];
    const blacks = [];
    for (let pitch = this.#first; pitch <= this.#first + this.#count; pitch += 1) {
      const name = pitchName(pitch);
      const key = h(
        "button",
        {
          type: "button",
          class: isBlack(pitch) ? "key black" : "key white",
          "data-pitch": pitch,
          tabindex: pitch === this.#typingFrom() ? 0 : -1,
          "aria-label": name,
        },
        h("span", { class: "key-letter", "aria-hidden": "true" }, letterAt(pitch) ?? ""),
        pitch % 12 === 0 && h("span", { class: "key-name", "aria-hidden": "true" }, name),
      );
      this.#keys.set(pitch, key);
      if (isBlack(pitch)) {
        blacks.push(key);
        key.style.setProperty("--place", whites.length);
      } else whites.push(key);
    }
    this.board.style.setProperty("--whites", whites.length);
    show(this.board, whites, blacks);
    this.lower.disabled = this.#first <= LOWEST_C;
    this.higher.disabled = this.#first >= HIGHEST_C;
  }

  #typingFrom() {
    return this.#count > 24 ? this.#first + 12 : this.#first;
  }

  #listen() {
    this.board.addEventListener("pointerdown", (event) => {
      const key = event.target.closest(".key");
      if (!key || event.button) return;
      event.preventDefault();
      key.focus({ preventScroll: true });
      if (key.hasPointerCapture(event.pointerId)) key.releasePointerCapture(event.pointerId); // a finger may slide on
      this.#slide(event, key);
    });
    this.board.addEventListener("pointermove", (event) => {
      if (this.#pointers.has(event.pointerId)) {
        this.#slide(event, document.elementFromPoint(event.clientX, event.clientY)?.closest?.(".key"));
      }
    });
    for (const end of ["pointerup", "pointercancel"]) {
      addEventListener(end, (event) => {
        if (this.#pointers.has(event.pointerId)) {
          this.#slide(event, null);
          this.#pointers.delete(event.pointerId);
        }
      });
    }
    this.board.addEventListener("contextmenu", (event) => event.preventDefault());
    this.board.addEventListener("keydown", (event) => this.#rove(event));
    this.board.addEventListener("keyup", (event) => {
      if (event.key === "Enter" || event.key === " ") this.#up(Number(event.target.dataset.pitch));
    });
    this.board.addEventListener("focusout", (event) => this.#up(Number(event.target.dataset?.pitch)));
  }

  #slide(event, key) {
    const before = this.#pointers.get(event.pointerId);
    const pitch = key && this.board.contains(key) ? Number(key.dataset.pitch) : null;
    if (before === pitch && before !== undefined) return;
    if (before) this.#up(before);
    this.#pointers.set(event.pointerId, pitch);
    if (pitch === null) return;
    const box = key.getBoundingClientRect();
    const depth = Math.min(Math.max((event.clientY - box.top) / box.height, 0), 1);
    this.#down(pitch, Math.round(60 + 60 * depth));
  }

  #rove(event) {
    const pitch = Number(event.target.dataset.pitch);
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const next = this.#keys.get(pitch + step);
      if (!next) return;
      event.target.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    } else if ((event.key === "Enter" || event.key === " ") && !event.repeat) {
      event.preventDefault();
      this.#down(pitch, 96);
    }
  }

  /** Take a key of the computer's keyboard; returns whether it was ours. */
  type(event) {
    if (!this.typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return false;
    if (event.code === "KeyZ" || event.code === "KeyX") {
      this.shift(event.code === "KeyZ" ? -12 : 12);
      return true;
    }
    const place = KEYS.indexOf(event.code);
    if (place < 0 || event.shiftKey) return false;
    const pitch = this.#typingFrom() + place;
    this.#typed.set(event.code, pitch);
    this.#down(pitch, 96);
    return true;
  }

  /** A key of the computer's keyboard was let go. */
  untype(event) {
    const pitch = this.#typed.get(event.code);
    if (pitch === undefined) return;
    this.#typed.delete(event.code);
    this.#up(pitch);
  }

  /** Turn the computer's keys on or off. */
  setTyping(on) {
    this.typing = on;
    this.#draw();
  }

  #down(pitch, velocity) {
    this.light(pitch, true);
    this.press(pitch, velocity);
  }

  #up(pitch) {
    if (!Number.isFinite(pitch) || !this.#keys.get(pitch)?.classList.contains("down")) {
      if (Number.isFinite(pitch)) this.lift(pitch);
      return;
    }
    this.light(pitch, false);
    this.lift(pitch);
  }
}
