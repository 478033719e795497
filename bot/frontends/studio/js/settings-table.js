// The settings that made a composition, in words.

import { h } from "./dom.js";
import { table } from "./parts.js";

const WORDS = {
  genre: "Genre",
  technique: "Technique",
  takes: "Takes",
  tempo_bpm: "Tempo (bpm)",
  key: "Key asked for",
  bars: "Bars",
  chords: "Your chords",
  reharmonise: "Chord plan",
  seed: "Seed",
  risk: "Risk",
  density: "Density",
  only: "Only",
  without: "Without",
  intro: "Intro",
};

/** A table of `take.settings`, and what the technique reports in plain numbers. */
export function settingsTable(take) {
  const settings = { ...take.settings, seed: take.seed };
  const says = (name) =>
    ![undefined, null, "", false].includes(settings[name]) && !(name === "reharmonise" && settings[name] === 0);
  const rows = Object.entries(WORDS).filter(([name]) => says(name));
  const lines = rows.map(([name, word]) => [word, text(settings[name])]);
  return h("div", {}, table(null, lines), take.description && h("p", { class: "small dim" }, take.description));
}

function text(value) {
  return value === true ? "yes" : String(value);
}
