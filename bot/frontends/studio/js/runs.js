// The history of trainings, and the curves of several laid over each other.

import { Chart } from "./chart.js";
import { h, show } from "./dom.js";

const FIGURES = [["similarity", "Similarity index"], ["generator_loss", "Generator loss"], ["critic_loss", "Critic loss"]];
const MOST = 8;

/** A list of `trainings` with boxes; what is ticked is drawn in one chart. */
export function runsView(trainings) {
  if (!trainings.length) return h("p", { class: "dim" }, "No training yet.");
  const ticked = new Set(trainings.filter((run) => run.epochs.length).slice(0, 3).map((run) => run.id));
  let figure = FIGURES[0][0];
  const chart = new Chart({ title: "Runs compared", xLabel: "epoch", whole: true });
  const draw = () => {
    const series = trainings.filter((run) => ticked.has(run.id)).slice(0, MOST).map((run, i) => ({ name: run.name, colour: i + 1, points: run.epochs.map((e) => [e.epoch, e[figure]]) }));
    chart.set(series);
  };
  const choose = h("div", { class: "segmented", role: "radiogroup", "aria-label": "What to compare" }, FIGURES.map(([name, label]) =>
    h("label", {}, h("input", { type: "radio", name: "figure", checked: name === figure, onchange: () => { figure = name; draw(); } }), label)));
  const rows = trainings.map((run) => {
    const last = run.epochs.at(-1);
    const box = h("input", { type: "checkbox", checked: ticked.has(run.id), disabled: !run.epochs.length, "aria-label": `Show ${run.name} in the chart`, onchange: () => {
      if (box.checked) ticked.add(run.id);
      else ticked.delete(run.id);
      draw();
    } });
    return h("tr", {}, h("td", {}, box), h("td", {}, h("a", { href: `/train/${run.id}` }, run.name)), h("td", {}, statusWord(run)), h("td", { class: "numbers" }, last ? `${last.epoch}${last.epochs ? ` of ${last.epochs}` : ""}` : "–"), h("td", { class: "numbers" }, last?.similarity?.toFixed(3) ?? "–"), h("td", { class: "small dim" }, new Date(run.created_at * 1000).toLocaleString()));
  });
  const table = h("div", { class: "table-wrap" }, h("table", {}, h("thead", {}, h("tr", {}, ["", "Genre", "State", "Epochs", "Similarity", "Begun"].map((word) => h("th", { scope: "col" }, word)))), h("tbody", {}, rows)));
  draw();
  return show(h("div", { class: "stack" }), table, h("div", { class: "panel stack" }, choose, chart.element));
}

/** The state of a training in a word. */
export function statusWord(run) {
  if (run.kept) return `kept as ${run.kept}`;
  return { queued: "waits", running: "learns", done: "done", failed: "failed", cancelled: "stopped", interrupted: "goes on soon" }[run.status] ?? run.status;
}
