// Ticks, seconds, bars and pitches: the page's side of composer_core/music.py. Pure.

export const TICKS_PER_BEAT = 480;
export const DEFAULT_TEMPO_BPM = 100;

const NAMES = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"];
const SHARPS = new Set([1, 3, 6, 8, 10]);

/** The name of a MIDI pitch: 60 is C4. */
export function pitchName(pitch) {
  return `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;
}

/** Whether a pitch is a black key. */
export function isBlack(pitch) {
  return SHARPS.has(((pitch % 12) + 12) % 12);
}

/** A timing with one tempo and one metre: `tempos` are [tick, quarters a minute], `metres` [tick, beats, unit]. */
export function plainTiming(tempoBpm = DEFAULT_TEMPO_BPM, metre = [4, 4]) {
  return { ticks_per_beat: TICKS_PER_BEAT, tempos: [[0, tempoBpm]], metres: [[0, ...metre]], pickup_ticks: 0 };
}

/** The timing in a melody or a roll of the server, where a metre is a text. */
export function readTiming({ ticks_per_beat, tempos, metres, pickup_ticks = 0 }) {
  const read = ([tick, metre]) => [tick, ...String(metre).split("/").map(Number)];
  return {
    ticks_per_beat,
    tempos: tempos?.length ? tempos : [[0, DEFAULT_TEMPO_BPM]],
    metres: metres?.length ? metres.map(read) : [[0, 4, 4]],
    pickup_ticks,
  };
}

/** Seconds of a tick under the tempo map. */
export function secondsAt(timing, tick) {
  let seconds = 0;
  const { tempos, ticks_per_beat: beat } = timing;
  for (let i = 0; i < tempos.length; i += 1) {
    const [start, bpm] = tempos[i];
    const end = i + 1 < tempos.length ? tempos[i + 1][0] : Infinity;
    if (tick <= start && i) break;
    seconds += ((Math.min(tick, end) - start) * 60) / (bpm * beat);
    if (tick <= end) break;
  }
  return seconds;
}

/** Tick of a time in seconds: the inverse of `secondsAt`. */
export function tickAt(timing, seconds) {
  const { tempos, ticks_per_beat: beat } = timing;
  let left = seconds;
  for (let i = 0; i < tempos.length; i += 1) {
    const [start, bpm] = tempos[i];
    const length = i + 1 < tempos.length ? ((tempos[i + 1][0] - start) * 60) / (bpm * beat) : Infinity;
    if (left <= length) return start + (left * bpm * beat) / 60;
    left -= length;
  }
  return 0;
}

/** The metre `[beats, unit]` in force at a tick. */
export function metreAt(timing, tick) {
  let found = timing.metres[0];
  for (const change of timing.metres) if (change[0] <= tick) found = change;
  return [found[1], found[2]];
}

/** Length in ticks of a bar, and of the pulse that is felt: a dotted note in compound metres. */
export function barTicks(timing, [beats, unit]) {
  return Math.max(Math.round((timing.ticks_per_beat * 4 * beats) / unit), 1);
}

export function pulseTicks(timing, [beats, unit]) {
  if (unit >= 8 && beats % 3 === 0 && beats > 3) return (timing.ticks_per_beat * 12) / unit;
  return (timing.ticks_per_beat * 4) / Math.max(unit, 4);
}

/** Ticks at which bars begin before `end`; a pick-up counts as the first, and a metre change begins a new one. */
export function barStarts(timing, end) {
  const starts = [0];
  let tick = timing.pickup_ticks;
  while (tick < end) {
    if (tick > starts.at(-1)) starts.push(tick);
    const next = tick + barTicks(timing, metreAt(timing, tick));
    const change = timing.metres.find(([at]) => at > tick && at < next);
    tick = change ? change[0] : next;
  }
  return starts;
}

/** Where a tick is, in words: "bar 2, beat 1.5"; a pick-up is bar 0. */
export function placeName(timing, tick) {
  const starts = barStarts(timing, tick + 1);
  const first = timing.pickup_ticks ? 0 : 1;
  const start = starts.at(-1);
  const beat = 1 + (tick - start) / pulseTicks(timing, metreAt(timing, start));
  return `bar ${starts.length - 1 + first}, beat ${Number(beat.toFixed(2))}`;
}

/** A length in ticks as beats, for reading: "1½ beats". */
export function lengthName(timing, ticks) {
  const beats = ticks / timing.ticks_per_beat;
  const shown = Number(beats.toFixed(2));
  return `${shown} beat${shown === 1 ? "" : "s"}`;
}

/** Minutes and seconds: 0:07. */
export function clock(seconds) {
  const whole = Math.max(Math.floor(seconds + 0.05), 0);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
