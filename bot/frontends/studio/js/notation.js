// Writes a melody as typed notes, as composer_core/notation.py reads them.

import { endOf, oneLine } from "./score.js";
import { barStarts, metreAt } from "./timing.js";

const NAMES = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

/** The score as text: one line of notes, rests in its gaps, a bar line before every bar. */
export function formatNotes(score) {
  const { timing } = score;
  const line = oneLine(score.notes);
  if (!line.length) return "";
  const end = endOf({ notes: line });
  const bars = barStarts(timing, end);
  const words = [metreAt(timing, 0).join("/")];
  let octave = 4;
  const write = (from, to, pitch) => {
    const cuts = [from, ...bars.filter((bar) => bar > from && bar < to), to];
    for (let i = 0; i + 1 < cuts.length; i += 1) {
      if (bars.includes(cuts[i]) && cuts[i] > 0) words.push(...barLine(timing, cuts[i]));
      const length = lengthText(cuts[i + 1] - cuts[i], timing.ticks_per_beat);
      if (pitch === null) words.push(`R${length}`);
      else {
        const spelt = `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1 === octave ? "" : Math.floor(pitch / 12) - 1}`;
        octave = Math.floor(pitch / 12) - 1;
        words.push(`${spelt}${length}${i + 2 < cuts.length ? "~" : ""}`);
      }
    }
  };
  let at = 0;
  for (const n of line) {
    if (n.start > at) write(at, n.start, null);
    write(n.start, n.start + n.duration, n.pitch);
    at = n.start + n.duration;
  }
  return words.join(" ");
}

function barLine(timing, tick) {
  const change = timing.metres.find(([at]) => at === tick);
  return change ? ["|", `${change[1]}/${change[2]}`] : ["|"];
}

function lengthText(ticks, perBeat) {
  if (ticks === perBeat) return "";
  const common = divisor(ticks, perBeat);
  const [above, below] = [ticks / common, perBeat / common];
  return `:${below === 1 ? above : `${above}/${below}`}`;
}

function divisor(a, b) {
  return b ? divisor(b, a % b) : a;
}
