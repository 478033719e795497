// The data to learn from: files dropped and surveyed, and the report that comes back.

import { get, remove, upload } from "./api.js";
import { freshId, h, show, toast } from "./dom.js";
import { icon } from "./icons.js";
import { follow } from "./live.js";

/** Where files are dropped and a data set is chosen. `onChoose(dataset)` gets it, or null. */
export class DataDesk {
  #stops = new Map();

  constructor(options, onChoose) {
    this.options = options;
    this.onChoose = onChoose;
    this.chosen = null;
    const id = freshId("files");
    this.input = h("input", {
      type: "file",
      id,
      multiple: true,
      accept: ".mid,.midi,.smf,.kar,.rmi,.zip,.xml,.musicxml,.mxl",
      onchange: () => this.#send([...this.input.files]),
    });
    this.wrong = h("p", { class: "field-error", role: "alert", id: `${id}-error` });
    this.input.setAttribute("aria-describedby", this.wrong.id);
    this.bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "Uploading" });
    this.drop = h(
      "div",
      { class: "drop" },
      h(
        "label",
        { for: id },
        h("strong", {}, "Drop MIDI files here"),
        h(
          "span",
          { class: "small dim" },
          `Or one zip of them, up to ${Math.round(options.dataset_bytes / 1024 / 1024)} MB together: whole arrangements of one style, twenty or more. What no training uses is deleted after ${options.dataset_days} days.`,
        ),
      ),
      this.input,
      this.bar,
      this.wrong,
    );
    this.list = h("div", { class: "stack datasets", role: "radiogroup", "aria-label": "Your data" });
    this.element = h("div", { class: "stack" }, this.drop, this.list);
    this.#listen();
  }

  async load() {
    const { datasets } = await get("/api/datasets");
    this.datasets = datasets.map((set) => ({ ...set, report: set.report?.report ?? set.report }));
    this.#draw();
    const first = this.datasets.find((set) => set.id === this.chosen?.id) ?? this.datasets[0] ?? null;
    if (first) this.choose(first);
  }

  choose(dataset) {
    this.chosen = dataset;
    for (const box of this.list.querySelectorAll("input")) box.checked = box.value === dataset?.id;
    this.onChoose(dataset);
  }

  leave() {
    for (const stop of this.#stops.values()) stop();
  }

  #listen() {
    this.drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      this.drop.classList.add("dropping");
    });
    this.drop.addEventListener("dragleave", () => this.drop.classList.remove("dropping"));
    this.drop.addEventListener("drop", (event) => {
      event.preventDefault();
      this.drop.classList.remove("dropping");
      this.#send([...event.dataTransfer.files]);
    });
  }

  async #send(files) {
    this.wrong.textContent = "";
    if (!files.length) return;
    const bytes = files.reduce((sum, file) => sum + file.size, 0);
    if (bytes > this.options.dataset_bytes) {
      this.wrong.textContent = `These files have ${Math.ceil(bytes / 1024 / 1024)} MB together, more than the ${Math.round(this.options.dataset_bytes / 1024 / 1024)} MB allowed: leave some out.`;
      return;
    }
    const form = new FormData();
    form.append("name", files.length === 1 ? files[0].name.replace(/\.[^.]+$/, "") : `${files.length} files`);
    for (const file of files) form.append("files", file, file.name);
    this.bar.hidden = false;
    try {
      const dataset = await upload("/api/datasets", form, (done) => (this.bar.value = done));
      await this.load();
      this.choose(this.datasets.find((set) => set.id === dataset.id) ?? dataset);
    } catch (error) {
      this.wrong.textContent = error.message;
    }
    this.bar.hidden = true;
    this.input.value = "";
  }

  #draw() {
    show(
      this.list,
      this.datasets.map((set) => {
        this.#watch(set);
        const verdict = set.report?.verdict ?? (set.job.status === "failed" ? set.job.error : "being looked through …");
        return h(
          "div",
          { class: "dataset" },
          h(
            "label",
            { class: "check" },
            h("input", { type: "radio", name: "dataset", value: set.id, onchange: () => this.choose(set) }),
            h("strong", {}, set.name),
            h("span", { class: "small dim" }, verdict),
          ),
          h(
            "button",
            {
              type: "button",
              class: "quiet round",
              "aria-label": `Delete the data ${set.name}`,
              onclick: () => this.#delete(set),
            },
            icon("trash"),
          ),
        );
      }),
    );
  }

  /** A survey that runs is followed, so that its report appears by itself. */
  #watch(set) {
    if (set.report || ["done", "failed", "cancelled"].includes(set.job.status) || this.#stops.has(set.id)) return;
    this.#stops.set(
      set.id,
      follow(set.job.id, { onEnd: () => this.load().catch((error) => toast(error.message, "wrong")) }),
    );
  }

  async #delete(set) {
    if (!confirm(`Delete the data “${set.name}”?`)) return;
    try {
      await remove(`/api/datasets/${set.id}`);
      if (this.chosen?.id === set.id) this.choose(null);
      await this.load();
    } catch (error) {
      toast(error.message, "wrong");
    }
  }
}
