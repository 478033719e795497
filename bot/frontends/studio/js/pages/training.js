// One training, live: curves as they come, samples to compare, what can be done with it.

import { get } from "../api.js";
import { h, show } from "../dom.js";
import { follow } from "../live.js";
import { reportView } from "../report.js";
import { statusWord } from "../runs.js";
import { Samples } from "../samples.js";
import { ENDED, trainingActions } from "../training-actions.js";
import { TrainingCurves } from "../training-curves.js";

const HEAR = "The same held-back melody at every checkpoint. The music goes on at the same place.";

/** Show a training and follow it while it runs. */
export async function page(id) {
  const view = new TrainingView(await get(`/api/trainings/${id}`));
  return { title: `Training ${view.training.name}`, element: view.element, leave: () => view.leave() };
}

class TrainingView {
  #stop = () => {};

  constructor(training) {
    this.training = training;
    this.curves = new TrainingCurves();
    this.samples = new Samples();
    this.state = h("p", { class: "dim numbers", role: "status" });
    this.bar = h("progress", { max: 1, value: 0, "aria-label": "How far it is" });
    this.notes = h("ul", { class: "notices" });
    this.buttons = h("div", { class: "row" });
    this.wrong = h("div", {});
    const heard = h("h2", { id: "heard" }, "Hear it learn");
    this.element = h(
      "div",
      { class: "stack" },
      h("header", { class: "take-head" }, h("h1", {}, training.name), this.state),
      this.bar,
      this.wrong,
      this.buttons,
      this.curves.element,
      h(
        "section",
        { class: "panel stack", "aria-labelledby": "heard" },
        heard,
        h("p", { class: "dim small" }, HEAR),
        this.samples.element,
      ),
      this.curves.figures,
      this.notes,
      training.dataset && this.#dataPanel(),
    );
    this.#draw();
    this.#follow();
  }

  leave() {
    this.#stop();
    this.samples.close();
  }

  #follow() {
    this.#stop();
    if (ENDED.includes(this.training.status)) return;
    this.#stop = follow(this.training.job?.id ?? this.training.id, {
      onJob: (job) => {
        this.training = { ...this.training, job, status: job.status };
        this.#dress();
      },
      onEvent: (kind, data) => this.#take(kind, data),
      onEnd: () => this.#reload(),
    });
  }

  #become(training) {
    this.training = training;
    this.#draw();
    this.#follow();
  }

  async #reload() {
    this.training = await get(`/api/trainings/${this.training.id}`).catch(() => this.training);
    this.#draw();
  }

  #take(kind, data) {
    const { training } = this;
    if (data.fraction !== undefined) this.bar.value = data.fraction;
    if (kind === "epoch") this.#takeEpoch(data);
    else if (kind === "sample") this.#reload();
    else if (kind === "note") {
      training.notes.push(data.text);
      this.#drawNotes();
    } else if (data.stage && !training.epochs.length) this.state.textContent = `${statusWord(training)}: ${data.stage}`;
  }

  #takeEpoch(epoch) {
    const others = this.training.epochs.filter((known) => known.epoch !== epoch.epoch);
    this.training.epochs = [...others, epoch].sort((a, b) => a.epoch - b.epoch);
    this.curves.draw(this.training.epochs);
    this.#dress();
  }

  #draw() {
    this.curves.draw(this.training.epochs);
    this.#drawNotes();
    this.samples.set(this.training.samples);
    this.#dress();
  }

  #drawNotes() {
    const lines = this.training.notes.map((text) => h("li", { class: "notice small" }, text));
    show(this.notes, lines);
  }

  /** The report on the data, fetched when somebody looks. */
  #dataPanel() {
    const place = h("div", {});
    const look = async () => {
      const { report } = await get(`/api/datasets/${this.training.dataset}`);
      show(place, report ? reportView(report.report ?? report) : "It was deleted meanwhile.");
    };
    const open = (event) => event.target.open && look().catch((error) => show(place, error.message));
    return h("details", { class: "panel", ontoggle: open }, h("summary", {}, "The data"), place);
  }

  #dress() {
    const { training } = this;
    const last = training.epochs.at(-1);
    const parts = [statusWord(training), last && `epoch ${last.epoch}${last.epochs ? ` of ${last.epochs}` : ""}`];
    if (training.status === "running" && last?.eta_s) parts.push(`about ${Math.ceil(last.eta_s / 60)} min left`);
    this.state.textContent = parts.filter(Boolean).join(" · ");
    if (last?.epochs) this.bar.value = Math.max(this.bar.value, last.epoch / last.epochs);
    this.bar.hidden = ENDED.includes(training.status);
    const error = training.status === "failed" && (training.job?.error ?? "The training failed.");
    show(this.wrong, error && h("p", { class: "notice wrong", role: "alert" }, error));
    show(
      this.buttons,
      trainingActions(training, (changed) => this.#become(changed)),
    );
  }
}
