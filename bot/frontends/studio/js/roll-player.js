// The roll of a result, moving with the music; and the whole of it, small, as a map.

import { h } from "./dom.js";
import { paintHit, paintLines, paintNames, paintNote, paintRows, prepare } from "./roll-paint.js";
import { rollColours, trackColours } from "./theme.js";

const CHORDS = 30;
const NUMBERS = 20;
const GUTTER = 38;
const LANE = 13;
const MOST_LANES = 8;
const SHOWN_S = 14;
const LEAST_SCALE = 46; // pixels a second: on a phone less is shown, but it can be told apart
const LEAST_ROWS = 18;
const MAP = 46;
const HEAD = 0.3; // where the playhead stands while the roll moves beneath it

/** Shows `roll` (as the server describes it). `position()` is in seconds of the sound file, `onSeek` takes such. */
export class RollPlayer {
  #left = 0;
  #frame = 0;
  #hand = null;

  constructor(roll, { position, isPlaying, isSilent, onSeek, label }) {
    Object.assign(this, { roll, position, isPlaying, isSilent, onSeek });
    this.length = Math.max(roll.length_s, 0.1);
    this.tracks = roll.tracks.map((track) => ({
      ...track,
      notes: track.notes.map(([from, duration, pitch, velocity]) => ({ from, to: from + duration, pitch, velocity })),
    }));
    this.canvas = h("canvas", { class: "result-roll", role: "img", "aria-label": label });
    this.map = h("canvas", { class: "result-map", "aria-hidden": "true" });
    this.slider = h("input", {
      type: "range",
      class: "seek",
      min: 0,
      max: this.length,
      step: 0.01,
      value: 0,
      "aria-label": "Position",
      oninput: () => onSeek(Number(this.slider.value) + roll.offset_s),
    });
    this.element = h(
      "div",
      { class: "result-frame" },
      this.canvas,
      h("div", { class: "result-map-frame" }, this.map, this.slider),
    );
    [this.low, this.high] = range(this.tracks);
    this.lanes = drumLanes(this.tracks);
    for (const canvas of [this.canvas, this.map]) canvas.addEventListener("tutti:theme", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.element);
    this.#listen();
  }

