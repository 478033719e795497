// A result's chords as the line that can be edited and sent again (composer_core/chords.py reads it). Pure.

import { startsWithPickup } from "./roll-player.js";

const SHARES = 4;
const NAMES = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
const LETTERS = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
const SIGNS = { "#": 1, b: -1 };

/** Move every chord of a plan by semitones. */
export function transposePlan(plan, semitones) {
  if (semitones % 12 === 0) return plan;
  return plan.replace(/(?<![A-Za-z])([A-G])([#b]?)/g, (_, letter, sign) => {
    const pitch = LETTERS[letter] + (SIGNS[sign] ?? 0) + semitones;
    return NAMES[((pitch % 12) + 12) % 12];
  });
}

/** Write the chords of a roll bar by bar: `C | Am F | % | G`. */
export function chordPlan(roll) {
  const { bars, chords, length_s } = roll;
  const cells = bars.map((start, i) => cell(chords, start, bars[i + 1] ?? Math.max(length_s, start + 0.1)));
  const plan = cells.map((text, i) => (i && text === cells[i - 1] && !text.includes(" ") ? "%" : text));
  if (!startsWithPickup(roll)) return plan.join(" | ");
  const first = cells[1] ?? cells[0];
  return [`(${cells[0]})`, first, ...plan.slice(2)].join(" | ");
}

function cell(chords, start, end) {
  const held = chords.filter((chord) => chord.start_s <= start + 0.03).at(-1)?.label ?? "N";
  const shares = Array.from({ length: SHARES }, () => ".");
  shares[0] = held;
  for (const chord of chords) {
    const place = Math.round(((chord.start_s - start) / (end - start)) * SHARES);
    if (chord.start_s > start + 0.03 && place > 0 && place < SHARES) shares[place] = chord.label;
  }
  if (shares.slice(1).every((share) => share === ".")) return held;
  if (shares[1] === "." && shares[3] === ".") return `${shares[0]} ${shares[2]}`;
  return shares.join(" ");
}
