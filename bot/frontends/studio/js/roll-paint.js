// Paints piano rolls: rows, bars and notes in the language of the pictures that Tutti sends.
//
// A view is {left, top, right, bottom, x(tick or second), y(pitch), row, low, high}: where what goes, in CSS pixels.

import { isBlack, pitchName } from "./timing.js";

/** Make a canvas as fine as the screen and clear it; returns its context, measured in CSS pixels. */
export function prepare(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, t] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== t) {
    canvas.width = w;
    canvas.height = t;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Rows of white and black keys. */
export function paintRows(context, view, colours) {
  context.fillStyle = colours.white;
  context.fillRect(view.left, view.top, view.right - view.left, view.bottom - view.top);
  for (let pitch = view.low; pitch <= view.high; pitch += 1) {
    const y = view.y(pitch);
    if (y + view.row < view.top || y > view.bottom) continue;
    if (isBlack(pitch)) {
      context.fillStyle = colours.black;
      context.fillRect(view.left, y, view.right - view.left, view.row);
    }
    if (pitch % 12 === 0) {
      context.fillStyle = colours.beat;
      context.fillRect(view.left, y + view.row, view.right - view.left, 1);
    }
  }
}

/** Upright lines: `places` in the view's unit. */
export function paintLines(context, view, places, colour, width = 1, bottom = view.bottom) {
  context.fillStyle = colour;
  for (const place of places) {
    const x = Math.round(view.x(place));
    if (x >= view.left && x <= view.right) context.fillRect(x, view.top, width, bottom - view.top);
  }
}

/** Names of the C rows beside the roll. */
export function paintNames(context, view, colours, width) {
  context.font = `11px ${colours.font}`;
  context.textAlign = "right";
  context.textBaseline = "middle";
  context.fillStyle = colours.dim;
  for (let pitch = view.low; pitch <= view.high; pitch += 1) {
    const y = view.y(pitch) + view.row / 2;
    if (pitch % 12 === 0 && y > view.top + 4 && y < view.bottom - 4) context.fillText(pitchName(pitch), width, y);
  }
}

/**
 * One note: a rounded bar whose head is darker, so that repeated notes can be told apart. The melody has an edge.
 * `look` may hold melody, selected, sounds, ghost (not sung), alpha.
 */
export function paintNote(context, view, { from, to, pitch }, colour, colours, look = {}) {
  const [x, end] = [view.x(from), view.x(to)];
  if (end < view.left || x > view.right) return;
  const y = view.y(pitch);
  const width = Math.max(end - x - 1, 2);
  const radius = Math.min(view.row / 2, width / 2, 5);
  context.globalAlpha = look.alpha ?? 1;
  if (look.selected || look.sounds || (look.melody && !look.ghost)) {
    const by = look.selected || (look.sounds && look.melody) ? 2.5 : 1.5;
    context.fillStyle = look.selected ? colours.cursor : look.sounds ? colours.text : colours.edge;
    bar(context, x - by, y - by, width + 2 * by, view.row + 2 * by, radius + by);
  }
  context.fillStyle = look.ghost ? colours.ghost : colour;
  bar(context, x, y, width, view.row, radius);
  context.globalAlpha = (look.alpha ?? 1) * 0.34;
  context.fillStyle = colours.paper;
  bar(context, x, y, Math.min(Math.max(view.row * 0.6, 4), width * 0.45), view.row, radius);
  context.globalAlpha = 1;
}

/** One hit of a drum: a dot, larger when louder. */
export function paintHit(context, view, { from, velocity }, y, lane, colour, alpha = 1) {
  const x = view.x(from);
  if (x < view.left - lane || x > view.right) return;
  const radius = (lane * (0.4 + 0.4 * (velocity / 127))) / 2;
  context.globalAlpha = alpha;
  context.fillStyle = colour;
  context.beginPath();
  context.arc(x + radius, y + lane / 2, radius, 0, 2 * Math.PI);
  context.fill();
  context.globalAlpha = 1;
}

function bar(context, x, y, width, height, radius) {
  context.beginPath();
  context.roundRect(x, y, width, height, radius);
  context.fill();
}
