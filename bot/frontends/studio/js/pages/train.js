// Train: data, settings, start; the runs so far; how the shipped genres learned.

import { get, post } from "../api.js";
import { DataDesk } from "../data-desk.js";
import { h, show, toast } from "../dom.js";
import { go } from "../main.js";
import { reportView } from "../report.js";
import { runsView } from "../runs.js";
import { TrainForm } from "../train-form.js";

/** Build the page. */
export async function page() {
  const [options, { settings }, { trainings }, { genres }] = await Promise.all([
    get("/api/options"),
    get("/api/trainings/options"),
    get("/api/trainings"),
    get("/api/genres"),
  ]);
  const form = new TrainForm(
    settings,
    genres.filter((genre) => genre.ready),
  );
  const report = h("div", {});
  const wrong = h("p", { class: "error", role: "alert" });
  const start = h(
    "button",
    { type: "button", class: "primary", disabled: true, onclick: () => begin(desk.chosen, form, wrong, start) },
    "Start learning",
  );
  const desk = new DataDesk(options, (dataset) => {
    start.disabled = !dataset?.report?.usable;
    show(
      report,
      dataset?.report &&
        reportView(dataset.report, {
          onTag: (name, value) => form.pick(name, value),
          isPicked: (name, value) => form.isPicked(name, value),
        }),
    );
  });
  await desk.load();
  const trained = genres.filter((genre) => genre.has_training);
  const element = h(
    "div",
    { class: "stack train" },
    h(
      "div",
      { class: "lede" },
      h("h1", {}, "Teach it your style"),
      h(
        "p",
        { class: "dim" },
        "Hand over MIDI files of one style. A generator and a critic learn from them, and you watch and listen. ",
        h("a", { href: "/learn" }, "How that works"),
      ),
    ),
    h(
      "section",
      { class: "panel stack", "aria-labelledby": "data-title" },
      h("h2", { id: "data-title" }, "1. The music to learn from"),
      desk.element,
      report,
    ),
    h(
      "section",
      { class: "panel stack", "aria-labelledby": "set-title" },
      h("h2", { id: "set-title" }, "2. How to learn"),
      form.element,
      wrong,
      h("div", { class: "row" }, start),
    ),
    h(
      "section",
      { class: "stack", "aria-labelledby": "runs-title" },
      h("h2", { id: "runs-title" }, "Your runs"),
      runsView(trainings),
    ),
    trained.length > 0 &&
      h(
        "section",
        { class: "stack", "aria-labelledby": "shipped-title" },
        h("h2", { id: "shipped-title" }, "How the genres here learned"),
        h(
          "div",
          { class: "row" },
          trained.map((genre) => h("a", { class: "button", href: `/train/genre/${genre.name}` }, genre.title)),
        ),
      ),
  );
  return { title: "Train", element, leave: () => desk.leave() };
}

async function begin(dataset, form, wrong, button) {
  button.disabled = true;
  wrong.textContent = "";
  try {
    const training = await post("/api/trainings", { dataset: dataset.id, ...form.values });
    await go(`/train/${training.id}`);
    return;
  } catch (error) {
    if (!form.fail(error.field, error.message)) wrong.textContent = error.message;
    if (!error.status) toast(error.message, "wrong");
  }
  button.disabled = false;
}
