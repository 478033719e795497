// How a genre learned: the curves of its real training, its settings, its card.

import { get } from "../api.js";
import { Chart } from "../chart.js";
import { h } from "../dom.js";
import { ensemble, listenButton } from "../genre-cards.js";

/** Charts of what a training.json holds; `curves` maps a stage to its points. */
export function trainingCharts(curves) {
  const points = (stage, name) => (curves[stage] ?? []).map((point) => [point.step ?? point.epoch ?? point.iteration, point[name]]).filter(([, y]) => y !== undefined);
  const charts = [];
  const add = (options, series) => {
    const kept = series.filter((one) => one.points.length);
    if (!kept.length) return;
    const chart = new Chart(options);
    chart.set(kept);
    charts.push(h("div", { class: "panel" }, chart.element));
  };
  add({ title: "Generator against critic: losses", xLabel: "update", zero: true, note: "The generator wants the critic to believe it; the critic wants to tell real from made." }, [
    { name: "Generator", colour: 1, points: points("pair", "generator") },
    { name: "Critic", colour: 4, points: points("pair", "critic") },
  ]);
  add({ title: "The critic's marks", xLabel: "update", zero: true, note: "What the critic thinks of real music and of what the generator makes. The gap between the two is what the generator must close." }, [
    { name: "Real music", colour: 2, points: points("pair", "real") },
    { name: "Generated", colour: 3, points: points("pair", "fake") },
  ]);
  add({ title: "Surprise at the next note", xLabel: "update", low: 0, note: "In nats: how unexpected the real next note is to the networks that write and polish. Lower is better." }, [
    { name: "Writer", colour: 5, points: points("autoregressor", "nats") },
    { name: "Polisher", colour: 6, points: points("refiner", "nats") },
  ]);
  return charts;
}

/** Build the page of a genre. */
export async function page(name) {
  const [genre, training] = await Promise.all([get(`/api/genres/${name}`), get(`/api/genres/${name}/training`)]);
  const element = h(
    "div",
    { class: "stack" },
    h("p", { class: "small" }, h("a", { href: "/train" }, "Train"), " / ", genre.title),
    h("header", { class: "lede" }, h("h1", {}, `How ${genre.title} learned`), h("p", { class: "dim" }, genre.description)),
    h("div", { class: "row" }, listenButton(genre), ensemble(genre.parts)),
    h("div", { class: "charts" }, trainingCharts(training.curves)),
    h("details", { class: "panel" }, h("summary", {}, "Settings of the training"), h("pre", { class: "mono small plain", tabindex: 0 }, JSON.stringify(training.settings, null, 2))),
    genre.card && h("details", { class: "panel" }, h("summary", {}, "The model card"), h("pre", { class: "mono small plain", tabindex: 0 }, genre.card)),
  );
  return { title: `How ${genre.title} learned`, element };
}
