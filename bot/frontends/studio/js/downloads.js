// Saving the files of a take; stems are recorded first, if they are not there yet.

import { get, post } from "./api.js";
import { h, toast } from "./dom.js";

const NAMES = { midi: "MIDI", mp3: "MP3", ogg: "Ogg", picture: "Picture", facts: "Figures (JSON)" };

/** Links that save the files of a take, whatever there are. */
export function downloadLinks(files, look) {
  const kinds = Object.keys(files).filter((kind) => kind !== "roll");
  return kinds.map((kind) => h("a", { class: look, href: `${files[kind]}?download=1`, download: true }, NAMES[kind] ?? kind.replaceAll("_", " ")));
}

/** Links to everything of `take`, and a button for its stems. */
export function downloads(take) {
  const links = downloadLinks(take.files, "button small");
  const stems = h("button", { type: "button", class: "small", onclick: async () => {
    stems.disabled = true;
    stems.textContent = "Recording stems …";
    const path = `/api/compositions/${take.id}/stems`;
    try {
      let answer = await post(path);
      while (answer.status === "queued" || answer.status === "running") {
        await new Promise((resolve) => setTimeout(resolve, 700));
        answer = await get(path);
      }
      if (!answer.zip) throw new Error(answer.error ?? "The stems could not be recorded.");
      stems.replaceWith(h("a", { class: "button small", href: `${answer.zip}?download=1`, download: true }, "Stems (zip)"));
    } catch (error) {
      stems.disabled = false;
      stems.textContent = "Stems";
      toast(error.message, "wrong");
    }
  } }, "Stems");
  return h("div", { class: "row" }, links, stems);
}
