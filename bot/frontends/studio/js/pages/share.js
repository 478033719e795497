// The share page: what everybody with the link may hear and see of one composition.

import { get } from "../api.js";
import { downloadLinks } from "../downloads.js";
import { h } from "../dom.js";
import { group } from "../parts.js";
import { buildPlayer } from "../player.js";
import { settingsTable } from "../settings-table.js";
import { factsOf } from "../take-facts.js";

/** Show what a token opens. */
export async function page(token) {
  const take = await get(`/api/shared/${token}`);
  const player = await buildPlayer(take);
  const notes = group("The melody, as typed notes", "", h("p", { class: "mono plan" }, take.text));
  const made = h("details", {}, h("summary", {}, "How it was made"), settingsTable(take));
  const element = h(
    "article",
    { class: "stack" },
    h("header", { class: "take-head" }, h("h1", {}, take.title), factsOf(take, `seed ${take.seed}`)),
    player.element,
    h("div", { class: "row" }, downloadLinks(take.files, "button")),
    h("div", { class: "panel stack" }, notes, made),
  );
  return { title: take.title, element, leave: () => player.close() };
}
