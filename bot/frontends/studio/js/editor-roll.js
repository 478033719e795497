// The editor's scrolling roll: geometry, and what lies under a point. It changes nothing.

import { h } from "./dom.js";
import { GUTTER, HANDLE, RULER, paintEditor } from "./editor-paint.js";
import { prepare } from "./roll-paint.js";
import { HIGHEST, LOWEST, endOf } from "./score.js";
import { metreAt } from "./timing.js";

const ROWS = [9, 18]; // heights in pixels, the least and the most
const FINGER_ROW = 13;
const SPARE_BARS = 4;
const LEAST_BARS = 8;

/** A scrolling roll. `state()` returns {score, selection, caret, playhead, range, box, grid, extra}. */
export class EditorRoll {
  #frame = 0;

  constructor(state) {
    this.state = state;
    this.zoom = 64; // pixels a quarter note
    this.row = 14; // pixels a semitone
    this.canvas = h("canvas", { class: "roll-canvas", "aria-hidden": "true" });
    this.spacer = h("div", { class: "roll-spacer" }, this.canvas);
    this.element = h("div", { class: "roll-scroll", tabindex: 0 }, this.spacer);
    this.element.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.element);
    this.canvas.addEventListener("tutti:theme", () => this.draw());
  }

  /** Ticks shown: the melody and some bars to write on. */
  get end() {
    const { score } = this.state();
    const bar = metreAt(score.timing, endOf(score));
    const ticks = Math.max((score.timing.ticks_per_beat * 4 * bar[0]) / bar[1], 1);
    const bars = Math.max(Math.ceil((endOf(score) - score.timing.pickup_ticks) / ticks) + SPARE_BARS, LEAST_BARS);
    return score.timing.pickup_ticks + bars * ticks;
  }

  get perTick() {
    return this.zoom / this.state().score.timing.ticks_per_beat;
  }

  /** Paint with the next frame. */
  draw() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  /** Scale by a factor, keeping the tick at `x` (in the window of the roll) where it is. */
  zoomBy(factor, x = this.element.clientWidth / 2) {
    const tick = this.tickAt(x);
    this.zoom = Math.min(Math.max(this.zoom * factor, 10), 320);
    this.#size();
    this.element.scrollLeft = GUTTER + tick * this.perTick - x;
    this.draw();
  }

  /** Show everything from left to right and, as far as it can be told apart, from top to bottom. */
  fit() {
    const pitches = this.state().score.notes.map((n) => n.pitch);
    const span = pitches.length ? Math.max(...pitches) - Math.min(...pitches) + 5 : 17;
    const least = matchMedia("(hover: none)").matches ? FINGER_ROW : ROWS[0];
    this.row = Math.min(Math.max(Math.floor((this.element.clientHeight - RULER) / span), least), ROWS[1]);
    const beats = this.end / this.state().score.timing.ticks_per_beat;
    this.zoom = Math.min(Math.max((this.element.clientWidth - GUTTER - 8) / beats, 10), 160);
    this.#size();
    this.draw();
  }

  /** Scroll so that pitches and the tick can be seen. */
  reveal(tick, pitch) {
    const x = tick * this.perTick;
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.element;
    if (x < scrollLeft || x > scrollLeft + clientWidth - GUTTER - 40)
      this.element.scrollLeft = Math.max(x - clientWidth * 0.25, 0);
    if (pitch === undefined) return;
    const y = (HIGHEST - pitch) * this.row;
    if (y < scrollTop || y > scrollTop + clientHeight - RULER - this.row) this.element.scrollTop = y - clientHeight / 2;
  }

  /** Put the middle of the notes into the middle. */
  centre() {
    const pitches = this.state().score.notes.map((n) => n.pitch);
    const middle = pitches.length ? (Math.min(...pitches) + Math.max(...pitches)) / 2 : 67;
    this.#size();
    this.element.scrollTop = (HIGHEST - middle) * this.row - (this.element.clientHeight - RULER) / 2;
  }

  tickAt(x) {
    return Math.max((x + this.element.scrollLeft - GUTTER) / this.perTick, 0);
  }

  pitchAt(y) {
    const row = Math.floor((y + this.element.scrollTop - RULER) / this.row);
    return Math.min(Math.max(HIGHEST - row, LOWEST), HIGHEST);
  }

  /** What is at a point: {kind: "keys" | "from" | "to" | "ruler" | "edge" | "note" | "empty", tick, pitch, note}. */
  at(x, y, slack = 7) {
    const { score, range } = this.state();
    const [tick, pitch] = [this.tickAt(x), this.pitchAt(y)];
    if (y < RULER) return { kind: this.#handleAt(x, range, slack) ?? (x < GUTTER ? "corner" : "ruler"), tick, pitch };
    if (x < GUTTER) return { kind: "keys", tick, pitch };
    const view = this.#view();
    const found = score.notes.findLast((n) => {
      const low = view.x(n.start) - 1;
      const high = Math.max(view.x(n.start + n.duration) + 2, low + 8);
      return n.pitch === pitch && x >= low && x <= high;
    });
    if (!found) return { kind: "empty", tick, pitch };
    const [start, end] = [view.x(found.start), view.x(found.start + found.duration)];
    const isEdge = x > end - Math.min(slack, (end - start) / 3);
    return { kind: isEdge ? "edge" : "note", tick, pitch, note: found };
  }

  #handleAt(x, range, slack) {
    const reach = HANDLE + slack - 5;
    const place = (tick) => this.#view().x(tick);
    if (Math.abs(x - place(range.to) + HANDLE / 2) < reach) return "to";
    if (Math.abs(x - place(range.from) - HANDLE / 2) < reach) return "from";
    return null;
  }

  #view() {
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.element;
    return {
      left: GUTTER,
      top: RULER,
      right: clientWidth,
      bottom: clientHeight,
      row: this.row - 2,
      low: LOWEST,
      high: HIGHEST,
      x: (tick) => GUTTER + tick * this.perTick - scrollLeft,
      y: (pitch) => RULER + (HIGHEST - pitch) * this.row - scrollTop + 1,
    };
  }

  #size() {
    this.spacer.style.width = `${GUTTER + this.end * this.perTick}px`;
    this.spacer.style.height = `${RULER + (HIGHEST - LOWEST + 1) * this.row}px`;
    this.canvas.style.width = `${this.element.clientWidth}px`;
    this.canvas.style.height = `${this.element.clientHeight}px`;
  }

  #paint() {
    if (!this.element.isConnected) return;
    this.#size();
    const { clientWidth: width, clientHeight: height } = this.element;
    const context = prepare(this.canvas, width, height);
    paintEditor(context, { ...this.#view(), height: this.row, perTick: this.perTick, end: this.end }, this.state());
  }
}
