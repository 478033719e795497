// The share page: what everybody with the link may hear and see of one composition.

import { get } from "../api.js";
import { downloadLinks } from "../downloads.js";
import { h } from "../dom.js";
import { buildPlayer } from "../player.js";
import { settingsTable } from "../settings-table.js";
import { clock } from "../timing.js";

/** Show what a token opens. */
export async function page(token) {
  const take = await get(`/api/shared/${token}`);
  const player = await buildPlayer(take);
  const about = [take.genre_title ?? take.genre, take.key, take.metre, `${Math.round(take.tempo_bpm)} bpm`, clock(take.length_s), `seed ${take.seed}`];
  const element = h(
    "article",
    { class: "stack" },
    h("header", { class: "take-head" }, h("h1", {}, take.title), h("p", { class: "dim numbers about" }, about.map((text) => h("span", {}, text)))),
    player.element,
    h("div", { class: "row" }, downloadLinks(take.files, "button")),
    h("div", { class: "panel stack" }, h("div", { class: "field" }, h("span", { class: "label" }, "The melody, as typed notes"), h("p", { class: "mono plan" }, take.text)),
      h("details", {}, h("summary", {}, "How it was made"), settingsTable(take))),
  );
  return { title: take.title, element, leave: () => player.close() };
}
