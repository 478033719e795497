// The same again, but different: another take, one control moved, another genre, another tempo.

import { get, post } from "./api.js";
import { h, show, toast } from "./dom.js";
import { go } from "./main.js";
import { act, group } from "./parts.js";

/** Buttons that each make a new job of `take` and go to it. */
export function varyPanel(take) {
  const again = async (change, value) => {
    const body = value === undefined ? { change } : { change, value: String(value) };
    const job = await post(`/api/compositions/${take.id}/again`, body);
    await go(`/compose/${job.id}`);
  };
  const button = (label, change, value, title) => act(label, () => again(change, value), { class: "small", title });
  const variations = h("div", { class: "row" });
  const genres = h("div", { class: "row" });
  const load = async () => {
    const [options, list] = await Promise.all([get("/api/options"), get("/api/genres")]);
    const moves = options.variations.map(({ label, value, description }) => button(label, "vary", value, description));
    show(variations, button("Another take", "another"), moves);
    const others = list.genres.filter((genre) => genre.ready && genre.name !== take.genre);
    show(
      genres,
      others.map((genre) => button(genre.title, "genre", genre.name)),
    );
  };
  load().catch((error) => toast(error.message, "wrong"));
  const tempo = h("input", { type: "number", min: 20, max: 300, value: Math.round(take.tempo_bpm) });
  tempo.setAttribute("aria-label", "Tempo in bpm");
  const faster = act("At this tempo", () => again("tempo", tempo.value), { class: "small" });
  return h(
    "div",
    { class: "panel stack" },
    group("The same band", "", variations),
    group("Another band", "", genres),
    group("Another tempo", "", h("div", { class: "row tempo-row" }, tempo, faster)),
  );
}
