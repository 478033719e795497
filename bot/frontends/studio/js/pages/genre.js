// How a genre learned: the curves of its real training, its settings, its card; and what its owner can do with it.

import { get } from "../api.js";
import { h, show } from "../dom.js";
import { ensemble, listenButton } from "../genre-cards.js";
import { chartsOf } from "../genre-curves.js";
import { keepingPanel } from "../genre-keeping.js";

/** Build the page of a genre. */
export async function page(name) {
  const genre = await get(`/api/genres/${name}`);
  const training = genre.has_training && (await get(`/api/genres/${name}/training`));
  const title = training ? `How ${genre.title} learned` : genre.title;
  const description = h("p", { class: "dim" }, genre.description);
  const element = h(
    "div",
    { class: "stack" },
    h("p", { class: "small" }, h("a", { href: "/train" }, "Train"), " / ", genre.title),
    h("header", { class: "lede" }, h("h1", {}, title), description),
    h("div", { class: "row" }, genre.ready && listenButton(genre), ensemble(genre.parts)),
    genre.own && keepingPanel(genre, (changed) => show(description, changed.description)),
    training && learned(training),
    genre.card && folded("The model card", genre.card),
  );
  return { title, element };
}

function learned(training) {
  const charts = chartsOf(training).map((chart) => h("div", { class: "panel" }, chart.element));
  return [
    h("div", { class: "charts" }, charts),
    folded("Settings of the training", JSON.stringify(training.settings, null, 2)),
  ];
}

function folded(title, text) {
  const body = h("pre", { class: "mono small plain", tabindex: 0 }, text);
  return h("details", { class: "panel" }, h("summary", {}, title), body);
}
