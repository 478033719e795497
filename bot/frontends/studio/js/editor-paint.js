// Paints the editor's roll: rows, beats, notes, cursor, and the flags between which is trimmed.
//
// The view is that of roll-paint.js, in ticks, with `height` (of a row, its gap included), `perTick` and `end`.

import { paintLines, paintNames, paintNote, paintRows } from "./roll-paint.js";
import { endOf, overlaps } from "./score.js";
import { rollColours } from "./theme.js";
import { barStarts, metreAt, pulseTicks } from "./timing.js";

export const GUTTER = 40;
export const RULER = 26;
export const HANDLE = 11;
const FLAG = 13;
const LEAST_CELL = 9; // pixels: finer grids are not drawn
const LEAST_BEAT = 10;

/** Paint everything. `state` is what the roll's `state()` returns. */
export function paintEditor(context, view, state) {
  const colours = rollColours();
  context.fillStyle = colours.paper;
  context.fillRect(0, 0, view.right, view.bottom);
  context.save();
  context.beginPath();
  context.rect(GUTTER, 0, view.right - GUTTER, view.bottom);
  context.clip();
  paintRows(context, { ...view, row: view.height, y: (pitch) => view.y(pitch) - 1 }, colours);
  paintTime(context, view, state, colours);
  paintNotes(context, view, state, colours);
  paintCursor(context, view, state, colours);
  paintRange(context, view, state, colours);
  context.restore();
  paintNames(context, view, colours, GUTTER - 6);
}

function paintTime(context, view, { score, grid }, colours) {
  const { timing } = score;
  const starts = barStarts(timing, view.end);
  const [cells, beats] = [[], []];
  for (const [index, start] of starts.entries()) {
    const stop = starts[index + 1] ?? view.end;
    const pulse = pulseTicks(timing, metreAt(timing, start));
    const begin = index === 0 && timing.pickup_ticks ? stop - Math.floor((stop - start) / pulse) * pulse : start;
    if (pulse * view.perTick > LEAST_BEAT) for (let tick = begin; tick < stop; tick += pulse) beats.push(tick);
    if (grid * view.perTick > LEAST_CELL) for (let tick = start; tick < stop; tick += grid) cells.push(tick);
  }
  context.globalAlpha = 0.55;
  paintLines(context, view, cells, colours.beat);
  context.globalAlpha = 1;
  paintLines(context, view, beats, colours.beat);
  paintLines(context, view, starts, colours.bar);
  paintNumbers(context, view, starts, timing.pickup_ticks ? 0 : 1, colours);
}

function paintNumbers(context, view, starts, first, colours) {
  context.font = `11.5px ${colours.font}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = colours.dim;
  let free = 0;
  for (const [index, start] of starts.entries()) {
    const x = view.x(start);
    if (x < free || index + first === 0) continue;
    context.fillText(String(index + first), x + 4, RULER / 2);
    free = x + 28;
  }
}

function paintNotes(context, view, { score, selection, extra }, colours) {
  const ghosts = overlaps(score);
  const paint = (n, colour, look) =>
    paintNote(context, view, { from: n.start, to: n.start + n.duration, pitch: n.pitch }, colour, colours, look);
  for (const n of score.notes) {
    paint(n, colours.melody, { melody: true, selected: selection.has(n.id), ghost: ghosts.has(n.id) });
  }
  for (const n of extra) paint(n, colours.band[3]);
}

/** The playhead while it plays; else the cursor, with its cell when keys move it, and the box of a selection. */
function paintCursor(context, view, { caret, playhead, focused, selection, grid, box }, colours) {
  const rests = playhead === null;
  context.strokeStyle = colours.cursor;
  context.lineWidth = 1.5;
  if (rests && focused && !selection.size) {
    const width = Math.max(grid * view.perTick, 6);
    context.strokeRect(view.x(caret.tick), view.y(caret.pitch) - 1, width, view.height);
  }
  context.globalAlpha = rests ? 0.5 : 1;
  paintLines(context, { ...view, top: 0 }, [playhead ?? caret.tick], colours.cursor, rests ? 1 : 2);
  context.globalAlpha = 1;
  if (!box) return;
  context.setLineDash([4, 3]);
  context.strokeRect(box.x, box.y, box.width, box.height);
  context.setLineDash([]);
}

/** What the flags leave out is pale. */
function paintRange(context, view, { range, score }, colours) {
  const [from, to] = [view.x(range.from), view.x(range.to)];
  context.globalAlpha = 0.62;
  context.fillStyle = colours.paper;
  if (range.from > 0) context.fillRect(GUTTER, RULER, from - GUTTER, view.bottom);
  if (range.to < endOf(score)) context.fillRect(to, RULER, view.right, view.bottom);
  context.globalAlpha = 1;
  flag(context, from, HANDLE, colours.melody);
  flag(context, to, -HANDLE, colours.melody);
}

function flag(context, x, width, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(x, RULER);
  context.lineTo(x, RULER - FLAG);
  context.lineTo(x + width, RULER - FLAG);
  context.closePath();
  context.fill();
}
