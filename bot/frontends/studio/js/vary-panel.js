// The same again, but different: another take, one control moved, another genre, another tempo.

import { get, post } from "./api.js";
import { h, show, toast } from "./dom.js";
import { go } from "./main.js";

/** Buttons that each make a new job of `take` and go to it. */
export function varyPanel(take) {
  const again = async (change, value) => {
    const body = value === undefined ? { change } : { change, value: String(value) };
    const job = await post(`/api/compositions/${take.id}/again`, body).catch((error) => toast(error.message, "wrong"));
    if (job) await go(`/compose/${job.id}`);
  };
  const button = (label, change, value, description) =>
    h("button", { type: "button", class: "small", title: description, onclick: () => again(change, value) }, label);
  const variations = h("div", { class: "row" });
  const genres = h("div", { class: "row" });
  const tempo = h("input", { type: "number", min: 20, max: 300, value: Math.round(take.tempo_bpm), "aria-label": "Tempo in bpm" });
  Promise.all([get("/api/options"), get("/api/genres")]).then(([options, list]) => {
    show(variations, button("Another take", "another"), options.variations.map((choice) => button(choice.label, "vary", choice.value, choice.description)));
    show(genres, list.genres.filter((genre) => genre.ready && genre.name !== take.genre).map((genre) => button(genre.title, "genre", genre.name)));
  }, (error) => toast(error.message, "wrong"));
  return h(
    "div",
    { class: "panel stack" },
    h("div", { class: "field" }, h("span", { class: "label" }, "The same band"), variations),
    h("div", { class: "field" }, h("span", { class: "label" }, "Another band"), genres),
    h("div", { class: "field" }, h("span", { class: "label" }, "Another tempo"), h("div", { class: "row tempo-row" }, tempo, h("button", { type: "button", class: "small", onclick: () => again("tempo", tempo.value) }, "Compose"))),
  );
}
