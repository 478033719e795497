// Saving the files of a take; stems are recorded first, if they are not there yet.

import { h } from "./dom.js";
import { made } from "./made.js";
import { act } from "./parts.js";

const NAMES = { midi: "MIDI", mp3: "MP3", ogg: "Ogg", picture: "Picture", facts: "Figures (JSON)" };

/** Links that save the files of a take, whatever there are. */
export function downloadLinks(files, look) {
  const kinds = Object.keys(files).filter((kind) => kind !== "roll");
  return kinds.map((kind) => saveLink(files[kind], NAMES[kind] ?? kind.replaceAll("_", " "), look));
}

/** Links to everything of `take`, and a button for its stems. */
export function downloads(take) {
  const fetchStems = async () => {
    stems.disabled = true;
    stems.textContent = "Recording stems …";
    try {
      const { zip } = await made(`/api/compositions/${take.id}/stems`);
      stems.replaceWith(saveLink(zip, "Stems (zip)", "button small"));
    } finally {
      stems.disabled = false;
      stems.textContent = "Stems";
    }
  };
  const stems = act("Stems", fetchStems, { class: "small" });
  return h("div", { class: "row" }, downloadLinks(take.files, "button small"), stems);
}

/** A link that saves a file instead of showing it. */
export function saveLink(address, words, look) {
  return h("a", { class: look, href: `${address}?download=1`, download: true }, words);
}
