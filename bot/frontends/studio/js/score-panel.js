// The sheet music of a take: its first pages, and the file for a notation program.

import { saveLink } from "./downloads.js";
import { h, show } from "./dom.js";
import { made } from "./made.js";

/** The pages of `take`; a worker engraves them first, if they are not there yet. */
export function scorePanel(take) {
  const element = h(
    "div",
    { class: "panel stack" },
    h("p", { class: "dim", role: "status" }, "It is being engraved …"),
  );
  const load = async () => {
    const { pages, musicxml } = await made(`/api/compositions/${take.id}/score`);
    const save = saveLink(musicxml, "MusicXML, for a notation program", "button small");
    const sheets = pages.map((src, i) => h("img", { class: "sheet", src, alt: `Page ${i + 1} of the sheet music` }));
    show(element, h("div", { class: "row" }, save), sheets);
  };
  load().catch((error) => show(element, h("p", { class: "error", role: "alert" }, error.message)));
  return element;
}
