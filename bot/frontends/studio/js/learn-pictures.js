// The pictures of the Learn pages: every one is drawn from a real training.

import { get } from "./api.js";
import { number } from "./chart-scale.js";
import { Chart } from "./chart.js";
import { h, show, svg } from "./dom.js";
import { lossesChart, marksChart, surpriseChart } from "./genre-curves.js";
import { segmented } from "./parts.js";

const FIRST = "rock";
const FLAT =
  "No genre of your own has learned yet, so this is another measure of a shipped one: how surprised its networks are " +
  "by real music. The shape is what to look for: steep, then smooth. Train a genre, and its similarity index stands here.";

/** A picture of one genre's training, with a choice of the genre. `picture(training)` returns an element. */
export async function fromTraining(genres, picture) {
  if (!genres.length) return h("p", { class: "dim" }, "No training of a shipped genre is at hand.");
  const place = h("div", {});
  const load = async (name) => show(place, picture(await get(`/api/genres/${name}/training`)));
  const start = (genres.find((genre) => genre.name === FIRST) ?? genres[0]).name;
  const choices = genres.map((genre) => [genre.name, genre.title]);
  await load(start);
  const choose = segmented("Whose training", choices, start, load);
  return h("div", { class: "panel stack" }, h("div", { class: "scroll-x" }, choose), place);
}

/** The critic's marks over time, and at one time that can be moved. */
export function marksPicture(training) {
  const pair = (training.curves.pair ?? []).filter((point) => Number.isFinite(point.real));
  if (!pair.length) return h("p", { class: "dim" }, "This training kept no marks: choose another one.");
  const chart = marksChart(training);
  const scale = Math.max(...pair.flatMap((point) => [point.real, point.fake]).map(Math.abs)) || 1;
  const bars = h("div", { class: "marks" });
  const told = h("p", { class: "numbers", role: "status" });
  const draw = (place) => {
    const { step, real, fake } = pair[place];
    show(bars, markBar("Real music", 2, real / scale), markBar("Generated", 3, fake / scale));
    const where = `${number(Math.abs(real - fake))} ${real >= fake ? "above" : "below"}`;
    told.textContent = `After ${step} updates the critic puts real music ${where} generated.`;
    chart.mark([[step, ""]]);
  };
  const start = Math.floor(pair.length / 2);
  const slider = h("input", { type: "range", min: 0, max: pair.length - 1, value: start });
  slider.setAttribute("aria-label", "Time in the training");
  slider.addEventListener("input", () => draw(Number(slider.value)));
  draw(start);
  return h("div", { class: "stack" }, bars, slider, told, chart.element);
}

/** Losses and surprise beside each other. */
export function lossesPicture(training) {
  const charts = [lossesChart(training), surpriseChart(training)];
  return h(
    "div",
    { class: "charts" },
    charts.map((chart) => h("div", {}, chart.element)),
  );
}

/** The similarity index of the user's latest training; without one, another curve that runs flat. */
export async function similarityPicture(genres) {
  const { trainings } = await get("/api/trainings").catch(() => ({ trainings: [] }));
  const isLong = ({ epochs }) => epochs.filter((epoch) => Number.isFinite(epoch.similarity)).length > 1;
  const run = trainings.find(isLong);
  if (!run) return fromTraining(genres, (training) => surpriseChart(training, FLAT).element);
  const chart = new Chart({
    title: `Similarity index of your genre ${run.name}`,
    xLabel: "epoch",
    whole: true,
    low: 0,
  });
  const points = run.epochs.map((epoch) => [epoch.epoch, epoch.similarity]);
  chart.set([{ name: "Distance to real pieces", colour: 2, points }]);
  const link = h("p", {}, h("a", { href: `/train/${run.id}` }, "Open this training"));
  return h("div", { class: "panel stack" }, chart.element, link);
}

/** One mark between -1 and 1 as a bar from the middle. */
function markBar(label, colour, share) {
  const width = Math.max(Math.abs(share) * 100, 1);
  const box = svg("rect", { x: share < 0 ? 100 - width : 100, y: 0, width, height: 20, class: `dot-${colour}` });
  const middle = svg("line", { x1: 100, x2: 100, y1: 0, y2: 20, class: "chart-zero" });
  const view = { viewBox: "0 0 200 20", preserveAspectRatio: "none", "aria-hidden": "true" };
  return h("div", { class: "mark-row" }, h("span", { class: "small" }, label), svg("svg", view, box, middle));
}
