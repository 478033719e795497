// How a genre learned: the curves of its real training, its settings, its card.

import { get } from "../api.js";
import { h } from "../dom.js";
import { ensemble, listenButton } from "../genre-cards.js";
import { chartsOf } from "../genre-curves.js";

/** Build the page of a genre. */
export async function page(name) {
  const [genre, training] = await Promise.all([get(`/api/genres/${name}`), get(`/api/genres/${name}/training`)]);
  const title = `How ${genre.title} learned`;
  const charts = chartsOf(training).map((chart) => h("div", { class: "panel" }, chart.element));
  const element = h(
    "div",
    { class: "stack" },
    h("p", { class: "small" }, h("a", { href: "/train" }, "Train"), " / ", genre.title),
    h("header", { class: "lede" }, h("h1", {}, title), h("p", { class: "dim" }, genre.description)),
    h("div", { class: "row" }, listenButton(genre), ensemble(genre.parts)),
    h("div", { class: "charts" }, charts),
    folded("Settings of the training", JSON.stringify(training.settings, null, 2)),
    genre.card && folded("The model card", genre.card),
  );
  return { title, element };
}

function folded(title, text) {
  const body = h("pre", { class: "mono small plain", tabindex: 0 }, text);
  return h("details", { class: "panel" }, h("summary", {}, title), body);
}
