// The melody being written: plain, immutable data and what can be done to it. Every function returns a new score.
//
// A note is {id, start, pitch, duration, velocity}, times in ticks; a score {name, timing, notes}, sorted by start.

import { barTicks, metreAt, plainTiming, readTiming } from "./timing.js";

export const LOWEST = 21;
export const HIGHEST = 108;

let lastId = 0;
const fresh = () => (lastId += 1);

/** A score without notes. */
export function emptyScore(name = "Untitled", tempoBpm = 100) {
  return { name, timing: plainTiming(tempoBpm), notes: [] };
}

/** Read a melody as the server writes it; `toMelody` mirrors it. */
export function fromMelody(melody) {
  const notes = melody.notes.map((n) => note(n.start, n.pitch, n.duration, n.velocity));
  return { name: melody.name ?? "Untitled", timing: readTiming(melody), notes };
}

/** The melody for the server. */
export function toMelody(score) {
  const { ticks_per_beat, tempos, metres, pickup_ticks } = score.timing;
  return {
    name: score.name.trim() || "Untitled",
    ticks_per_beat,
    notes: score.notes.map(({ start, duration, pitch, velocity }) => ({ start, duration, pitch, velocity })),
    tempos,
    metres: metres.map(([tick, beats, unit]) => [tick, `${beats}/${unit}`]),
    pickup_ticks,
  };
}

/** A new note. */
export function note(start, pitch, duration, velocity = 80) {
  return { id: fresh(), start, pitch, duration, velocity };
}

/** The score with other notes, sorted, within the range of a piano. */
export function withNotes(score, notes) {
  const kept = notes.filter((n) => n.duration > 0).map((n) => ({ ...n, start: Math.max(Math.round(n.start), 0) }));
  kept.sort((a, b) => a.start - b.start || b.pitch - a.pitch);
  return { ...score, notes: kept };
}

/** First tick after the last note. */
export function endOf(score) {
  return score.notes.reduce((end, n) => Math.max(end, n.start + n.duration), 0);
}

/** Move the notes named by `ids`; all of them stop where the first would leave the keyboard or the beginning. */
export function move(score, ids, ticks, semitones) {
  const moved = score.notes.filter((n) => ids.has(n.id));
  if (!moved.length) return score;
  const pitches = moved.map((n) => n.pitch);
  const by = Math.max(ticks, -Math.min(...moved.map((n) => n.start)));
  const up = Math.min(Math.max(semitones, LOWEST - Math.min(...pitches)), HIGHEST - Math.max(...pitches));
  return withNotes(
    score,
    change(score, ids, (n) => ({ ...n, start: n.start + by, pitch: n.pitch + up })),
  );
}

/** Make the notes named by `ids` longer or shorter, never shorter than `least`. */
export function stretch(score, ids, ticks, least) {
  return withNotes(
    score,
    change(score, ids, (n) => ({ ...n, duration: Math.max(n.duration + ticks, least) })),
  );
}

/** Leave the notes named by `ids` out. */
export function without(score, ids) {
  return withNotes(
    score,
    score.notes.filter((n) => !ids.has(n.id)),
  );
}

/** Snap starts and ends to a grid of `grid` ticks: rhythm assist. A note keeps at least one cell. */
export function quantise(score, ids, grid) {
  const snap = (tick) => Math.round(tick / grid) * grid;
  return withNotes(
    score,
    change(score, ids, (n) => {
      const start = snap(n.start);
      return { ...n, start, duration: Math.max(snap(n.start + n.duration) - start, grid) };
    }),
  );
}

/** Keep only what sounds from tick `from` to tick `to`, and let it begin there. */
export function trim(score, from, to) {
  const kept = score.notes
    .filter((n) => n.start < to && n.start + n.duration > from)
    .map((n) => {
      const start = Math.max(n.start, from);
      return { ...n, start: start - from, duration: Math.min(n.start + n.duration, to) - start };
    });
  return withNotes({ ...score, timing: trimmed(score.timing, from) }, kept);
}

function trimmed(timing, from) {
  if (!from) return timing;
  const shift = (changes) => {
    const before = changes.filter(([tick]) => tick <= from).at(-1);
    return [
      [0, ...before.slice(1)],
      ...changes.filter(([tick]) => tick > from).map(([tick, ...rest]) => [tick - from, ...rest]),
    ];
  };
  const bar = barTicks(timing, metreAt(timing, from));
  const after = from - timing.pickup_ticks;
  const pickup = after < 0 ? -after : (bar - (after % bar)) % bar;
  return { ...timing, tempos: shift(timing.tempos), metres: shift(timing.metres), pickup_ticks: pickup };
}

/** The top note of each onset, cut where the next begins: the line that the band will accompany. */
export function oneLine(notes) {
  const line = [];
  for (const next of [...notes].sort((a, b) => a.start - b.start || b.pitch - a.pitch)) {
    const last = line.at(-1);
    if (last && next.start === last.start) continue;
    if (last && last.start + last.duration > next.start) {
      if (next.pitch < last.pitch && next.start + next.duration <= last.start + last.duration) continue;
      line[line.length - 1] = { ...last, duration: next.start - last.start };
    }
    line.push(next);
  }
  return line;
}

/** How many notes are not sung in full, because another sounds with them. */
export function overlaps(score) {
  const line = new Map(oneLine(score.notes).map((n) => [n.id, n.duration]));
  return new Set(score.notes.filter((n) => line.get(n.id) !== n.duration).map((n) => n.id));
}

function change(score, ids, edit) {
  return score.notes.map((n) => (ids.has(n.id) ? edit(n) : n));
}