  /** Paint now, and go on while it plays. */
  draw() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (!this.element.isConnected) return;
      this.#paint();
      if (this.isPlaying()) this.draw();
    });
  }

  get #scale() {
    return Math.max((this.canvas.clientWidth - GUTTER) / Math.min(this.length + 0.5, SHOWN_S), LEAST_SCALE);
  }

  #now() {
    return Math.max(this.position() - this.roll.offset_s, 0);
  }

  #follow(now, shown) {
    if (this.#hand) return;
    if (this.isPlaying() || now < this.#left || now > this.#left + shown) {
      this.#left = Math.min(Math.max(now - shown * HEAD, 0), Math.max(this.length + 0.5 - shown, 0));
    }
  }

  #paint() {
    const colours = rollColours();
    const now = this.#now();
    const width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    const scale = this.#scale;
    this.#follow(now, (width - GUTTER) / scale);
    const drums = this.lanes.size ? (Math.max(...this.lanes.values()) + 1) * LANE + 12 : 0;
    const bottom = height - NUMBERS - drums;
    const row = (bottom - CHORDS) / (this.high - this.low + 1);
    const view = {
      left: GUTTER,
      top: CHORDS,
      right: width,
      bottom,
      row,
      low: this.low,
      high: this.high,
      x: (seconds) => GUTTER + (seconds - this.#left) * scale,
      y: (pitch) => CHORDS + (this.high - pitch) * row,
    };
    const context = prepare(this.canvas, width, height);
    context.fillStyle = colours.paper;
    context.fillRect(0, 0, width, height);
    paintNames(context, view, colours, GUTTER - 6);
    context.save();
    context.beginPath();
    context.rect(GUTTER, 0, width - GUTTER, height);
    context.clip();
    paintRows(context, view, colours);
    if (drums) {
      context.fillStyle = colours.white;
      context.fillRect(GUTTER, bottom + 6, width, drums - 6);
    }
    paintLines(context, view, this.roll.bars, colours.bar, 1, height - NUMBERS);
    this.#paintNotes(context, view, colours, now, bottom + 9);
    this.#paintWords(context, view, colours, height);
    context.fillStyle = colours.cursor;
    context.fillRect(view.x(now) - 1, CHORDS - 4, 2, height - NUMBERS - CHORDS + 4);
    context.restore();
    this.#paintMap(colours, now);
    this.slider.value = now;
    this.slider.setAttribute("aria-valuetext", `${Math.floor(now / 60)} min ${Math.floor(now % 60)} s`);
  }

  #paintNotes(context, view, colours, now, drumTop) {
    const fills = trackColours(this.tracks, colours);
    const order = this.tracks.map((track, i) => [track, fills[i]]).sort(([a], [b]) => a.is_melody - b.is_melody);
    const [from, to] = [this.#left - 0.1, this.#left + (view.right - GUTTER) / this.#scale];
    for (const [track, fill] of order) {
      const silent = this.isSilent(track.number);
      for (const n of track.notes) {
        if (n.from > to) break;
        if (n.to < from) continue;
        const sounds = !silent && now >= n.from && now < n.to && this.isPlaying();
        const alpha = silent ? 0.16 : sounds || track.is_melody ? 1 : 0.62 + 0.3 * (n.velocity / 127);
        if (track.is_drum) paintHit(context, view, n, drumTop + this.lanes.get(n.pitch) * LANE, LANE, fill, alpha);
        else {
          const slim = { ...view, row: Math.max(view.row - 1.5, 2) };
          paintNote(context, slim, n, fill, colours, { alpha, melody: track.is_melody && !silent, sounds });
        }
      }
    }
  }

  #paintWords(context, view, colours, height) {
    context.textBaseline = "alphabetic";
    context.textAlign = "left";
    context.fillStyle = colours.text;
    context.font = `600 14px ${colours.font}`;
    let free = -Infinity;
    const { chords } = this.roll;
    chords.forEach((chord, i) => {
      const x = view.x(chord.start_s);
      if (chord.label === "N" || chord.label === chords[i - 1]?.label || x < free) return;
      context.fillText(chord.label, x + 3, CHORDS - 10);
      free = x + context.measureText(chord.label).width + 10;
    });
    context.fillStyle = colours.dim;
    context.font = `11.5px ${colours.font}`;
    free = -Infinity;
    const first = startsWithPickup(this.roll) ? 0 : 1;
    this.roll.bars.forEach((start, i) => {
      const x = view.x(start);
      if (x < free || i + first === 0) return;
      context.fillText(String(i + first), x + 3, height - 6);
      free = x + 30;
    });
  }

  #paintMap(colours, now) {
    const width = this.map.clientWidth;
    const context = prepare(this.map, width, MAP);
    context.fillStyle = colours.white;
    context.fillRect(0, 0, width, MAP);
    const x = (seconds) => (seconds / this.length) * width;
    const shown = (this.canvas.clientWidth - GUTTER) / this.#scale;
    if (shown < this.length) {
      context.fillStyle = colours.beat;
      context.fillRect(x(this.#left), 0, x(shown), MAP);
    }
    const fills = trackColours(this.tracks, colours);
    this.tracks.forEach((track, i) => {
      if (track.is_drum) return;
      context.fillStyle = fills[i];
      context.globalAlpha = this.isSilent(track.number) ? 0.15 : track.is_melody ? 1 : 0.7;
      for (const n of track.notes) {
        const y = 4 + ((this.high - n.pitch) / (this.high - this.low)) * (MAP - 10);
        context.fillRect(x(n.from), y, Math.max(x(n.to - n.from), 1), 2);
      }
    });
    context.globalAlpha = 1;
    context.fillStyle = colours.cursor;
    context.fillRect(Math.min(x(now), width - 2) - 1, 0, 2, MAP);
  }

  #listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      this.#hand = { x: event.clientX, left: this.#left, moved: false };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.#hand) return;
      const by = event.clientX - this.#hand.x;
      if (Math.abs(by) > 5) this.#hand.moved = true;
      if (!this.#hand.moved) return;
      const most = this.length + 0.5 - (canvas.clientWidth - GUTTER) / this.#scale;
      this.#left = Math.min(Math.max(this.#hand.left - by / this.#scale, 0), Math.max(most, 0));
      this.draw();
    });
    canvas.addEventListener("pointerup", (event) => {
      const hand = this.#hand;
      this.#hand = null;
      if (!hand || hand.moved) return;
      const x = event.clientX - canvas.getBoundingClientRect().left;
      this.onSeek(Math.max(this.#left + (x - GUTTER) / this.#scale, 0) + this.roll.offset_s);
    });
    canvas.addEventListener("pointercancel", () => (this.#hand = null));
  }
}

function range(tracks) {
  const pitches = tracks.filter((track) => !track.is_drum).flatMap((track) => track.notes.map((n) => n.pitch));
  if (!pitches.length) return [55, 79];
  const low = pitches.reduce((a, b) => Math.min(a, b)) - 1;
  const high = pitches.reduce((a, b) => Math.max(a, b)) + 1;
  const missing = Math.max(LEAST_ROWS - (high - low + 1), 0);
  return [Math.max(low - Math.floor(missing / 2), 0), Math.min(high + Math.ceil(missing / 2), 127)];
}

function drumLanes(tracks) {
  const pitches = [
    ...new Set(tracks.filter((track) => track.is_drum).flatMap((track) => track.notes.map((n) => n.pitch))),
  ].sort((a, b) => b - a);
  const lanes = Math.min(pitches.length, MOST_LANES);
  return new Map(pitches.map((pitch, place) => [pitch, Math.floor((place * lanes) / pitches.length)]));
}

/** Whether the first bar is shorter than the second. */
export function startsWithPickup({ bars }) {
  return bars.length > 2 && bars[1] - bars[0] < (bars[2] - bars[1]) * 0.95;
}
