// Cards of the genres: who plays, where the genre is at home, and an example to hear.

import { post } from "./api.js";
import { h, show, svg, toast } from "./dom.js";
import { icon } from "./icons.js";
import { follow } from "./live.js";

const BAND = 8;
let sounding = null;

/** A small bar in a track's colour; `place` is null for the melody, else the part's place in the band. */
export function swatch(place) {
  const name = place === null ? "melody" : (place % BAND) + 1;
  return svg(
    "svg",
    { class: `swatch swatch-${name}`, viewBox: "0 0 20 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { width: 20, height: 10, rx: 4 }),
  );
}

/** The ensemble as a list with its colours in the roll. */
export function ensemble(parts) {
  return h(
    "ul",
    { class: "ensemble" },
    parts.map((part, index) => h("li", {}, swatch(index ? index - 1 : null), part.name)),
  );
}

/** A group of cards to choose one from. `onChoose(genre)` is told. */
export function genreCards(genres, chosen, onChoose) {
  const cards = genres.filter((genre) => genre.ready).map((genre) => card(genre, genre.name === chosen, onChoose));
  return h("div", { class: "genres", role: "radiogroup", "aria-label": "Genre" }, cards);
}

function card(genre, isChosen, onChoose) {
  const id = `genre-${genre.name}`;
  const [slow, fast] = genre.tempo_bpm_range;
  return h(
    "div",
    { class: "genre" },
    h("input", {
      type: "radio",
      name: "genre",
      id,
      value: genre.name,
      checked: isChosen,
      "aria-label": genre.title,
      "aria-describedby": `${id}-about`,
      onchange: () => onChoose(genre),
    }),
    h("h3", {}, genre.title),
    h("p", { class: "small dim", id: `${id}-about` }, genre.description),
    ensemble(genre.parts),
    h(
      "div",
      { class: "row spread" },
      listenButton(genre),
      genre.own && h("a", { class: "small", href: `/train/genre/${genre.name}`, "aria-label": `Yours: ${genre.title}` }, "Yours"),
      h("span", { class: "small dim numbers" }, `${slow}–${fast} bpm`),
    ),
  );
}

/** A button that lets the genre's example be heard; the first who asks waits until it is composed. */
export function listenButton(genre) {
  const button = h("button", { type: "button", class: "small" });
  const dress = (name, words) => {
    show(button, icon(name), words);
    button.setAttribute("aria-label", `${words}: example of ${genre.title}`);
  };
  const player = new Audio();
  player.preload = "none";
  player.addEventListener("ended", () => dress("play", "Hear it"));
  player.addEventListener("pause", () => dress("play", "Hear it"));
  button.addEventListener("click", async () => {
    if (!player.paused) return player.pause();
    button.disabled = true;
    dress("play", "One moment …");
    try {
      player.src ||= await exampleOf(genre);
      if (sounding && sounding !== player) sounding.pause();
      sounding = player;
      await player.play();
      dress("stop", "Stop");
    } catch (error) {
      toast(error.message, "wrong");
      dress("play", "Hear it");
    }
    button.disabled = false;
  });
  dress("play", "Hear it");
  return button;
}

/** Stop whatever example sounds. */
export function hushExamples() {
  sounding?.pause();
}

async function exampleOf(genre) {
  const path = `/api/genres/${encodeURIComponent(genre.name)}/example`;
  let example = await post(path);
  if (example.status === "waiting" && example.job) {
    await new Promise((resolve) => follow(example.job, { onEnd: resolve }));
    example = await post(path);
  }
  if (example.status !== "ready" || !example.mp3)
    throw new Error(`The example of ${genre.title} could not be made: try again.`);
  return example.mp3;
}
