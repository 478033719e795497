// Light or dark: the system's choice unless the user made one; and the same colours for canvases.

import { keep, recall } from "./memory.js";

const KEY = "tutti.theme";
const BAND = 8;
let cached = { theme: null, colours: null };

/** Follow the system's choice, unless the user made one (`first.js` has applied it). */
export function startTheme() {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
    if (!recall(KEY)) become(event.matches ? "dark" : "light");
  });
}

/** Whether the page is dark now. */
export function isDark() {
  return document.documentElement.dataset.theme === "dark";
}

/** Change to the other one. */
export function toggleTheme() {
  const chosen = isDark() ? "light" : "dark";
  keep(KEY, chosen);
  become(chosen);
}

function become(theme) {
  document.documentElement.dataset.theme = theme;
  for (const canvas of document.querySelectorAll("canvas")) canvas.dispatchEvent(new Event("tutti:theme"));
}

/** The colours of the roll, from the style sheet. A canvas hears the event `tutti:theme` when they change. */
export function rollColours() {
  const { theme } = document.documentElement.dataset;
  if (cached.theme !== theme) cached = { theme, colours: readColours() };
  return cached.colours;
}

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(`--roll-${name}`).trim();
  const names = ["paper", "white", "black", "beat", "bar", "text", "dim", "melody", "edge", "ghost", "cursor"];
  return {
    ...Object.fromEntries(names.map((name) => [name, of(name)])),
    band: Array.from({ length: BAND }, (_, i) => of(`band-${i + 1}`)),
    font: style.getPropertyValue("--sans"),
  };
}

/** The colour of a track: the melody's, or the next of the band's. */
export function trackColours(tracks, colours) {
  let band = -1;
  return tracks.map((track) => (track.is_melody ? colours.melody : colours.band[(band += 1) % BAND]));
}
