// The history of trainings, and the curves of several laid over each other.

import { Chart } from "./chart.js";
import { h } from "./dom.js";
import { segmented } from "./parts.js";

const FIGURES = [
  ["similarity", "Similarity index"],
  ["generator_loss", "Generator loss"],
  ["critic_loss", "Critic loss"],
];
const HEAD = ["Shown", "Genre", "State", "Epochs", "Similarity", "Begun"];
const MOST = 8;
const AT_FIRST = 3;
const WORDS = {
  queued: "waits",
  running: "learns",
  done: "done",
  failed: "failed",
  cancelled: "stopped",
  interrupted: "goes on soon",
};

/** A list of `trainings` with boxes; what is ticked is drawn in one chart. */
export function runsView(trainings) {
  if (!trainings.length) return h("p", { class: "dim" }, "No training yet.");
  const begun = trainings.filter((run) => run.epochs.length);
  const ticked = new Set(begun.slice(0, AT_FIRST).map((run) => run.id));
  const chart = new Chart({ title: "Runs compared", xLabel: "epoch", whole: true });
  let [[figure]] = FIGURES;
  const draw = () => {
    const shown = begun.filter((run) => ticked.has(run.id)).slice(0, MOST);
    chart.set(shown.map((run, i) => ({ name: run.name, colour: i + 1, points: curve(run, figure) })));
  };
  const compare = (name) => {
    figure = name;
    draw();
  };
  const tick = (id, on) => {
    ticked[on ? "add" : "delete"](id);
    draw();
  };
  draw();
  const head = h(
    "tr",
    {},
    HEAD.map((word) => h("th", { scope: "col" }, word)),
  );
  const rows = trainings.map((run) => row(run, ticked.has(run.id), tick));
  return h(
    "div",
    { class: "stack" },
    h("div", { class: "table-wrap" }, h("table", {}, h("thead", {}, head), h("tbody", {}, rows))),
    h("div", { class: "panel stack" }, segmented("What to compare", FIGURES, figure, compare), chart.element),
  );
}

/** The state of a training in a word. */
export function statusWord(run) {
  return run.kept ? `kept as ${run.kept}` : (WORDS[run.status] ?? run.status);
}

function curve(run, figure) {
  return run.epochs.map((epoch) => [epoch.epoch, epoch[figure] ?? NaN]);
}

function row(run, isTicked, tick) {
  const last = run.epochs.at(-1);
  const box = h("input", { type: "checkbox", checked: isTicked, disabled: !last });
  box.setAttribute("aria-label", `Show ${run.name} in the chart`);
  box.addEventListener("change", () => tick(run.id, box.checked));
  const cells = [
    box,
    h("a", { href: `/train/${run.id}` }, run.name),
    statusWord(run),
    last ? [last.epoch, last.epochs && ` of ${last.epochs}`] : "–",
    last?.similarity?.toFixed(3) ?? "–",
    new Date(run.created_at * 1000).toLocaleString(),
  ];
  return h(
    "tr",
    {},
    cells.map((cell) => h("td", { class: "numbers" }, cell)),
  );
}
