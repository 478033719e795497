// The editor's picture of a melody: geometry, painting and what lies under a point. It changes nothing.

import { h } from "./dom.js";
import { HIGHEST, LOWEST, endOf, overlaps } from "./score.js";
import { rollColours } from "./theme.js";
import { barStarts, metreAt, pulseTicks } from "./timing.js";
import { paintLines, paintNames, paintNote, paintRows, prepare } from "./roll-paint.js";

const ROWS = [9, 18]; // heights in pixels, the least and the most
const FINGER_ROW = 13;
const GUTTER = 40;
const RULER = 26;
const SPARE_BARS = 4;
const LEAST_BARS = 8;
const HANDLE = 11;

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
    this.colours = rollColours();
    this.#size();
    const { clientWidth: width, clientHeight: height } = this.element;
    const context = prepare(this.canvas, width, height);
    const view = this.#view();
    const rows = { ...view, row: this.row, y: (pitch) => view.y(pitch) - 1 };
    context.fillStyle = this.colours.paper;
    context.fillRect(0, 0, width, height);
    context.save();
    context.beginPath();
    context.rect(GUTTER, 0, width - GUTTER, height);
    context.clip();
    paintRows(context, rows, this.colours);
    this.#paintTime(context, view);
    this.#paintNotes(context, view);
    this.#paintRange(context, view);
    context.restore();
    paintNames(context, view, this.colours, GUTTER - 6);
  }

  #paintTime(context, view) {
    const { score, grid } = this.state();
    const { timing } = score;
    const starts = barStarts(timing, this.end);
    const fine = [];
    const beats = [];
    for (const [index, start] of starts.entries()) {
      const stop = starts[index + 1] ?? this.end;
      const pulse = pulseTicks(timing, metreAt(timing, start));
      const begin = index === 0 && timing.pickup_ticks ? stop - Math.floor((stop - start) / pulse) * pulse : start;
      for (let tick = begin; tick < stop; tick += pulse) beats.push(tick);
      if (grid * this.perTick > 9) for (let tick = start; tick < stop; tick += grid) fine.push(tick);
    }
    context.globalAlpha = 0.55;
    paintLines(context, view, fine, this.colours.beat);
    context.globalAlpha = 1;
    if (pulseTicks(timing, metreAt(timing, 0)) * this.perTick > 10) paintLines(context, view, beats, this.colours.beat);
    paintLines(context, view, starts, this.colours.bar);
    this.#paintRuler(context, view, starts);
  }

  #paintRuler(context, view, starts) {
    const first = this.state().score.timing.pickup_ticks ? 0 : 1;
    context.font = `11.5px ${this.colours.font}`;
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.fillStyle = this.colours.dim;
    let free = 0;
    for (const [index, start] of starts.entries()) {
      const x = view.x(start);
      if (x < free || index + first === 0) continue;
      context.fillText(String(index + first), x + 4, RULER / 2);
      free = x + 28;
    }
  }

  #paintNotes(context, view) {
    const { score, selection, caret, playhead, box, extra, focused } = this.state();
    const ghosts = overlaps(score);
    for (const n of score.notes) {
      if (n.start + n.duration < this.tickAt(GUTTER) || view.x(n.start) > view.right) continue;
      const look = { melody: true, selected: selection.has(n.id), ghost: ghosts.has(n.id) };
      paintNote(
        context,
        view,
        { from: n.start, to: n.start + n.duration, pitch: n.pitch },
        this.colours.melody,
        this.colours,
        look,
      );
    }
    for (const n of extra) {
      paintNote(
        context,
        view,
        { from: n.start, to: n.start + n.duration, pitch: n.pitch },
        this.colours.band[3],
        this.colours,
      );
    }
    if (playhead === null && focused && !selection.size) {
      context.strokeStyle = this.colours.cursor;
      context.lineWidth = 1.5;
      context.strokeRect(
        view.x(caret.tick),
        view.y(caret.pitch) - 1,
        Math.max(this.state().grid * this.perTick, 6),
        this.row,
      );
    }
    const head = playhead ?? caret.tick;
    context.globalAlpha = playhead === null ? 0.5 : 1;
    paintLines(context, { ...view, top: 0 }, [head], this.colours.cursor, playhead === null ? 1 : 2);
    context.globalAlpha = 1;
    if (box) {
      context.strokeStyle = this.colours.cursor;
      context.setLineDash([4, 3]);
      context.strokeRect(box.x, box.y, box.width, box.height);
      context.setLineDash([]);
    }
  }

  #paintRange(context, view) {
    const { range, score } = this.state();
    const [from, to] = [view.x(range.from), view.x(range.to)];
    context.globalAlpha = 0.62;
    context.fillStyle = this.colours.paper;
    if (range.from > 0) context.fillRect(GUTTER, RULER, from - GUTTER, view.bottom);
    if (range.to < endOf(score)) context.fillRect(to, RULER, view.right, view.bottom);
    context.globalAlpha = 1;
    context.fillStyle = this.colours.melody;
    for (const [x, side] of [
      [from, 1],
      [to, -1],
    ]) {
      context.beginPath();
      context.moveTo(x, RULER);
      context.lineTo(x, RULER - 13);
      context.lineTo(x + side * HANDLE, RULER - 13);
      context.closePath();
      context.fill();
    }
  }
}
