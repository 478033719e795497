// What is said of a take in one line, and its star.

import { patch } from "./api.js";
import { h } from "./dom.js";
import { icon } from "./icons.js";
import { act } from "./parts.js";
import { clock } from "./timing.js";

/** Genre, key, metre, tempo, length and whatever `more` adds. */
export function factsOf(take, ...more) {
  const tempo = `${Math.round(take.tempo_bpm)} bpm`;
  const facts = [take.genre_title ?? take.genre, take.key, take.metre, tempo, clock(take.length_s), ...more];
  return h(
    "p",
    { class: "dim numbers about" },
    facts.map((fact) => h("span", {}, fact)),
  );
}

/** A star that makes a take a favourite; `onChange` is told when it has. */
export function starOf(take, label = "Favourite", onChange = () => {}) {
  const change = async () => {
    const favourite = star.getAttribute("aria-pressed") !== "true";
    await patch(`/api/compositions/${take.id}`, { favourite });
    star.setAttribute("aria-pressed", String(favourite));
    onChange();
  };
  const look = { class: "quiet round star", "aria-pressed": String(take.favourite), "aria-label": label };
  const star = act(icon("star"), change, look);
  return star;
}
