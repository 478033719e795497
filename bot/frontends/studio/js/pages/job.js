// A job on its way, and its result: the address stays the same, so that it can be loaded again at any time.

import { get, post } from "../api.js";
import { CompositionView } from "../composition-view.js";
import { announce, h, show, svg } from "../dom.js";
import { follow } from "../live.js";

const STAGES = [
  ["load", "Warming up"],
  ["harmonise", "Finding the chords"],
  ["compose", "Composing"],
  ["refine", "Polishing"],
  ["render", "The band is playing"],
  ["encode", "Recording"],
  ["draw", "Drawing"],
];
const BARS = [
  [8, 20],
  [0, 14],
  [16, 26],
  [4, 22],
  [0, 40],
]; // the mark: [left, width] of each bar

/** Follow a job to its end. */
export async function page(id) {
  const job = await get(`/api/jobs/${id}`);
  const element = h("div", { class: "stack" });
  const view = new CompositionView();
  let stop = () => {};
  const finish = async (ended) => {
    if (ended.status !== "done" || !ended.takes.length) return show(element, failed(ended));
    announce("The composition is ready");
    show(element, view.element);
    await view
      .open(ended.takes[0].id)
      .catch((error) => show(element, h("p", { class: "notice wrong" }, error.message)));
  };
  if (["done", "failed", "cancelled"].includes(job.status)) await finish(job);
  else {
    const progress = new Progress(job);
    show(element, progress.element);
    stop = follow(id, {
      onJob: (now) => progress.setJob(now),
      onEvent: (_, data) => progress.setStage(data),
      onEnd: finish,
    });
  }
  return {
    title: job.about,
    element,
    leave: () => {
      stop();
      view.leave();
    },
  };
}

class Progress {
  constructor(job) {
    this.line = h("p", { class: "dim", role: "status" });
    this.idle = h("p", { class: "small dim" });
    this.bar = h("progress", { max: 1, value: 0, "aria-label": "How far it is" });
    this.list = h(
      "ol",
      { class: "stages" },
      STAGES.map(([name, words]) => h("li", { "data-stage": name }, words)),
    );
    this.cancel = h("button", { type: "button", onclick: () => this.#stop(job.id) }, "Cancel");
    this.mark = svg(
      "svg",
      { viewBox: "0 0 42 36", class: "progress-mark", "aria-hidden": "true" },
      BARS.map(([x, width], i) => [
        svg("rect", { x, y: i * 7.4, width, height: 5.4, rx: 2.7, class: "ghost" }),
        svg("rect", { x, y: i * 7.4, width: 0, height: 5.4, rx: 2.7, class: `mark-${i + 1}`, "data-width": width }),
      ]),
    );
    this.element = h(
      "section",
      { class: "progress-page stack" },
      this.mark,
      h("h1", {}, job.about),
      this.line,
      this.idle,
      this.bar,
      this.list,
      h("div", { class: "row" }, this.cancel),
    );
    this.setJob(job);
    if (job.progress) this.setStage(job.progress);
  }

  setJob(job) {
    const wait = job.wait_s ? `, about ${Math.ceil(job.wait_s)} s` : "";
    if (job.status === "queued" || job.status === "interrupted") {
      this.line.textContent = job.place ? `Place ${job.place} in the queue${wait}` : "In the queue";
      this.#lookForWorkers();
    } else if (job.cancel_requested) this.line.textContent = "Stopping …";
    this.cancel.disabled = job.cancel_requested;
  }

  /** Nobody should wait without knowing that nobody works. */
  async #lookForWorkers() {
    const health = await get("/healthz").catch(() => null);
    if (health && !health.workers.compose)
      this.idle.textContent = "No composer is at work right now. It begins as soon as one is back; you need not stay.";
  }

  setStage({ stage, fraction = 0 }) {
    const at = STAGES.findIndex(([name]) => name === stage);
    if (at < 0) return;
    this.idle.textContent = "";
    this.bar.value = fraction;
    if (this.line.textContent !== STAGES[at][1]) this.line.textContent = STAGES[at][1];
    [...this.list.children].forEach((item, i) => {
      item.classList.toggle("past", i < at);
      if (i === at) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    this.mark.querySelectorAll("[data-width]").forEach((bar, i) => {
      const share = Math.min(Math.max(fraction * BARS.length - i, 0), 1);
      bar.setAttribute("width", share * Number(bar.dataset.width));
    });
  }

  async #stop(id) {
    this.cancel.disabled = true;
    this.line.textContent = "Stopping …";
    await post(`/api/jobs/${id}/cancel`).catch((error) => (this.line.textContent = error.message));
  }
}

function failed(job) {
  const words = { cancelled: "Cancelled", done: "Deleted" };
  return h(
    "section",
    { class: "stack narrow" },
    h("h1", {}, words[job.status] ?? "This did not work"),
    h(
      "p",
      { class: job.status === "failed" ? "notice wrong" : "dim", role: "alert" },
      job.error ?? `${job.about}: nothing was kept.`,
    ),
    h("p", {}, h("a", { href: "/" }, "Back to the melody")),
  );
}
