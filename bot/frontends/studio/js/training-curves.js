// The curves of a training, and its figures beside those of the real music.

import { number } from "./chart-scale.js";
import { Chart } from "./chart.js";
import { h, show } from "./dom.js";
import { table } from "./parts.js";

const LOSSES =
  "The generator's falls when the critic believes it. The critic's falls when it tells real from made. They pull " +
  "against each other: a truce is good, a winner is not.";
const SIMILARITY =
  "The distance between what is composed and real pieces that were held back. Lower is closer; smooth means done. " +
  "It never needs to be 0.";

/** Two charts and a table; `draw(epochs)` as often as there is news. */
export class TrainingCurves {
  constructor() {
    this.losses = new Chart({ title: "Losses", xLabel: "epoch", whole: true, zero: true, note: LOSSES });
    this.similarity = new Chart({ title: "Similarity index", xLabel: "epoch", whole: true, low: 0, note: SIMILARITY });
    const panels = [this.losses, this.similarity].map((chart) => h("div", { class: "panel" }, chart.element));
    this.element = h("div", { class: "charts" }, panels);
    this.figures = h("div", {});
  }

  draw(epochs) {
    const curve = (name) => epochs.map((epoch) => [epoch.epoch, epoch[name] ?? NaN]);
    this.losses.set([
      { name: "Generator", colour: 1, points: curve("generator_loss") },
      { name: "Critic", colour: 4, points: curve("critic_loss") },
    ]);
    const similarity = [
      { name: "As it composes", colour: 2, points: curve("similarity") },
      { name: "Generator alone", colour: 3, dashed: true, points: curve("draft_similarity") },
    ];
    const best = epochs.findLast((epoch) => epoch.best);
    this.similarity.set(similarity, best ? [[best.epoch, "best"]] : []);
    this.#drawFigures(epochs.at(-1)?.figures ?? {});
  }

  #drawFigures(figures) {
    const rows = Object.entries(figures).map(([name, pair]) => [name.replaceAll("_", " "), ...pair.map(number)]);
    const title = h("h2", {}, "Beside the real music");
    const panel = () => h("section", { class: "panel stack" }, title, table(["Figure", "Composed", "Real"], rows));
    show(this.figures, rows.length > 0 && panel());
  }
}
