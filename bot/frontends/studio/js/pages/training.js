// One training, live: losses and similarity as they come, samples to compare, stop, resume, keep.

import { get, post, remove } from "../api.js";
import { Chart, number } from "../chart.js";
import { field, h, show, toast } from "../dom.js";
import { go } from "../main.js";
import { follow } from "../live.js";
import { preferGenre } from "./compose.js";
import { reportView } from "../report.js";
import { statusWord } from "../runs.js";
import { Samples } from "../samples.js";

const ENDED = ["done", "failed", "cancelled"];

/** Show a training and follow it while it runs. */
export async function page(id) {
  const view = new TrainingView(await get(`/api/trainings/${id}`));
  return { title: `Training ${view.training.name}`, element: view.element, leave: () => view.leave() };
}

class TrainingView {
  #stop = () => {};

  constructor(training) {
    this.training = training;
    this.losses = new Chart({ title: "Losses", xLabel: "epoch", whole: true, zero: true, note: "The generator's falls when the critic believes it. The critic's falls when it tells real from made. They pull against each other: a truce is good, a winner is not." });
    this.similarity = new Chart({ title: "Similarity index", xLabel: "epoch", whole: true, low: 0, note: "The distance between what is composed and real pieces that were held back. Lower is closer; smooth means done. It never needs to be 0." });
    this.samples = new Samples();
    this.state = h("p", { class: "dim numbers", role: "status" });
    this.bar = h("progress", { max: 1, value: 0, "aria-label": "How far it is" });
    this.figures = h("div", {});
    this.notes = h("ul", { class: "notices" });
    this.buttons = h("div", { class: "row" });
    this.wrong = h("div", {});
    this.element = h(
      "div",
      { class: "stack" },
      h("header", { class: "take-head" }, h("h1", {}, training.name), this.state),
      this.bar,
      this.wrong,
      this.buttons,
      h("div", { class: "charts" }, h("div", { class: "panel" }, this.losses.element), h("div", { class: "panel" }, this.similarity.element)),
      h("section", { class: "panel stack", "aria-labelledby": "heard" }, h("h2", { id: "heard" }, "Hear it learn"), h("p", { class: "dim small" }, "The same held-back melody at every checkpoint. The music goes on at the same place."), this.samples.element),
      this.figures,
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
        this.training.status = job.status;
        this.#dress();
      },
      onEvent: (kind, data) => this.#take(kind, data),
      onEnd: () => this.#reload(),
    });
  }

  async #reload() {
    this.training = await get(`/api/trainings/${this.training.id}`).catch(() => this.training);
    this.#draw();
  }

  #take(kind, data) {
    const { training } = this;
    if (data.fraction !== undefined) this.bar.value = data.fraction;
    if (kind === "epoch") {
      training.epochs = [...training.epochs.filter((epoch) => epoch.epoch !== data.epoch), data].sort((a, b) => a.epoch - b.epoch);
      this.#drawCurves();
      this.#dress();
    } else if (kind === "sample") this.#reload();
    else if (kind === "note") {
      training.notes.push(data.text);
      this.#drawNotes();
    } else if (data.stage && !training.epochs.length) this.state.textContent = `${statusWord(training)}: ${data.stage}`;
  }

  #draw() {
    this.#drawCurves();
    this.#drawNotes();
    this.samples.set(this.training.samples);
    this.#dress();
  }

  #drawCurves() {
    const { epochs } = this.training;
    const curve = (name) => epochs.map((epoch) => [epoch.epoch, epoch[name] ?? NaN]);
    const best = epochs.findLast((epoch) => epoch.best);
    this.losses.set([{ name: "Generator", colour: 1, points: curve("generator_loss") }, { name: "Critic", colour: 4, points: curve("critic_loss") }]);
    const similarity = [{ name: "As it composes", colour: 2, points: curve("similarity") }];
    if (epochs.some((epoch) => Number.isFinite(epoch.draft_similarity))) similarity.push({ name: "Generator alone", colour: 3, dashed: true, points: curve("draft_similarity") });
    this.similarity.set(similarity, best ? [[best.epoch, "best"]] : []);
    this.#drawFigures(epochs.at(-1));
  }

  #drawFigures(last) {
    const rows = Object.entries(last?.figures ?? {});
    show(this.figures, rows.length > 0 && h("section", { class: "panel stack" }, h("h2", {}, "Beside the real music"),
      h("div", { class: "table-wrap" }, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Figure"), h("th", { scope: "col" }, "Composed"), h("th", { scope: "col" }, "Real"))),
        h("tbody", {}, rows.map(([name, [made, real]]) => h("tr", {}, h("th", { scope: "row" }, name.replaceAll("_", " ")), h("td", { class: "numbers" }, number(made)), h("td", { class: "numbers" }, number(real)))))))));
  }

  #drawNotes() {
    show(this.notes, this.training.notes.map((text) => h("li", { class: "notice small" }, text)));
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
    show(this.wrong, training.status === "failed" && h("p", { class: "notice wrong", role: "alert" }, training.job?.error ?? "The training failed."));
    show(this.buttons, this.#choices());
  }

  #choices() {
    const { training } = this;
    const act = (label, work, props = {}) => h("button", { type: "button", onclick: () => work().catch((error) => toast(error.message, "wrong")), ...props }, label);
    const change = async (path, body) => {
      const changed = await post(`/api/trainings/${training.id}/${path}`, body);
      if (changed.id !== this.training.id) return go(`/train/${changed.id}`);
      this.training = changed;
      this.#draw();
      this.#follow();
    };
    if (!ENDED.includes(training.status)) return [act("Stop and keep what it learned", () => change("stop"), { disabled: training.job?.cancel_requested })];
    return [
      training.kept ? h("a", { class: "button primary", href: "/", onclick: () => preferGenre(training.kept) }, `Compose in ${training.kept}`) : training.epochs.length > 0 && act("Keep as a genre", async () => this.#askName(change), { class: "primary" }),
      training.epochs.length > 0 && act("Go on learning", () => change("resume")),
      act("Delete", async () => {
        if (!confirm(`Delete this training and its samples?`)) return;
        await remove(`/api/trainings/${training.id}`);
        await go("/train");
      }, { class: "quiet danger" }),
    ];
  }

  #askName(change) {
    const name = field("Name of the genre", h("input", { value: this.training.name, maxlength: 32 }), { hint: "Small letters, digits and hyphens." });
    const dialog = h("dialog", { "aria-label": "Keep as a genre", onclose: () => dialog.remove() }, h("form", { class: "stack", onsubmit: async (event) => {
      event.preventDefault();
      try {
        await change("keep", { name: name.input.value.trim() });
        dialog.close();
        toast("It can be composed in now");
      } catch (error) {
        name.fail(error.message);
      }
    } }, h("h2", {}, "Keep as a genre"), name.element, h("div", { class: "row" }, h("button", { class: "primary" }, "Keep"), h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"))));
    document.body.append(dialog);
    dialog.showModal();
  }
}
