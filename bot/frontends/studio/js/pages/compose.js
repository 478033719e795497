// Compose: the melody, the band, the settings. The page is kept while others are looked at.

import { get, post } from "../api.js";
import { Desk } from "../desk.js";
import { h, toast } from "../dom.js";
import { genreCards, hushExamples } from "../genre-cards.js";
import { go } from "../main.js";
import { SettingsForm } from "../settings-form.js";
import { addSources } from "../sources.js";

const GENRE = "tutti.genre";
let kept = null;

/** Build the page, once. */
export async function page() {
  kept ??= await build();
  return { title: "Compose", element: kept.element, entered: () => kept.desk.entered(), leave: () => kept.leave() };
}

/** Put a melody, and settings if there are any, on the desk and go there. */
export async function composeFrom(melody, settings = null) {
  kept ??= await build();
  kept.desk.load(melody);
  if (settings) kept.choose(settings);
  await go("/");
}

async function build() {
  const [options, { genres, default: standard }] = await Promise.all([get("/api/options"), get("/api/genres")]);
  const desk = new Desk();
  addSources(desk, options);
  const form = new SettingsForm(options, desk);
  const remembered = genres.find((genre) => genre.ready && genre.name === localStorage.getItem(GENRE));
  const first = remembered ?? genres.find((genre) => genre.name === standard) ?? genres[0];
  const summary = h("p", { class: "dim small" });
  const button = h("button", { type: "button", class: "primary" }, "Compose");
  const wrong = h("p", { class: "error", role: "alert" });
  const choose = (genre) => {
    form.setGenre(genre);
    localStorage.setItem(GENRE, genre.name);
    dress();
  };
  const cards = genreCards(genres, first.name, choose);
  const dress = () => {
    const count = desk.editor.score.notes.length;
    const slow = tempoNote(desk.editor.score.timing.tempos[0][1], form.genre);
    summary.textContent = count ? `${desk.editor.score.name} in ${form.genre.title}${slow}` : "Write or choose a melody first.";
    button.disabled = !count;
  };
  choose(first);
  desk.editor.watch(dress);
  button.addEventListener("click", () => compose(desk, form, button, wrong));
  const element = h(
    "div",
    { class: "stack compose" },
    h("div", { class: "lede" }, h("h1", {}, "Play a melody. Hear the band."), h("p", { class: "dim" }, "Write it, play it, or begin with one that is there; then choose who accompanies you.")),
    desk.element,
    h("section", { class: "stack", "aria-labelledby": "band-title" }, h("h2", { id: "band-title" }, "The band"), cards),
    h("section", { class: "stack", "aria-labelledby": "how-title" }, h("h2", { id: "how-title" }, "How"), h("div", { class: "panel" }, form.element)),
    h("div", { class: "compose-bar" }, h("div", {}, summary, wrong), button),
  );
  return {
    element,
    desk,
    leave: () => {
      desk.leave();
      hushExamples();
    },
    choose: (settings) => {
      const box = [...cards.querySelectorAll("input[name=genre]")].find((input) => input.value === settings.genre);
      if (box) box.click();
      form.settings = settings;
    },
  };
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
    const { job } = await post("/api/compositions", { ...form.settings, melody: desk.melody }, { headers: { "Idempotency-Key": key } });
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
