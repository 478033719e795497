// Compose: the melody, the band, the settings. The page is kept while others are looked at.

import { get, post } from "../api.js";
import { Desk } from "../desk.js";
import { h, show, toast } from "../dom.js";
import { genreCards, hushExamples } from "../genre-cards.js";
import { go } from "../main.js";
import { keep, recall } from "../memory.js";
import { SettingsForm } from "../settings-form.js";
import { addSources } from "../sources.js";

const GENRE = "tutti.genre";
let kept = null;

/** Build the page, once; genres may have come or gone since. */
export async function page() {
  if (kept) await kept.refresh();
  else kept = await build();
  return { title: "Compose", element: kept.element, entered: () => kept.desk.entered(), leave: () => kept.leave() };
}

/** Remember the genre that is chosen when the page opens next. */
export function preferGenre(name) {
  keep(GENRE, name);
}

/** Put a melody, and settings if there are any, on the desk and go there. */
export async function composeFrom(melody, settings = null) {
  kept ??= await build();
  kept.desk.load(melody);
  if (settings) kept.choose(settings);
  await go("/");
}

async function build() {
  const options = await get("/api/options");
  const desk = new Desk();
  addSources(desk, options);
  const form = new SettingsForm(options, desk);
  const summary = h("p", { class: "dim small" });
  const wrong = h("p", { class: "error", role: "alert" });
  const button = h(
    "button",
    { type: "button", class: "primary", onclick: () => compose(desk, form, button, wrong) },
    "Compose",
  );
  const dress = () => {
    const { name, notes, timing } = desk.editor.score;
    summary.textContent = notes.length
      ? `${name} in ${form.genre.title}${tempoNote(timing.tempos[0][1], form.genre)}`
      : "Write or choose a melody first.";
    button.disabled = !notes.length;
  };
  const band = new BandChoice((genre) => {
    form.setGenre(genre);
    dress();
  });
  await band.refresh();
  desk.editor.watch(dress);
  const element = h(
    "div",
    { class: "stack compose" },
    h(
      "div",
      { class: "lede" },
      h("h1", {}, "Play a melody. Hear the band."),
      h("p", { class: "dim" }, "Write it, play it, or begin with one that is there; then choose who accompanies you."),
    ),
    desk.element,
    h(
      "section",
      { class: "stack", "aria-labelledby": "band-title" },
      h("h2", { id: "band-title" }, "The band"),
      band.element,
    ),
    h(
      "section",
      { class: "stack", "aria-labelledby": "how-title" },
      h("h2", { id: "how-title" }, "How"),
      h("div", { class: "panel" }, form.element),
    ),
    h("div", { class: "compose-bar" }, h("div", {}, summary, wrong), button),
  );
  return {
    element,
    desk,
    refresh: () => band.refresh(),
    leave: () => {
      desk.leave();
      hushExamples();
    },
    choose: (settings) => {
      band.choose(settings.genre);
      form.settings = settings;
    },
  };
}

/** The cards; what is chosen is remembered. */
class BandChoice {
  #genres = [];

  constructor(onChoose) {
    this.onChoose = onChoose;
    this.element = h("div", {});
  }

  async refresh() {
    const { genres, default: standard } = await get("/api/genres");
    this.#genres = genres.filter((genre) => genre.ready);
    this.choose(recall(GENRE) ?? standard, standard);
  }

  choose(...names) {
    const wanted =
      names.map((name) => this.#genres.find((genre) => genre.name === name)).find(Boolean) ?? this.#genres[0];
    show(
      this.element,
      genreCards(this.#genres, wanted.name, (genre) => this.#chosen(genre)),
    );
    this.#chosen(wanted);
  }

  #chosen(genre) {
    preferGenre(genre.name);
    this.onChoose(genre);
  }
}

function tempoNote(bpm, genre) {
  const [slow, fast] = genre.tempo_bpm_range;
  if (bpm >= slow && bpm <= fast) return "";
  return `: at home from ${slow} to ${fast} bpm, this is ${Math.round(bpm)}`;
}

async function compose(desk, form, button, wrong) {
  button.disabled = true;
  wrong.textContent = "";
  desk.fail("");
  try {
    const key = crypto.randomUUID?.() ?? String(Math.random());
    const { job } = await post(
      "/api/compositions",
      { ...form.settings, melody: desk.melody },
      { headers: { "Idempotency-Key": key } },
    );
    await go(`/compose/${job.id}`);
  } catch (error) {
    if (["melody", "notes", "tempo_bpm"].includes(error.field)) {
      desk.fail(error.message);
      desk.element.scrollIntoView({ block: "center" });
    } else if (!form.fail(error.field, error.message)) {
      wrong.textContent = error.message;
      toast(error.message, "wrong");
    }
  }
  button.disabled = false;
}
