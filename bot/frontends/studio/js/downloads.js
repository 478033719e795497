// Saving the files of a take; stems are recorded first, if they are not there yet.

import { get, post } from "./api.js";
import { h } from "./dom.js";
import { follow } from "./live.js";
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
      const zip = await recordStems(`/api/compositions/${take.id}/stems`);
      stems.replaceWith(saveLink(zip, "Stems (zip)", "button small"));
    } finally {
      stems.disabled = false;
      stems.textContent = "Stems";
    }
  };
  const stems = act("Stems", fetchStems, { class: "small" });
  return h("div", { class: "row" }, downloadLinks(take.files, "button small"), stems);
}

/** Have stems recorded; returns the address of their zip. */
async function recordStems(path) {
  let answer = await post(path);
  if (answer.status === "queued" || answer.status === "running") {
    await new Promise((resolve) => follow(answer.job_id, { onEnd: resolve }));
    answer = await get(path);
  }
  if (!answer.zip) throw new Error(answer.error ?? "The stems could not be recorded: try again.");
  return answer.zip;
}

function saveLink(address, words, look) {
  return h("a", { class: look, href: `${address}?download=1`, download: true }, words);
}
